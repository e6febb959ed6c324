package shippingflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/money"
)

// An OptionQuery says who asks for shipping options, and for what.
type OptionQuery struct {
	ChannelID        string
	IDs              []string // of these alone; none for all
	Address          fulfillment.Destination
	IsReturn         bool
	IncludeAdminOnly bool                  // also those that are not for buyers
	IgnoreRules      bool                  // whatever their rules say, and whatever they cost
	Rules            module.Map            // what the options' rules may be about besides
	Data             map[string]module.Map // what was said with the choice of options whose provider works out the price, by option
	ProviderContext  any                   // the cart, for that provider
	Prices           pricing.Context       // what flat prices are found by

	// LocationsWithStock tells for locations whether all that is to be shipped is in stock at one.
	LocationsWithStock func(ctx context.Context, locations []string) (map[string]bool, error)
}

// A Price is what an option costs.
type Price struct {
	Amount         money.Decimal
	IsTaxInclusive bool
	Raw            module.JSON // calculated_price, as the wire shows it
}

// A PricedOption is an option that one has, from a location, at a price; nil where it has none.
type PricedOption struct {
	fulfillment.ShippingOption
	LocationID string
	Price      *Price
}

// ListOptions lists the shipping options of a sales channel that reach an address and whose rules hold, by id.
func (f *Flows) ListOptions(ctx context.Context, a OptionQuery) ([]PricedOption, error) {
	sets, err := f.sets(ctx, a.ChannelID)
	if err != nil {
		return nil, err
	}
	ruleContext := module.Map{}
	for k, v := range a.Rules {
		ruleContext[k] = v
	}
	ruleContext["is_return"], ruleContext["enabled_in_store"] = truth(a.IsReturn), truth(!a.IncludeAdminOnly)
	choice := fulfillment.OptionQuery{IDs: a.IDs, Sets: []string{}, Address: a.Address, Context: ruleContext}
	for _, s := range sets {
		choice.Sets = append(choice.Sets, s[0])
	}
	if a.IgnoreRules {
		choice.Context = nil
	}
	list, err := f.Fulfillment.FindOptions(ctx, choice)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := make([]PricedOption, len(list))
	for i, o := range list {
		out[i].ShippingOption = o
		k := slices.IndexFunc(sets, func(s [2]string) bool { return s[0] == o.ServiceZone.FulfillmentSetID })
		out[i].LocationID = sets[k][1]
	}
	if a.IgnoreRules {
		return out, nil
	}
	return out, f.priceOptions(ctx, a, out)
}

// FindOption finds a shipping option by its id, with its price for whoever asks, whether its rules hold or not. An unknown one is fault.NotFound.
func (f *Flows) FindOption(ctx context.Context, a OptionQuery, id string) (PricedOption, error) {
	list, err := f.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": id}, module.FindOptions{Relations: []string{"service_zone"}})
	if err != nil {
		return PricedOption{}, err
	}
	if len(list) == 0 {
		return PricedOption{}, fault.New(fault.NotFound, "Shipping option with id: %s was not found", id)
	}
	offers := []PricedOption{{ShippingOption: list[0]}}
	err = f.priceOptions(ctx, a, offers)
	return offers[0], err
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// priceOptions prices offers: flat ones all at once, the others by their providers.
func (f *Flows) priceOptions(ctx context.Context, a OptionQuery, list []PricedOption) error {
	if err := f.priceFlatOptions(ctx, a, list); err != nil {
		return err
	}
	for i := range list {
		if list[i].PriceType != PriceTypeCalculated {
			continue
		}
		p, err := f.CalculatePrice(ctx, list[i].ShippingOption, a.Data[list[i].ID], a.ProviderContext)
		if err != nil {
			return err
		}
		list[i].Price = p
	}
	return nil
}

func (f *Flows) priceFlatOptions(ctx context.Context, a OptionQuery, list []PricedOption) error {
	var ids, sets []string
	for _, o := range list {
		if o.PriceType == PriceTypeFlat {
			ids = append(ids, o.ID)
		}
	}
	of, err := f.priceSets(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if of[id] != "" {
			sets = append(sets, of[id])
		}
	}
	if len(sets) == 0 {
		return nil
	}
	prices, err := f.Pricing.Calculate(ctx, sets, a.Prices)
	if err != nil {
		return err
	}
	for i := range list {
		if p := prices[of[list[i].ID]]; p != nil {
			list[i].Price = &Price{Amount: p.Price.Amount, IsTaxInclusive: p.Price.TaxInclusive, Raw: p.AppendJSON(nil)}
		}
	}
	return nil
}

// CalculatePrice has the provider of an option work out its price. Nil means that it has none.
func (f *Flows) CalculatePrice(ctx context.Context, o fulfillment.ShippingOption, data module.Map, providerContext any) (*Price, error) {
	p, err := f.Fulfillment.Providers.Get(text(o.ProviderID))
	if err != nil {
		return nil, err
	}
	c, ok := p.(fulfillment.PriceCalculator)
	if !ok {
		return nil, nil
	}
	got, err := c.CalculatePrice(ctx, o.Data, data, providerContext)
	if err != nil {
		return nil, err
	}
	return &Price{Amount: got.Amount, IsTaxInclusive: got.IsTaxInclusive}, nil
}
