package totals

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/money"
)

// Fields adds the totals to what can be read of carts or orders, and says where they keep what the totals are worked out of.
type Fields struct {
	Whole, Lines, Methods, Credits                             *graph.Entity
	LineTaxes, LineAdjustments, MethodTaxes, MethodAdjustments *graph.Entity

	Rate  string                                  // the column of a tax line's rate
	Needs []string                                // what Fill reads of a line
	Parts []string                                // relations without which a line's totals are not known, besides tax lines and adjustments
	Fill  func(s *graph.Set, row int, line *Line) // completes a line: its quantity, and what differs from its columns
	More  []string                                // totals of lines besides Names
	Extra []string                                // totals of the whole besides WholeNames
}

// Add adds the fields. Totals of parts come with all columns of a part, and are known where all was read that they are made of.
func (f *Fields) Add() {
	line := append([]string{"raw_unit_price", "is_tax_inclusive", "tax_lines." + f.Rate, "adjustments.raw_amount", "adjustments.is_tax_inclusive"}, f.Needs...)
	method := []string{"raw_amount", "is_tax_inclusive", "tax_lines." + f.Rate, "adjustments.raw_amount"}
	needs := append(append(under("items", line), under("shipping_methods", method)...), "credit_lines.raw_amount")
	for _, name := range append(WholeNames(), f.Extra...) {
		whole := total(func(s *graph.Set, row int) (money.Decimal, bool) { t := f.wholes(s)[row]; return t.Get(name) })
		f.Whole.AddComputed(&graph.Computed{Name: name, Needs: needs, Value: whole.write(AppendDisplay)})
		f.Whole.AddComputed(&graph.Computed{Name: "raw_" + name, Needs: needs, Value: whole.write(money.Decimal.AppendRaw)})
	}
	for _, name := range append(Names(), f.More...) {
		add(f.Lines, name, detail(f.lines, name))
	}
	for _, name := range Names() {
		add(f.Methods, name, detail(f.methods, name))
	}
	taxes := func(d *Detailed) []Part { return d.Taxes }
	adjustments := func(d *Detailed) []Part { return d.Adjustments }
	addParts(f.LineTaxes, f.lines, taxes)
	addParts(f.LineAdjustments, f.lines, adjustments)
	addParts(f.MethodTaxes, f.methods, taxes)
	addParts(f.MethodAdjustments, f.methods, adjustments)
	for _, name := range []string{"subtotal", "total"} {
		add(f.Credits, name, credit)
	}
}

// credit is what a credit line takes off, known beside totals of the whole.
func credit(s *graph.Set, row int) (money.Decimal, bool) {
	owner := s.Owner()
	known := owner != nil && slices.ContainsFunc(WholeNames(), owner.HasComputed)
	return Amount(s, row, "raw_amount"), known && s.Text(row, "raw_amount") != nil
}

// AppendDisplay appends the number that clients see of m.
func AppendDisplay(m money.Decimal, b []byte) []byte { return Display(m).AppendJSON(b) }

// Amount reads the exact form of a number, a column raw_NAME; 0 for none.
func Amount(s *graph.Set, row int, column string) (m money.Decimal) {
	if v := s.Text(row, column); v != nil {
		_ = m.UnmarshalJSON(v) // written by AppendRaw
	}
	return m
}

func under(prefix string, names []string) (out []string) {
	for _, n := range names {
		out = append(out, prefix+"."+n)
	}
	return out
}

// A total is read of a row; false where it is not known.
type total func(s *graph.Set, row int) (money.Decimal, bool)

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

// add adds a total, and its exact form beside it, to what comes with all columns.
func add(e *graph.Entity, name string, t total) {
	e.AddComputed(&graph.Computed{Name: name, Whole: true, Value: t.write(AppendDisplay)})
	e.AddComputed(&graph.Computed{Name: "raw_" + name, Whole: true, Value: t.write(money.Decimal.AppendRaw)})
}

