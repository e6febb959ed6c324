package module

import (
	"context"
	"reflect"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Table keeps the records of one model. It is a lazy handle, like *sql.DB: the application binds it to its database when it
// starts. All methods join the transaction in ctx, if there is one.
type Table[T any] struct{ entity *graph.Entity }

// NewTable describes the table of the model T. Aliases are other names that queries may call it by.
// It panics when T cannot be a model, for that is a mistake in the program.
func NewTable[T any](name string, aliases ...string) *Table[T] {
	e, err := graph.Describe(reflect.TypeFor[T](), name, aliases)
	if err != nil {
		panic(err)
	}
	return &Table[T]{e}
}

// Entity describes the table to the rest of the framework.
func (t *Table[T]) Entity() *graph.Entity { return t.entity }

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
	out, err := t.CreateMany(ctx, []T{v})
	if err != nil {
		return v, err
	}
	return out[0], nil
}

// CreateMany saves new records in one statement.
func (t *Table[T]) CreateMany(ctx context.Context, list []T) ([]T, error) {
	return t.write(ctx, list, false)
}

// Upsert saves records, and overwrites those whose key exists.
func (t *Table[T]) Upsert(ctx context.Context, list []T) ([]T, error) {
	return t.write(ctx, list, true)
}

func (t *Table[T]) write(ctx context.Context, list []T, conflict bool) ([]T, error) {
	out := make([]T, len(list))
	copy(out, list)
	rows := make([]reflect.Value, len(out))
	now := db.Now()
	for i := range out {
		rows[i] = reflect.ValueOf(&out[i]).Elem()
		t.entity.Prepare(rows[i], now)
	}
	return out, t.entity.Insert(ctx, rows, conflict)
}

// Update changes the records that match and returns how many there were.
func (t *Table[T]) Update(ctx context.Context, where Filter, set Set) (int64, error) {
	return t.entity.Update(ctx, where, set)
}

// UpdateOne changes one record and returns it. An unknown id is fault.NotFound.
func (t *Table[T]) UpdateOne(ctx context.Context, id string, set Set) (T, error) {
	n, err := t.entity.Update(ctx, Filter{t.entity.KeyName(): id}, set)
	if err == nil && n == 0 {
		err = t.notFound(id)
	}
	if err != nil {
		var none T
		return none, err
	}
	return t.Retrieve(ctx, id)
}

func (t *Table[T]) notFound(id string) error {
	return fault.New(fault.NotFound, "%s with %s: %s was not found", t.entity.Label, t.entity.KeyName(), id)
}

// Key returns the key of a record as text.
func (t *Table[T]) Key(v T) string {
	return reflect.ValueOf(&v).Elem().FieldByIndex(t.entity.Column(t.entity.KeyName()).Path).String()
}

// Remove soft-deletes a record, and what cascades from it. It is the inverse of Create.
func (t *Table[T]) Remove(ctx context.Context, v T) error { return t.SoftDelete(ctx, t.Key(v)) }

// RemoveMany is the inverse of CreateMany.
func (t *Table[T]) RemoveMany(ctx context.Context, list []T) error {
	keys := make([]string, len(list))
	for i, v := range list {
		keys[i] = t.Key(v)
	}
	return t.SoftDelete(ctx, keys...)
}

// SoftDelete marks records as deleted, and those of their relations that cascade. Unknown ids are ignored.
func (t *Table[T]) SoftDelete(ctx context.Context, ids ...string) error {
	if !t.entity.SoftDeletes() {
		return t.Delete(ctx, ids...)
	}
	return t.entity.SoftDelete(ctx, ids)
}

// Restore undoes SoftDelete.
func (t *Table[T]) Restore(ctx context.Context, ids ...string) error {
	return t.entity.Restore(ctx, ids)
}

// Delete removes records for good.
func (t *Table[T]) Delete(ctx context.Context, ids ...string) error {
	_, err := t.entity.Delete(ctx, Filter{t.entity.KeyName(): ids})
	return err
}

// DeleteWhere removes the records that match for good and returns how many there were.
func (t *Table[T]) DeleteWhere(ctx context.Context, where Filter) (int64, error) {
	return t.entity.Delete(ctx, where)
}

// Retrieve reads one record by its key. An unknown key is fault.NotFound.
func (t *Table[T]) Retrieve(ctx context.Context, id string, find ...Find) (T, error) {
	list, err := t.List(ctx, Filter{t.entity.KeyName(): id}, find...)
	if err == nil && len(list) == 0 {
		err = t.notFound(id)
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[0], nil
}

// List reads the records that match.
func (t *Table[T]) List(ctx context.Context, where Filter, find ...Find) ([]T, error) {
	list, _, err := t.read(ctx, where, false, find)
	return list, err
}

// ListAndCount reads one page of the records that match, and counts all of them.
func (t *Table[T]) ListAndCount(ctx context.Context, where Filter, find ...Find) ([]T, int, error) {
	return t.read(ctx, where, true, find)
}

func (t *Table[T]) read(ctx context.Context, where Filter, count bool, find []Find) ([]T, int, error) {
	q := graph.Query{Where: where, Count: count}
	fields := &graph.Fields{All: true}
	for _, f := range find {
		q.Order, q.Skip, q.Take, q.WithDeleted, q.Lock = f.Order, f.Skip, f.Take, f.WithDeleted, f.Lock
		fields = fieldsOf(f)
	}
	q.Node = graph.NewNode(t.entity, fields, true)
	set, err := graph.Read(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	var out []T
	err = set.Into(&out)
	return out, set.Count, err
}

func fieldsOf(f Find) *graph.Fields {
	names := f.Select
	if len(names) == 0 {
		names = []string{"*"}
	}
	for _, r := range f.Relations {
		names = append(names[:len(names):len(names)], r+".*")
	}
	return graph.Paths(names...)
}

// Count counts the records that match.
func (t *Table[T]) Count(ctx context.Context, where Filter) (int, error) {
	return graph.Count(ctx, t.entity, where)
}

// Attach adds records to a many-to-many relation; those that are there stay as they are.
func (t *Table[T]) Attach(ctx context.Context, relation, id string, others ...string) error {
	return t.entity.Attach(ctx, relation, id, others)
}

// Detach takes records out of a many-to-many relation.
func (t *Table[T]) Detach(ctx context.Context, relation, id string, others ...string) error {
	return t.entity.Detach(ctx, relation, id, others)
}

// SetRelation makes the records of a many-to-many relation exactly others.
func (t *Table[T]) SetRelation(ctx context.Context, relation, id string, others ...string) error {
	return t.entity.SetRelation(ctx, relation, id, others)
}
