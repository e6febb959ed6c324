package store

import (
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
)

// ProductTags is /store/product-tags.
func (c Catalogue) ProductTags() resource.Resource {
	return resource.Resource{
		Path: "/store/product-tags", Entity: "product_tag", One: "product_tag", Many: "product_tags", Singular: true,
		Fields:  "id value external_id created_at updated_at metadata *products",
		Allow:   below("products", ProductFields, ProductExtras),
		Filters: resource.Filters{text("q"), list("id"), list("value"), list("external_id"), dates("created_at"), dates("updated_at"), dates("deleted_at")},
		Limit:   50,
		Prepare: c.prepareRelatedProducts,
	}
}

// ProductTypes is /store/product-types.
func (c Catalogue) ProductTypes() resource.Resource {
	r := c.ProductTags()
	r.Path, r.Entity, r.One, r.Many = "/store/product-types", "product_type", "product_type", "product_types"
	return r
}

// Collections is /store/collections.
func (c Catalogue) Collections() resource.Resource {
	return resource.Resource{
		Path: "/store/collections", Entity: "product_collection", One: "collection", Many: "collections", Singular: true,
		Fields:  "id title handle external_id created_at updated_at",
		Allow:   append(below("products", ProductFields, ProductExtras), "metadata", "deleted_at"),
		Filters: resource.Filters{text("q"), list("id"), list("title"), list("handle"), list("external_id"), dates("created_at"), dates("updated_at")},
		Limit:   10,
		Order:   "-created_at",
		Prepare: c.prepareRelatedProducts,
	}
}

// Regions is /store/regions.
func Regions() resource.Resource {
	return resource.Resource{
		Path: "/store/regions", Entity: "region", One: "region", Many: "regions", Singular: true,
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
		Path: "/store/currencies", Entity: "currency", One: "currency", Many: "currencies", Key: "code", Singular: true,
		Fields:  "code name symbol symbol_native decimal_digits rounding",
		Allow:   strings.Fields("created_at updated_at deleted_at"),
		Filters: resource.Filters{text("q"), list("code")},
		Limit:   50,
		Order:   "code",
		Prepare: resource.LowerKeys,
		Missing: "Currency with code: %s was not found",
	}
}
