package adminapi

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/route"
)

// A SearchRequest asks for records of any kind by a text.
type SearchRequest struct {
	Q      module.Opt[string]   `query:"q" valid:"notnull"`
	Entity module.Opt[[]string] `query:"entity" valid:"notnull"`
	Limit  module.Opt[int]      `query:"limit" valid:"notnull,min=1,max=100"`
	Offset module.Opt[int]      `query:"offset" valid:"notnull,min=0"`
}

// SearchResponse is the answer to a SearchRequest, a group for each kind of record.
type SearchResponse struct {
	Results []SearchResultGroup `json:"results"`
}

// A SearchResultGroup has what was found of one kind.
type SearchResultGroup struct {
	Entity string     `json:"entity"`
	Data   query.Rows `json:"data"`
	Count  int        `json:"count"`
	Offset int        `json:"offset"`
	Limit  int        `json:"limit"`
}

// A searched kind of record: its name, its table where that is another, what is shown of it, and which of it.
type searched struct {
	name, table, fields string
	where               module.Filter
}

func searchable() []searched {
	return []searched{
		{"order", "", "id display_id email", module.Filter{"is_draft_order": false}},
		{"product", "", "id title thumbnail", nil},
		{"product_variant", "", "id title sku product_id", nil},
		{"product_category", "", "id name", nil},
		{"product_collection", "", "id title", nil},
		{"customer", "", "id email first_name last_name", nil},
		{"customer_group", "", "id name", nil},
		{"inventory_item", "", "id title sku", nil},
		{"promotion", "", "id code status", nil},
		{"campaign", "promotion_campaign", "id name", nil},
		{"price_list", "", "id title", nil},
		{"user", "", "id email first_name last_name", nil},
		{"region", "", "id name", nil},
		{"tax_region", "", "id country_code province_code", nil},
		{"return_reason", "", "id label value", nil},
		{"sales_channel", "", "id name", nil},
		{"product_type", "", "id value", nil},
		{"product_tag", "", "id value", nil},
		{"stock_location", "", "id name", nil},
		{"shipping_profile", "", "id name", nil},
		{"publishable_api_key", "api_key", "id title redacted", module.Filter{"type": "publishable"}},
		{"secret_api_key", "api_key", "id title redacted", module.Filter{"type": "secret"}},
	}
}

// SearchRoutes is /admin/search, which the dashboard's search box asks.
func SearchRoutes() []route.Route { return []route.Route{route.Get("/admin/search", search)} }

func search(ctx context.Context, in SearchRequest) (SearchResponse, error) {
	kinds, err := chosen(in.Entity.Value)
	if err != nil {
		return SearchResponse{}, err
	}
	out := SearchResponse{Results: make([]SearchResultGroup, 0, len(kinds))}
	for _, k := range kinds {
		g, err := k.find(ctx, in)
		if err != nil {
			return SearchResponse{}, err
		}
		out.Results = append(out.Results, g)
	}
	return out, nil
}

// chosen are the kinds that were asked for: repeated, or separated by commas.
func chosen(names []string) ([]searched, error) {
	all := searchable()
	var out []searched
	for name := range strings.SplitSeq(strings.Join(names, ","), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := slices.IndexFunc(all, func(k searched) bool { return k.name == name })
		if i < 0 {
			var known []string
			for _, k := range all {
				known = append(known, k.name)
			}
			return nil, fault.New(fault.NotFound, `No search entity registered for "%s". Registered entities: %s`, name, strings.Join(known, ", "))
		}
		out = append(out, all[i])
	}
	if out == nil {
		out = all
	}
	return out, nil
}

func (k searched) find(ctx context.Context, in SearchRequest) (SearchResultGroup, error) {
	where := module.Filter{}
	for name, v := range k.where {
		where[name] = v
	}
	if q := in.Q.Value; q != "" {
		if k.name == "order" { // shown as #12, and searched for so
			q = strings.TrimPrefix(q, "#")
		}
		where["q"] = q
	}
	table := k.table
	if table == "" {
		table = k.name
	}
	limit, offset := in.Limit.Or(20), in.Offset.Or(0)
	rows, err := query.Graph(ctx, query.GraphRequest{Entity: table, Fields: strings.Fields(k.fields), Filters: where, Skip: offset, Take: limit, Count: true})
	return SearchResultGroup{Entity: k.name, Data: rows, Count: rows.Total(), Offset: offset, Limit: limit}, err
}
