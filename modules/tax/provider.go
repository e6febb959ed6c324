package tax

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider"
)

// Kind is the kind of tax providers.
const Kind = "tax"

// A Provider calculates the taxes of carts, orders and prices. It stands for Medusa's ITaxProvider.
// The tax region of a country names the provider that serves the country and its provinces.
type Provider interface {
	// Identifier names the provider: "system". Tax lines keep it as provider_id.
	Identifier() string
	// Lines returns the tax lines of the items of a request. An item may have several lines, or
	// none if it is not taxed. An error fails the change of the cart that needs the taxes.
	Lines(ctx context.Context, r TaxLinesRequest) ([]TaxLine, error)
}

// Provide registers a provider under a name of its instance, which may be empty. Its id, as tax
// regions refer to it, is "tp_" + identifier + "_" + name.
func Provide(name string, p Provider) provider.Registration {
	id := "tp_" + p.Identifier()
	if name != "" {
		id += "_" + name
	}
	return provider.New(Kind, id, p)
}

// A TaxLinesRequest asks for the taxes of a cart, an order or a list of prices.
type TaxLinesRequest struct {
	Address      Address // the destination
	Customer     Customer
	CurrencyCode string // in lower case; empty if only rates are asked for
	Items        []TaxableItem
	IsReturn     bool // the items come back from the address
}

// An Address is a destination. CountryCode is ISO 3166-1 alpha-2 and ProvinceCode ISO 3166-2, both
// as the cart spells them.
type Address struct {
	CountryCode, ProvinceCode, PostalCode, City, Address1, Address2 string
}

// A Customer is the buyer as far as known: ID is empty for guests.
type Customer struct {
	ID, Email string
	GroupIDs  []string
}

// A TaxableItem is a line item or a shipping method. A shipping method has a ShippingOptionID, a line
// item has not.
type TaxableItem struct {
	ID                       string // of the line item, the shipping method or the variant
	Name                     string
	ProductID, ProductTypeID string
	ShippingOptionID         string
	Quantity                 money.Decimal
	UnitPrice                money.Decimal // before discounts; with tax if IsTaxInclusive
	IsTaxInclusive           bool
	RateLines                []TaxLine // what the tax rates of the shop give, for providers that use them
}

// A TaxLine is a tax of one taxable, in percent.
type TaxLine struct {
	TaxableID, RateID, Name, Code, ProviderID string
	Rate                                      float64
}

// systemProvider applies the tax rates of the shop.
type systemProvider struct{}

func (systemProvider) Identifier() string { return "system" }

func (systemProvider) Lines(_ context.Context, r TaxLinesRequest) (out []TaxLine, _ error) {
	for _, t := range r.Items {
		out = append(out, t.RateLines...)
	}
	return out, nil
}

// providerOf finds the provider of a country's tax region; the built-in one if it names none.
func (m *Module) providerOf(country, id string) (Provider, error) {
	if id == "" {
		return systemProvider{}, nil
	}
	p, err := m.Providers.Get(id)
	if err != nil {
		return nil, fault.New(fault.Invalid,
			"The tax region of %s names the tax provider %s, which is not installed: choose another provider for the tax region, or install this one", country, id)
	}
	return p, nil
}
