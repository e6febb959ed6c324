package adminapi

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/settingsflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreatePricePreferenceRequest says whether prices are meant with tax.
type CreatePricePreferenceRequest struct {
	Attribute      string           `json:"attribute"`
	Value          string           `json:"value"`
	IsTaxInclusive module.Opt[bool] `json:"is_tax_inclusive" valid:"notnull"`
}

// A UpdatePricePreferenceRequest changes a price preference.
type UpdatePricePreferenceRequest struct {
	ID             string             `path:"id"`
	Attribute      module.Opt[string] `json:"attribute" valid:"notnull"`
	Value          module.Opt[string] `json:"value" valid:"notnull"`
	IsTaxInclusive module.Opt[bool]   `json:"is_tax_inclusive" valid:"notnull"`
}

// PricePreferences is /admin/price-preferences.
func PricePreferences(flows *settingsflow.PricePreferenceFlows) []route.Route {
	return verbs(flows, func(n CreatePricePreferenceRequest) (pricing.PricePreference, module.Map) {
		return pricing.PricePreference{Attribute: n.Attribute, Value: &n.Value, IsTaxInclusive: n.IsTaxInclusive.Value}, nil
	}, func(p UpdatePricePreferenceRequest) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: "/admin/price-preferences", Entity: "price_preference", RecordKey: "price_preference", ListKey: "price_preferences", Retrievable: true,
		Fields:                "id attribute value is_tax_inclusive created_at deleted_at updated_at",
		Filters:               resource.Filters{text("q"), list("id"), list("attribute"), list("value")},
		Limit:                 300,
		UpdateNotFoundMessage: `Price preference with id "%s" not found`,
	}).Routes()
}
