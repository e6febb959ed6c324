package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/auth"
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/api/store"
	"github.com/gorgon-commerce/gorgon/route"
)

// routes lists the API of a shop.
func (s *Shop) routes() []route.Route {
	return slices.Concat(auth.Routes(s.AuthFlows, s.UserFlows), s.adminRoutes(), s.storeRoutes(), s.catalogueRoutes(), s.OrderFlows.routes(), s.SettingsFlows.routes(), s.systemRoutes())
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
		admin.Stores(s.StoreFlows).Routes(),
		admin.Reservations(s.ReservationFlows, nil),
		admin.ShippingOptionTypes(s.ShippingFlows, nil),
		admin.ShippingOptions(s.ShippingFlows, nil),
		admin.ShippingProfiles(s.FulfillmentFlows, nil),
		admin.StockLocations(s.StockLocationFlows, nil),
		admin.Taxes(s.TaxFlows),
		admin.Users(s.UserFlows, s.AuthFlows, nil),
		admin.WorkflowExecutions(s.App.Engine),
	)
}

func (s *Shop) storeRoutes() []route.Route {
	return slices.Concat(
		store.Carts(s.CartFlows),
		store.Collections().Routes(),
		store.Currencies().Routes(),
		store.Customers(s.CustomerFlows, nil),
		store.ProductTags().Routes(),
		store.ProductTypes().Routes(),
		store.Regions().Routes(),
		store.ShippingOptions(s.ShippingFlows, resource.Graph),
	)
}
