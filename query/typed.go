package query

import (
	"context"
	"reflect"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// An Option narrows a typed read.
type Option func(*typed)

type typed struct {
	graph.Query
	root string
}

// From names the table to read, for structs that neither are nor embed a model.
func From(entity string) Option { return func(q *typed) { q.root = entity } }

// ID asks for the record with a key.
func ID(id string) Option { return func(q *typed) { q.Where = merge(q.Where, idKey, id) } }

// Where asks for the records that match.
func Where(f module.Filter) Option {
	return func(q *typed) {
		for k, v := range f {
			q.Where = merge(q.Where, k, v)
		}
	}
}

// Order sorts: "title", "-created_at", "collection.title".
func Order(by ...string) Option { return func(q *typed) { q.Order = by } }

// Page skips some records and takes at most take.
func Page(skip, take int) Option { return func(q *typed) { q.Skip, q.Take = skip, take } }

// WithDeleted reads records that are soft-deleted, too.
func WithDeleted() Option { return func(q *typed) { q.WithDeleted = true } }

// Context tells computed fields what they depend on.
func Context(args map[string]any) Option { return func(q *typed) { q.Args = args } }

// idKey stands for the key column until the table is known.
const idKey = "\x00id"

func merge(f module.Filter, k string, v any) module.Filter {
	if f == nil {
		f = module.Filter{}
	}
	f[k] = v
	return f
}

// One reads one T. The fields of T are the selection, by their JSON names: columns, computed fields, and related or linked records as structs and
// slices of structs. An embedded model says which table is read. No match is fault.NotFound.
func One[T any](ctx context.Context, options ...Option) (T, error) {
	var none T
	list, shape, err := read[T](ctx, append(options, func(q *typed) { q.Take = 1 }))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "%s was not found", shape.Node.Entity.Label)
	}
	if err != nil {
		return none, err
	}
	return list[0], nil
}

// List reads all that match. See [One] for what T can be.
func List[T any](ctx context.Context, options ...Option) ([]T, error) {
	list, _, err := read[T](ctx, options)
	return list, err
}

func read[T any](ctx context.Context, options []Option) ([]T, *graph.Shape, error) {
	schema, err := schemaOf(ctx)
	if err != nil {
		return nil, nil, err
	}
	var q typed
	for _, o := range options {
		o(&q)
	}
	shape, err := schema.Shape(reflect.TypeFor[T](), q.root)
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Unknown, "")
	}
	if id, ok := q.Where[idKey]; ok {
		delete(q.Where, idKey)
		q.Where[shape.Node.Entity.KeyName()] = id
	}
	q.Node = shape.Node
	set, err := graph.Read(ctx, q.Query)
	if err != nil {
		return nil, shape, err
	}
	var out []T
	err = shape.Fill(set, &out)
	return out, shape, err
}
