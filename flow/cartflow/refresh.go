package cartflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A RefreshInput brings a cart up to date. With Force all prices and taxes are looked up anew; without, only the taxes of the Items and ShippingMethods
// named. Codes, when set, replace the promotion codes.
type RefreshInput struct {
	CartID                 string
	Force                  bool
	Items, ShippingMethods []string
	Codes                  module.Opt[[]string]
	AdditionalData         module.Map
}

func (f *Flows) refreshItems(ctx workflow.Context, in RefreshInput) (string, error) {
	s, err := workflow.Step(ctx, "get-cart", f.open, in.CartID)
	if err != nil {
		return "", err
	}
	return s.ID, f.refresh(ctx, s, in)
}

// refresh is what follows each change of a cart: shipping, taxes, discounts and the payment collection are made to fit it.
func (f *Flows) refresh(ctx workflow.Context, s *State, in RefreshInput) error {
	if in.Force {
		if err := f.repriceAll(ctx, s, in); err != nil {
			return err
		}
	}
	if err := f.refreshShipping(ctx, s); err != nil {
		return err
	}
	if in.Force || len(in.Items)+len(in.ShippingMethods) > 0 {
		t := taxScope{state: s}
		if !in.Force {
			t.items, t.methods = in.Items, in.ShippingMethods
		}
		if _, err := workflow.Step(ctx, "set-tax-lines-for-items", f.setTaxes, t); err != nil {
			return err
		}
	}
	codes, action := in.Codes.Value, ReplaceCodes
	if !in.Codes.Set {
		codes, action = s.appliedCodes(), retainCodes
	}
	if _, err := f.applyPromotions(ctx, s, codes, action); err != nil {
		return err
	}
	if err := f.BeforePayment.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return err
	}
	return f.payment(ctx, s)
}

// repriceAll looks up what all lines of a cart cost now.
func (f *Flows) repriceAll(ctx workflow.Context, s *State, in RefreshInput) error {
	extra, err := f.RefreshPricing.Run(ctx, HookInput{s, in, in.AdditionalData})
	if err != nil {
		return err
	}
	var wanted []ItemRequest
	var lines []*cart.LineItem
	for i := range s.Items {
		if l := &s.Items[i]; l.VariantID != nil && !l.IsCustomPrice {
			wanted = append(wanted, ItemRequest{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity)), Context: extra})
			lines = append(lines, l)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	found, err := f.priceVariants(ctx, s, wanted, nil)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "update-line-items", func(ctx context.Context, found []pricedVariant) (int, error) {
		for i, l := range lines {
			if err := f.updatePrice(ctx, l, found[i].price); err != nil {
				return 0, err
			}
		}
		return len(lines), nil
	}, found)
	return err
}

func (f *Flows) updatePrice(ctx context.Context, l *cart.LineItem, p *UnitPrice) error {
	before := l.CompareAtUnitPrice
	if before == nil {
		before = p.OriginalAmount
	}
	if l.UnitPrice.Equal(p.Amount) && l.IsTaxInclusive == p.TaxInclusive && before == l.CompareAtUnitPrice {
		return nil
	}
	l.UnitPrice, l.IsTaxInclusive, l.CompareAtUnitPrice, l.UpdatedAt = p.Amount, p.TaxInclusive, before, db.Now()
	_, err := f.Cart.Items.Update(ctx, module.Filter{"id": l.ID},
		module.Set{"updated_at": l.UpdatedAt, "unit_price": l.UnitPrice, "is_tax_inclusive": l.IsTaxInclusive, "compare_at_unit_price": before})
	return err
}

// refreshPayment makes the payment collection of a cart fit it.
func (f *Flows) refreshPayment(ctx workflow.Context, id string) (string, error) {
	s, err := workflow.Step(ctx, "fetch-cart", f.open, id)
	if err != nil {
		return "", err
	}
	return id, f.payment(ctx, s)
}

func (f *Flows) payment(ctx workflow.Context, s *State) error {
	if f.Deps.Payment == nil {
		return nil
	}
	_, err := workflow.Step(ctx, "update-payment-collection", func(ctx context.Context, amount money.Decimal) (bool, error) {
		return true, f.Deps.Payment(ctx, s, amount)
	}, totals.Stored(s.Totals().Total))
	return err
}

func merged(old module.Map, patch module.Opt[module.Map]) module.Map {
	if patch.Null {
		return nil
	}
	return metadata.Merge(old, patch.Value)
}

// Outdated says what of a cart no longer holds, although the cart still shows it. Reasons are
// sentences for the buyer. RefreshItems with Force set to Prices brings the cart up to date.
type Outdated struct {
	Reasons []string
	Prices  bool // prices are among it
}

// Outdated checks the promotions, the prices from price lists and the shipping options of a cart.
func (f *Flows) Outdated(ctx context.Context, s *State, variants []Variant) (out Outdated, err error) {
	codes, err := f.Promotion.Withdrawn(ctx, s.appliedCodes())
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
	var wanted []ItemRequest
	for i := range s.Items {
		l := &s.Items[i]
		if l.VariantID == nil || l.IsCustomPrice || !slices.ContainsFunc(ended[priceSetOf(variants, *l.VariantID)], l.UnitPrice.Equal) {
			continue
		}
		lines = append(lines, l)
		wanted = append(wanted, ItemRequest{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))})
	}
	prices, err := f.lookUpPrices(ctx, s, wanted, variants)
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
