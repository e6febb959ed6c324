package adminapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// Features are what a shop can do beyond what all shops do, by the names that the dashboard knows them by.
type Features struct {
	BackendHMR         bool `json:"backend_hmr"`
	Caching            bool `json:"caching"`
	IndexEngine        bool `json:"index_engine"`
	RBACFilterFields   bool `json:"rbac_filter_fields"`
	RBAC               bool `json:"rbac"`
	Translation        bool `json:"translation"`
	ViewConfigurations bool `json:"view_configurations"`
}

// FeatureFlagsResponse is the answer of /admin/feature-flags.
type FeatureFlagsResponse struct {
	Features Features `json:"feature_flags"`
}

// A PluginInfo is a plugin as the dashboard sees it.
type PluginInfo struct {
	Name string `json:"name"`
}

// ListPluginsResponse is the answer of /admin/plugins.
type ListPluginsResponse struct {
	Plugins []PluginInfo `json:"plugins"`
}

// SearchIndexesResponse is the answer of /admin/search-indexes: of a shop that searches its tables, none.
type SearchIndexesResponse struct {
	Indexes []struct{} `json:"search_indexes"`
	Enabled bool       `json:"enabled"`
}

// SystemRoutes routes what the dashboard asks about the shop itself. Parts of Medusa's API that stand behind flags answer as they do while the flags are off.
func SystemRoutes(plugins func() []string) []route.Route {
	out := []route.Route{
		route.Get("/admin/feature-flags", func(context.Context, struct{}) (FeatureFlagsResponse, error) { return FeatureFlagsResponse{}, nil }, route.Public()),
		route.Get("/admin/plugins", func(context.Context, struct{}) (ListPluginsResponse, error) {
			list := ListPluginsResponse{Plugins: []PluginInfo{{"@medusajs/draft-order"}}} // which Medusa has from the start, and the dashboard relies on
			for _, name := range plugins() {
				list.Plugins = append(list.Plugins, PluginInfo{name})
			}
			return list, nil
		}),
		route.Get("/admin/search-indexes", func(context.Context, struct{}) (SearchIndexesResponse, error) {
			return SearchIndexesResponse{Indexes: []struct{}{}, Enabled: true}, nil
		}),
	}
	out = append(out, route.Get("/admin/translations/entities", func(context.Context, ListTranslatableRequest) (struct{}, error) { return struct{}{}, off() }),
		route.Post("/admin/rbac/roles/{id}", func(context.Context, UpdateRoleRequest) (struct{}, error) { return struct{}{}, off() }))
	for _, path := range []string{"views/{rest...}", "property-labels", "property-labels/{rest...}"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			out = append(out, route.Func(method, "/admin/"+path, switchedOff))
		}
	}
	return out
}

// A ListTranslatableRequest asks for the records of a kind that can be translated, which Medusa checks before it finds that translations are off.
type ListTranslatableRequest struct {
	Type string `query:"type" valid:"required"`
}

// A UpdateRoleRequest changes a role, which Medusa checks before it finds that roles are off.
type UpdateRoleRequest struct {
	ID          string             `path:"id"`
	Name        module.Opt[string] `json:"name" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
	Metadata    Metadata           `json:"metadata"`
}

func switchedOff(context.Context, *route.Request) (any, error) { return nil, off() }

func off() error { return fault.New(fault.NotFound, "Route not found") }
