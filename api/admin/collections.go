package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/product"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// A NewCollection is what it takes to make a collection.
type NewCollection struct {
	Title          string             `json:"title"`
	Handle         module.Opt[string] `json:"handle" valid:"notnull"`
	ExternalID     module.Opt[string] `json:"external_id"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A CollectionPatch changes a collection.
type CollectionPatch struct {
	ID             string             `path:"id"`
	Title          module.Opt[string] `json:"title" valid:"notnull"`
	Handle         module.Opt[string] `json:"handle" valid:"notnull"`
	ExternalID     module.Opt[string] `json:"external_id"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// Collections is /admin/collections.
func Collections(g *flow.Groups) resource.Resource {
	v := verbs(g.Collections, func(n NewCollection) (product.Collection, module.Map) {
		return product.Collection{Title: n.Title, Handle: n.Handle.Value, ExternalID: n.ExternalID.Ptr(), Metadata: n.Metadata.Value}, n.AdditionalData
	}, func(p CollectionPatch) (string, module.Map) { return p.ID, p.AdditionalData })
	products := func(ctx context.Context, in resource.Link) (string, error) {
		return g.LinkCollection.Run(ctx, flow.CollectionLink{ID: in.ID, Add: in.Add, Remove: in.Remove})
	}
	return v.with(resource.Resource{
		Path: "/admin/collections", Entity: "product_collection", One: "collection", Many: "collections", Singular: true,
		Fields:        "id title handle external_id created_at updated_at metadata",
		Filters:       times(text("q"), list("id"), list("title"), list("handle"), list("external_id")),
		Limit:         10,
		MissingUpdate: `Collection with id "%s" not found`,
		Actions:       []resource.Action{resource.Post("/{id}/products", resource.Do(products))},
	})
}
