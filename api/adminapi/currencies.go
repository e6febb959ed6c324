package adminapi

import "github.com/gorgon-commerce/gorgon/api/resource"

// Currencies is /admin/currencies.
func Currencies() resource.Resource {
	return resource.Resource{
		Path: "/admin/currencies", Entity: "currency", RecordKey: "currency", ListKey: "currencies", Key: "code", Retrievable: true,
		Fields:          "code name symbol symbol_native decimal_digits rounding",
		Filters:         resource.Filters{text("q"), list("code")},
		Limit:           200,
		Order:           "code",
		Prepare:         resource.LowercaseKey,
		NotFoundMessage: "Currency with code: %s was not found",
	}
}
