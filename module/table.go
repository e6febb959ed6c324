package module

import (
	"context"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A Table keeps the records of one model. It is a lazy handle, like *sql.DB: the application binds it to its database when it
// starts. All methods join the transaction in ctx, if there is one.
type Table[T any] struct{ rows }

// NewTable describes the table of the model T. Aliases are other names that queries may call it by.
// It panics when T cannot be a model, for that is a mistake in the program.
func NewTable[T any](name string, aliases ...string) *Table[T] {
	e, err := graph.Describe(reflect.TypeFor[T](), name, aliases)
	if err != nil {
		panic(err)
	}
	e.At = origin.Here()
	return &Table[T]{rows{entity: e}}
}

// With returns the table with some of its relations: "comments", "variants.options". What it reads has them, and what it creates is saved with what the structs
// hold of them. There, records without a key are new; those with one exist already and are related. See [Ref] and [Refs].
func (t *Table[T]) With(relations ...string) *Table[T] {
	return &Table[T]{rows{t.entity, slices.Concat(t.with, relations)}}
}

// Find says how a read goes beyond its filter.
type Find struct {
	Relations   []string // to read along: "variants.options"
	Select      []string // columns; all when empty
	Order       []string // "title", "-created_at"
	Skip, Take  int      // Take 0 means all
	WithDeleted bool
	Lock        bool // hold the rows until the transaction ends
}

// Create saves a new record and returns it with its id, times and defaults. Its inverse is Remove.
func (t *Table[T]) Create(ctx context.Context, v T) (T, error) {
	list := []T{v}
	err := t.insert(ctx, list, false)
	return list[0], err
}

// CreateMany saves new records in one statement.
func (t *Table[T]) CreateMany(ctx context.Context, list []T) ([]T, error) {
	out := append([]T{}, list...)
	return out, t.insert(ctx, out, false)
}

// Upsert saves records, and overwrites those whose key exists.
func (t *Table[T]) Upsert(ctx context.Context, list []T) ([]T, error) {
	out := append([]T{}, list...)
	return out, t.insert(ctx, out, true)
}

// UpdateOne changes one record and returns it. Relations may be set, too, to the keys of the records that are to be related then, or to nil. An unknown id is
// fault.NotFound.
func (t *Table[T]) UpdateOne(ctx context.Context, id string, set Set) (out T, err error) {
	err = t.updateOne(ctx, &out, id, set)
	return out, err
}

// Patch changes one record as Medusa's requests do: metadata is merged into what the record has, and what is as it was already is not written, so that a patch of
// nothing leaves updated_at alone. It returns the record as it is then. An unknown id is fault.NotFound.
func (t *Table[T]) Patch(ctx context.Context, id string, set Set) (out T, err error) {
	err = t.patch(ctx, &out, id, set)
	return out, err
}

// Key returns the key of a record as text.
func (t *Table[T]) Key(v T) string { return t.key(reflect.ValueOf(&v).Elem()) }

// Remove soft-deletes a record, and what cascades from it. It is the inverse of Create.
func (t *Table[T]) Remove(ctx context.Context, v T) error { return t.SoftDelete(ctx, t.Key(v)) }

// RemoveMany is the inverse of CreateMany.
func (t *Table[T]) RemoveMany(ctx context.Context, list []T) error { return t.removeAll(ctx, list) }

// Retrieve reads one record by its key. An unknown key is fault.NotFound.
func (t *Table[T]) Retrieve(ctx context.Context, id string, find ...Find) (out T, err error) {
	err = t.retrieve(ctx, &out, id, find)
	return out, err
}

// List reads the records that match.
func (t *Table[T]) List(ctx context.Context, where Filter, find ...Find) (out []T, err error) {
	_, err = t.read(ctx, &out, where, false, find)
	return out, err
}

// ListAndCount reads one page of the records that match, and counts all of them.
func (t *Table[T]) ListAndCount(ctx context.Context, where Filter, find ...Find) (out []T, count int, err error) {
	count, err = t.read(ctx, &out, where, true, find)
	return out, count, err
}
