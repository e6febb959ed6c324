package order

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// Totals works out what an order costs, of its items with their details, its shipping methods and its credit lines.
func (o *Order) Totals() totals.Totals {
	lines := make([]totals.Line, len(o.Items))
	for i := range o.Items {
		lines[i] = o.Items[i].line()
	}
	methods := make([]totals.Method, len(o.ShippingMethods))
	for i := range o.ShippingMethods {
		methods[i] = o.ShippingMethods[i].method()
	}
	credits := make([]money.Decimal, len(o.CreditLines))
	for i, l := range o.CreditLines {
		credits[i] = l.Amount
	}
	return totals.Calculate(lines, methods, credits, totals.Smallest(2))
}

// CurrentUnitPrice is what one unit costs in the order's current version.
func (i *LineItem) CurrentUnitPrice() money.Decimal {
	if i.Detail != nil && i.Detail.UnitPrice != nil {
		return *i.Detail.UnitPrice
	}
	return i.UnitPrice
}

func (i *LineItem) line() totals.Line {
	l := totals.Line{UnitPrice: i.CurrentUnitPrice(), TaxInclusive: i.IsTaxInclusive}
	if d := i.Detail; d != nil {
		l.Quantity = d.Quantity
		l.Detail = &totals.Detail{Fulfilled: d.FulfilledQuantity, Shipped: d.ShippedQuantity, ReturnRequested: d.ReturnRequestedQuantity,
			ReturnReceived: d.ReturnReceivedQuantity, ReturnDismissed: d.ReturnDismissedQuantity, WrittenOff: d.WrittenOffQuantity}
	}
	for _, t := range i.TaxLines {
		l.Rates = append(l.Rates, t.Rate)
	}
	for _, a := range i.Adjustments {
		l.Adjustments = append(l.Adjustments, totals.Adjustment{Amount: a.Amount, TaxInclusive: a.IsTaxInclusive})
	}
	return l
}

func (m *ShippingMethod) method() totals.Method {
	out := totals.Method{Amount: m.Amount, TaxInclusive: m.IsTaxInclusive}
	for _, t := range m.TaxLines {
		out.Rates = append(out.Rates, t.Rate)
	}
	for _, a := range m.Adjustments {
		out.Adjustments = append(out.Adjustments, totals.Adjustment{Amount: a.Amount})
	}
	return out
}

// A Balance says what a version of an order costs and what of that is paid. Before is what the version before it cost, CreditTotal what the order got off in
// this one, and ReturnTotal what the goods are worth that are on their way back.
type Balance struct {
	PreviousTotal, CurrentTotal, PaidTotal, RefundedTotal, CreditTotal, ReturnTotal money.Decimal

	Currency string
}

// balance adds up the order.
func (o *Order) balance(before, credit money.Decimal) Balance {
	t := o.Totals()
	b := Balance{Currency: o.CurrencyCode, PreviousTotal: before, CreditTotal: credit, CurrentTotal: totals.Stored(t.Total), ReturnTotal: totals.Stored(t.Items.ReturnRequested)}
	for _, t := range o.Transactions {
		if t.Amount.Sign() > 0 {
			b.PaidTotal = b.PaidTotal.Add(t.Amount)
		} else {
			b.RefundedTotal = b.RefundedTotal.Add(t.Amount.Neg())
		}
	}
	return b
}

// stored is the balance of the order's version with what was written down of it before.
func (o *Order) stored() Balance {
	var sum struct {
		RawBefore *money.Decimal `json:"raw_original_order_total"`
		Before    *money.Decimal `json:"original_order_total"`
		RawCredit *money.Decimal `json:"raw_credit_line_total"`
	}
	b := o.balance(money.Zero, money.Zero)
	b.PreviousTotal = b.CurrentTotal
	if o.OrderSummary == nil || json.Unmarshal(o.OrderSummary.Totals, &sum) != nil {
		return b
	}
	switch {
	case sum.RawBefore != nil:
		b.PreviousTotal = *sum.RawBefore
	case sum.Before != nil:
		b.PreviousTotal = *sum.Before
	}
	if sum.RawCredit != nil {
		b.CreditTotal = *sum.RawCredit
	}
	return b
}

// AmountDue is what is to be paid still; negative when it is to be given back. Less than a unit of the
// currency is zero, since nobody can pay it.
func (b Balance) AmountDue() money.Decimal {
	return money.Settled(b.CurrentTotal.Sub(b.PaidTotal.Sub(b.RefundedTotal)).Sub(b.ReturnTotal), b.Currency)
}

// AmountDue is what the order's buyer owes still; negative when they are owed.
func (o *Order) AmountDue() money.Decimal { return o.balance(money.Zero, money.Zero).AmountDue() }

// JSON is the form in which summaries are kept and shown.
func (b Balance) JSON() json.RawMessage {
	out := []byte{'{'}
	for _, v := range []struct {
		name  string
		value money.Decimal
	}{{"paid_total", b.PaidTotal}, {"refunded_total", b.RefundedTotal}, {"accounting_total", b.CurrentTotal}, {"credit_line_total", b.CreditTotal}, {"transaction_total", b.PaidTotal.Sub(b.RefundedTotal)},
		{"pending_difference", b.AmountDue()}, {"current_order_total", b.CurrentTotal}, {"original_order_total", b.PreviousTotal}} {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = totals.AppendDisplay(v.value, append(append(append(out, '"'), v.name...), `":`...))
		out = v.value.AppendRaw(append(append(append(out, `,"raw_`...), v.name...), `":`...))
	}
	return append(out, '}')
}

// SaveAmountDue writes what is owed for the order into the summary of its version, which says what it did of all else.
func (m *Module) SaveAmountDue(ctx context.Context, o *Order) error {
	if o.OrderSummary == nil {
		return m.SaveSummary(ctx, o)
	}
	sum := map[string]json.RawMessage{}
	if err := json.Unmarshal(o.OrderSummary.Totals, &sum); err != nil {
		return err
	}
	due := o.AmountDue()
	sum["pending_difference"], sum["raw_pending_difference"] = totals.AppendDisplay(due, nil), due.AppendRaw(nil)
	b, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	_, err = m.Summaries.Update(ctx, module.Filter{"id": o.OrderSummary.ID}, module.Set{"totals": module.JSON(b)})
	return err
}
