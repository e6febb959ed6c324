package cartflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A taxScope says whose taxes are worked out: of all of a cart, or of Items and ShippingMethods; with Force also where the region does not want that.
type taxScope struct {
	state          *State
	force          bool
	items, methods []string // nil for all
}

func (t taxScope) all() bool             { return t.items == nil && t.methods == nil }
func (t taxScope) item(id string) bool   { return t.all() || slices.Contains(t.items, id) }
func (t taxScope) method(id string) bool { return t.all() || slices.Contains(t.methods, id) }

func (f *Flows) updateTaxes(ctx workflow.Context, in UpdateTaxesInput) (*State, error) {
	s, err := workflow.Step(ctx, "fetch-cart", func(ctx context.Context, id string) (*State, error) { return f.Load(ctx, id, true) }, in.CartID)
	if err != nil {
		return nil, err
	}
	return workflow.Step(ctx, "set-tax-lines-for-items", f.setTaxes, taxScope{state: s, force: in.Force})
}

// setTaxes writes the tax lines of what is taxed in place of those before.
func (f *Flows) setTaxes(ctx context.Context, t taxScope) (*State, error) {
	lines, err := f.taxLines(ctx, t)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 && !t.all() {
		return t.state, nil
	}
	var items []cart.ItemTaxLine
	var methods []cart.ShippingTaxLine
	for _, l := range lines {
		if t.state.item(l.TaxableID) != nil {
			items = append(items, cart.ItemTaxLine{ItemID: &l.TaxableID, Description: &l.Name, Code: l.Code, Rate: l.Rate, ProviderID: ref(l.ProviderID),
				TaxRateID: ref(l.RateID)})
		} else {
			methods = append(methods, cart.ShippingTaxLine{ShippingMethodID: &l.TaxableID, Description: &l.Name, Code: l.Code, Rate: l.Rate,
				ProviderID: ref(l.ProviderID), TaxRateID: ref(l.RateID)})
		}
	}
	if err := f.setItemTaxes(ctx, t, items); err != nil {
		return nil, err
	}
	return t.state, f.setMethodTaxes(ctx, t, methods)
}

// taxLines asks for the rates, where taxes are worked out at all.
func (f *Flows) taxLines(ctx context.Context, t taxScope) ([]tax.TaxLine, error) {
	s := t.state
	if !t.force && (s.Region == nil || !s.Region.AutomaticTaxes) {
		return nil, nil
	}
	if s.ShippingAddress == nil || value(s.ShippingAddress.CountryCode) == "" {
		if t.force {
			return nil, fault.New(fault.Invalid, "country code is required to calculate taxes")
		}
		return nil, nil
	}
	return f.Tax.TaxLines(ctx, t.request())
}

// request describes what is taxed to the tax provider.
func (t taxScope) request() tax.TaxLinesRequest {
	s := t.state
	a := s.ShippingAddress
	r := tax.TaxLinesRequest{CurrencyCode: s.CurrencyCode, Customer: tax.Customer{ID: value(s.CustomerID), Email: value(s.Email)},
		Address: tax.Address{CountryCode: value(a.CountryCode), ProvinceCode: value(a.Province), PostalCode: value(a.PostalCode),
			City: value(a.City), Address1: value(a.Address1), Address2: value(a.Address2)}}
	if s.Customer != nil {
		r.Customer.GroupIDs = module.IDs(s.Customer.Groups)
	}
	for i := range s.Items {
		if l := &s.Items[i]; !l.IsGiftcard && t.item(l.ID) {
			r.Items = append(r.Items, taxableItem(l))
		}
	}
	for i := range s.ShippingMethods {
		if m := &s.ShippingMethods[i]; t.method(m.ID) {
			r.Items = append(r.Items, taxableMethod(m))
		}
	}
	return r
}

func taxableItem(l *cart.LineItem) tax.TaxableItem {
	return tax.TaxableItem{ID: l.ID, Name: l.Title, ProductID: value(l.ProductID), ProductTypeID: value(l.ProductTypeID),
		Quantity: money.Int(int64(l.Quantity)), UnitPrice: l.UnitPrice, IsTaxInclusive: l.IsTaxInclusive}
}

func taxableMethod(m *cart.ShippingMethod) tax.TaxableItem {
	return tax.TaxableItem{ID: m.ID, Name: m.Name, ShippingOptionID: value(m.ShippingOptionID), Quantity: money.Int(1),
		UnitPrice: m.Amount, IsTaxInclusive: m.IsTaxInclusive}
}

func (f *Flows) setItemTaxes(ctx context.Context, t taxScope, lines []cart.ItemTaxLine) error {
	var old []cart.ItemTaxLine
	for i := range t.state.Items {
		if l := &t.state.Items[i]; t.item(l.ID) {
			old, l.TaxLines = append(old, l.TaxLines...), nil
		}
	}
	lines, err := replaceTaxes(ctx, f.Cart.ItemTaxLines, t, old, lines, func(x *cart.ItemTaxLine) (*module.Model, string) { return &x.Model, value(x.ItemID) + " " + x.Code })
	for _, x := range lines {
		if l := t.state.item(*x.ItemID); l != nil {
			l.TaxLines = append(l.TaxLines, x)
		}
	}
	return err
}

func (f *Flows) setMethodTaxes(ctx context.Context, t taxScope, lines []cart.ShippingTaxLine) error {
	var old []cart.ShippingTaxLine
	for i := range t.state.ShippingMethods {
		if m := &t.state.ShippingMethods[i]; t.method(m.ID) {
			old, m.TaxLines = append(old, m.TaxLines...), nil
		}
	}
	lines, err := replaceTaxes(ctx, f.Cart.ShippingTaxLines, t, old, lines, func(x *cart.ShippingTaxLine) (*module.Model, string) {
		return &x.Model, value(x.ShippingMethodID) + " " + x.Code
	})
	for _, x := range lines {
		if m := t.state.method(*x.ShippingMethodID); m != nil {
			m.TaxLines = append(m.TaxLines, x)
		}
	}
	return err
}

// replaceTaxes saves tax lines in place of old ones. Unless all of the cart is taxed anew, a tax line stays the one it was while its code stays, which what tells of.
func replaceTaxes[T any](ctx context.Context, table *module.Table[T], t taxScope, old, lines []T, identify func(*T) (*module.Model, string)) ([]T, error) {
	var removed []string
	for i := range old {
		model, name := identify(&old[i])
		at := slices.IndexFunc(lines, func(l T) bool { _, n := identify(&l); return n == name })
		if at < 0 || t.all() {
			removed = append(removed, model.ID)
			continue
		}
		same, _ := identify(&lines[at])
		same.ID, same.CreatedAt = model.ID, model.CreatedAt
	}
	if len(removed) > 0 {
		if err := table.SoftDelete(ctx, removed...); err != nil {
			return nil, err
		}
	}
	return table.Upsert(ctx, lines)
}

func ref(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (f *Flows) createCredits(ctx workflow.Context, list []cart.CreditLine) ([]cart.CreditLine, error) {
	return workflow.Step(ctx, "create-cart-credit-lines", f.Cart.CreditLines.CreateMany, list)
}

func (f *Flows) deleteCredits(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-cart-credit-lines", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Cart.CreditLines.SoftDelete(ctx, ids...)
	}, ids)
}
