package shipping

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/money"
)

// An Asked says who asks for shipping options, and for what.
type Asked struct {
	ChannelID string
	IDs       []string // of these alone; none for all
	Address   fulfillment.Destination
	IsReturn  bool
	Hidden    bool                  // also those that are not for buyers
	Any       bool                  // whatever their rules say, and whatever they cost
	Rules     module.Map            // what the options' rules may be about besides
	Data      map[string]module.Map // what was said with the choice of options whose provider works out the price, by option
	About     any                   // the cart, for that provider
	Prices    pricing.Context       // what flat prices are found by

	// Fits tells for locations whether all that is to be shipped is in stock at one.
	Fits func(ctx context.Context, locations []string) (map[string]bool, error)
}

// A Price is what an option costs.
type Price struct {
	Amount         money.Decimal
	IsTaxInclusive bool
	Raw            module.JSON // calculated_price, as the wire shows it
}

// An Offer is an option that one has, from a location, at a price; nil where it has none.
type Offer struct {
	fulfillment.ShippingOption
	LocationID string
	Price      *Price
}

// Offers lists the shipping options of a sales channel that reach an address and whose rules hold, by id.
func (f *Flows) Offers(ctx context.Context, a Asked) ([]Offer, error) {
	sets, err := f.sets(ctx, a.ChannelID)
	if err != nil {
		return nil, err
	}
	about := module.Map{}
	for k, v := range a.Rules {
		about[k] = v
	}
	about["is_return"], about["enabled_in_store"] = truth(a.IsReturn), truth(!a.Hidden)
	choice := fulfillment.Choice{IDs: a.IDs, Sets: []string{}, Address: a.Address, Context: about}
	for _, s := range sets {
		choice.Sets = append(choice.Sets, s[0])
	}
	if a.Any {
		choice.Context = nil
	}
	list, err := f.Fulfillment.Choose(ctx, choice)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	out := make([]Offer, len(list))
	for i, o := range list {
		out[i].ShippingOption = o
		k := slices.IndexFunc(sets, func(s [2]string) bool { return s[0] == o.ServiceZone.FulfillmentSetID })
		out[i].LocationID = sets[k][1]
	}
	if a.Any {
		return out, nil
	}
	return out, f.quote(ctx, a, out)
}

// Option finds a shipping option by its id, with its price for whoever asks, whether its rules hold or not. An unknown one is fault.NotFound.
func (f *Flows) Option(ctx context.Context, a Asked, id string) (Offer, error) {
	list, err := f.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": id}, module.Find{Relations: []string{"service_zone"}})
	if err != nil {
		return Offer{}, err
	}
	if len(list) == 0 {
		return Offer{}, fault.New(fault.NotFound, "Shipping option with id: %s was not found", id)
	}
	offers := []Offer{{ShippingOption: list[0]}}
	err = f.quote(ctx, a, offers)
	return offers[0], err
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// quote prices offers: flat ones all at once, the others by their providers.
func (f *Flows) quote(ctx context.Context, a Asked, list []Offer) error {
	if err := f.quoteFlat(ctx, a, list); err != nil {
		return err
	}
	for i := range list {
		if list[i].PriceType != Calculated {
			continue
		}
		p, err := f.Calculate(ctx, list[i].ShippingOption, a.Data[list[i].ID], a.About)
		if err != nil {
			return err
		}
		list[i].Price = p
	}
	return nil
}

func (f *Flows) quoteFlat(ctx context.Context, a Asked, list []Offer) error {
	var ids, sets []string
	for _, o := range list {
		if o.PriceType == Flat {
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

// Calculate has the provider of an option work out its price. Nil means that it has none.
func (f *Flows) Calculate(ctx context.Context, o fulfillment.ShippingOption, data module.Map, about any) (*Price, error) {
	p, err := f.Fulfillment.Providers.Get(text(o.ProviderID))
	if err != nil {
		return nil, err
	}
	c, ok := p.(fulfillment.Calculator)
	if !ok {
		return nil, nil
	}
	got, err := c.Calculate(ctx, o.Data, data, about)
	if err != nil {
		return nil, err
	}
	return &Price{Amount: got.Amount, IsTaxInclusive: got.IsTaxInclusive}, nil
}
