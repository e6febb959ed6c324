package shippingflow

import (
	"context"
	"maps"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CartOptionsInput asks for the options of a cart.
type CartOptionsInput struct {
	CartID         string     `json:"cart_id"`
	IDs            []string   `json:"option_ids"`
	IsReturn       bool       `json:"is_return"`
	Hidden         bool       `json:"hidden"` // also options that are not for buyers
	AdditionalData module.Map `json:"additional_data"`
}

// A CartOption is an option of a cart. Short means that its location lacks something that the cart needs.
type CartOption struct {
	PricedOption
	InsufficientInventory bool
}

// A CalculatePriceInput asks the provider of an option for its price.
type CalculatePriceInput struct {
	CartID   string     `json:"cart_id"`
	OptionID string     `json:"id"`
	Data     module.Map `json:"data"`
}

func (f *Flows) listForCart(ctx workflow.Context, q CartOptionsInput) ([]CartOption, error) {
	ruleContext, err := f.OptionsContext.Run(ctx, q)
	if err != nil {
		return nil, err
	}
	a, err := f.CartOptionQuery(ctx, q.CartID)
	if err != nil {
		return nil, err
	}
	a.IDs, a.IsReturn, a.IncludeAdminOnly, a.Rules = q.IDs, q.IsReturn, q.Hidden, merged(a.Rules, ruleContext)
	return f.ListOptionsWithStock(ctx, a)
}

// ListOptionsWithStock lists offers, and whether all that is to be shipped is in stock where each begins.
func (f *Flows) ListOptionsWithStock(ctx context.Context, a OptionQuery) ([]CartOption, error) {
	list, err := f.ListOptions(ctx, a)
	if err != nil {
		return nil, err
	}
	places := make([]string, len(list))
	for i, o := range list {
		places[i] = o.LocationID
	}
	fits, err := a.LocationsWithStock(ctx, places)
	if err != nil {
		return nil, err
	}
	out := make([]CartOption, len(list))
	for i, o := range list {
		out[i] = CartOption{o, !fits[o.LocationID]}
	}
	return out, nil
}

// merged adds what a hook answers to a context.
func merged(own, more module.Map) module.Map {
	out := module.Map{}
	maps.Copy(out, own)
	maps.Copy(out, more)
	return out
}

// calculateForCart prices an option whose provider has the price.
func (f *Flows) calculateForCart(ctx workflow.Context, q CalculatePriceInput) (Price, error) {
	o, err := f.Fulfillment.RetrieveOption(ctx, q.OptionID)
	if err != nil {
		return Price{}, err
	}
	a, err := f.CartOptionQuery(ctx, q.CartID)
	if err != nil {
		return Price{}, err
	}
	p, err := f.CalculatePrice(ctx, o, q.Data, a.ProviderContext)
	if err == nil && p == nil {
		err = fault.New(fault.Invalid, "The provider of shipping option %s does not calculate prices", o.ID)
	}
	if err != nil {
		return Price{}, err
	}
	return *p, nil
}
