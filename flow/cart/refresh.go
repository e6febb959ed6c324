package cart

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Refresh brings a cart up to date. With Force all prices and taxes are looked up anew; without, only the taxes of the Items and Methods
// named. Codes, when set, replace the promotion codes.
type Refresh struct {
	CartID         string
	Force          bool
	Items, Methods []string
	Codes          module.Opt[[]string]
	AdditionalData module.Map
}

func (f *Flows) refreshItems(ctx workflow.Context, in Refresh) (string, error) {
	s, err := workflow.Step(ctx, "get-cart", f.open, in.CartID)
	if err != nil {
		return "", err
	}
	return s.ID, f.refresh(ctx, s, in)
}

// refresh is what follows each change of a cart: shipping, taxes, discounts and the payment collection are made to fit it.
func (f *Flows) refresh(ctx workflow.Context, s *State, in Refresh) error {
	if in.Force {
		if err := f.repriceAll(ctx, s, in); err != nil {
			return err
		}
	}
	if err := f.refreshShipping(ctx, s); err != nil {
		return err
	}
	if in.Force || len(in.Items)+len(in.Methods) > 0 {
		t := taxing{state: s}
		if !in.Force {
			t.items, t.methods = in.Items, in.Methods
		}
		if _, err := workflow.Step(ctx, "set-tax-lines-for-items", f.setTaxes, t); err != nil {
			return err
		}
	}
	codes, action := in.Codes.Value, Replace
	if !in.Codes.Set {
		codes, action = s.applied(), keep
	}
	if _, err := f.promote(ctx, s, codes, action); err != nil {
		return err
	}
	if err := f.BeforePayment.Run(ctx, Moment{s, in, in.AdditionalData}); err != nil {
		return err
	}
	return f.payment(ctx, s)
}

// repriceAll looks up what all lines of a cart cost now.
func (f *Flows) repriceAll(ctx workflow.Context, s *State, in Refresh) error {
	extra, err := f.RefreshPricing.Run(ctx, Moment{s, in, in.AdditionalData})
	if err != nil {
		return err
	}
	var wanted []Wanted
	var lines []*cart.LineItem
	for i := range s.Items {
		if l := &s.Items[i]; l.VariantID != nil && !l.IsCustomPrice {
			wanted = append(wanted, Wanted{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity)), Context: extra})
			lines = append(lines, l)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	found, err := f.find(ctx, s, wanted, nil)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "update-line-items", func(ctx context.Context, found []find) (int, error) {
		for i, l := range lines {
			if err := f.updatePrice(ctx, l, found[i].price); err != nil {
				return 0, err
			}
		}
		return len(lines), nil
	}, found)
	return err
}

func (f *Flows) updatePrice(ctx context.Context, l *cart.LineItem, p *Price) error {
	before := l.CompareAtUnitPrice
	if before == nil {
		before = p.Before
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
	if f.Ports.Payment == nil {
		return nil
	}
	_, err := workflow.Step(ctx, "update-payment-collection", func(ctx context.Context, amount money.Decimal) (bool, error) {
		return true, f.Ports.Payment(ctx, s, amount)
	}, totals.Kept(s.Totals().Total))
	return err
}

func merged(old module.Map, patch module.Opt[module.Map]) module.Map {
	if patch.Null {
		return nil
	}
	return metadata.Merge(old, patch.Value)
}
