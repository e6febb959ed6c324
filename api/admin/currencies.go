package admin

import "github.com/gorgon-commerce/gorgon/api/resource"

// Currencies is /admin/currencies.
func Currencies() resource.Resource {
	return resource.Resource{
		Path: "/admin/currencies", Entity: "currency", One: "currency", Many: "currencies", Key: "code", Singular: true,
		Fields:  "code name symbol symbol_native decimal_digits rounding",
		Filters: resource.Filters{text("q"), list("code")},
		Limit:   200,
		Order:   "code",
		Prepare: resource.LowerKeys,
		Missing: "Currency with code: %s was not found",
	}
}
