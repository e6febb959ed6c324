// Package query reads records of any module, with what they are related to and linked with, as one tree: by names for the wire,
// and into structs for Go.
package query

import (
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// A GraphRequest says which records to read, and how much of each.
type GraphRequest struct {
	Entity      string        // a table, or another name of it: "product", "variants"
	Fields      []string      // "title", "*", "variants.prices.amount", "tags.*"
	Filters     module.Filter // at any depth, over relations and links too
	Order       []string      // "title", "-created_at", "collection.title"
	Skip, Take  int           // Take 0 means all
	Count       bool          // count all that match
	WithDeleted bool
	Context     map[string]any // for computed fields, such as the region and currency of prices
}

// Rows is what was read, ready for the wire.
type Rows struct{ set *graph.Set }

// Len is the number of records.
func (r Rows) Len() int { return r.set.Len() }

// Total is the number of records that match, where the request asked to count them.
func (r Rows) Total() int { return r.set.Count }

// AppendRow appends one record as JSON.
func (r Rows) AppendRow(b []byte, i int) []byte { return r.set.AppendRow(b, i) }

// AppendList appends all records as a JSON array.
func (r Rows) AppendList(b []byte) []byte { return r.set.AppendList(b) }

// Text is a column of a record in the database's text form; nil for null, or when it was not asked for.
func (r Rows) Text(i int, column string) []byte { return r.set.Text(i, column) }

// MarshalJSON writes all records.
func (r Rows) MarshalJSON() ([]byte, error) { return r.set.AppendList(nil), nil }

// Graph reads what a request asks for, of the shop that ctx belongs to: two statements for a list with its count, and one for each level
// of relations. Names that an entity does not have are left out. An unknown entity or filter is fault.Invalid.
func Graph(ctx context.Context, r GraphRequest) (Rows, error) {
	schema, err := schemaOf(ctx)
	if err != nil {
		return Rows{}, err
	}
	e, ok := schema.Entity(r.Entity)
	if !ok {
		return Rows{}, fault.New(fault.Invalid, "Service with alias %q was not found.", r.Entity)
	}
	set, err := graph.Read(ctx, graph.Query{Node: e.Plan(false, r.Fields...), Where: r.Filters, Order: r.Order, Skip: r.Skip, Take: r.Take,
		Count: r.Count, WithDeleted: r.WithDeleted, Args: r.Context})
	return Rows{set}, err
}

func schemaOf(ctx context.Context) (*graph.Schema, error) {
	if s := graph.SchemaFromContext(ctx); s != nil {
		return s, nil
	}
	return nil, fault.Wrap(fmt.Errorf("query: the context belongs to no shop"), fault.Unknown, "")
}
