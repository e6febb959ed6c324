package inventory

import (
	"context"
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/money"
)

// available is what of a level is not promised.
func available(_ context.Context, set *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		out[i] = number(amount(set, i, "stocked_quantity").Sub(amount(set, i, "reserved_quantity")))
	}
	return nil
}

// total adds up a column of an item's levels. It is known of items that were asked for, and of those that something of this module is about.
func total(column string) func(context.Context, *graph.Set, map[string]any, [][]byte) error {
	return func(_ context.Context, set *graph.Set, _ map[string]any, out [][]byte) error {
		for i := range out {
			if set.Linked() && !set.Typed() {
				out[i] = []byte("null")
				continue
			}
			var sum money.Decimal
			levels, rows := set.Related(i, "location_levels")
			for _, r := range rows {
				sum = sum.Add(amount(levels, int(r), column))
			}
			out[i] = number(sum)
		}
		return nil
	}
}

func amount(set *graph.Set, row int, column string) money.Decimal {
	m, err := money.Parse(string(set.Text(row, column)))
	if err != nil {
		return money.Zero
	}
	return m
}

// number writes a quantity as the wire has it.
func number(m money.Decimal) []byte { return strconv.AppendFloat(nil, m.Float64(), 'f', -1, 64) }
