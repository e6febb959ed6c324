package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// A CreateCollectionRequest is what it takes to make a collection.
type CreateCollectionRequest struct {
	Title          string             `json:"title"`
	Handle         module.Opt[string] `json:"handle" valid:"notnull"`
	ExternalID     module.Opt[string] `json:"external_id"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A UpdateCollectionRequest changes a collection.
type UpdateCollectionRequest struct {
	ID             string             `path:"id"`
	Title          module.Opt[string] `json:"title" valid:"notnull"`
	Handle         module.Opt[string] `json:"handle" valid:"notnull"`
	ExternalID     module.Opt[string] `json:"external_id"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// Collections is /admin/collections.
func Collections(g *productflow.GroupFlows) resource.Resource {
	v := verbs(g.Collections, func(n CreateCollectionRequest) (product.Collection, module.Map) {
		return product.Collection{Title: n.Title, Handle: n.Handle.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, n.AdditionalData
	}, func(p UpdateCollectionRequest) (string, module.Map) { return p.ID, p.AdditionalData })
	products := func(ctx context.Context, in resource.Link) (string, error) {
		return g.LinkCollection.Run(ctx, productflow.CollectionProductsInput{ID: in.ID, Add: in.Add, Remove: in.Remove})
	}
	return v.with(resource.Resource{
		Path: "/admin/collections", Entity: "product_collection", RecordKey: "collection", ListKey: "collections", Retrievable: true,
		Fields:                "id title handle external_id created_at updated_at metadata",
		Filters:               times(text("q"), list("id"), list("title"), list("handle"), list("external_id")),
		Limit:                 10,
		UpdateNotFoundMessage: `Collection with id "%s" not found`,
		Actions:               []resource.Action{resource.Post("/{id}/products", resource.Do(products))},
	})
}
