package commerce

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/api/adminapi"
	"github.com/gorgon-commerce/gorgon/api/authapi"
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/api/storeapi"
	"github.com/gorgon-commerce/gorgon/route"
)

// routes lists the API of a shop.
func (s *Shop) routes() []route.Route {
	return slices.Concat(authapi.Routes(s.AuthFlows, s.UserFlows), s.adminRoutes(), s.storeRoutes(), cached(s.catalogueRoutes()), s.OrderingFlows.routes(), s.AdminFlows.routes(), s.systemRoutes())
}

func (s *Shop) adminRoutes() []route.Route {
	return slices.Concat(
		adminapi.APIKeyRoutes(s.APIKeyFlows, resource.Graph),
		adminapi.Campaigns(s.PromotionFlows, nil),
		adminapi.Currencies().Routes(),
		adminapi.CustomerGroups(s.CustomerFlows, nil),
		adminapi.Customers(s.CustomerFlows, nil),
		adminapi.FulfillmentProviders(s.FulfillmentFlows, nil),
		adminapi.FulfillmentSets(s.FulfillmentFlows, nil),
		adminapi.Fulfillments(s.FulfillmentFlows, nil),
		adminapi.InventoryItems(s.InventoryFlows, nil),
		adminapi.Invites(s.UserFlows, nil),
		adminapi.Notifications().Routes(),
		adminapi.Promotions(s.PromotionFlows, nil),
		adminapi.Collections(s.ProductGroupFlows).Routes(),
		adminapi.ProductTags(s.ProductGroupFlows).Routes(),
		adminapi.ProductTypes(s.ProductGroupFlows).Routes(),
		adminapi.Regions(s.RegionFlows).Routes(),
		adminapi.SalesChannels(s.SalesChannelFlows).Routes(),
		adminapi.SalesChannelProducts(s.SalesChannelFlows).Routes(),
		adminapi.Stores(s.StoreFlows).Routes(),
		adminapi.Reservations(s.ReservationFlows, nil),
		adminapi.ShippingOptionTypes(s.ShippingFlows, nil),
		adminapi.ShippingOptions(s.ShippingFlows, nil),
		adminapi.ShippingProfiles(s.FulfillmentFlows, nil),
		adminapi.StockLocations(s.StockLocationFlows, nil),
		adminapi.TaxRoutes(s.TaxFlows),
		adminapi.Users(s.UserFlows, s.AuthFlows, nil),
		adminapi.ImportsExports(s.CSVFlows, s.App.Engine),
		adminapi.Webhooks(s.WebhookFlows),
		adminapi.WorkflowExecutions(s.App.Engine),
		adminapi.OperationRoutes(s.App.Bus, s.App.Jobs),
	)
}

func (s *Shop) storeRoutes() []route.Route {
	c := s.storeCatalogue()
	return slices.Concat(
		storeapi.Carts(s.CartFlows),
		storeapi.PaymentHookRoutes(s.CheckoutFlows),
		cached(c.Collections().Routes()),
		cached(storeapi.Currencies().Routes()),
		storeapi.Customers(s.CustomerFlows, nil),
		cached(c.ProductTags().Routes()),
		cached(c.ProductTypes().Routes()),
		cached(storeapi.Regions().Routes()),
		storeapi.ShippingOptions(s.ShippingFlows, resource.Graph),
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
