package cart

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/money"
)

// pricing is the context that a cart's prices are found by, with what hooks add.
func (s *State) pricing(extra module.Map) pricing.Context {
	c := pricing.Context{CurrencyCode: s.CurrencyCode}
	c = c.With("region_id", value(s.RegionID)).With("currency_code", s.CurrencyCode).With("sales_channel_id", value(s.SalesChannelID)).
		With("customer_id", value(s.CustomerID)).With("email", value(s.Email)).With("locale", value(s.Locale)).With("id", s.ID)
	if a := s.ShippingAddress; a != nil {
		c = c.With("shipping_address.city", value(a.City)).With("shipping_address.country_code", value(a.CountryCode)).
			With("shipping_address.province", value(a.Province)).With("shipping_address.postal_code", value(a.PostalCode))
	}
	if w := s.Customer; w != nil {
		c = c.With("customer.id", w.ID)
		for _, g := range w.Groups {
			c = c.With("customer.groups.id", g.ID)
		}
	}
	t := s.Totals()
	c.Numbers = map[string]money.Decimal{"item_total": t.Items.Total, "total": t.Total}
	for k, v := range extra {
		if text, ok := v.(string); ok {
			c = c.With(k, text)
		}
	}
	return c
}

// quote finds what each of the wanted costs, in one round trip for each quantity; nil where there is no price.
func (f *Flows) quote(ctx context.Context, s *State, wanted []Wanted, variants []Variant) ([]*Price, error) {
	out := make([]*Price, len(wanted))
	done := make([]bool, len(wanted))
	for i, w := range wanted {
		if done[i] {
			continue
		}
		c := s.pricing(w.Context)
		c.Quantity = &wanted[i].Quantity
		var sets []string
		for j := i; j < len(wanted); j++ {
			if set := setOf(variants, wanted[j].VariantID); wanted[j].Quantity.Equal(w.Quantity) && set != "" && !slices.Contains(sets, set) {
				sets = append(sets, set)
			}
		}
		found, err := f.Pricing.Calculate(ctx, sets, c)
		if err != nil {
			return nil, err
		}
		for j := i; j < len(wanted); j++ {
			if wanted[j].Quantity.Equal(w.Quantity) {
				done[j], out[j] = true, priceOf(found[setOf(variants, wanted[j].VariantID)])
			}
		}
	}
	return out, nil
}

func setOf(variants []Variant, id string) string {
	for i := range variants {
		if variants[i].ID == id {
			return variants[i].PriceSetID
		}
	}
	return ""
}

// priceOf is a price with what it was before a sale.
func priceOf(c *pricing.Calculated) *Price {
	if c == nil {
		return nil
	}
	p := &Price{Amount: c.Price.Amount, TaxInclusive: c.Price.TaxInclusive}
	if c.Price.ListType == pricing.Sale && c.Original != nil && !c.Original.Amount.Equal(p.Amount) {
		p.Before = &c.Original.Amount
	}
	return p
}

// inStock fails with fault.NotAllowed when the cart's channel does not have what is wanted.
func (f *Flows) inStock(ctx context.Context, s *State, wanted []Wanted, variants []Variant) error {
	lines := counted(wanted, variants)
	if len(lines) == 0 {
		return nil
	}
	wants, err := f.Stock.Wants(ctx, value(s.SalesChannelID), lines)
	if err != nil {
		return err
	}
	return f.Stock.Inventory.Confirm(ctx, wants)
}

// Options finds those of the chosen shipping options that the cart can have, with their price; all that it can have when none are chosen.
func (f *Flows) Options(ctx context.Context, s *State, chosen []Choice) ([]Option, error) {
	asked := f.Ask(s)
	for _, c := range chosen {
		asked.IDs = append(asked.IDs, c.ID)
		asked.Data[c.ID] = c.Data
	}
	offers, err := f.Shipping.Offers(ctx, asked)
	out := make([]Option, len(offers))
	for i, o := range offers {
		out[i] = Option{ID: o.ID, Name: o.Name, ProfileID: value(o.ShippingProfileID), ProviderID: value(o.ProviderID), Data: o.Data}
		if o.Price != nil {
			out[i].Price = &Price{Amount: o.Price.Amount, TaxInclusive: o.Price.IsTaxInclusive}
		}
	}
	return out, err
}

// methodData has the provider of an option check what the buyer says about it, and returns what to keep.
func (f *Flows) methodData(ctx context.Context, s *State, o *Option, data module.Map) (module.Map, error) {
	p, err := f.Fulfillment.Providers.Get(o.ProviderID)
	if err != nil {
		return nil, err
	}
	if data == nil {
		data = module.Map{}
	}
	return p.ValidateData(ctx, o.Data, data, s)
}
