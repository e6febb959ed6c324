package fulfillment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Provider sends goods: a carrier, a warehouse, or people with tape and paper. It may also be a Calculator and a Returner.
type Provider interface {
	// Identifier names the kind of provider: "manual". See [Provide].
	Identifier() string
	// Options are the ways of sending that shipping options can be made of, each with an id.
	Options(ctx context.Context) ([]module.Map, error)
	// ValidateData checks what a buyer says about how the goods shall come, and returns what of it is kept.
	ValidateData(ctx context.Context, option, data module.Map, about any) (module.Map, error)
	// Send begins a fulfillment. The order is as the wire shows it; nil for none.
	Send(ctx context.Context, f Fulfillment, order module.Map) (Sent, error)
	// Cancel ends a fulfillment that was not shipped.
	Cancel(ctx context.Context, data module.Map) error
}

// Sent is what a provider keeps of a fulfillment, and its labels.
type Sent struct {
	Data   module.Map `json:"data"`
	Labels []Label    `json:"labels"`
}

// A Calculator is a provider that works out prices.
type Calculator interface {
	// CanCalculate reports whether it has prices for an option.
	CanCalculate(ctx context.Context, o ShippingOption) (bool, error)
	// Calculate prices an option. Data is what the buyer said of it, about the cart.
	Calculate(ctx context.Context, option, data module.Map, about any) (Price, error)
}

// A Returner is a provider that brings goods back.
type Returner interface {
	// Return begins a return.
	Return(ctx context.Context, f Fulfillment) (Sent, error)
}

// A Price is what a provider asks for.
type Price struct {
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

// Register records in the database which providers are installed. The application calls it when it
// starts.
func (m *Module) Register(ctx context.Context) error {
	return provider.SyncRecords(ctx, m.ProviderRecords, m.Providers.IDs(), func(id string) ProviderRecord {
		return ProviderRecord{Model: module.Model{ID: id}, IsEnabled: true}
	})
}
