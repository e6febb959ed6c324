package order

import (
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
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
	return totals.Of(lines, methods, credits, totals.Smallest(2))
}

// Price is what one unit costs in the order's current version.
func (i *LineItem) Price() money.Decimal {
	if i.Detail != nil && i.Detail.UnitPrice != nil {
		return *i.Detail.UnitPrice
	}
	return i.UnitPrice
}

func (i *LineItem) line() totals.Line {
	l := totals.Line{UnitPrice: i.Price(), TaxInclusive: i.IsTaxInclusive}
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

// wholes are the totals of orders that were read.
func wholes(s *graph.Set) []totals.Totals {
	return s.Memo("wholes", func() any {
		out := make([]totals.Totals, s.Len())
		for i := range out {
			var l []totals.Line
			items, rows := s.Related(i, "items")
			for _, r := range rows {
				l = append(l, lineOf(items, int(r)))
			}
			var m []totals.Method
			ways, rows := s.Related(i, "shipping_methods")
			for _, r := range rows {
				m = append(m, methodOf(ways, int(r)))
			}
			var c []money.Decimal
			credits, rows := s.Related(i, "credit_lines")
			for _, r := range rows {
				c = append(c, amount(credits, int(r), "raw_amount"))
			}
			out[i] = totals.Of(l, m, c, totals.Smallest(2))
		}
		return out
	}).([]totals.Totals)
}

// lineTotals are the totals of line items; nil when too little of them was read.
func lineTotals(s *graph.Set) []totals.Detailed {
	return s.Memo("lines", func() any {
		if s.Len() == 0 || s.Text(0, "raw_unit_price") == nil || !s.Reads("tax_lines") || !s.Reads("adjustments") || !s.Reads("detail") {
			return []totals.Detailed(nil)
		}
		out := make([]totals.Detailed, s.Len())
		for i := range out {
			out[i] = lineOf(s, i).Totals()
		}
		return out
	}).([]totals.Detailed)
}

// wayTotals are the totals of shipping methods; nil when too little of them was read.
func wayTotals(s *graph.Set) []totals.Detailed {
	return s.Memo("methods", func() any {
		if s.Len() == 0 || s.Text(0, "raw_amount") == nil || !s.Reads("tax_lines") || !s.Reads("adjustments") {
			return []totals.Detailed(nil)
		}
		out := make([]totals.Detailed, s.Len())
		for i := range out {
			out[i] = methodOf(s, i).Totals()
		}
		return out
	}).([]totals.Detailed)
}

func lineOf(s *graph.Set, row int) totals.Line {
	l := totals.Line{UnitPrice: amount(s, row, "raw_unit_price"), TaxInclusive: flag(s, row), Rates: rates(s, row), Adjustments: adjustments(s, row)}
	d, rows := s.Related(row, "detail")
	if len(rows) == 0 {
		return l
	}
	of := func(column string) money.Decimal { return amount(d, int(rows[0]), "raw_"+column) }
	if d.Text(int(rows[0]), "raw_unit_price") != nil {
		l.UnitPrice = of("unit_price")
	}
	l.Quantity = of("quantity")
	l.Detail = &totals.Detail{Fulfilled: of("fulfilled_quantity"), Shipped: of("shipped_quantity"), ReturnRequested: of("return_requested_quantity"),
		ReturnReceived: of("return_received_quantity"), ReturnDismissed: of("return_dismissed_quantity"), WrittenOff: of("written_off_quantity")}
	return l
}

func methodOf(s *graph.Set, row int) totals.Method {
	return totals.Method{Amount: amount(s, row, "raw_amount"), TaxInclusive: flag(s, row), Rates: rates(s, row), Adjustments: adjustments(s, row)}
}

func flag(s *graph.Set, row int) bool {
	v := s.Text(row, "is_tax_inclusive")
	return len(v) > 0 && (v[0] == 't' || v[0] == '1')
}

func rates(s *graph.Set, row int) []money.Decimal {
	set, rows := s.Related(row, "tax_lines")
	out := make([]money.Decimal, len(rows))
	for i, r := range rows {
		out[i] = amount(set, int(r), "raw_rate")
	}
	return out
}

func adjustments(s *graph.Set, row int) []totals.Adjustment {
	set, rows := s.Related(row, "adjustments")
	out := make([]totals.Adjustment, len(rows))
	for i, r := range rows {
		out[i] = totals.Adjustment{Amount: amount(set, int(r), "raw_amount"), TaxInclusive: flag(set, int(r))}
	}
	return out
}

// amount reads the exact form of a number; 0 for none.
func amount(s *graph.Set, row int, column string) (m money.Decimal) {
	if v := s.Text(row, column); v != nil {
		_ = m.UnmarshalJSON(v) // written by AppendRaw
	}
	return m
}
