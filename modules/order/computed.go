package order

import (
	"bytes"
	"context"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/money"
)

// A total is read of a row; false where it is not known.
type total func(s *graph.Set, row int) (money.Decimal, bool)

// lineNeeds and methodNeeds are what totals are worked out of.
var (
	lineNeeds = []string{"raw_unit_price", "is_tax_inclusive", "tax_lines.raw_rate", "adjustments.raw_amount", "adjustments.is_tax_inclusive", "detail.*"}
	wayNeeds  = []string{"raw_amount", "is_tax_inclusive", "tax_lines.raw_rate", "adjustments.raw_amount"}
)

func under(prefix string, names []string) (out []string) {
	for _, n := range names {
		out = append(out, prefix+"."+n)
	}
	return out
}

// addTotals adds what is worked out to what can be read of orders and their parts.
func (m *Module) addTotals() {
	needs := append(append(under("items", lineNeeds), under("shipping_methods", wayNeeds)...), "credit_lines.raw_amount")
	orders, lines, ways := m.Orders.Entity(), m.Lines.Entity(), m.ShippingMethods.Entity()
	for _, name := range totals.WholeNames() {
		whole := total(func(s *graph.Set, row int) (money.Decimal, bool) { t := wholes(s)[row]; return t.Get(name) })
		orders.AddComputed(&graph.Computed{Name: name, Needs: needs, Value: whole.write(shown)})
	}
	orders.AddComputed(&graph.Computed{Name: "summary", Needs: []string{"order_summary.totals"}, Value: summary})
	lines.AddComputed(&graph.Computed{Name: "quantity", Whole: true, Needs: []string{"detail.*"}, Value: detailed("quantity", shown)})
	lines.AddComputed(&graph.Computed{Name: "raw_quantity", Whole: true, Needs: []string{"detail.*"}, Value: detailed("quantity", money.Decimal.AppendRaw)})
	lines.AddComputed(&graph.Computed{Name: "line_item_metadata", Whole: true, Needs: []string{"metadata"}, Value: copied("metadata")})
	for _, name := range append(totals.Names(), "refundable_total_per_unit", "refundable_total", "fulfilled_total", "shipped_total",
		"return_requested_total", "return_received_total", "return_dismissed_total", "write_off_total") {
		add(lines, name, detail(lineTotals, name))
	}
	for _, name := range totals.Names() {
		add(ways, name, detail(wayTotals, name))
	}
	ways.AddComputed(&graph.Computed{Name: "order_id", Whole: true, Needs: []string{"detail.order_id"}, Value: orderID})
	taxes := func(d *totals.Detailed) []totals.Part { return d.Taxes }
	adjustments := func(d *totals.Detailed) []totals.Part { return d.Adjustments }
	addParts(m.ItemTaxLines.Entity(), lineTotals, taxes)
	addParts(m.ItemAdjustments.Entity(), lineTotals, adjustments)
	addParts(m.ShippingTaxLines.Entity(), wayTotals, taxes)
	addParts(m.ShippingAdjustments.Entity(), wayTotals, adjustments)
}

// add adds a total, and its exact form beside it, to what comes with all columns.
func add(e *graph.Entity, name string, t total) {
	e.AddComputed(&graph.Computed{Name: name, Whole: true, Value: t.write(shown)})
	e.AddComputed(&graph.Computed{Name: "raw_" + name, Whole: true, Value: t.write(money.Decimal.AppendRaw)})
}

func addParts(e *graph.Entity, of func(*graph.Set) []totals.Detailed, parts func(*totals.Detailed) []totals.Part) {
	add(e, "total", part(of, parts, func(p totals.Part) money.Decimal { return p.Total }))
	add(e, "subtotal", part(of, parts, func(p totals.Part) money.Decimal { return p.Subtotal }))
}

func shown(m money.Decimal, b []byte) []byte { return totals.Shown(m).AppendJSON(b) }

type computation = func(context.Context, *graph.Set, map[string]any, [][]byte) error

// write makes the value of a computed field.
func (t total) write(form func(money.Decimal, []byte) []byte) computation {
	return each(func(s *graph.Set, row int) []byte {
		if v, ok := t(s, row); ok {
			return form(v, nil)
		}
		return nil
	})
}

// each makes a computed field of a function of one row.
func each(value func(s *graph.Set, row int) []byte) computation {
	return func(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
		for i := range out {
			out[i] = value(s, i)
		}
		return nil
	}
}

func copied(column string) computation {
	return each(func(s *graph.Set, row int) []byte {
		if v := s.Text(row, column); v != nil {
			return v
		}
		return []byte("null")
	})
}

func summary(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		out[i] = []byte("null")
		if set, rows := s.Related(i, "order_summary"); len(rows) > 0 {
			if v := set.Text(int(rows[0]), "totals"); v != nil {
				out[i] = bytes.Clone(v)
			}
		}
	}
	return nil
}

// detailed is a quantity of a line's detail.
func detailed(column string, form func(money.Decimal, []byte) []byte) computation {
	return each(func(s *graph.Set, row int) []byte {
		if set, rows := s.Related(row, "detail"); len(rows) > 0 {
			return form(amount(set, int(rows[0]), "raw_"+column), nil)
		}
		return nil
	})
}

func orderID(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		if set, rows := s.Related(i, "detail"); len(rows) > 0 {
			out[i] = graph.AppendString(nil, set.Text(int(rows[0]), "order_id"))
		}
	}
	return nil
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
