package order

import (
	"cmp"
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Preview is an order as the change in progress would leave it.
type Preview struct {
	Order   Order   // as it would be; of its lines, those with a quantity of 0 would go
	Current *Order  // as it is
	Change  *Change // nil when none is in progress

	lines   map[string]LineItem // that the change brings
	methods map[string]ShippingMethod
}

func sortActions(list []ChangeAction) {
	slices.SortFunc(list, func(a, b ChangeAction) int { return cmp.Compare(a.Ordering, b.Ordering) })
}

// Preview reads an order and applies its change in progress, if there is one. What cannot be applied is fault.Invalid.
func (m *Module) Preview(ctx context.Context, id string) (*Preview, error) {
	o, err := m.Load(ctx, id, false)
	if err != nil {
		return nil, err
	}
	c, err := m.ActiveChange(ctx, id)
	if err != nil {
		return nil, err
	}
	return m.PreviewOf(ctx, o, c)
}

// PreviewOf applies a change, nil for none, to an order that was loaded. The order itself stays as it is.
func (m *Module) PreviewOf(ctx context.Context, o *Order, c *Change) (*Preview, error) {
	p := &Preview{Order: o.clone(), Current: o, Change: c}
	if c == nil {
		return p, nil
	}
	if err := m.brought(ctx, p); err != nil {
		return nil, err
	}
	for i := range c.Actions {
		if err := p.apply(&c.Actions[i]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// brought reads the lines and shipping methods that a change brings.
func (m *Module) brought(ctx context.Context, p *Preview) error {
	p.lines, p.methods = map[string]LineItem{}, map[string]ShippingMethod{}
	var lines, methods []string
	for i := range p.Change.Actions {
		switch a := &p.Change.Actions[i]; a.Action {
		case ActionItemAdd:
			lines = append(lines, a.TargetID())
		case ActionShippingAdd:
			methods = append(methods, a.TargetID())
		}
	}
	if len(lines) > 0 {
		list, err := m.LineItems.List(ctx, module.Filter{"id": lines}, module.FindOptions{Relations: []string{"tax_lines"}})
		if err != nil {
			return err
		}
		for _, l := range list {
			p.lines[l.ID] = l
		}
	}
	if len(methods) > 0 {
		list, err := m.ShippingMethods.List(ctx, module.Filter{"id": methods}, module.FindOptions{Relations: []string{"tax_lines"}})
		if err != nil {
			return err
		}
		for _, s := range list {
			p.methods[s.ID] = s
		}
	}
	return nil
}

// clone copies the order with what actions change.
func (o *Order) clone() Order {
	out := *o
	out.Items, out.ShippingMethods = slices.Clone(o.Items), slices.Clone(o.ShippingMethods)
	for i := range out.Items {
		d := *out.Items[i].Detail
		out.Items[i].Detail = &d
	}
	out.CreditLines = slices.Clone(o.CreditLines)
	return out
}

// IsNew reports whether the change brings the line or shipping method.
func (p *Preview) IsNew(id string) bool {
	_, line := p.lines[id]
	_, method := p.methods[id]
	return line || method
}

// Balance says what the order would cost, and what of that is paid; of an order that nothing changes, what was written down.
func (p *Preview) Balance() Balance {
	if p.Change == nil {
		return p.Current.stored()
	}
	b := p.Order.balance(totals.Stored(p.Current.Totals().Total), money.Zero)
	b.ReturnTotal = money.Zero
	return b
}
