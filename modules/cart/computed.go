package cart

import (
	"context"
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/money"
)

// A total is read of a row; false where it is not known.
type total func(s *graph.Set, row int) (money.Decimal, bool)

// addTotals adds the totals to what can be read of a cart. Those of its parts are known where some of the whole are asked for.
func (m *Module) addTotals() {
	needs := []string{"items.raw_unit_price", "items.quantity", "items.is_tax_inclusive", "items.tax_lines.rate", "items.adjustments.raw_amount",
		"items.adjustments.is_tax_inclusive", "shipping_methods.raw_amount", "shipping_methods.is_tax_inclusive", "shipping_methods.tax_lines.rate",
		"shipping_methods.adjustments.raw_amount", "credit_lines.raw_amount"}
	for _, name := range totals.WholeNames() {
		whole := total(func(s *graph.Set, row int) (money.Decimal, bool) { t := wholes(s)[row]; return t.Get(name) })
		m.Carts.Entity().AddComputed(&graph.Computed{Name: name, Needs: needs, Value: whole.write(shown)})
	}
	for _, name := range totals.Names() {
		add(m.Items.Entity(), name, detail(lines, name))
		add(m.ShippingMethods.Entity(), name, detail(methods, name))
	}
	taxes := func(d *totals.Detailed) []totals.Part { return d.Taxes }
	adjustments := func(d *totals.Detailed) []totals.Part { return d.Adjustments }
	addParts(m.ItemTaxLines.Entity(), lines, taxes)
	addParts(m.ItemAdjustments.Entity(), lines, adjustments)
	addParts(m.ShippingTaxLines.Entity(), methods, taxes)
	addParts(m.ShippingAdjustments.Entity(), methods, adjustments)
}

// add adds a total, and its exact form beside it, to what comes with all columns.
func add(e *graph.Entity, name string, t total) {
	e.AddComputed(&graph.Computed{Name: name, Whole: true, Value: t.write(shown)})
	e.AddComputed(&graph.Computed{Name: "raw_" + name, Whole: true, Value: t.write(money.Decimal.AppendRaw)})
}

func addParts(e *graph.Entity, of func(*graph.Set) []totals.Detailed, parts func(*totals.Detailed) []totals.Part) {
	add(e, "subtotal", part(of, parts, func(p totals.Part) money.Decimal { return p.Subtotal }))
	add(e, "total", part(of, parts, func(p totals.Part) money.Decimal { return p.Total }))
}

func shown(m money.Decimal, b []byte) []byte { return totals.Shown(m).AppendJSON(b) }

// write makes the value of a computed field.
func (t total) write(form func(money.Decimal, []byte) []byte) func(context.Context, *graph.Set, map[string]any, [][]byte) error {
	return func(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
		for i := range out {
			if v, ok := t(s, i); ok {
				out[i] = form(v, nil)
			}
		}
		return nil
	}
}

func detail(of func(*graph.Set) []totals.Detailed, name string) total {
	return func(s *graph.Set, row int) (money.Decimal, bool) {
		if list := of(s); list != nil {
			return list[row].Get(name)
		}
		return money.Zero, false
	}
}

// A place is where a tax line or adjustment stands.
type place struct{ row, nth []int }

// part is a total of a tax line or adjustment, of what its line or method has.
func part(of func(*graph.Set) []totals.Detailed, parts func(*totals.Detailed) []totals.Part, pick func(totals.Part) money.Decimal) total {
	return func(s *graph.Set, row int) (money.Decimal, bool) {
		owner := s.Owner()
		if owner == nil {
			return money.Zero, false
		}
		list := of(owner)
		p := s.Memo("places", func() any { rows, nth := s.Places(); return place{rows, nth} }).(place)
		if list == nil || p.nth[row] >= len(parts(&list[p.row[row]])) {
			return money.Zero, false
		}
		return pick(parts(&list[p.row[row]])[p.nth[row]]), true
	}
}

// wholes are the totals of carts.
func wholes(s *graph.Set) []totals.Totals {
	return s.Memo("wholes", func() any {
		out := make([]totals.Totals, s.Len())
		for i := range out {
			items, itemRows := s.Related(i, "items")
			ways, wayRows := s.Related(i, "shipping_methods")
			credits, creditRows := s.Related(i, "credit_lines")
			var l []totals.Line
			for _, r := range itemRows {
				l = append(l, line(items, int(r)))
			}
			var m []totals.Method
			for _, r := range wayRows {
				m = append(m, method(ways, int(r)))
			}
			var c []money.Decimal
			for _, r := range creditRows {
				c = append(c, amount(credits, int(r), "raw_amount"))
			}
			out[i] = totals.Of(l, m, c, totals.Smallest(2))
		}
		return out
	}).([]totals.Totals)
}

// lines are the totals of line items; nil when too little of them was read.
func lines(s *graph.Set) []totals.Detailed {
	return s.Memo("lines", func() any {
		if s.Len() == 0 || s.Text(0, "raw_unit_price") == nil || !s.Reads("tax_lines") || !s.Reads("adjustments") {
			return []totals.Detailed(nil)
		}
		out := make([]totals.Detailed, s.Len())
		for i := range out {
			out[i] = line(s, i).Totals()
		}
		return out
	}).([]totals.Detailed)
}

// methods are the totals of shipping methods; nil when too little of them was read.
func methods(s *graph.Set) []totals.Detailed {
	return s.Memo("methods", func() any {
		if s.Len() == 0 || s.Text(0, "raw_amount") == nil || !s.Reads("tax_lines") || !s.Reads("adjustments") {
			return []totals.Detailed(nil)
		}
		out := make([]totals.Detailed, s.Len())
		for i := range out {
			out[i] = method(s, i).Totals()
		}
		return out
	}).([]totals.Detailed)
}

func line(s *graph.Set, row int) totals.Line {
	quantity, _ := strconv.ParseInt(string(s.Text(row, "quantity")), 10, 64)
	return totals.Line{UnitPrice: amount(s, row, "raw_unit_price"), Quantity: money.Int(quantity), TaxInclusive: flag(s, row),
		Rates: rates(s, row), Adjustments: adjustments(s, row)}
}

func method(s *graph.Set, row int) totals.Method {
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
		out[i], _ = money.Parse(string(set.Text(int(r), "rate"))) // a column of numbers
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
