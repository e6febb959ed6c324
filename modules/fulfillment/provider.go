package fulfillment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Provider sends goods: a carrier, a warehouse, or people with tape and paper. It may also be a PriceCalculator and a ReturnProvider.
type Provider interface {
	// Identifier names the kind of provider: "manual". See [Provide].
	Identifier() string
	// FulfillmentOptions are the ways of sending that shipping options can be made of, each with an id.
	FulfillmentOptions(ctx context.Context) ([]module.Map, error)
	// ValidateFulfillmentData checks what a buyer says about how the goods shall come, and returns what of it is kept.
	ValidateFulfillmentData(ctx context.Context, option, data module.Map, about any) (module.Map, error)
	// CreateFulfillment begins a fulfillment. The order is as the wire shows it; nil for none.
	CreateFulfillment(ctx context.Context, f Fulfillment, order module.Map) (ShipmentData, error)
	// CancelFulfillment ends a fulfillment that was not shipped.
	CancelFulfillment(ctx context.Context, data module.Map) error
}

// ShipmentData is what a provider keeps of a fulfillment, and its labels.
type ShipmentData struct {
	Data   module.Map `json:"data"`
	Labels []Label    `json:"labels"`
}

// A PriceCalculator is a provider that works out prices.
type PriceCalculator interface {
	// CanCalculatePrice reports whether it has prices for an option.
	CanCalculatePrice(ctx context.Context, o ShippingOption) (bool, error)
	// CalculatePrice prices an option. Data is what the buyer said of it, about the cart.
	CalculatePrice(ctx context.Context, option, data module.Map, about any) (CalculatedPrice, error)
}

// A ReturnProvider is a provider that brings goods back.
type ReturnProvider interface {
	// CreateReturn begins a return.
	CreateReturn(ctx context.Context, f Fulfillment) (ShipmentData, error)
}

// A CalculatedPrice is what a provider asks for.
type CalculatedPrice struct {
	Amount         money.Decimal `json:"calculated_amount"`
	IsTaxInclusive bool          `json:"is_calculated_price_tax_inclusive"`
}

// Kind is the kind of fulfillment providers.
const Kind = "fulfillment"

// Provide registers a provider under a name of its instance. Its id is identifier + "_" + name, as
// Medusa makes it: "manual_manual". Shipping options and stock locations refer to it.
func Provide(name string, p Provider) provider.Registration {
	return provider.New(Kind, p.Identifier()+"_"+name, p)
}

// SyncProviders records in the database which providers are installed. The application calls it when it
// starts.
func (m *Module) SyncProviders(ctx context.Context) error {
	return provider.SyncRecords(ctx, m.ProviderRecords, m.Providers.IDs(), func(id string) ProviderRecord {
		return ProviderRecord{Model: module.Model{ID: id}, IsEnabled: true}
	})
}
