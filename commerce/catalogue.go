package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/store"
	"github.com/gorgon-commerce/gorgon/flow/pricing"
	"github.com/gorgon-commerce/gorgon/route"
)

// joinCatalogue gives the workflows of products what they use of others.
func (f *Flows) joinCatalogue(m *Modules) {
	p := f.ProductFlows
	p.Tax, p.CreateItems, p.DeleteItems, p.Available = m.Tax, f.InventoryFlows.Create, f.InventoryFlows.Delete, f.InventoryFlows.Available
	f.PriceListFlows = pricing.New(m.Pricing, p.PriceSets)
}

func (s *Shop) storeCatalogue() store.Catalogue {
	return store.Catalogue{Products: s.ProductFlows, Regions: s.Region, Stores: s.Store, Carts: s.Cart,
		Customers: s.Customer, Channels: s.SalesChannel}
}

// catalogueRoutes are the routes of products and what they are sorted by.
func (s *Shop) catalogueRoutes() []route.Route {
	c := s.storeCatalogue()
	return slices.Concat(
		admin.PriceLists(s.PriceListFlows, s.Product, nil),
		admin.ProductCategories(s.ProductFlows, nil),
		admin.ProductOptions(s.ProductFlows, nil),
		admin.ProductVariants(nil).Routes(),
		admin.Products(s.ProductFlows, nil),
		c.ProductVariants(nil).Routes(),
		c.Shown(nil).Routes(),
		c.ProductCategories(nil).Routes(),
		store.ProductOptions(nil).Routes(),
	)
}
