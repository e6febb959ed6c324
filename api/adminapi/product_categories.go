package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// productCategoryFields are the fields of categories that are shown unless others are asked for.
const productCategoryFields = "id name description handle is_active is_internal rank external_id parent_category_id created_at updated_at metadata " +
	"*parent_category *category_children"

// CategoryFields are what requests say of categories, new and old.
type CategoryFields struct {
	Description      module.Opt[string]  `json:"description" valid:"notnull"`
	Handle           module.Opt[string]  `json:"handle" valid:"notnull"`
	IsInternal       module.Opt[bool]    `json:"is_internal" valid:"notnull"`
	IsActive         module.Opt[bool]    `json:"is_active" valid:"notnull"`
	ParentCategoryID module.Opt[string]  `json:"parent_category_id"`
	ExternalID       module.Opt[string]  `json:"external_id"`
	Rank             module.Opt[float64] `json:"rank" valid:"notnull,min=0"`
	Metadata         Metadata            `json:"metadata"`
	AdditionalData   module.Map          `json:"additional_data" valid:"nullish"`
}

// A CreateProductCategoryRequest is what it takes to make a category.
type CreateProductCategoryRequest struct {
	Name string `json:"name"`
	CategoryFields
}

// A UpdateProductCategoryRequest changes a category.
type UpdateProductCategoryRequest struct {
	ID   string             `path:"id"`
	Name module.Opt[string] `json:"name" valid:"notnull"`
	CategoryFields
}

// A categoryAPI is /admin/product-categories.
type categoryAPI struct{ flows *productflow.Flows }

// ProductCategories routes /admin/product-categories. Read is nil for the query graph.
func ProductCategories(flows *productflow.Flows, read resource.Reader) []route.Route {
	a := categoryAPI{flows}
	r := resource.Resource{
		Path: "/admin/product-categories", Entity: "product_category", RecordKey: "product_category", ListKey: "product_categories", Retrievable: true,
		Fields: productCategoryFields,
		Filters: times(append(categoryFilters(), resource.Filter{Name: "is_internal", Schema: resource.Flag}, resource.Filter{Name: "is_active", Schema: resource.Flag},
			list("description"))...),
		RetrieveParams:  treeFilters(),
		Limit:           50,
		NotFoundMessage: "Product category with id: %s was not found",
		Create:          resource.Do(a.create),
		Update:          resource.Do(a.update),
		Delete:          a.delete,
		Prepare:         prepareTree,
		Actions:         []resource.Action{resource.Post("/{id}/products", resource.Do(a.products))},
		Read:            read,
	}
	return r.Routes()
}

func treeFilters() resource.Filters {
	return resource.Filters{{Name: "include_ancestors_tree", Schema: resource.Flag}, {Name: "include_descendants_tree", Schema: resource.Flag}}
}

func categoryFilters() resource.Filters {
	external := schema.Union(schema.String(), schema.ArrayOf(schema.String()), schema.Null()).Optional()
	return append(treeFilters(), text("q"), list("id"), list("handle"), list("parent_category_id"), resource.Filter{Name: "external_id", Schema: external})
}

// prepareTree makes a read of categories one of the trees around them, where the parameters ask for these.
func prepareTree(_ context.Context, q *resource.Query) error {
	delete(q.Filters, "include_ancestors_tree")
	delete(q.Filters, "include_descendants_tree")
	q.AllowNull("parent_category_id", "external_id")
	q.Fields = withKin(q.Fields, "products.")
	if q.Key == "" && len(q.Order) == 0 {
		q.Order = []string{"rank"}
	}
	up, down := q.Params.Get("include_ancestors_tree").Bool(), q.Params.Get("include_descendants_tree").Bool()
	if !up && !down {
		return nil
	}
	fields, tree := productflow.CategoryTree(q.Fields, up, down, nil)
	tree.IncludeInternal = q.Key == ""
	q.Fields, q.Context = fields, map[string]any{product.TreeContext: tree}
	if q.Key == "" { // trees come by rank before anything that was asked for
		q.Order = append([]string{"rank"}, q.Order...)
	}
	return nil
}

func (a categoryAPI) create(ctx context.Context, in CreateProductCategoryRequest) (string, error) {
	rank := -1
	if in.Rank.Set {
		rank = int(in.Rank.Value)
	}
	out, err := a.flows.CreateCategories.Run(ctx, []product.Category{{
		Name: in.Name, Description: in.Description.Value, Handle: in.Handle.Value, IsActive: in.IsActive.Value, IsInternal: in.IsInternal.Value, Rank: rank,
		ParentCategoryID: in.ParentCategoryID.Ptr(), ExternalID: in.ExternalID.Ptr(), Metadata: in.Metadata.Value,
	}})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (a categoryAPI) update(ctx context.Context, in UpdateProductCategoryRequest) (string, error) {
	set := module.SetFrom(in)
	if in.Rank.Set {
		set["rank"] = int(in.Rank.Value)
	}
	_, err := a.flows.UpdateCategories.Run(ctx, []product.UpdateCategoryInput{{ID: in.ID, Set: set}})
	return in.ID, err
}

func (a categoryAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.DeleteCategories.Run(ctx, []string{id})
	return err
}

func (a categoryAPI) products(ctx context.Context, in resource.Link) (string, error) {
	return a.flows.LinkCategory.Run(ctx, productflow.CategoryProductsInput(in))
}
