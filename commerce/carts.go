package commerce

import "github.com/gorgon-commerce/gorgon/flow/cart"

// newCartFlows ties carts to the rest of a shop.
func newCartFlows(m *Modules, l *Links, f *Flows) *cart.Flows {
	return cart.New(&cart.Flows{Cart: m.Cart, Region: m.Region, Customer: m.Customer, Store: m.Store, Channel: m.SalesChannel, Product: m.Product,
		Promotion: m.Promotion, Pricing: m.Pricing, Tax: m.Tax, Fulfillment: m.Fulfillment, Stock: f.InventoryFlows, Shipping: f.ShippingFlows,
		Ports: cart.Ports{Promotions: l.CartPromotions.Near()}})
}
