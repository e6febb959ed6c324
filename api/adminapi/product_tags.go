package adminapi

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// A CreateProductTagRequest is what it takes to make a tag, or a type, of products.
type CreateProductTagRequest struct {
	Value      string             `json:"value"`
	ExternalID module.Opt[string] `json:"external_id"`
	Metadata   Metadata           `json:"metadata"`
}

// A UpdateProductTagRequest changes a tag, or a type, of products.
type UpdateProductTagRequest struct {
	ID         string             `path:"id"`
	Value      module.Opt[string] `json:"value" valid:"notnull"`
	ExternalID module.Opt[string] `json:"external_id"`
	Metadata   Metadata           `json:"metadata"`
}

func (p UpdateProductTagRequest) which() (string, module.Map) { return p.ID, nil }

// ProductTags is /admin/product-tags.
func ProductTags(g *productflow.GroupFlows) resource.Resource {
	return productTags(verbs(g.Tags, func(n CreateProductTagRequest) (product.Tag, module.Map) {
		return product.Tag{Value: n.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, UpdateProductTagRequest.which))
}

func productTags(v Handlers[CreateProductTagRequest, UpdateProductTagRequest]) resource.Resource {
	return v.with(resource.Resource{
		Path: "/admin/product-tags", Entity: "product_tag", RecordKey: "product_tag", ListKey: "product_tags", Retrievable: true,
		Fields:                "id value external_id created_at updated_at metadata",
		Filters:               times(text("q"), list("id"), list("value"), list("external_id")),
		Limit:                 20,
		UpdateNotFoundMessage: `Product tag with id "%s" not found`,
	})
}

// ProductTypes is /admin/product-types.
func ProductTypes(g *productflow.GroupFlows) resource.Resource {
	r := productTags(verbs(g.Types, func(n CreateProductTagRequest) (product.Type, module.Map) {
		return product.Type{Value: n.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, UpdateProductTagRequest.which))
	r.Path, r.Entity, r.RecordKey, r.ListKey = "/admin/product-types", "product_type", "product_type", "product_types"
	r.Limit, r.UpdateNotFoundMessage = 10, `Product type with id "%s" not found`
	return r
}
