package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/fulfillment"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// FulfillmentOptions are the ways in which a provider sends.
type FulfillmentOptions struct {
	Options []module.Map `json:"fulfillment_options"`
	Count   int          `json:"count"`
	Limit   int          `json:"limit"`
	Offset  int          `json:"offset"`
}

// FulfillmentProviders routes /admin/fulfillment-providers. Read is nil for the query graph.
func FulfillmentProviders(flows *flow.Flows, read resource.Reader) []route.Route {
	r := resource.Resource{
		Path: "/admin/fulfillment-providers", Entity: "fulfillment_provider", One: "fulfillment_provider", Many: "fulfillment_providers", Plain: true,
		Fields:  "id is_enabled",
		Filters: resource.Filters{list("id"), list("stock_location_id"), {Name: "is_enabled", Kind: resource.Flag}, text("q")},
		Through: map[string]string{"stock_location_id": "locations.id"},
		Limit:   50,
		Read:    read,
	}
	type named struct {
		ID string `path:"id"`
	}
	return append(r.Routes(), route.Get("/admin/fulfillment-providers/{id}/options", func(ctx context.Context, in named) (FulfillmentOptions, error) {
		p, err := flows.Fulfillment.Providers.Get(in.ID)
		if err != nil {
			return FulfillmentOptions{}, err
		}
		list, err := p.Options(ctx)
		return FulfillmentOptions{list, len(list), len(list), 0}, err
	}))
}
