package query

import (
	"context"
	"maps"
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

// Context tells computed fields what they depend on. Several of them add up.
func Context(args map[string]any) Option {
	return func(q *typed) {
		if q.Args == nil {
			q.Args = make(map[string]any, len(args))
		}
		maps.Copy(q.Args, args)
	}
}

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
	list, a, err := read[T](ctx, append(options, func(q *typed) { q.Take = 1 }))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "%s was not found", a.label)
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

// ListAndCount reads one page, see [Page], and counts all that match. See [One] for what T can be.
func ListAndCount[T any](ctx context.Context, options ...Option) ([]T, int, error) {
	list, a, err := read[T](ctx, append(options, func(q *typed) { q.Count = true }))
	return list, a.count, err
}

// Get reads the T with a key. It is [One] in the shape of a step. An unknown key is fault.NotFound.
func Get[T any](ctx context.Context, id string) (T, error) { return One[T](ctx, ID(id)) }

// Find reads all T that match. It is [List] in the shape of a step.
func Find[T any](ctx context.Context, where module.Filter) ([]T, error) {
	return List[T](ctx, Where(where))
}

// An answer is what is known of a read besides its records.
type answer struct {
	label string // of the entity
	count int
}

func read[T any](ctx context.Context, options []Option) (out []T, a answer, err error) {
	q, shape, err := plan(ctx, reflect.TypeFor[T](), options)
	if err != nil {
		return nil, a, err
	}
	set, err := graph.Read(ctx, q.Query)
	if err != nil {
		return nil, a, err
	}
	err = shape.Fill(set, &out)
	return out, answer{shape.Node.Entity.Label, set.Count}, err
}

// plan makes of options a query that reads what the fields of t select.
func plan(ctx context.Context, t reflect.Type, options []Option) (q typed, _ *graph.Shape, _ error) {
	schema, err := schemaOf(ctx)
	if err != nil {
		return q, nil, err
	}
	for _, o := range options {
		o(&q)
	}
	shape, err := schema.Shape(t, q.root)
	if err != nil {
		return q, nil, fault.Wrap(err, fault.Unknown, "")
	}
	if id, ok := q.Where[idKey]; ok {
		delete(q.Where, idKey)
		q.Where[shape.Node.Entity.KeyName()] = id
	}
	q.Node = shape.Node
	return q, shape, nil
}
