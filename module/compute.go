package module

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// Compute gives records a field that is worked out when a query asks for it. fn gets all records that were read, with the columns and relations that needs
// names, and the context of the query; it returns a value for each.
func Compute[T, V any](table *Table[T], name string, needs []string, fn func(ctx context.Context, list []T, args Map) ([]V, error)) {
	table.rows.entity.AddComputed(&graph.Computed{Name: name, Needs: needs, Value: func(ctx context.Context, set *graph.Set, args map[string]any, out [][]byte) error {
		var list []T
		if err := set.ScanInto(&list); err != nil {
			return err
		}
		values, err := fn(ctx, list, args)
		if err != nil {
			return err
		}
		if len(values) != len(list) {
			return fault.New(fault.Unknown, "%s.%s was worked out for %d of %d records", table.rows.entity.Table, name, len(values), len(list))
		}
		for i, v := range values {
			if out[i], err = json.Marshal(v); err != nil {
				return err
			}
		}
		return nil
	}})
}
