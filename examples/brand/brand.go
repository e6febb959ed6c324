// Package brand knows which brand each product is of.
package brand

import (
	"context"
	"embed"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Brand is who makes products.
type Brand struct {
	module.Model
	Name string `json:"name" model:"searchable"`
}

// Brands keeps brands, and knows which products are of each.
type Brands struct {
	Brands   *module.Table[Brand]
	Products *link.Link[Brand, product.Product]
}

// New returns the brands of a shop.
func New(shop *commerce.Shop) *Brands {
	brands := module.NewTable[Brand]("brand", "brands")
	return &Brands{brands, link.OneToMany(brands, shop.Product.Products)}
}

// A Draft is what it takes to make a brand.
type Draft struct {
	Name       string   `json:"name" valid:"min=1"`
	ProductIDs []string `json:"product_ids" valid:"optional"`
}

// create saves a brand and links it to its products. If a step fails, the steps before it are undone, last first.
func (b *Brands) create(ctx workflow.Context, d Draft) (Brand, error) {
	brand, err := workflow.Step(ctx, "save-brand", b.Brands.Create, Brand{Name: d.Name}, workflow.Undo(b.Brands.Remove))
	if err != nil {
		return Brand{}, err
	}
	_, err = workflow.Step(ctx, "link-products", b.Products.Attach, link.Join(brand.ID, d.ProductIDs...), workflow.Undo(b.Products.Detach))
	return brand, err
}

// A List is some brands.
type List struct {
	Brands []Brand `json:"brands"`
}

// of reads the brand of a product, if it has one.
func of(ctx context.Context, in struct {
	Product string `path:"id"`
}) (out List, err error) {
	out.Brands, err = query.Find[Brand](ctx, module.Filter{"products": module.Filter{"id": in.Product}})
	return out, err
}

//go:embed admin
var admin embed.FS

// Plugin lists all that brands add to their shop.
func (b *Brands) Plugin() gorgon.Plugin {
	create := workflow.New("create-brand", b.create)
	return gorgon.Plugin{
		Name:      "brand",
		Tables:    []module.Entity{b.Brands},
		Links:     []link.Definition{b.Products},
		Workflows: []workflow.AnyWorkflow{create},
		Routes:    []route.Route{route.Post("/admin/brands", create.Run), route.Get("/admin/products/{id}/brands", of)},
		Admin:     admin,
	}
}
