package cart

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/flow/inventory"
	"github.com/gorgon-commerce/gorgon/money"
)

// Goods reads the variants that a cart's lines are of. Lines of none, and variants that are gone, have none.
func (f *Flows) Goods(ctx context.Context, s *State) ([]Variant, error) {
	var ids []string
	for _, l := range s.Items {
		if l.VariantID != nil && !slices.Contains(ids, *l.VariantID) {
			ids = append(ids, *l.VariantID)
		}
	}
	return f.read(ctx, ids)
}

// Counted are those of a cart's lines that take something from stock, with the ids of the lines.
func (s *State) Counted(variants []Variant) (out []inventory.Line) {
	for _, l := range s.Items {
		if l.VariantID == nil {
			continue
		}
		for _, c := range counted([]Wanted{{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))}}, variants) {
			c.ID = l.ID
			out = append(out, c)
		}
	}
	return out
}

// VariantsOf reads variants, with what they take from stock, by id.
func (f *Flows) VariantsOf(ctx context.Context, ids []string) ([]Variant, error) {
	return f.read(ctx, ids)
}
