package order

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Booking is money that moved for an order, and credit that it got.
type Booking struct {
	OrderID      string        `json:"order_id"`
	Transactions []Transaction `json:"transactions"`
	Credits      []CreditLine  `json:"credit_lines"`
}

// Book notes what moved, and brings the summary of the order's version up to date.
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
		for i := range b.Credits {
			b.Credits[i].OrderID, b.Credits[i].Version = o.ID, o.Version
		}
		moved, err := m.Transactions.CreateMany(ctx, b.Transactions)
		if err != nil {
			return o, err
		}
		credits, err := m.CreditLines.CreateMany(ctx, b.Credits)
		if err != nil {
			return o, err
		}
		o.Transactions, o.CreditLines = append(o.Transactions, moved...), append(o.CreditLines, credits...)
		return o, m.Settle(ctx, o)
	})
}

// Settle writes the summary of the order's current version.
func (m *Module) Settle(ctx context.Context, o *Order) error {
	sum := o.Balance(o.original()).JSON()
	_, err := m.Summaries.Update(ctx, module.Filter{"order_id": o.ID, "version": o.Version}, module.Set{"totals": sum})
	return err
}

// original is what the first version of the order cost.
func (o *Order) original() money.Decimal {
	var sum struct {
		Original *money.Decimal `json:"raw_original_order_total"`
		Shown    *money.Decimal `json:"original_order_total"`
	}
	if o.Sum != nil && json.Unmarshal(o.Sum.Totals, &sum) == nil {
		switch {
		case sum.Original != nil:
			return *sum.Original
		case sum.Shown != nil:
			return *sum.Shown
		}
	}
	return o.Totals().Total
}

// Owed is what the order's buyer owes still; negative when they are owed.
func (o *Order) Owed() money.Decimal { return o.Balance(o.original()).Due() }
