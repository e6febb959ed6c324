package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
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

// Collections is /admin/collections; products ties products to one.
func Collections(v Verbs[NewCollection, CollectionPatch], products Linker) resource.Resource {
	return v.with(resource.Resource{
		Path: "/admin/collections", Entity: "product_collection", One: "collection", Many: "collections", Singular: true,
		Fields:        "id title handle external_id created_at updated_at metadata",
		Filters:       times(text("q"), list("id"), list("title"), list("handle"), list("external_id")),
		Limit:         10,
		MissingUpdate: `Collection with id "%s" not found`,
		Actions:       []resource.Action{resource.Post("/{id}/products", resource.Do(products))},
	})
}
