package cart

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
)

// CheckVariants refuses a cart with line items whose variant or product was deleted. The buyer has
// to remove these line items: nothing in stock stands for them any more.
func (s *State) CheckVariants(variants []Variant) error {
	var deleted []string
	for i := range s.Items {
		l := &s.Items[i]
		if l.VariantID != nil && !slices.ContainsFunc(variants, func(v Variant) bool { return v.ID == *l.VariantID && v.Product != nil }) {
			deleted = append(deleted, l.Title+" (line item "+l.ID+")")
		}
	}
	if len(deleted) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "No longer for sale: %s. Remove it from the cart to complete the cart.", strings.Join(deleted, ", "))
}

// Outdated says what of a cart no longer holds, although the cart still shows it. Reasons are
// sentences for the buyer. RefreshItems with Force set to Prices brings the cart up to date.
type Outdated struct {
	Reasons []string
	Prices  bool // prices are among it
}

// Outdated checks the promotions, the prices from price lists and the shipping options of a cart.
func (f *Flows) Outdated(ctx context.Context, s *State, variants []Variant) (out Outdated, err error) {
	codes, err := f.Promotion.Withdrawn(ctx, s.applied())
	if err != nil {
		return out, err
	}
	for _, code := range codes {
		out.Reasons = append(out.Reasons, "The promotion code "+code+" can no longer be used.")
	}
	lines, err := f.endedPrices(ctx, s, variants)
	if err != nil {
		return out, err
	}
	for _, l := range lines {
		out.Prices = true
		out.Reasons = append(out.Reasons, "The price of "+l.Title+" has changed.")
	}
	options, err := f.shippingOptions(ctx, s)
	if err != nil {
		return out, err
	}
	for i := range s.ShippingMethods {
		m := &s.ShippingMethods[i]
		if m.ShippingOptionID != nil && !slices.ContainsFunc(options, func(o fulfillment.ShippingOption) bool { return o.ID == *m.ShippingOptionID }) {
			out.Reasons = append(out.Reasons, "The shipping option "+m.Name+" is no longer available.")
		}
	}
	return out, nil
}

// endedPrices finds the line items at a price of a price list that has ended, if they cost something
// else now.
func (f *Flows) endedPrices(ctx context.Context, s *State, variants []Variant) ([]*cart.LineItem, error) {
	var sets []string
	for _, v := range variants {
		if v.PriceSetID != "" {
			sets = append(sets, v.PriceSetID)
		}
	}
	ended, err := f.Pricing.EndedListPrices(ctx, sets, s.CurrencyCode)
	if err != nil || len(ended) == 0 {
		return nil, err
	}
	var lines []*cart.LineItem
	var wanted []Wanted
	for i := range s.Items {
		l := &s.Items[i]
		if l.VariantID == nil || l.IsCustomPrice || !slices.ContainsFunc(ended[setOf(variants, *l.VariantID)], l.UnitPrice.Equal) {
			continue
		}
		lines = append(lines, l)
		wanted = append(wanted, Wanted{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))})
	}
	prices, err := f.quote(ctx, s, wanted, variants)
	if err != nil {
		return nil, err
	}
	var changed []*cart.LineItem
	for i, l := range lines {
		if prices[i] == nil || !prices[i].Amount.Equal(l.UnitPrice) {
			changed = append(changed, l)
		}
	}
	return changed, nil
}
