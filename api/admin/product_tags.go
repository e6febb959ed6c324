package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
)

// A NewProductTag is what it takes to make a tag, or a type, of products.
type NewProductTag struct {
	Value      string             `json:"value"`
	ExternalID module.Opt[string] `json:"external_id"`
	Metadata   Metadata           `json:"metadata"`
}

// A ProductTagPatch changes a tag, or a type, of products.
type ProductTagPatch struct {
	ID         string             `path:"id"`
	Value      module.Opt[string] `json:"value" valid:"notnull"`
	ExternalID module.Opt[string] `json:"external_id"`
	Metadata   Metadata           `json:"metadata"`
}

// ProductTags is /admin/product-tags.
func ProductTags(v Verbs[NewProductTag, ProductTagPatch]) resource.Resource {
	return v.with(resource.Resource{
		Path: "/admin/product-tags", Entity: "product_tag", One: "product_tag", Many: "product_tags", Singular: true,
		Fields:        "id value external_id created_at updated_at metadata",
		Filters:       times(text("q"), list("id"), list("value"), list("external_id")),
		Limit:         20,
		MissingUpdate: `Product tag with id "%s" not found`,
	})
}

// ProductTypes is /admin/product-types.
func ProductTypes(v Verbs[NewProductTag, ProductTagPatch]) resource.Resource {
	r := ProductTags(v)
	r.Path, r.Entity, r.One, r.Many = "/admin/product-types", "product_type", "product_type", "product_types"
	r.Limit, r.MissingUpdate = 10, `Product type with id "%s" not found`
	return r
}
