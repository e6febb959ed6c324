package resource

import (
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// Graph reads by the query graph of the shop that ctx belongs to, for resources that bring no Reader.
func Graph(ctx context.Context, q *Query) (Rows, error) {
	schema := graph.SchemaFromContext(ctx)
	if schema == nil {
		return nil, fmt.Errorf("resource: no schema in the context to read %s of", q.Entity)
	}
	e, ok := schema.Entity(q.Entity)
	if !ok {
		return nil, fmt.Errorf("resource: no table is called %q", q.Entity)
	}
	only := make(map[string]graph.Filter, len(q.RelatedFilters))
	for table, f := range q.RelatedFilters {
		only[table] = f
	}
	set, err := graph.Read(ctx, graph.Query{Node: e.Plan(false, q.Fields...), Where: q.Filters, Order: q.Order,
		Skip: q.Skip, Take: q.Take, WithDeleted: q.WithDeleted, Count: q.Count, Args: q.Context, Only: only})
	if err != nil {
		return nil, err
	}
	return rows{set}, nil
}

// rows is a set as answers want it.
type rows struct{ *graph.Set }

// Total is the number of records that match.
func (r rows) Total() int { return r.Count }

// RowsOf is a set that was read elsewhere, as answers want it.
func RowsOf(set *graph.Set) Rows { return rows{set} }
