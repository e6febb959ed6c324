package storeapi

import (
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
)

// ProductTags is /store/product-tags.
func (c Catalog) ProductTags() resource.Resource {
	return resource.Resource{
		Path: "/store/product-tags", Entity: "product_tag", RecordKey: "product_tag", ListKey: "product_tags", Retrievable: true,
		Fields:  "id value external_id created_at updated_at metadata *products",
		Allow:   below("products", ProductFields, ExtraProductFields),
		Filters: resource.Filters{text("q"), list("id"), list("value"), list("external_id"), dates("created_at"), dates("updated_at"), dates("deleted_at")},
		Limit:   50,
		Prepare: c.prepareRelatedProducts,
	}
}

// ProductTypes is /store/product-types.
func (c Catalog) ProductTypes() resource.Resource {
	r := c.ProductTags()
	r.Path, r.Entity, r.RecordKey, r.ListKey = "/store/product-types", "product_type", "product_type", "product_types"
	return r
}

// Collections is /store/collections.
func (c Catalog) Collections() resource.Resource {
	return resource.Resource{
		Path: "/store/collections", Entity: "product_collection", RecordKey: "collection", ListKey: "collections", Retrievable: true,
		Fields:  "id title handle external_id created_at updated_at",
		Allow:   append(below("products", ProductFields, ExtraProductFields), "metadata", "deleted_at"),
		Filters: resource.Filters{text("q"), list("id"), list("title"), list("handle"), list("external_id"), dates("created_at"), dates("updated_at")},
		Limit:   10,
		Order:   "-created_at",
		Prepare: c.prepareRelatedProducts,
	}
}

// Regions is /store/regions.
func Regions() resource.Resource {
	return resource.Resource{
		Path: "/store/regions", Entity: "region", RecordKey: "region", ListKey: "regions", Retrievable: true,
		Fields: "id name currency_code created_at updated_at deleted_at metadata *countries",
		Allow: append(below("countries", "id iso_2 iso_3 num_code name display_name"),
			below("payment_providers", "id is_enabled")...),
		Filters: resource.Filters{text("q"), list("id"), list("currency_code"), list("name")},
		Limit:   50,
	}
}

// Currencies is /store/currencies.
func Currencies() resource.Resource {
	return resource.Resource{
		Path: "/store/currencies", Entity: "currency", RecordKey: "currency", ListKey: "currencies", Key: "code", Retrievable: true,
		Fields:          "code name symbol symbol_native decimal_digits rounding",
		Allow:           strings.Fields("created_at updated_at deleted_at"),
		Filters:         resource.Filters{text("q"), list("code")},
		Limit:           50,
		Order:           "code",
		Prepare:         resource.LowercaseKey,
		NotFoundMessage: "Currency with code: %s was not found",
	}
}
