package order

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
)

// The types of changes.
const (
	ChangeTypeEdit          = "edit"
	ChangeTypeReturnRequest = "return_request"
	ChangeTypeReturnReceive = "return_receive"
	ChangeTypeClaim         = "claim"
	ChangeTypeExchange      = "exchange"
	ChangeTypeTransfer      = "transfer"
)

// The statuses of changes.
const (
	ChangeStatusPending   = "pending"
	ChangeStatusRequested = "requested"
	ChangeStatusConfirmed = "confirmed"
	ChangeStatusDeclined  = "declined"
	ChangeStatusCanceled  = "canceled"
)

// ActiveChange finds the change of an order that is in progress; nil for none.
func (m *Module) ActiveChange(ctx context.Context, id string) (*Change, error) {
	list, err := m.Changes.List(ctx, module.Filter{"order_id": id, "status": []string{ChangeStatusPending, ChangeStatusRequested}}, module.FindOptions{Relations: []string{"actions"}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	c := &list[0]
	sortActions(c.Actions)
	return c, nil
}

// BeginChange begins a change of an order, which must be held. An order has one change at a time; a second one is fault.Invalid.
func (m *Module) BeginChange(ctx context.Context, o *Order, c Change) (*Change, error) {
	active, err := m.ActiveChange(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	if active != nil {
		return nil, fault.New(fault.Invalid, "Order (%s) already has an existing active order change", o.ID)
	}
	c.OrderID, c.Version = o.ID, o.Version+1
	if c.Status == "" {
		c.Status = ChangeStatusPending
	}
	c, err = m.Changes.Create(ctx, c)
	return &c, err
}

// AddActions adds actions to a change.
func (m *Module) AddActions(ctx context.Context, c *Change, list ...ChangeAction) error {
	for i := range list {
		a := &list[i]
		a.OrderID, a.OrderChangeID, a.Version = &c.OrderID, &c.ID, &c.Version
		if a.Details == nil {
			a.Details = module.Map{}
		}
	}
	actions, err := m.Actions.CreateMany(ctx, list)
	c.Actions = append(c.Actions, actions...)
	return err
}

// RemoveActions takes actions out of a change, with the lines and shipping methods that only they bring.
func (m *Module) RemoveActions(ctx context.Context, c *Change, drop func(*ChangeAction) bool) error {
	var ids, lines, methods []string
	var remaining []ChangeAction
	for i := range c.Actions {
		a := &c.Actions[i]
		if !drop(a) {
			remaining = append(remaining, *a)
			continue
		}
		ids = append(ids, a.ID)
		switch a.Action {
		case ActionItemAdd:
			lines = append(lines, a.TargetID())
		case ActionShippingAdd:
			methods = append(methods, a.TargetID())
		}
	}
	c.Actions = remaining
	if len(ids) == 0 {
		return nil
	}
	if err := m.Actions.Delete(ctx, ids...); err != nil {
		return err
	}
	return m.dropUnused(ctx, lines, methods)
}

// dropUnused removes lines and shipping methods that no version of an order has.
func (m *Module) dropUnused(ctx context.Context, lines, methods []string) error {
	if len(lines) > 0 {
		used, err := m.Items.List(ctx, module.Filter{"item_id": lines}, module.FindOptions{Select: []string{"id", "item_id"}})
		if err != nil {
			return err
		}
		for _, u := range used {
			lines = without(lines, u.ItemID)
		}
		if err := m.LineItems.SoftDelete(ctx, lines...); err != nil {
			return err
		}
	}
	if len(methods) > 0 {
		used, err := m.Shippings.List(ctx, module.Filter{"shipping_method_id": methods}, module.FindOptions{Select: []string{"id", "shipping_method_id"}})
		if err != nil {
			return err
		}
		for _, u := range used {
			methods = without(methods, u.ShippingMethodID)
		}
		return m.ShippingMethods.SoftDelete(ctx, methods...)
	}
	return nil
}

func without(list []string, removed string) (out []string) {
	for _, s := range list {
		if s != removed {
			out = append(out, s)
		}
	}
	return out
}

// DeleteChange removes a change that is in progress, and what only it would have brought.
func (m *Module) DeleteChange(ctx context.Context, c *Change) error {
	if err := m.RemoveActions(ctx, c, func(*ChangeAction) bool { return true }); err != nil {
		return err
	}
	return m.Changes.Delete(ctx, c.ID)
}

// CreateLineItems saves lines that a change is to add.
func (m *Module) CreateLineItems(ctx context.Context, lines []LineItem) ([]LineItem, error) {
	saved, err := m.LineItems.CreateMany(ctx, lines)
	if err != nil {
		return nil, err
	}
	var taxes []ItemTaxLine
	for i := range saved {
		for _, t := range lines[i].TaxLines {
			t.ItemID = saved[i].ID
			taxes = append(taxes, t)
		}
	}
	_, err = m.ItemTaxLines.CreateMany(ctx, taxes)
	return saved, err
}

// CreateShippingMethod saves a shipping method that a change is to add.
func (m *Module) CreateShippingMethod(ctx context.Context, s ShippingMethod) (ShippingMethod, error) {
	saved, err := m.ShippingMethods.Create(ctx, s)
	if err != nil {
		return saved, err
	}
	for i := range s.TaxLines {
		s.TaxLines[i].ShippingMethodID = saved.ID
	}
	saved.TaxLines, err = m.ShippingTaxLines.CreateMany(ctx, s.TaxLines)
	return saved, err
}

// ConfirmChange makes what a preview shows the next version of its order, with columns that change besides. A change without actions ends, and the order stays
// as it is.
func (m *Module) ConfirmChange(ctx context.Context, p *Preview, by string, set module.Set) error {
	c := p.Change
	done := module.Set{"status": ChangeStatusConfirmed, "confirmed_at": db.Now(), "confirmed_by": optional(by)}
	if _, err := m.Changes.Update(ctx, module.Filter{"id": c.ID}, done); err != nil {
		return err
	}
	if len(c.Actions) == 0 {
		return nil
	}
	if _, err := m.Actions.Update(ctx, module.Filter{"order_change_id": c.ID}, module.Set{"applied": true}); err != nil {
		return err
	}
	before := totals.Stored(p.Current.Totals().Total)
	return m.advance(ctx, &p.Order, before, set)
}
