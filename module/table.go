package module

import (
	"context"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A Table keeps the records of one model. It is a lazy handle, like *sql.DB: the application binds it to its database when it
// starts. All that it does joins the transaction in ctx, if there is one.
//
// What it does with the type of its records are fields, filled in by [NewTable], and not methods: a package compiles all methods of each generic type that it can
// reach, used or not, and a shop reaches hundreds of tables.
type Table[T any] struct {
	described

	// With returns the table with some of its relations: "comments", "variants.options". What it reads has them, and what it creates is saved with what the
	// structs hold of them. There, records without a key are new; those with one exist already and are related. See [Ref] and [Refs].
	With func(relations ...string) *Table[T]

	// Create saves a new record and returns it with its id, times and defaults. Its inverse is Remove.
	Create func(ctx context.Context, v T) (T, error)

	// CreateMany saves new records in one statement.
	CreateMany func(ctx context.Context, list []T) ([]T, error)

	// Upsert saves records, and overwrites those whose key exists.
	Upsert func(ctx context.Context, list []T) ([]T, error)

	// UpdateOne changes one record and returns it. Relations may be set, too, to the keys of the records that are to be related then, or to nil. An unknown id
	// is fault.NotFound.
	UpdateOne func(ctx context.Context, id string, set Set) (T, error)

	// Patch changes one record as Medusa's requests do: metadata is merged into what the record has, and what is as it was already is not written, so that a
	// patch of nothing leaves updated_at alone. It returns the record as it is then. An unknown id is fault.NotFound.
	Patch func(ctx context.Context, id string, set Set) (T, error)

	// Key returns the key of a record as text.
	Key func(v T) string

	// Remove soft-deletes a record, and what cascades from it. It is the inverse of Create.
	Remove func(ctx context.Context, v T) error

	// RemoveMany is the inverse of CreateMany.
	RemoveMany func(ctx context.Context, list []T) error

	// Retrieve reads one record by its key. An unknown key is fault.NotFound.
	Retrieve func(ctx context.Context, id string, find ...FindOptions) (T, error)

	// List reads the records that match.
	List func(ctx context.Context, where Filter, find ...FindOptions) ([]T, error)

	// ListAndCount reads one page of the records that match, and counts all of them.
	ListAndCount func(ctx context.Context, where Filter, find ...FindOptions) ([]T, int, error)

	// Count counts the records that match.
	Count func(ctx context.Context, where Filter) (int, error)

	// Update changes the records that match and returns how many there were.
	Update func(ctx context.Context, where Filter, set Set) (int64, error)

	// SoftDelete marks records as deleted, and those of their relations that cascade. Unknown ids are ignored.
	SoftDelete func(ctx context.Context, ids ...string) error

	// Restore undoes SoftDelete.
	Restore func(ctx context.Context, ids ...string) error

	// Delete removes records for good.
	Delete func(ctx context.Context, ids ...string) error

	// DeleteWhere removes the records that match for good and returns how many there were.
	DeleteWhere func(ctx context.Context, where Filter) (int64, error)

	// Attach relates a record to others, too: of a many-to-many relation, or of one whose records hold the key of this one. Those that it is related to stay.
	Attach func(ctx context.Context, relation, id string, others ...string) error

	// Detach undoes Attach.
	Detach func(ctx context.Context, relation, id string, others ...string) error

	// SetRelation makes the records that one is related to exactly others: a list, or one or none where the relation leads to one record.
	SetRelation func(ctx context.Context, relation, id string, others ...string) error
}

// FindOptions says how a read goes beyond its filter.
type FindOptions struct {
	Relations   []string // to read along: "variants.options"
	Select      []string // columns; all when empty
	Order       []string // "title", "-created_at"
	Skip, Take  int      // Take 0 means all
	WithDeleted bool
	Lock        bool // hold the rows until the transaction ends
}

// NewTable describes the table of the model T. Aliases are other names that queries may call it by.
// It panics when T cannot be a model, for that is a mistake in the program.
func NewTable[T any](name string, aliases ...string) *Table[T] {
	e, err := graph.Describe(reflect.TypeFor[T](), name, aliases)
	if err != nil {
		panic(err)
	}
	e.At = origin.Caller()
	return typed[T](&rows{entity: e})
}

// described is how the rest of the framework sees a table.
type described struct{ rows *rows }

// Entity describes the table to the rest of the framework.
func (d *described) Entity() *graph.Entity { return d.rows.entity }

func typed[T any](r *rows) *Table[T] {
	return &Table[T]{
		described: described{r},
		With: func(relations ...string) *Table[T] {
			return typed[T](&rows{r.entity, slices.Concat(r.with, relations)})
		},
		Create: func(ctx context.Context, v T) (T, error) {
			list := []T{v}
			err := r.insert(ctx, list, false)
			return list[0], err
		},
		CreateMany: func(ctx context.Context, list []T) ([]T, error) {
			out := append([]T{}, list...)
			return out, r.insert(ctx, out, false)
		},
		Upsert: func(ctx context.Context, list []T) ([]T, error) {
			out := append([]T{}, list...)
			return out, r.insert(ctx, out, true)
		},
		UpdateOne: func(ctx context.Context, id string, set Set) (out T, err error) {
			err = r.updateOne(ctx, &out, id, set)
			return out, err
		},
		Patch: func(ctx context.Context, id string, set Set) (out T, err error) {
			err = r.patch(ctx, &out, id, set)
			return out, err
		},
		Key:        func(v T) string { return r.key(reflect.ValueOf(&v).Elem()) },
		Remove:     func(ctx context.Context, v T) error { return r.removeAll(ctx, []T{v}) },
		RemoveMany: func(ctx context.Context, list []T) error { return r.removeAll(ctx, list) },
		Retrieve: func(ctx context.Context, id string, find ...FindOptions) (out T, err error) {
			err = r.retrieve(ctx, &out, id, find)
			return out, err
		},
		List: func(ctx context.Context, where Filter, find ...FindOptions) (out []T, err error) {
			_, err = r.read(ctx, &out, where, false, find)
			return out, err
		},
		ListAndCount: func(ctx context.Context, where Filter, find ...FindOptions) (out []T, count int, err error) {
			count, err = r.read(ctx, &out, where, true, find)
			return out, count, err
		},
		Count:       r.count,
		Update:      r.update,
		SoftDelete:  r.softDelete,
		Restore:     r.restore,
		Delete:      r.delete,
		DeleteWhere: r.entity.Delete,
		Attach:      r.attach,
		Detach:      r.detach,
		SetRelation: r.setRelation,
	}
}
