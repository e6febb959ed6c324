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

// A NewVersion leads an order to its next version: what its items are then has been written into their details, and its actions say why.
type NewVersion struct {
	Order       *Order
	Type        string // of the change; empty for one without
	CreatedBy   string
	Actions     []ChangeAction
	CreditLines []CreditLine // that the order gets
	Columns     module.Set   // columns of the order that change
}

// CreateVersion writes the next version of an order, with a change that is confirmed already.
func (m *Module) CreateVersion(ctx context.Context, r NewVersion) (*Order, error) {
	return module.InTx(ctx, m.Orders, func(ctx context.Context) (*Order, error) {
		o, now := r.Order, db.Now()
		for i := range r.CreditLines {
			c := &r.CreditLines[i]
			r.Actions = append(r.Actions, ChangeAction{Action: ActionCreditAdd, Reference: c.Reference, ReferenceID: c.ReferenceID, Amount: &c.Amount})
		}
		c, err := m.Changes.Create(ctx, Change{OrderID: o.ID, Version: o.Version + 1, Status: ChangeStatusConfirmed, ConfirmedAt: &now, CreatedBy: optional(r.CreatedBy), ChangeType: optional(r.Type)})
		if err != nil {
			return o, err
		}
		for i := range r.Actions {
			r.Actions[i].Applied = true
		}
		if err := m.AddActions(ctx, &c, r.Actions...); err != nil {
			return o, err
		}
		before := totals.Stored(o.Totals().Total)
		o.CreditLines = append(o.CreditLines, r.CreditLines...)
		return o, m.advance(ctx, o, before, r.Columns)
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
		d, price := *l.Detail, l.CurrentUnitPrice()
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
	var adjustments []ShippingAdjustment
	for _, s := range o.ShippingMethods {
		d := *s.Detail
		d.Model, d.Version = module.Model{}, o.Version
		ways = append(ways, d)
		for _, a := range s.Adjustments {
			a.Model, a.Version = module.Model{}, o.Version
			adjustments = append(adjustments, a)
		}
	}
	if _, err := m.Shippings.CreateMany(ctx, ways); err != nil {
		return err
	}
	_, err := m.ShippingAdjustments.CreateMany(ctx, adjustments)
	return err
}

// FindLineItem finds a line of the order; nil for none.
func (o *Order) FindLineItem(id string) *LineItem {
	i := slices.IndexFunc(o.Items, func(l LineItem) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &o.Items[i]
}

// CheckNotCanceled is fault.Invalid for an order that is cancelled.
func (o *Order) CheckNotCanceled() error {
	if o.Status == StatusCanceled {
		return fault.New(fault.Invalid, "Order with id %s has been canceled.", o.ID)
	}
	return nil
}

// A RecordPaymentsInput is money that moved for an order, and credit that it got.
type RecordPaymentsInput struct {
	OrderID      string        `json:"order_id"`
	Transactions []Transaction `json:"transactions"`
	CreditLines  []CreditLine  `json:"credit_lines"`
}

// RecordPayments notes what moved in the order's version, and brings its summary up to date. Credit makes a new version.
func (m *Module) RecordPayments(ctx context.Context, b RecordPaymentsInput) (*Order, error) {
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
		if len(b.CreditLines) > 0 {
			return m.CreateVersion(ctx, NewVersion{Order: o, CreditLines: b.CreditLines})
		}
		return o, m.SaveSummary(ctx, o)
	})
}

// SaveSummary writes the summary of the order's current version.
func (m *Module) SaveSummary(ctx context.Context, o *Order) error {
	_, err := m.Summaries.Update(ctx, module.Filter{"order_id": o.ID, "version": o.Version}, module.Set{"totals": o.stored().JSON()})
	return err
}
