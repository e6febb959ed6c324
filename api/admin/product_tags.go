package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/product"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
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

func (p ProductTagPatch) which() (string, module.Map) { return p.ID, nil }

// ProductTags is /admin/product-tags.
func ProductTags(g *flow.Groups) resource.Resource {
	return productTags(verbs(g.Tags, func(n NewProductTag) (product.Tag, module.Map) {
		return product.Tag{Value: n.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, ProductTagPatch.which))
}

func productTags(v Verbs[NewProductTag, ProductTagPatch]) resource.Resource {
	return v.with(resource.Resource{
		Path: "/admin/product-tags", Entity: "product_tag", One: "product_tag", Many: "product_tags", Singular: true,
		Fields:        "id value external_id created_at updated_at metadata",
		Filters:       times(text("q"), list("id"), list("value"), list("external_id")),
		Limit:         20,
		MissingUpdate: `Product tag with id "%s" not found`,
	})
}

// ProductTypes is /admin/product-types.
func ProductTypes(g *flow.Groups) resource.Resource {
	r := productTags(verbs(g.Types, func(n NewProductTag) (product.Type, module.Map) {
		return product.Type{Value: n.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, ProductTagPatch.which))
	r.Path, r.Entity, r.One, r.Many = "/admin/product-types", "product_type", "product_type", "product_types"
	r.Limit, r.MissingUpdate = 10, `Product type with id "%s" not found`
	return r
}
