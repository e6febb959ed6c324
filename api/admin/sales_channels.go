package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
)

// A NewSalesChannel is what it takes to make a sales channel.
type NewSalesChannel struct {
	Name        string             `json:"name"`
	Description module.Opt[string] `json:"description"`
	IsDisabled  module.Opt[bool]   `json:"is_disabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// A SalesChannelPatch changes a sales channel.
type SalesChannelPatch struct {
	ID          string             `path:"id"`
	Name        module.Opt[string] `json:"name" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
	IsDisabled  module.Opt[bool]   `json:"is_disabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// SalesChannels is /admin/sales-channels; products puts products into one.
func SalesChannels(v Verbs[NewSalesChannel, SalesChannelPatch], products Linker) resource.Resource {
	own := times(text("q"), list("id"), list("name"), text("description"), resource.Filter{Name: "is_disabled", Kind: resource.Flag})
	return v.with(resource.Resource{
		Path: "/admin/sales-channels", Entity: "sales_channel", One: "sales_channel", Many: "sales_channels", Singular: true,
		Fields:        "id name description is_disabled created_at updated_at deleted_at metadata",
		Filters:       append(own, list("location_id"), list("publishable_key_id")),
		Through:       map[string]string{"location_id": "stock_locations.id", "publishable_key_id": "publishable_api_keys.id"},
		Limit:         20,
		Missing:       "Sales channel with id: %s not found",
		MissingUpdate: `Sales channel with id "%s" not found`,
		Object:        "sales-channel",
		Actions:       []resource.Action{resource.Post("/{id}/products", resource.Do(products))},
	})
}
