// Package admin shows how a plugin adds to the dashboard: widgets on its pages, and pages of its own. They are written in TSX, by Medusa's conventions.
package admin

import (
	"context"
	"embed"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
)

// extensions are what the dashboard gets: each file in widgets is a widget, each page.tsx in routes a page at the path of its folder.
//
//go:embed widgets routes
var extensions embed.FS

// Extensions is a plugin with widgets and pages, and with a route that one of them asks.
func Extensions(shop *commerce.Shop) gorgon.Plugin {
	c := counter{shop.Product.Products}
	return gorgon.Plugin{
		Name:   "extensions",
		Routes: []route.Route{route.Get("/admin/drafts", c.drafts)},
		Admin:  extensions,
	}
}

type counter struct {
	products *module.Table[product.Product]
}

// A Count is how many there are.
type Count struct {
	Count int `json:"count"`
}

// drafts counts the products that buyers do not see yet. Like all routes under /admin it answers users alone: the dashboard sends its session along.
func (c counter) drafts(ctx context.Context, _ struct{}) (Count, error) {
	list, err := c.products.List(ctx, module.Filter{"status": "draft"})
	return Count{len(list)}, err
}
