package cart

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/inventory"
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
)

// Ask makes the question for shipping options of a state.
func (f *Flows) Ask(s *State) shipping.Asked {
	a := shipping.Asked{ChannelID: value(s.SalesChannelID), Data: map[string]module.Map{}, About: s, Prices: s.pricing(nil),
		Fits: func(ctx context.Context, locations []string) (map[string]bool, error) {
			return f.fits(ctx, s, locations)
		}}
	if to := s.ShippingAddress; to != nil {
		a.Address = fulfillment.Destination{CountryCode: value(to.CountryCode), ProvinceCode: value(to.Province), City: value(to.City), PostalCode: value(to.PostalCode)}
	}
	return a
}

// AskShipping makes the question for shipping options of a cart, which must have a channel, a region and a currency.
func (f *Flows) AskShipping(ctx context.Context, id string) (shipping.Asked, error) {
	s, err := f.Load(ctx, id, false)
	if err != nil {
		return shipping.Asked{}, err
	}
	var missing []string
	for _, p := range []struct{ name, value string }{
		{"sales_channel_id", value(s.SalesChannelID)}, {"region_id", value(s.RegionID)}, {"currency_code", s.CurrencyCode},
	} {
		if p.value == "" {
			missing = append(missing, p.name)
		}
	}
	if len(missing) > 0 {
		return shipping.Asked{}, fault.New(fault.Invalid, "Field(s) are required to have value to continue - %s", strings.Join(missing, ", "))
	}
	return f.Ask(s), nil
}

// fits reports for locations whether all of a cart is in stock at one.
func (f *Flows) fits(ctx context.Context, s *State, locations []string) (map[string]bool, error) {
	var ids []string
	var wanted []Wanted
	for _, l := range s.Items {
		if l.VariantID != nil {
			ids = append(ids, *l.VariantID)
			wanted = append(wanted, Wanted{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))})
		}
	}
	variants, err := f.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	return f.Stock.Fits(ctx, counted(wanted, variants), locations)
}

// counted are the lines of what is counted in stock.
func counted(wanted []Wanted, variants []Variant) (lines []inventory.Line) {
	for _, w := range wanted {
		i := slices.IndexFunc(variants, func(v Variant) bool { return v.ID == w.VariantID })
		if i < 0 || !variants[i].ManageInventory {
			continue
		}
		l := inventory.Line{VariantID: w.VariantID, Quantity: w.Quantity, Managed: true, AllowBackorder: variants[i].AllowBackorder}
		for _, p := range variants[i].Parts {
			l.Parts = append(l.Parts, inventory.Part{ItemID: p.InventoryItemID, Required: p.RequiredQuantity})
		}
		lines = append(lines, l)
	}
	return lines
}
