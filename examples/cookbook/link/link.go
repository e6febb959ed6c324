// Package link shows how records of different modules are linked: products of the shop with data models of its own, and with those of another system.
package link

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Manual explains one product.
type Manual struct {
	module.Model
	Text string `json:"text"`
}

// A Review is about one product, which may have many.
type Review struct {
	module.Model
	Stars int `json:"stars"`
}

// A Badge is worn by many products, each of which may wear many.
type Badge struct {
	module.Model
	Name string `json:"name"`
}

// A Brand is kept by another system, which knows which product has which.
type Brand struct {
	ID        string `json:"id" model:"key"`
	Name      string `json:"name"`
	ProductID string `json:"product_id"`
}

// A Registry is the other system.
type Registry func(ctx context.Context, products []string) ([]Brand, error)

// A Showroom tells more about products.
type Showroom struct {
	Manuals *module.Table[Manual]
	Reviews *module.Table[Review]
	Badges  *module.Table[Badge]

	Manual *link.Link[product.Product, Manual]
	About  *link.Link[product.Product, Review]
	Worn   *link.Link[product.Product, Badge]

	brands *module.VirtualTable[Brand]
}

// New returns the showroom of a shop.
func New(shop *commerce.Shop, registry Registry) *Showroom {
	s := &Showroom{
		Manuals: module.NewTable[Manual]("manual", "manuals"),
		Reviews: module.NewTable[Review]("review", "reviews"),
		Badges:  module.NewTable[Badge]("badge", "badges"),
	}
	products := shop.Product.Products

	s.Manual = link.OneToOne(products, s.Manuals, link.CascadeToB()) // a manual goes with its product
	s.About = link.OneToMany(products, s.Reviews)
	s.Worn = link.ManyToMany(products, s.Badges, link.JSONColumn("metadata"))

	s.brands = module.NewVirtualTable("brand", func(ctx context.Context, where module.Filter) ([]Brand, error) {
		return registry(ctx, where["product_id"].([]string))
	})
	link.ReadOnlyOne(products, "id", s.brands, "product_id")
	return s
}

// Plugin lists all that the showroom adds to its shop.
func (s *Showroom) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:   "showroom",
		Tables: []module.Entity{s.Manuals, s.Reviews, s.Badges, s.brands},
		Links:  []link.Definition{s.Manual, s.About, s.Worn},
	}
}

// Explain links a product to its manual.
func (s *Showroom) Explain(ctx context.Context, product, manual string) error {
	_, err := s.Manual.Attach(ctx, link.Join(product, manual))
	return err
}

// Unexplain takes them apart.
func (s *Showroom) Unexplain(ctx context.Context, product, manual string) error {
	return s.Manual.Dismiss(ctx, link.Join(product, manual))
}

// Wear links a product to a badge, and notes something about it.
func (s *Showroom) Wear(ctx context.Context, product, badge string, metadata module.Map) error {
	_, err := s.Worn.AttachWith(ctx, link.Pair{From: product, To: badge, Extra: map[string]any{"metadata": metadata}})
	return err
}

// A Worn is a link of a product and a badge, with what was noted about it.
type Worn struct {
	Metadata module.Map
	Product  struct{ Title string }
	Badge    Badge
}

// WornBy reads the links of a product to its badges.
func (s *Showroom) WornBy(ctx context.Context, product string) ([]Worn, error) {
	return query.List[Worn](ctx, query.From("product_badge"), query.Where(module.Filter{"product_id": product}))
}

// A Page is a product with all that is linked to it.
type Page struct {
	product.Product
	Manual  *Manual
	Reviews []Review
	Badges  []Badge
	Brand   *Brand
}

// Show reads products with all that is linked to them, wherever it is kept.
func (s *Showroom) Show(ctx context.Context, products ...string) ([]Page, error) {
	return query.List[Page](ctx, query.Where(module.Filter{"id": products}), query.Order("title"))
}
