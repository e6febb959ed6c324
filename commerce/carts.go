package commerce

import "github.com/gorgon-commerce/gorgon/flow/cartflow"

// newCartFlows ties carts to the rest of a shop.
func newCartFlows(m *Modules, l *Links, f *Flows) *cartflow.Flows {
	return cartflow.New(&cartflow.Flows{Cart: m.Cart, Region: m.Region, Customer: m.Customer, Store: m.Store, SalesChannel: m.SalesChannel, Product: m.Product,
		Promotion: m.Promotion, Pricing: m.Pricing, Tax: m.Tax, Fulfillment: m.Fulfillment, Inventory: f.InventoryFlows, Shipping: f.ShippingFlows,
		Deps: cartflow.Deps{Promotions: l.CartPromotions.FromA()}})
}
