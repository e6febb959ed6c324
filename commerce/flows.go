package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/flow/apikeyflow"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/csvflow"
	"github.com/gorgon-commerce/gorgon/flow/customerflow"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/flow/pricingflow"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/flow/promotionflow"
	"github.com/gorgon-commerce/gorgon/flow/regionflow"
	"github.com/gorgon-commerce/gorgon/flow/reservationflow"
	"github.com/gorgon-commerce/gorgon/flow/saleschannelflow"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/flow/stocklocationflow"
	"github.com/gorgon-commerce/gorgon/flow/storeflow"
	"github.com/gorgon-commerce/gorgon/flow/taxflow"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/flow/webhookflow"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of a shop.
type Flows struct {
	AdminFlows
	OrderingFlows
	APIKeyFlows        *apikeyflow.Flows
	AuthFlows          *authflow.Flows
	CartFlows          *cartflow.Flows
	CustomerFlows      *customerflow.Flows
	ProductGroupFlows  *productflow.GroupFlows
	RegionFlows        *regionflow.Flows
	SalesChannelFlows  *saleschannelflow.Flows
	StoreFlows         *storeflow.Flows
	FulfillmentFlows   *fulfillmentflow.Flows
	InventoryFlows     *inventoryflow.Flows
	PriceListFlows     *pricingflow.Flows
	ProductFlows       *productflow.Flows
	PromotionFlows     *promotionflow.Flows
	ReservationFlows   *reservationflow.Flows
	ShippingFlows      *shippingflow.Flows
	StockLocationFlows *stocklocationflow.Flows
	TaxFlows           *taxflow.Flows
	UserFlows          *userflow.Flows
	WebhookFlows       *webhookflow.Flows
	CSVFlows           *csvflow.Flows
}

func newFlows(m *Modules, l *Links) Flows {
	f := Flows{
		APIKeyFlows:       apikeyflow.New(m.APIKey, l.APIKeySalesChannels.FromA()),
		AuthFlows:         authflow.New(m.Auth),
		CustomerFlows:     customerflow.New(m.Customer, m.Auth),
		FulfillmentFlows:  fulfillmentflow.New(m.Fulfillment, m.StockLocation),
		InventoryFlows:    inventoryflow.New(m.Inventory, m.StockLocation),
		ProductFlows:      productflow.New(m.Product, m.Pricing, m.Inventory),
		ProductGroupFlows: productflow.NewGroupFlows(m.Product),
		RegionFlows:       regionflow.New(regionflow.Flows{Regions: m.Region, Pricing: m.Pricing, Payment: m.Payment, Providers: l.RegionPaymentProviders}),
		SalesChannelFlows: saleschannelflow.New(m.SalesChannel, m.Store, l.ProductSalesChannels),
		StoreFlows:        storeflow.New(m.Store, m.Pricing),
		PromotionFlows:    promotionflow.New(m.Promotion),
		ReservationFlows:  reservationflow.New(m.Inventory),
		ShippingFlows:     shippingflow.New(m.Fulfillment, m.Pricing, m.Region),
		StockLocationFlows: stocklocationflow.New(m.StockLocation, m.Fulfillment,
			stocklocationflow.LocationLinks{Channels: l.SalesChannelLocations.FromB(), FulfillmentSets: l.LocationFulfillmentSets.FromA(), Providers: l.LocationFulfillmentProviders.FromA()}),
		TaxFlows:  taxflow.New(m.Tax),
		UserFlows: userflow.New(m.User, m.Auth),

		WebhookFlows: webhookflow.New(m.Webhook),
	}
	f.AdminFlows = newSettingsFlows(m)
	f.CartFlows = newCartFlows(m, l, &f)
	f.OrderingFlows = newOrderFlows(orderKit{Modules: m, Order: m.Order, Payment: m.Payment, Links: &l.OrderLinks, CartPayment: l.CartPaymentCollections,
		RegionProviders: l.RegionPaymentProviders.FromA(), SetLocation: l.LocationFulfillmentSets.FromB().LinkedIDs, Cart: f.CartFlows, Fulfillment: f.FulfillmentFlows, Accounts: l.CustomerAccountHolders})
	f.tieStock(&l.StockLinks)
	f.CSVFlows = csvflow.New(&csvflow.Flows{Files: m.File, Notifications: m.Notification, Products: f.ProductFlows, Inventory: m.Inventory, Order: m.Order})
	return f
}

func (f *Flows) workflows() []workflow.AnyWorkflow {
	return slices.Concat(f.AdminFlows.workflows(), f.APIKeyFlows.Workflows(), f.AuthFlows.Workflows(), f.CartFlows.Workflows(), f.CustomerFlows.Workflows(), f.FulfillmentFlows.Workflows(),
		f.InventoryFlows.Workflows(), f.OrderingFlows.workflows(), f.PriceListFlows.Workflows(), f.ProductFlows.Workflows(), f.PromotionFlows.Workflows(), f.ReservationFlows.Workflows(),
		f.ProductGroupFlows.Workflows(), f.RegionFlows.Workflows(), f.SalesChannelFlows.Workflows(), f.StoreFlows.Workflows(),
		f.ShippingFlows.Workflows(), f.StockLocationFlows.Workflows(), f.TaxFlows.Workflows(), f.UserFlows.Workflows(), f.WebhookFlows.Workflows(), f.CSVFlows.Workflows())
}
