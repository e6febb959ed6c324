package commerce

import (
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
)

// CartLinks tie carts to what is on them.
type CartLinks struct {
	CartPromotions *link.Link[carts.Cart, promotion.Promotion]
}

// newCartLinks also lets queries pass from carts and their lines to what they name.
func newCartLinks(m *Modules) CartLinks {
	link.ReadOnly(m.Cart.Carts, m.Customer.Customers, "customer_id", "customer", "carts")
	link.ReadOnly(m.Cart.Carts, m.Region.Regions, "region_id", "region", "carts")
	link.ReadOnly(m.Cart.Carts, m.SalesChannel.Channels, "sales_channel_id", "sales_channel", "carts")
	link.ReadOnly(m.Cart.Items, m.Product.Products, "product_id", "product", "")
	link.ReadOnly(m.Cart.Items, m.Product.Variants, "variant_id", "variant", "cart_items")
	link.ReadOnly(m.Cart.ShippingMethods, m.Fulfillment.ShippingOptions, "shipping_option_id", "shipping_option", "")
	link.ReadOnly(m.Cart.ItemAdjustments, m.Promotion.Promotions, "promotion_id", "promotion", "")
	return CartLinks{CartPromotions: link.Many(m.Cart.Carts, m.Promotion.Promotions, link.Prefix("cartpromo"), link.Fields("promotions", ""),
		link.Rows("cart_link", "cart_link"))}
}

func (l *CartLinks) tables() []module.Entity { return []module.Entity{l.CartPromotions} }

// newCartFlows ties carts to the rest of a shop.
func newCartFlows(m *Modules, l *Links, f *Flows) *cart.Flows {
	return cart.New(&cart.Flows{Cart: m.Cart, Region: m.Region, Customer: m.Customer, Store: m.Store, Channel: m.SalesChannel, Product: m.Product,
		Promotion: m.Promotion, Pricing: m.Pricing, Tax: m.Tax, Fulfillment: m.Fulfillment, Stock: f.InventoryFlows, Shipping: f.ShippingFlows,
		Ports: cart.Ports{Promotions: l.CartPromotions.Near()}})
}
