package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/saleschannelflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
)

// A CreateSalesChannelRequest is what it takes to make a sales channel.
type CreateSalesChannelRequest struct {
	Name        string             `json:"name"`
	Description module.Opt[string] `json:"description"`
	IsDisabled  module.Opt[bool]   `json:"is_disabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// A UpdateSalesChannelRequest changes a sales channel.
type UpdateSalesChannelRequest struct {
	ID          string             `path:"id"`
	Name        module.Opt[string] `json:"name" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
	IsDisabled  module.Opt[bool]   `json:"is_disabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// SalesChannels is /admin/sales-channels.
func SalesChannels(f *saleschannelflow.Flows) resource.Resource {
	v := verbs(f.Channels, func(n CreateSalesChannelRequest) (saleschannel.Channel, module.Map) {
		return saleschannel.Channel{Name: n.Name, Description: n.Description.Ptr(), IsDisabled: n.IsDisabled.Value, Metadata: n.Metadata.Value}, nil
	}, func(p UpdateSalesChannelRequest) (string, module.Map) { return p.ID, nil })
	own := times(text("q"), list("id"), list("name"), text("description"), resource.Filter{Name: "is_disabled", Schema: resource.Flag})
	return v.with(resource.Resource{
		Path: "/admin/sales-channels", Entity: "sales_channel", RecordKey: "sales_channel", ListKey: "sales_channels", Retrievable: true,
		Fields:                "id name description is_disabled created_at updated_at deleted_at metadata",
		Filters:               append(own, list("location_id"), list("publishable_key_id")),
		RelationFilters:       map[string]string{"location_id": "stock_locations.id", "publishable_key_id": "publishable_api_keys.id"},
		Limit:                 20,
		NotFoundMessage:       "Sales channel with id: %s not found",
		UpdateNotFoundMessage: `Sales channel with id "%s" not found`,
		DeletedObject:         "sales-channel",
	})
}

// SalesChannelProducts is /admin/sales-channels/{id}/products. Products are tied to
// channels that are not there, too, as links are everywhere.
func SalesChannelProducts(f *saleschannelflow.Flows) resource.Resource {
	products := func(ctx context.Context, in resource.Link) (string, error) {
		return f.LinkProducts.Run(ctx, saleschannelflow.LinkProductsInput{ID: in.ID, Add: in.Add, Remove: in.Remove})
	}
	return resource.Resource{
		Path: "/admin/sales-channels", Entity: "sales_channel", RecordKey: "sales_channel",
		Fields:           "id name description is_disabled created_at updated_at deleted_at metadata",
		EmptyWhenMissing: true,
		Actions:          []resource.Action{resource.Post("/{id}/products", resource.Do(products))},
	}
}
