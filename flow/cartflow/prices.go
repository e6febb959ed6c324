package cartflow

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
	c.NumberAttributes = map[string]money.Decimal{"item_total": t.Items.Total, "total": t.Total}
	for k, v := range extra {
		if text, ok := v.(string); ok {
			c = c.With(k, text)
		}
	}
	return c
}

// lookUpPrices finds what each of the wanted costs, in one round trip for each quantity; nil where there is no price.
func (f *Flows) lookUpPrices(ctx context.Context, s *State, wanted []ItemRequest, variants []Variant) ([]*UnitPrice, error) {
	out := make([]*UnitPrice, len(wanted))
	done := make([]bool, len(wanted))
	for i, w := range wanted {
		if done[i] {
			continue
		}
		c := s.pricing(w.Context)
		c.Quantity = &wanted[i].Quantity
		var sets []string
		for j := i; j < len(wanted); j++ {
			if set := priceSetOf(variants, wanted[j].VariantID); wanted[j].Quantity.Equal(w.Quantity) && set != "" && !slices.Contains(sets, set) {
				sets = append(sets, set)
			}
		}
		found, err := f.Pricing.Calculate(ctx, sets, c)
		if err != nil {
			return nil, err
		}
		for j := i; j < len(wanted); j++ {
			if wanted[j].Quantity.Equal(w.Quantity) {
				done[j], out[j] = true, priceOf(found[priceSetOf(variants, wanted[j].VariantID)])
			}
		}
	}
	return out, nil
}

func priceSetOf(variants []Variant, id string) string {
	for i := range variants {
		if variants[i].ID == id {
			return variants[i].PriceSetID
		}
	}
	return ""
}

// priceOf is a price with what it was before a sale.
func priceOf(c *pricing.CalculatedPrice) *UnitPrice {
	if c == nil {
		return nil
	}
	p := &UnitPrice{Amount: c.Price.Amount, TaxInclusive: c.Price.TaxInclusive}
	if c.Price.ListType == pricing.ListTypeSale && c.OriginalPrice != nil && !c.OriginalPrice.Amount.Equal(p.Amount) {
		p.OriginalAmount = &c.OriginalPrice.Amount
	}
	return p
}

// checkStock fails with fault.NotAllowed when the cart's channel does not have what is wanted.
func (f *Flows) checkStock(ctx context.Context, s *State, wanted []ItemRequest, variants []Variant) error {
	lines := managedLines(wanted, variants)
	if len(lines) == 0 {
		return nil
	}
	wants, err := f.Inventory.Demands(ctx, value(s.SalesChannelID), lines)
	if err != nil {
		return err
	}
	return f.Inventory.Inventory.CheckAvailability(ctx, wants)
}

// ShippingOptions finds those of the chosen shipping options that the cart can have, with their price; all that it can have when none are chosen.
func (f *Flows) ShippingOptions(ctx context.Context, s *State, chosen []ShippingChoice) ([]PricedShippingOption, error) {
	asked := f.ShippingOptionQuery(s)
	for _, c := range chosen {
		asked.IDs = append(asked.IDs, c.ID)
		asked.Data[c.ID] = c.Data
	}
	offers, err := f.Shipping.ListOptions(ctx, asked)
	out := make([]PricedShippingOption, len(offers))
	for i, o := range offers {
		out[i] = PricedShippingOption{ID: o.ID, Name: o.Name, ProfileID: value(o.ShippingProfileID), ProviderID: value(o.ProviderID), Data: o.Data}
		if o.Price != nil {
			out[i].Price = &UnitPrice{Amount: o.Price.Amount, TaxInclusive: o.Price.IsTaxInclusive}
		}
	}
	return out, err
}

// methodData has the provider of an option check what the buyer says about it, and returns what to keep.
func (f *Flows) methodData(ctx context.Context, s *State, o *PricedShippingOption, data module.Map) (module.Map, error) {
	p, err := f.Fulfillment.Providers.Get(o.ProviderID)
	if err != nil {
		return nil, err
	}
	if data == nil {
		data = module.Map{}
	}
	return p.ValidateFulfillmentData(ctx, o.Data, data, s)
}
