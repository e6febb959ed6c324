package fulfillment

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Provider sends goods: a carrier, a warehouse, or people with tape and paper. It may also be a Calculator and a Returner.
type Provider interface {
	// ID names the provider in data and on the wire: "manual_manual".
	ID() string
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

// Providers are those that are installed, by id.
type Providers struct{ list []Provider }

func newProviders(list []Provider) *Providers { return &Providers{slices.Clone(list)} }

// Add installs a provider. It must not be called once the shop has started.
func (p *Providers) Add(v Provider) { p.list = append(p.list, v) }

// Get finds a provider. An unknown one is fault.NotFound.
func (p *Providers) Get(id string) (Provider, error) {
	for _, v := range p.list {
		if v.ID() == id {
			return v, nil
		}
	}
	return nil, fault.New(fault.NotFound, "Could not find fulfillment provider with id: %s", id)
}

// Register notes in the database which providers are installed, and which are no longer. The application calls it when it starts.
func (m *Module) Register(ctx context.Context) error {
	_, err := module.InTx(ctx, m.Sets, func(ctx context.Context) (int, error) {
		have, err := m.ProviderRecords.List(ctx, nil)
		if err != nil {
			return 0, err
		}
		known := map[string]bool{}
		for _, r := range have {
			_, err := m.Providers.Get(r.ID)
			if known[r.ID] = true; r.IsEnabled == (err == nil) {
				continue
			}
			if _, err := m.ProviderRecords.Update(ctx, module.Filter{"id": r.ID}, module.Set{"is_enabled": err == nil}); err != nil {
				return 0, err
			}
		}
		var fresh []ProviderRecord
		for _, v := range m.Providers.list {
			if !known[v.ID()] {
				known[v.ID()] = true
				fresh = append(fresh, ProviderRecord{Model: module.Model{ID: v.ID()}, IsEnabled: true})
			}
		}
		_, err = m.ProviderRecords.CreateMany(ctx, fresh)
		return len(fresh), err
	})
	return err
}
