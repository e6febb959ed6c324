package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/flow/apikey"
	"github.com/gorgon-commerce/gorgon/flow/auth"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/customer"
	"github.com/gorgon-commerce/gorgon/flow/fulfillment"
	"github.com/gorgon-commerce/gorgon/flow/inventory"
	"github.com/gorgon-commerce/gorgon/flow/pricing"
	"github.com/gorgon-commerce/gorgon/flow/product"
	"github.com/gorgon-commerce/gorgon/flow/promotion"
	"github.com/gorgon-commerce/gorgon/flow/region"
	"github.com/gorgon-commerce/gorgon/flow/reservation"
	"github.com/gorgon-commerce/gorgon/flow/saleschannel"
	"github.com/gorgon-commerce/gorgon/flow/sheet"
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/flow/stocklocation"
	"github.com/gorgon-commerce/gorgon/flow/store"
	"github.com/gorgon-commerce/gorgon/flow/tax"
	"github.com/gorgon-commerce/gorgon/flow/user"
	"github.com/gorgon-commerce/gorgon/flow/webhook"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of a shop.
type Flows struct {
	SettingsFlows
	OrderFlows
	APIKeyFlows        *apikey.Flows
	AuthFlows          *auth.Flows
	CartFlows          *cart.Flows
	CustomerFlows      *customer.Flows
	ProductGroups      *product.Groups
	RegionFlows        *region.Flows
	SalesChannelFlows  *saleschannel.Flows
	StoreFlows         *store.Flows
	FulfillmentFlows   *fulfillment.Flows
	InventoryFlows     *inventory.Flows
	PriceListFlows     *pricing.Flows
	ProductFlows       *product.Flows
	PromotionFlows     *promotion.Flows
	ReservationFlows   *reservation.Flows
	ShippingFlows      *shipping.Flows
	StockLocationFlows *stocklocation.Flows
	TaxFlows           *tax.Flows
	UserFlows          *user.Flows
	WebhookFlows       *webhook.Flows
	SheetFlows         *sheet.Flows
}

func newFlows(m *Modules, l *Links) Flows {
	f := Flows{
		APIKeyFlows:       apikey.New(m.APIKey, l.APIKeyChannels.Near()),
		AuthFlows:         auth.New(m.Auth),
		CustomerFlows:     customer.New(m.Customer, m.Auth),
		FulfillmentFlows:  fulfillment.New(m.Fulfillment, m.StockLocation),
		InventoryFlows:    inventory.New(m.Inventory, m.StockLocation),
		ProductFlows:      product.New(m.Product, m.Pricing, m.Inventory),
		ProductGroups:     product.NewGroups(m.Product),
		RegionFlows:       region.New(region.Flows{Regions: m.Region, Pricing: m.Pricing, Payment: m.Payment, Providers: l.RegionProviders}),
		SalesChannelFlows: saleschannel.New(m.SalesChannel, m.Store, l.ProductChannels),
		StoreFlows:        store.New(m.Store, m.Pricing),
		PromotionFlows:    promotion.New(m.Promotion),
		ReservationFlows:  reservation.New(m.Inventory),
		ShippingFlows:     shipping.New(m.Fulfillment, m.Pricing, m.Region),
		StockLocationFlows: stocklocation.New(m.StockLocation, m.Fulfillment,
			stocklocation.Ties{Channels: l.ChannelLocations.Far(), Sets: l.LocationSets.Near(), Providers: l.LocationProviders.Near()}),
		TaxFlows:  tax.New(m.Tax),
		UserFlows: user.New(m.User, m.Auth),

		WebhookFlows: webhook.New(m.Webhook),
	}
	f.SettingsFlows = newSettingsFlows(m)
	f.CartFlows = newCartFlows(m, l, &f)
	f.OrderFlows = newOrderFlows(orderKit{Modules: m, Order: m.Order, Payment: m.Payment, Links: &l.OrderLinks, CartPayment: l.CartPayment,
		RegionProviders: l.RegionProviders.Near(), SetLocation: l.LocationSets.Far().Others, Cart: f.CartFlows, Fulfillment: f.FulfillmentFlows, Accounts: l.CustomerAccounts})
	f.tieStock(&l.StockLinks)
	f.SheetFlows = sheet.New(&sheet.Flows{Files: m.File, Notifications: m.Notification, Products: f.ProductFlows, Inventory: m.Inventory, Order: m.Order})
	return f
}

func (f *Flows) workflows() []workflow.Any {
	return slices.Concat(f.SettingsFlows.workflows(), f.APIKeyFlows.Workflows(), f.AuthFlows.Workflows(), f.CartFlows.Workflows(), f.CustomerFlows.Workflows(), f.FulfillmentFlows.Workflows(),
		f.InventoryFlows.Workflows(), f.OrderFlows.workflows(), f.PriceListFlows.Workflows(), f.ProductFlows.Workflows(), f.PromotionFlows.Workflows(), f.ReservationFlows.Workflows(),
		f.ProductGroups.Workflows(), f.RegionFlows.Workflows(), f.SalesChannelFlows.Workflows(), f.StoreFlows.Workflows(),
		f.ShippingFlows.Workflows(), f.StockLocationFlows.Workflows(), f.TaxFlows.Workflows(), f.UserFlows.Workflows(), f.WebhookFlows.Workflows(), f.SheetFlows.Workflows())
}
