package cartflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
)

// What others borrow of carts: an order that is changed has its new lines priced, taxed and discounted as a cart like it would. None of it is saved.

// LoadRelated reads the region and the customer of a state that was put together elsewhere.
func (f *Flows) LoadRelated(ctx context.Context, s *State) (err error) {
	if s.Region, err = f.region(ctx, s.RegionID); err != nil {
		return err
	}
	s.Customer, err = f.customer(ctx, s.CustomerID)
	return err
}

// PriceLines makes lines of what is wanted, at its prices; where it counts, there must be enough of it.
func (f *Flows) PriceLines(ctx context.Context, s *State, items []ItemInput, counts bool) ([]cart.LineItem, error) {
	wanted := make([]ItemRequest, len(items))
	for i, n := range items {
		wanted[i] = ItemRequest{VariantID: n.VariantID, Quantity: n.Quantity, Priced: n.UnitPrice != nil}
	}
	variants, err := f.variants(ctx, wanted)
	if err != nil {
		return nil, err
	}
	found, err := f.prices(ctx, s, wanted, variants)
	if err != nil {
		return nil, err
	}
	lines := make([]cart.LineItem, len(items))
	for i, n := range items {
		if found[i].price == nil {
			found[i].price = &UnitPrice{}
		}
		lines[i] = newLineItem("", n, found[i])
		if n.UnitPrice != nil {
			lines[i].UnitPrice, lines[i].CompareAtUnitPrice, lines[i].IsCustomPrice = *n.UnitPrice, n.CompareAtUnitPrice, true
		}
	}
	if !counts {
		return lines, nil
	}
	return lines, f.checkStock(ctx, s, wanted, variants)
}

// CheckStock fails with fault.NotAllowed when the channel of a state does not have what is wanted.
func (f *Flows) CheckStock(ctx context.Context, s *State, wanted []ItemRequest) error {
	variants, err := f.variants(ctx, wanted)
	if err != nil {
		return err
	}
	return f.checkStock(ctx, s, wanted, variants)
}

// TaxLines finds the taxes of all lines and shipping methods of a state, by their ids; none where taxes are not worked out.
func (f *Flows) TaxLines(ctx context.Context, s *State) ([]tax.TaxLine, error) {
	return f.taxLines(ctx, taxScope{state: s})
}

// Discounts works out what promotions with the codes take off a state.
func (f *Flows) Discounts(ctx context.Context, s *State, codes []string) (promotion.ComputeResult, error) {
	return f.discounts(ctx, s, codes, nil, false)
}

// LineVariants reads the variants that a cart's lines are of. Lines of none, and variants that are gone, have none.
func (f *Flows) LineVariants(ctx context.Context, s *State) ([]Variant, error) {
	var ids []string
	for _, l := range s.Items {
		if l.VariantID != nil && !slices.Contains(ids, *l.VariantID) {
			ids = append(ids, *l.VariantID)
		}
	}
	return f.read(ctx, ids)
}

// ManagedLines are those of a cart's lines that take something from stock, with the ids of the lines.
func (s *State) ManagedLines(variants []Variant) (out []inventoryflow.VariantQuantity) {
	for _, l := range s.Items {
		if l.VariantID == nil {
			continue
		}
		for _, c := range managedLines([]ItemRequest{{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))}}, variants) {
			c.ID = l.ID
			out = append(out, c)
		}
	}
	return out
}

// Variants reads variants, with what they take from stock, by id.
func (f *Flows) Variants(ctx context.Context, ids []string) ([]Variant, error) {
	return f.read(ctx, ids)
}

// Prepare finds who buys, where and in which region, as for a new cart.
func (f *Flows) Prepare(ctx context.Context, in CreateInput) (*State, error) {
	return f.prepare(ctx, in)
}

// CheckCodes fails with fault.Invalid for promotion codes that do not exist.
func (f *Flows) CheckCodes(ctx context.Context, codes []string) error {
	_, err := f.codesToApply(ctx, &State{}, codes, ReplaceCodes)
	return err
}
