package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// FulfillmentOptionsResponse are the ways in which a provider sends.
type FulfillmentOptionsResponse struct {
	Options []module.Map `json:"fulfillment_options"`
	Count   int          `json:"count"`
	Limit   int          `json:"limit"`
	Offset  int          `json:"offset"`
}

// FulfillmentProviders routes /admin/fulfillment-providers. Read is nil for the query graph.
func FulfillmentProviders(flows *fulfillmentflow.Flows, read resource.Reader) []route.Route {
	r := resource.Resource{
		Path: "/admin/fulfillment-providers", Entity: "fulfillment_provider", RecordKey: "fulfillment_provider", ListKey: "fulfillment_providers", NoLogicalFilters: true,
		Fields:          "id is_enabled",
		Filters:         resource.Filters{list("id"), list("stock_location_id"), {Name: "is_enabled", Schema: resource.Flag}, text("q")},
		RelationFilters: map[string]string{"stock_location_id": "locations.id"},
		Limit:           50,
		Read:            read,
	}
	type named struct {
		ID string `path:"id"`
	}
	return append(r.Routes(), route.Get("/admin/fulfillment-providers/{id}/options", func(ctx context.Context, in named) (FulfillmentOptionsResponse, error) {
		p, err := flows.Fulfillment.Providers.Get(in.ID)
		if err != nil {
			return FulfillmentOptionsResponse{}, err
		}
		list, err := p.FulfillmentOptions(ctx)
		return FulfillmentOptionsResponse{list, len(list), len(list), 0}, err
	}))
}
