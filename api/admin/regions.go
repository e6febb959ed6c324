package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
)

// A NewRegion is what it takes to make a region.
type NewRegion struct {
	Name             string               `json:"name"`
	CurrencyCode     string               `json:"currency_code"`
	Countries        module.Opt[[]string] `json:"countries" valid:"notnull"`
	AutomaticTaxes   module.Opt[bool]     `json:"automatic_taxes" valid:"notnull"`
	IsTaxInclusive   module.Opt[bool]     `json:"is_tax_inclusive" valid:"notnull"`
	PaymentProviders module.Opt[[]string] `json:"payment_providers" valid:"notnull"`
	Metadata         Metadata             `json:"metadata"`
}

// A RegionPatch changes a region.
type RegionPatch struct {
	ID               string               `path:"id"`
	Name             module.Opt[string]   `json:"name" valid:"notnull"`
	CurrencyCode     module.Opt[string]   `json:"currency_code" valid:"notnull"`
	Countries        module.Opt[[]string] `json:"countries" valid:"notnull"`
	AutomaticTaxes   module.Opt[bool]     `json:"automatic_taxes" valid:"notnull"`
	IsTaxInclusive   module.Opt[bool]     `json:"is_tax_inclusive" valid:"notnull"`
	PaymentProviders module.Opt[[]string] `json:"payment_providers" valid:"notnull"`
	Metadata         Metadata             `json:"metadata"`
}

// Regions is /admin/regions.
func Regions(v Verbs[NewRegion, RegionPatch]) resource.Resource {
	return v.with(resource.Resource{
		Path: "/admin/regions", Entity: "region", One: "region", Many: "regions", Singular: true,
		Fields:        "id name currency_code created_at updated_at deleted_at automatic_taxes metadata *countries",
		Filters:       times(text("q"), list("id"), list("currency_code"), list("name")),
		Limit:         50,
		Missing:       "Region with id: %s not found",
		MissingUpdate: `Region with id "%s" not found`,
	})
}
