package admin

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

// FeatureFlags is the answer of /admin/feature-flags.
type FeatureFlags struct {
	Features Features `json:"feature_flags"`
}

// A PluginName is a plugin as the dashboard sees it.
type PluginName struct {
	Name string `json:"name"`
}

// PluginList is the answer of /admin/plugins.
type PluginList struct {
	Plugins []PluginName `json:"plugins"`
}

// SearchIndexes is the answer of /admin/search-indexes: of a shop that searches its tables, none.
type SearchIndexes struct {
	Indexes []struct{} `json:"search_indexes"`
	Enabled bool       `json:"enabled"`
}

// System routes what the dashboard asks about the shop itself. Parts of Medusa's API that stand behind flags answer as they do while the flags are off.
func System(plugins func() []string) []route.Route {
	out := []route.Route{
		route.Get("/admin/feature-flags", func(context.Context, struct{}) (FeatureFlags, error) { return FeatureFlags{}, nil }, route.Public()),
		route.Get("/admin/plugins", func(context.Context, struct{}) (PluginList, error) {
			list := PluginList{Plugins: []PluginName{{"@medusajs/draft-order"}}} // which Medusa has from the start, and the dashboard relies on
			for _, name := range plugins() {
				list.Plugins = append(list.Plugins, PluginName{name})
			}
			return list, nil
		}),
		route.Get("/admin/search-indexes", func(context.Context, struct{}) (SearchIndexes, error) {
			return SearchIndexes{Indexes: []struct{}{}, Enabled: true}, nil
		}),
	}
	out = append(out, route.Get("/admin/translations/entities", func(context.Context, TranslatedKind) (struct{}, error) { return struct{}{}, off() }),
		route.Post("/admin/rbac/roles/{id}", func(context.Context, RolePatch) (struct{}, error) { return struct{}{}, off() }))
	for _, path := range []string{"views/{rest...}", "property-labels", "property-labels/{rest...}"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			out = append(out, route.Func(method, "/admin/"+path, switchedOff))
		}
	}
	return out
}

// A TranslatedKind asks for the records of a kind that can be translated, which Medusa checks before it finds that translations are off.
type TranslatedKind struct {
	Type string `query:"type" valid:"required"`
}

// A RolePatch changes a role, which Medusa checks before it finds that roles are off.
type RolePatch struct {
	ID          string             `path:"id"`
	Name        module.Opt[string] `json:"name" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
	Metadata    Metadata           `json:"metadata"`
}

func switchedOff(context.Context, *route.Request) (any, error) { return nil, off() }

func off() error { return fault.New(fault.NotFound, "Route not found") }
