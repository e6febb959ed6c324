package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/api/adminapi"
	"github.com/gorgon-commerce/gorgon/api/storeapi"
	"github.com/gorgon-commerce/gorgon/flow/pricingflow"
	"github.com/gorgon-commerce/gorgon/route"
)

// joinCatalogue gives the workflows of products what they use of others.
func (f *Flows) joinCatalogue(m *Modules) {
	p := f.ProductFlows
	p.Tax, p.CreateInventoryLinks, p.DeleteInventoryLinks, p.AvailableQuantities = m.Tax, f.InventoryFlows.Create, f.InventoryFlows.Delete, f.InventoryFlows.AvailableQuantities
	f.PriceListFlows = pricingflow.New(m.Pricing, p.PriceSets)
}

func (s *Shop) storeCatalogue() storeapi.Catalog {
	return storeapi.Catalog{Products: s.ProductFlows, Regions: s.Region, Stores: s.Store, Carts: s.Cart,
		Customers: s.Customer, Channels: s.SalesChannel}
}

// catalogueRoutes are the routes of products and what they are sorted by.
func (s *Shop) catalogueRoutes() []route.Route {
	c := s.storeCatalogue()
	return slices.Concat(
		adminapi.PriceLists(s.PriceListFlows, s.Product, nil),
		adminapi.ProductCategories(s.ProductFlows, nil),
		adminapi.ProductOptions(s.ProductFlows, nil),
		adminapi.ProductVariants(nil).Routes(),
		adminapi.Products(s.ProductFlows, nil),
		c.ProductVariants(nil).Routes(),
		c.ProductResource(nil).Routes(),
		c.ProductCategories(nil).Routes(),
		storeapi.ProductOptions(nil).Routes(),
	)
}
