package order

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Revision leads an order to its next version: what its items are then has been written into their details, and its actions say why.
type Revision struct {
	Order   *Order
	Type    string // of the change; empty for one without
	By      string
	Actions []Action
	Credits []CreditLine // that the order gets
	Set     module.Set   // columns of the order that change
}

// Revise writes the next version of an order, with a change that is confirmed already.
func (m *Module) Revise(ctx context.Context, r Revision) (*Order, error) {
	return module.InTx(ctx, m.Orders, func(ctx context.Context) (*Order, error) {
		o, now := r.Order, db.Now()
		for i := range r.Credits {
			c := &r.Credits[i]
			r.Actions = append(r.Actions, Action{Action: CreditAdd, Reference: c.Reference, ReferenceID: c.ReferenceID, Amount: &c.Amount})
		}
		c, err := m.Changes.Create(ctx, Change{OrderID: o.ID, Version: o.Version + 1, Status: ChangeConfirmed, ConfirmedAt: &now, CreatedBy: optional(r.By), ChangeType: optional(r.Type)})
		if err != nil {
			return o, err
		}
		for i := range r.Actions {
			r.Actions[i].Applied = true
		}
		if err := m.AddActions(ctx, &c, r.Actions...); err != nil {
			return o, err
		}
		before := totals.Kept(o.Totals().Total)
		o.CreditLines = append(o.CreditLines, r.Credits...)
		return o, m.advance(ctx, o, before, r.Set)
	})
}

// advance writes the order, which cost before so much, as its next version, with columns that change.
func (m *Module) advance(ctx context.Context, o *Order, before money.Decimal, set module.Set) error {
	o.Version++
	o.Items = slices.DeleteFunc(o.Items, func(l LineItem) bool { return l.Detail.Quantity.Sign() <= 0 })
	credit := money.Zero
	for _, c := range o.CreditLines {
		if c.ID == "" {
			credit = credit.Add(c.Amount)
		}
	}
	if err := m.copyVersion(ctx, o); err != nil {
		return err
	}
	all := module.Set{"version": o.Version}
	for k, v := range set {
		all[k] = v
	}
	if _, err := m.Orders.Update(ctx, module.Filter{"id": o.ID}, all); err != nil {
		return err
	}
	_, err := m.Summaries.Create(ctx, Summary{OrderID: o.ID, Version: o.Version, Totals: o.balance(before, credit).JSON()})
	return err
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
		if d.CompareAtUnitPrice == nil {
			d.CompareAtUnitPrice = l.CompareAtUnitPrice
		}
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
	if err := m.copyCredits(ctx, o); err != nil {
		return err
	}
	return m.copyMethods(ctx, o)
}

// copyCredits keeps the credit of the versions before, and in which version it came.
func (m *Module) copyCredits(ctx context.Context, o *Order) error {
	for i := range o.CreditLines {
		c := &o.CreditLines[i]
		since, known := c.Metadata["created_in_version"]
		switch {
		case c.ID == "":
			since = o.Version
		case !known:
			since = c.Version
		}
		c.Model, c.OrderID, c.Version, c.Metadata = module.Model{}, o.ID, o.Version, module.Map{"created_in_version": since}
	}
	saved, err := m.CreditLines.CreateMany(ctx, o.CreditLines)
	o.CreditLines = saved
	return err
}

func (m *Module) copyMethods(ctx context.Context, o *Order) error {
	var ways []Shipping
	var off []ShippingAdjustment
	for _, s := range o.ShippingMethods {
		d := *s.Detail
		d.Model, d.Version = module.Model{}, o.Version
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

// A Booking is money that moved for an order, and credit that it got.
type Booking struct {
	OrderID      string        `json:"order_id"`
	Transactions []Transaction `json:"transactions"`
	Credits      []CreditLine  `json:"credit_lines"`
}

// Book notes what moved in the order's version, and brings its summary up to date. Credit makes a new version.
func (m *Module) Book(ctx context.Context, b Booking) (*Order, error) {
	return module.InTx(ctx, m.Orders, func(ctx context.Context) (*Order, error) {
		o, err := m.Load(ctx, b.OrderID, true)
		if err != nil {
			return o, err
		}
		for i := range b.Transactions {
			t := &b.Transactions[i]
			t.OrderID, t.Version, t.CurrencyCode = o.ID, o.Version, o.CurrencyCode
		}
		moved, err := m.Transactions.CreateMany(ctx, b.Transactions)
		if err != nil {
			return o, err
		}
		o.Transactions = append(o.Transactions, moved...)
		if len(b.Credits) > 0 {
			return m.Revise(ctx, Revision{Order: o, Credits: b.Credits})
		}
		return o, m.Settle(ctx, o)
	})
}

// Settle writes the summary of the order's current version.
func (m *Module) Settle(ctx context.Context, o *Order) error {
	_, err := m.Summaries.Update(ctx, module.Filter{"order_id": o.ID, "version": o.Version}, module.Set{"totals": o.stored().JSON()})
	return err
}
