package commerce

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/auth"
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/api/store"
	"github.com/gorgon-commerce/gorgon/route"
)

// routes lists the API of a shop.
func (s *Shop) routes() []route.Route {
	return slices.Concat(auth.Routes(s.AuthFlows, s.UserFlows), s.adminRoutes(), s.storeRoutes(), cached(s.catalogueRoutes()), s.OrderFlows.routes(), s.SettingsFlows.routes(), s.systemRoutes())
}

func (s *Shop) adminRoutes() []route.Route {
	return slices.Concat(
		admin.APIKeyRoutes(s.APIKeyFlows, resource.Graph),
		admin.Campaigns(s.PromotionFlows, nil),
		admin.Currencies().Routes(),
		admin.CustomerGroups(s.CustomerFlows, nil),
		admin.Customers(s.CustomerFlows, nil),
		admin.FulfillmentProviders(s.FulfillmentFlows, nil),
		admin.FulfillmentSets(s.FulfillmentFlows, nil),
		admin.Fulfillments(s.FulfillmentFlows, nil),
		admin.InventoryItems(s.InventoryFlows, nil),
		admin.Invites(s.UserFlows, nil),
		admin.Notifications().Routes(),
		admin.Promotions(s.PromotionFlows, nil),
		admin.Collections(s.ProductGroups).Routes(),
		admin.ProductTags(s.ProductGroups).Routes(),
		admin.ProductTypes(s.ProductGroups).Routes(),
		admin.Regions(s.RegionFlows).Routes(),
		admin.SalesChannels(s.SalesChannelFlows).Routes(),
		admin.SalesChannelProducts(s.SalesChannelFlows).Routes(),
		admin.Stores(s.StoreFlows).Routes(),
		admin.Reservations(s.ReservationFlows, nil),
		admin.ShippingOptionTypes(s.ShippingFlows, nil),
		admin.ShippingOptions(s.ShippingFlows, nil),
		admin.ShippingProfiles(s.FulfillmentFlows, nil),
		admin.StockLocations(s.StockLocationFlows, nil),
		admin.Taxes(s.TaxFlows),
		admin.Users(s.UserFlows, s.AuthFlows, nil),
		admin.Sheets(s.SheetFlows, s.App.Engine),
		admin.Webhooks(s.WebhookFlows),
		admin.WorkflowExecutions(s.App.Engine),
		admin.Operations(s.App.Bus, s.App.Jobs),
	)
}

func (s *Shop) storeRoutes() []route.Route {
	c := s.storeCatalogue()
	return slices.Concat(
		store.Carts(s.CartFlows),
		store.Hooks(s.CheckoutFlows),
		cached(c.Collections().Routes()),
		cached(store.Currencies().Routes()),
		store.Customers(s.CustomerFlows, nil),
		cached(c.ProductTags().Routes()),
		cached(c.ProductTypes().Routes()),
		cached(store.Regions().Routes()),
		store.ShippingOptions(s.ShippingFlows, resource.Graph),
	)
}

// cached lets buyers' reads of the catalogue be answered from memory.
func cached(list []route.Route) []route.Route {
	for i, r := range list {
		list[i].Cached = r.Method == http.MethodGet && strings.HasPrefix(r.Pattern, "/store/")
	}
	return list
}

// catalogue are the tables that may be read from memory: nothing of a customer, a cart or the stock. Price lists begin and end in time.
func catalogue() map[string]time.Duration {
	out := map[string]time.Duration{"price_list": time.Second}
	for _, t := range strings.Fields(`currency image price price_list_rule price_preference price_rule price_set product product_category product_category_product
		product_collection product_option product_option_value product_product_option product_product_option_value product_sales_channel product_tag product_tags
		product_type product_variant product_variant_option product_variant_price_set product_variant_product_image region region_country sales_channel store
		store_currency tax_provider tax_rate tax_rate_rule tax_region
		fulfillment_provider fulfillment_set geo_zone inventory_item location_fulfillment_set location_fulfillment_provider payment_provider product_shipping_profile
		product_variant_inventory_item region_payment_provider sales_channel_stock_location service_zone shipping_option shipping_option_price_set
		shipping_option_rule shipping_option_type shipping_profile stock_location publishable_api_key_sales_channel
		auth_identity provider_identity`) {
		out[t] = 0
	}
	return out
}
