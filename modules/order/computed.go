package order

import (
	"bytes"
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// life are the totals of what has become of lines.
var life = []string{"fulfilled_total", "shipped_total", "return_requested_total", "return_received_total", "return_dismissed_total", "write_off_total"}

// addTotals adds what is worked out to what can be read of orders and their parts.
func (m *Module) addTotals() {
	orders, lines, ways := m.Orders.Entity(), m.LineItems.Entity(), m.ShippingMethods.Entity()
	f := totals.Fields{Whole: orders, Lines: lines, Methods: ways, Credits: m.CreditLines.Entity(), LineTaxes: m.ItemTaxLines.Entity(), LineAdjustments: m.ItemAdjustments.Entity(),
		MethodTaxes: m.ShippingTaxLines.Entity(), MethodAdjustments: m.ShippingAdjustments.Entity(), Rate: "raw_rate", Needs: []string{"detail.*"},
		Parts: []string{"detail"}, Fill: fill, More: append([]string{"refundable_total_per_unit", "refundable_total"}, life...), Extra: life}
	f.Add()
	orders.AddComputed(&graph.Computed{Name: "summary", Needs: []string{"order_summary.totals"}, Value: summary})
	exact := money.Decimal.AppendRaw
	lines.AddComputed(&graph.Computed{Name: "quantity", Whole: true, Needs: []string{"detail.*"}, Value: detailed("quantity", totals.AppendDisplay)})
	lines.AddComputed(&graph.Computed{Name: "raw_quantity", Whole: true, Needs: []string{"detail.*"}, Value: detailed("quantity", exact)})
	lines.AddComputed(&graph.Computed{Name: "line_item_metadata", Whole: true, Needs: []string{"metadata"}, Value: copied("metadata")})
	for _, name := range []string{"unit_price", "compare_at_unit_price"} {
		lines.AddComputed(&graph.Computed{Name: name, Instead: true, Whole: true, Needs: []string{name, "raw_" + name}, Value: current(name, totals.AppendDisplay)})
		lines.AddComputed(&graph.Computed{Name: "raw_" + name, Instead: true, Whole: true, Needs: []string{"raw_" + name}, Value: current(name, exact)})
	}
	ways.AddComputed(&graph.Computed{Name: "order_id", Whole: true, Needs: []string{"detail.order_id"}, Value: orderID})
}

// fill takes the quantity of a line, its price and what has become of it from its detail.
func fill(s *graph.Set, row int, l *totals.Line) {
	d, rows := s.Related(row, "detail")
	if len(rows) == 0 {
		return
	}
	of := func(column string) money.Decimal { return totals.Amount(d, int(rows[0]), "raw_"+column) }
	if d.Text(int(rows[0]), "raw_unit_price") != nil {
		l.UnitPrice = of("unit_price")
	}
	l.Quantity = of("quantity")
	l.Detail = &totals.Detail{Fulfilled: of("fulfilled_quantity"), Shipped: of("shipped_quantity"), ReturnRequested: of("return_requested_quantity"),
		ReturnReceived: of("return_received_quantity"), ReturnDismissed: of("return_dismissed_quantity"), WrittenOff: of("written_off_quantity")}
}

type computation = func(context.Context, *graph.Set, map[string]any, [][]byte) error

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
			return form(totals.Amount(set, int(rows[0]), "raw_"+column), nil)
		}
		return nil
	})
}

// current is a price of a line: that of the order's version, where it has one, or that which the line was bought at.
func current(column string, form func(money.Decimal, []byte) []byte) computation {
	column = "raw_" + column
	return each(func(s *graph.Set, row int) []byte {
		from, at := s, row
		if d, rows := s.Related(row, "detail"); len(rows) > 0 && d.Text(int(rows[0]), column) != nil {
			from, at = d, int(rows[0])
		}
		if from.Text(at, column) == nil {
			return []byte("null")
		}
		return form(totals.Amount(from, at, column), nil)
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

// histories is the name under which the computed field finds the versions of lines.
const histories = "order_item_histories"

// addHistory adds what can only be read of the newest details of lines: in which versions the order has had them.
func (m *Module) addHistory() {
	m.Items.Entity().AddComputed(&graph.Computed{Name: "history", Needs: []string{"item_id"}, Value: func(_ context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
		known, _ := args[histories].(map[string][2]int)
		for i := range out {
			if v, ok := known[string(s.Text(i, "item_id"))]; ok {
				out[i] = fmt.Appendf(nil, `{"version":{"from":%d,"to":%d}}`, v[0], v[1])
			}
		}
		return nil
	}})
}

// ItemHistories finds the newest of the details that match for each line, by id, and what its field history is read with.
func (m *Module) ItemHistories(ctx context.Context, where module.Filter) (ids []string, args map[string]any, err error) {
	list, err := m.Items.List(ctx, where, module.FindOptions{Order: []string{"version"}})
	versions, newest := map[string][2]int{}, map[string]string{}
	var order []string
	for _, i := range list {
		v, known := versions[i.ItemID]
		if !known {
			v[0] = i.Version
			order = append(order, i.ItemID)
		}
		v[1] = i.Version
		versions[i.ItemID], newest[i.ItemID] = v, i.ID
	}
	ids = make([]string, len(order))
	for n, item := range order {
		ids[n] = newest[item]
	}
	return ids, map[string]any{histories: versions}, err
}
