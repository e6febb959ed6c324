package api

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Brand makes products.
type Brand struct {
	module.Model
	Name string `json:"name"`
}

// Brands knows who makes which products.
type Brands struct {
	Brands   *module.Table[Brand]
	Products *link.Link[Brand, product.Product]
}

// NewBrands has a brand for each product that is made with one.
func NewBrands(shop *commerce.Shop) *Brands {
	brands := module.NewTable[Brand]("brand", "brands")
	b := &Brands{brands, link.ManyToMany(brands, shop.Product.Products, link.SingleA())}
	shop.ProductFlows.ProductsCreated.Handle(b.tie)
	return b
}

// Extra is what the request for a new product may say beside what Medusa knows.
type Extra struct {
	BrandID string `json:"brand_id" valid:"optional"`
}

// Plugin lists what brands consist of.
func (b *Brands) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:           "brands",
		Tables:         []module.Entity{b.Brands},
		Links:          []link.Definition{b.Products},
		Routes:         []route.Route{route.Post("/admin/brands", b.create)},
		AdditionalData: []route.AdditionalDataSchema{route.AdditionalData[Extra]("POST", "/admin/products")},
	}
}

func (b *Brands) create(ctx context.Context, in struct {
	Name string `json:"name"`
}) (Brand, error) {
	return b.Brands.Create(ctx, Brand{Name: in.Name})
}

// tie is called for new products, and becomes a part of the workflow that makes them: if it fails later, the ties are undone.
func (b *Brands) tie(ctx workflow.Context, input productflow.Products) error {
	brand, ok := input.AdditionalData["brand_id"].(string)
	if !ok {
		return nil
	}
	_, err := workflow.Step(ctx, "tie-to-brand", b.Products.Attach, link.Join(brand, module.IDs(input.Products)...), workflow.Undo(b.Products.Detach))
	return err
}
