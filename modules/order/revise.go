package order

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Revision leads an order to its next version: what its items are then has been written into their details, and its actions say why.
type Revision struct {
	Order   *Order
	Type    string // of the change; empty for one without
	By      string
	Actions []Action
	Set     module.Set // columns of the order that change
}

// Revise writes the next version of an order, with a change that is confirmed already.
func (m *Module) Revise(ctx context.Context, r Revision) (*Order, error) {
	return module.InTx(ctx, m.Orders, func(ctx context.Context) (*Order, error) {
		o, now := r.Order, db.Now()
		original := o.original()
		o.Version++
		c, err := m.Changes.Create(ctx, Change{OrderID: o.ID, Version: o.Version, Status: "confirmed", ConfirmedAt: &now, CreatedBy: optional(r.By), ChangeType: optional(r.Type)})
		if err != nil {
			return o, err
		}
		for i := range r.Actions {
			a := &r.Actions[i]
			a.OrderID, a.OrderChangeID, a.Version, a.Applied = &o.ID, &c.ID, &o.Version, true
		}
		if _, err := m.Actions.CreateMany(ctx, r.Actions); err != nil {
			return o, err
		}
		if err := m.copyVersion(ctx, o); err != nil {
			return o, err
		}
		set := module.Set{"version": o.Version}
		for k, v := range r.Set {
			set[k] = v
		}
		if _, err := m.Orders.Update(ctx, module.Filter{"id": o.ID}, set); err != nil {
			return o, err
		}
		_, err = m.Summaries.Create(ctx, Summary{OrderID: o.ID, Version: o.Version, Totals: o.Balance(original).JSON()})
		return o, err
	})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// copyVersion writes what of an order is kept for each version.
func (m *Module) copyVersion(ctx context.Context, o *Order) error {
	var items []Item
	var adjustments []ItemAdjustment
	for _, l := range o.Items {
		d, price := *l.Detail, l.Price()
		d.Model, d.Version, d.UnitPrice = module.Model{}, o.Version, &price
		items = append(items, d)
		for _, a := range l.Adjustments {
			a.Model, a.Version = module.Model{}, o.Version
			adjustments = append(adjustments, a)
		}
	}
	if _, err := m.Items.CreateMany(ctx, items); err != nil {
		return err
	}
	if _, err := m.ItemAdjustments.CreateMany(ctx, adjustments); err != nil {
		return err
	}
	var ways []Shipping
	var off []ShippingAdjustment
	for _, s := range o.ShippingMethods {
		d := *s.Detail
		d.ID, d.Version = "", o.Version
		ways = append(ways, d)
		for _, a := range s.Adjustments {
			a.Model, a.Version = module.Model{}, o.Version
			off = append(off, a)
		}
	}
	if _, err := m.Shippings.CreateMany(ctx, ways); err != nil {
		return err
	}
	_, err := m.ShippingAdjustments.CreateMany(ctx, off)
	return err
}

// Line finds a line of the order; nil for none.
func (o *Order) Line(id string) *LineItem {
	i := slices.IndexFunc(o.Items, func(l LineItem) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Items[i]
}

// Open is fault.Invalid for an order that is cancelled.
func (o *Order) Open() error {
	if o.Status == Canceled {
		return fault.New(fault.Invalid, "Order with id %s has been canceled.", o.ID)
	}
	return nil
}
