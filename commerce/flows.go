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
	"github.com/gorgon-commerce/gorgon/flow/reservation"
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/flow/stocklocation"
	"github.com/gorgon-commerce/gorgon/flow/user"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of a shop.
type Flows struct {
	APIKeyFlows        *apikey.Flows
	AuthFlows          *auth.Flows
	CartFlows          *cart.Flows
	CustomerFlows      *customer.Flows
	FulfillmentFlows   *fulfillment.Flows
	InventoryFlows     *inventory.Flows
	PriceListFlows     *pricing.Flows
	ProductFlows       *product.Flows
	PromotionFlows     *promotion.Flows
	ReservationFlows   *reservation.Flows
	ShippingFlows      *shipping.Flows
	StockLocationFlows *stocklocation.Flows
	UserFlows          *user.Flows
}

func newFlows(m *Modules, l *Links) Flows {
	f := Flows{
		APIKeyFlows:      apikey.New(m.APIKey, l.APIKeyChannels),
		AuthFlows:        auth.New(m.Auth),
		CustomerFlows:    customer.New(m.Customer, m.Auth),
		FulfillmentFlows: fulfillment.New(m.Fulfillment, m.StockLocation),
		InventoryFlows:   inventory.New(m.Inventory, m.StockLocation),
		ProductFlows:     product.New(m.Product, m.Pricing, m.Inventory),
		PromotionFlows:   promotion.New(m.Promotion),
		ReservationFlows: reservation.New(m.Inventory),
		ShippingFlows:    shipping.New(m.Fulfillment, m.Pricing, m.Region),
		StockLocationFlows: stocklocation.New(m.StockLocation, m.Fulfillment,
			stocklocation.Ties{Channels: l.ChannelLocations.Far(), Sets: l.LocationSets.Near(), Providers: l.LocationProviders.Near()}),
		UserFlows: user.New(m.User, m.Auth),
	}
	f.CartFlows = newCartFlows(m, l, &f)
	f.tieStock(&l.StockLinks)
	return f
}

func (f *Flows) workflows() []workflow.Any {
	return slices.Concat(f.APIKeyFlows.Workflows(), f.AuthFlows.Workflows(), f.CartFlows.Workflows(), f.CustomerFlows.Workflows(), f.FulfillmentFlows.Workflows(),
		f.InventoryFlows.Workflows(), f.PriceListFlows.Workflows(), f.ProductFlows.Workflows(), f.PromotionFlows.Workflows(), f.ReservationFlows.Workflows(),
		f.ShippingFlows.Workflows(), f.StockLocationFlows.Workflows(), f.UserFlows.Workflows())
}
