package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
)

// Links tie records of different modules together.
type Links struct {
	OrderLinks
	StockLinks
	APIKeyChannels   *link.Link[apikey.Key, saleschannel.Channel]
	CartPayment      *link.Link[cart.Cart, payment.Collection]
	CartPromotions   *link.Link[cart.Cart, promotion.Promotion]
	CustomerAccounts *link.Link[customer.Customer, payment.AccountHolder]
	ProductChannels  *link.Link[product.Product, saleschannel.Channel]
	RegionProviders  *link.Link[region.Region, payment.ProviderRecord]
	VariantPrices    *link.Link[product.Variant, pricing.Set]
}

func newLinks(m *Modules) Links {
	m.readOnly()
	return Links{
		OrderLinks: newOrderLinks(m, m.Order, m.Payment),
		StockLinks: newStockLinks(m),
		APIKeyChannels: link.Many(m.APIKey.Keys, m.SalesChannel.Channels, link.Table("publishable_api_key_sales_channel"), link.Prefix("pksc"),
			link.Columns("publishable_key_id", "sales_channel_id"), link.Names("api_key", "sales_channel"),
			link.Fields("sales_channels", "publishable_api_keys"), link.Rows("sales_channels_link", "api_keys_link")),
		CartPayment: link.Many(m.Cart.Carts, m.Payment.Collections, link.Prefix("capaycol"), link.OneA(), link.OneB(),
			link.Fields("payment_collection", "cart")),
		CartPromotions: link.Many(m.Cart.Carts, m.Promotion.Promotions, link.Prefix("cartpromo"), link.Fields("promotions", ""),
			link.Rows("cart_link", "cart_link")),
		CustomerAccounts: link.Many(m.Customer.Customers, m.Payment.Holders, link.Prefix("custacchldr"), link.OneA(),
			link.Fields("account_holders", "customer"), link.Rows("account_holder_link", "customer_link")),
		ProductChannels: link.Many(m.Product.Products, m.SalesChannel.Channels, link.Prefix("prodsc"),
			link.Fields("sales_channels", "products"), link.Rows("sales_channels_link", "products_link")),
		RegionProviders: link.Many(m.Region.Regions, m.Payment.Records, link.Prefix("regpp"),
			link.Fields("payment_providers", "regions"), link.Rows("payment_provider_link", "region_link")),
		VariantPrices: link.Many(m.Product.Variants, m.Pricing.Sets, link.Table("product_variant_price_set"), link.Prefix("pvps"),
			link.Columns("variant_id", "price_set_id"), link.Names("variant", "price_set"), link.OneA(), link.OneB(), link.DeleteB(),
			link.Fields("price_set", "variant")),
	}
}

// readOnly lets queries pass from records to those whose keys they hold.
func (m *Modules) readOnly() {
	link.ReadOnly(m.Cart.Carts, m.Customer.Customers, "customer_id", "customer", "carts")
	link.ReadOnly(m.Cart.Carts, m.Region.Regions, "region_id", "region", "carts")
	link.ReadOnly(m.Cart.Carts, m.SalesChannel.Channels, "sales_channel_id", "sales_channel", "carts")
	link.ReadOnly(m.Cart.Items, m.Product.Products, "product_id", "product", "")
	link.ReadOnly(m.Cart.Items, m.Product.Variants, "variant_id", "variant", "cart_items")
	link.ReadOnly(m.Cart.ShippingMethods, m.Fulfillment.ShippingOptions, "shipping_option_id", "shipping_option", "")
	link.ReadOnly(m.Cart.ItemAdjustments, m.Promotion.Promotions, "promotion_id", "promotion", "")
	link.ReadOnly(m.Inventory.Levels, m.StockLocation.Locations, "location_id", "stock_locations", "")
	link.ReadOnly(m.Store.Currencies, m.Currency.Currencies, "currency_code", "currency", "")
}

func (l *Links) tables() []module.Entity {
	return slices.Concat([]module.Entity{l.APIKeyChannels, l.CartPayment, l.CartPromotions, l.CustomerAccounts, l.ProductChannels, l.RegionProviders, l.VariantPrices},
		l.OrderLinks.tables(), l.StockLinks.tables())
}