func addParts(e *graph.Entity, of func(*graph.Set) []Detailed, parts func(*Detailed) []Part) {
	add(e, "total", part(of, parts, func(p Part) money.Decimal { return p.Total }))
	add(e, "subtotal", part(of, parts, func(p Part) money.Decimal { return p.Subtotal }))
}

func detail(of func(*graph.Set) []Detailed, name string) total {
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
func part(of func(*graph.Set) []Detailed, parts func(*Detailed) []Part, pick func(Part) money.Decimal) total {
	return func(s *graph.Set, row int) (money.Decimal, bool) {
		owner := s.Owner()
		if owner == nil {
			return money.Zero, false
		}
		list := of(owner)
		p := s.Memoize("places", func() any { rows, nth := s.Positions(); return place{rows, nth} }).(place)
		if list == nil || p.nth[row] >= len(parts(&list[p.row[row]])) {
			return money.Zero, false
		}
		return pick(parts(&list[p.row[row]])[p.nth[row]]), true
	}
}

// wholes are the totals of the carts or orders that were read.
func (f *Fields) wholes(s *graph.Set) []Totals {
	return s.Memoize("wholes", func() any {
		out := make([]Totals, s.Len())
		for i := range out {
			out[i] = Calculate(related(s, i, "items", f.line), related(s, i, "shipping_methods", f.method), related(s, i, "credit_lines",
				func(s *graph.Set, row int) money.Decimal { return Amount(s, row, "raw_amount") }), Smallest(2))
		}
		return out
	}).([]Totals)
}

// related makes something of each record that a row is related to.
func related[T any](s *graph.Set, row int, relation string, of func(*graph.Set, int) T) []T {
	set, rows := s.Related(row, relation)
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = of(set, int(r))
	}
	return out
}

// lines are the totals of line items; nil when too little of them was read.
func (f *Fields) lines(s *graph.Set) []Detailed {
	return detailed(s, "lines", "raw_unit_price", f.Parts, func(row int) Detailed { return f.line(s, row).Totals() })
}

// methods are the totals of shipping methods; nil when too little of them was read.
func (f *Fields) methods(s *graph.Set) []Detailed {
	return detailed(s, "methods", "raw_amount", nil, func(row int) Detailed { return f.method(s, row).Totals() })
}

func detailed(s *graph.Set, memo, price string, parts []string, of func(int) Detailed) []Detailed {
	return s.Memoize(memo, func() any {
		if s.Len() == 0 || s.Text(0, price) == nil || slices.ContainsFunc(append([]string{"tax_lines", "adjustments"}, parts...), func(p string) bool { return !s.HasRelation(p) }) {
			return []Detailed(nil)
		}
		out := make([]Detailed, s.Len())
		for i := range out {
			out[i] = of(i)
		}
		return out
	}).([]Detailed)
}

func (f *Fields) line(s *graph.Set, row int) Line {
	l := Line{UnitPrice: Amount(s, row, "raw_unit_price"), TaxInclusive: flag(s, row), Rates: related(s, row, "tax_lines", f.rate), Adjustments: related(s, row, "adjustments", adjustment)}
	f.Fill(s, row, &l)
	return l
}

func (f *Fields) method(s *graph.Set, row int) Method {
	return Method{Amount: Amount(s, row, "raw_amount"), TaxInclusive: flag(s, row), Rates: related(s, row, "tax_lines", f.rate), Adjustments: related(s, row, "adjustments", adjustment)}
}

func flag(s *graph.Set, row int) bool {
	v := s.Text(row, "is_tax_inclusive")
	return len(v) > 0 && (v[0] == 't' || v[0] == '1')
}

func (f *Fields) rate(s *graph.Set, row int) money.Decimal {
	if strings.HasPrefix(f.Rate, "raw_") {
		return Amount(s, row, f.Rate)
	}
	m, _ := money.Parse(string(s.Text(row, f.Rate))) // a column of numbers
	return m
}

func adjustment(s *graph.Set, row int) Adjustment {
	return Adjustment{Amount: Amount(s, row, "raw_amount"), TaxInclusive: flag(s, row)}
}
