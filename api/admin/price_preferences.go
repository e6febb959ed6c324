package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/settings"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewPricePreference says whether prices are meant with tax.
type NewPricePreference struct {
	Attribute      string           `json:"attribute"`
	Value          string           `json:"value"`
	IsTaxInclusive module.Opt[bool] `json:"is_tax_inclusive" valid:"notnull"`
}

// A PricePreferencePatch changes a price preference.
type PricePreferencePatch struct {
	ID             string             `path:"id"`
	Attribute      module.Opt[string] `json:"attribute" valid:"notnull"`
	Value          module.Opt[string] `json:"value" valid:"notnull"`
	IsTaxInclusive module.Opt[bool]   `json:"is_tax_inclusive" valid:"notnull"`
}

// PricePreferences is /admin/price-preferences.
func PricePreferences(flows *flow.Preferences) []route.Route {
	return verbs(flows, func(n NewPricePreference) (pricing.Preference, module.Map) {
		return pricing.Preference{Attribute: n.Attribute, Value: &n.Value, IsTaxInclusive: n.IsTaxInclusive.Value}, nil
	}, func(p PricePreferencePatch) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: "/admin/price-preferences", Entity: "price_preference", One: "price_preference", Many: "price_preferences", Singular: true,
		Fields:        "id attribute value is_tax_inclusive created_at deleted_at updated_at",
		Filters:       resource.Filters{text("q"), list("id"), list("attribute"), list("value")},
		Limit:         300,
		MissingUpdate: `Price preference with id "%s" not found`,
	}).Routes()
}
