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
	APIKeySalesChannels    *link.Link[apikey.Key, saleschannel.Channel]
	CartPaymentCollections *link.Link[cart.Cart, payment.Collection]
	CartPromotions         *link.Link[cart.Cart, promotion.Promotion]
	CustomerAccountHolders *link.Link[customer.Customer, payment.AccountHolder]
	ProductSalesChannels   *link.Link[product.Product, saleschannel.Channel]
	RegionPaymentProviders *link.Link[region.Region, payment.ProviderRecord]
	VariantPriceSets       *link.Link[product.Variant, pricing.PriceSet]
}

func newLinks(m *Modules) Links {
	m.readOnly()
	return Links{
		OrderLinks: newOrderLinks(m, m.Order, m.Payment),
		StockLinks: newStockLinks(m),
		APIKeySalesChannels: link.ManyToMany(m.APIKey.Keys, m.SalesChannel.Channels, link.TableName("publishable_api_key_sales_channel"), link.IDPrefix("pksc"),
			link.ColumnNames("publishable_key_id", "sales_channel_id"), link.RowFieldNames("api_key", "sales_channel"),
			link.FieldNames("sales_channels", "publishable_api_keys"), link.RowListNames("sales_channels_link", "api_keys_link")),
		CartPaymentCollections: link.ManyToMany(m.Cart.Carts, m.Payment.Collections, link.IDPrefix("capaycol"), link.SingleA(), link.SingleB(),
			link.FieldNames("payment_collection", "cart")),
		CartPromotions: link.ManyToMany(m.Cart.Carts, m.Promotion.Promotions, link.IDPrefix("cartpromo"), link.FieldNames("promotions", ""),
			link.RowListNames("cart_link", "cart_link")),
		CustomerAccountHolders: link.ManyToMany(m.Customer.Customers, m.Payment.AccountHolders, link.IDPrefix("custacchldr"), link.SingleA(),
			link.FieldNames("account_holders", "customer"), link.RowListNames("account_holder_link", "customer_link")),
		ProductSalesChannels: link.ManyToMany(m.Product.Products, m.SalesChannel.Channels, link.IDPrefix("prodsc"),
			link.FieldNames("sales_channels", "products"), link.RowListNames("sales_channels_link", "products_link")),
		RegionPaymentProviders: link.ManyToMany(m.Region.Regions, m.Payment.ProviderRecords, link.IDPrefix("regpp"),
			link.FieldNames("payment_providers", "regions"), link.RowListNames("payment_provider_link", "region_link")),
		VariantPriceSets: link.ManyToMany(m.Product.Variants, m.Pricing.PriceSets, link.TableName("product_variant_price_set"), link.IDPrefix("pvps"),
			link.ColumnNames("variant_id", "price_set_id"), link.RowFieldNames("variant", "price_set"), link.SingleA(), link.SingleB(), link.CascadeToB(),
			link.FieldNames("price_set", "variant")),
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
	return slices.Concat([]module.Entity{l.APIKeySalesChannels, l.CartPaymentCollections, l.CartPromotions, l.CustomerAccountHolders, l.ProductSalesChannels, l.RegionPaymentProviders, l.VariantPriceSets},
		l.OrderLinks.tables(), l.StockLinks.tables())
}
