package storeapi

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// categoryFields are the fields of categories that buyers see.
const categoryFields = "id name description handle rank external_id parent_category_id created_at updated_at metadata *parent_category *category_children"

// ProductCategories is /store/product-categories. Those that are internal or not active are not there.
func (c Catalog) ProductCategories(read resource.Reader) resource.Resource {
	tree := resource.Filters{{Name: "include_ancestors_tree", Schema: resource.Flag}, {Name: "include_descendants_tree", Schema: resource.Flag}}
	external := schema.Union(schema.String(), schema.ArrayOf(schema.String()), schema.Null()).Optional()
	return resource.Resource{
		Path: "/store/product-categories", Entity: "product_category", RecordKey: "product_category", ListKey: "product_categories", Retrievable: true,
		Fields: categoryFields,
		Allow: append(nestedCategories(3), strings.Fields("products deleted_at products.title products.variants products.options products.images "+
			"category_children.products.title")...),
		Filters: append(tree[:2:2], text("q"), list("id"), list("name"), list("description"), list("handle"), list("parent_category_id"),
			resource.Filter{Name: "external_id", Schema: external}, dates("created_at"), dates("updated_at"), dates("deleted_at")),
		RetrieveParams:  tree,
		Limit:           50,
		NotFoundMessage: "Product category with id: %s was not found",
		Prepare:         c.prepareCategories,
		Read:            read,
	}
}

// nestedCategories are what may be asked of the categories around one, so many steps away.
func nestedCategories(depth int) []string {
	kin := []string{"parent_category", "category_children"}
	var out []string
	for _, k := range kin {
		out = append(out, below(k, "id name description handle rank external_id parent_category_id created_at updated_at deleted_at")...)
		if depth > 1 {
			for _, f := range nestedCategories(depth - 1) {
				out = append(out, k+"."+f)
			}
		}
	}
	return out
}

func (c Catalog) prepareCategories(ctx context.Context, q *resource.Query) error {
	delete(q.Filters, "include_ancestors_tree")
	delete(q.Filters, "include_descendants_tree")
	q.AllowNull("parent_category_id", "external_id")
	q.Filters["is_active"], q.Filters["is_internal"] = true, false
	if err := c.prepareRelatedProducts(ctx, q); err != nil {
		return err
	}
	if q.Key == "" && len(q.Order) == 0 {
		q.Order = []string{"rank"}
	}
	up, down := q.Params.Get("include_ancestors_tree").Bool(), q.Params.Get("include_descendants_tree").Bool()
	if !up && !down {
		return nil
	}
	fields, tree := productflow.CategoryTree(q.Fields, up, down, module.Filter{"is_active": true, "is_internal": false})
	tree.IncludeInternal = q.Key == ""
	q.Fields, q.Context = fields, map[string]any{product.TreeContext: tree}
	if q.Key == "" { // trees come by rank before anything that was asked for
		q.Order = append([]string{"rank"}, q.Order...)
	}
	return nil
}
