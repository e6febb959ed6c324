package module

import (
	"context"
	"reflect"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// rows is a Table without its type. The work is done here, because each package that uses a Table compiles the methods that have the type.
// Records come as []T and are returned through *T or *[]T.
type rows struct{ entity *graph.Entity }

// Entity describes the table to the rest of the framework.
func (r *rows) Entity() *graph.Entity { return r.entity }

// insert writes list, whose records get their ids, times and defaults.
func (r *rows) insert(ctx context.Context, list any, conflict bool) error {
	v, now := reflect.ValueOf(list), db.Now()
	values := make([]reflect.Value, v.Len())
	for i := range values {
		values[i] = v.Index(i)
		r.entity.Prepare(values[i], now)
	}
	return r.entity.Insert(ctx, values, conflict)
}

// Update changes the records that match and returns how many there were.
func (r *rows) Update(ctx context.Context, where Filter, set Set) (int64, error) {
	return r.entity.Update(ctx, where, set)
}

func (r *rows) updateOne(ctx context.Context, out any, id string, set Set) error {
	n, err := r.entity.Update(ctx, Filter{r.entity.KeyName(): id}, set)
	if err == nil && n == 0 {
		err = r.notFound(id)
	}
	if err != nil {
		return err
	}
	return r.retrieve(ctx, out, id, nil)
}

func (r *rows) notFound(id string) error {
	return fault.New(fault.NotFound, "%s with %s: %s was not found", r.entity.Label, r.entity.KeyName(), id)
}

func (r *rows) key(v reflect.Value) string {
	return v.FieldByIndex(r.entity.Column(r.entity.KeyName()).Path).String()
}

func (r *rows) removeAll(ctx context.Context, list any) error {
	v := reflect.ValueOf(list)
	keys := make([]string, v.Len())
	for i := range keys {
		keys[i] = r.key(v.Index(i))
	}
	return r.SoftDelete(ctx, keys...)
}

// SoftDelete marks records as deleted, and those of their relations that cascade. Unknown ids are ignored.
func (r *rows) SoftDelete(ctx context.Context, ids ...string) error {
	if !r.entity.SoftDeletes() {
		return r.Delete(ctx, ids...)
	}
	return r.entity.SoftDelete(ctx, ids)
}

// Restore undoes SoftDelete.
func (r *rows) Restore(ctx context.Context, ids ...string) error { return r.entity.Restore(ctx, ids) }

// Delete removes records for good.
func (r *rows) Delete(ctx context.Context, ids ...string) error {
	_, err := r.entity.Delete(ctx, Filter{r.entity.KeyName(): ids})
	return err
}

// DeleteWhere removes the records that match for good and returns how many there were.
func (r *rows) DeleteWhere(ctx context.Context, where Filter) (int64, error) {
	return r.entity.Delete(ctx, where)
}

func (r *rows) retrieve(ctx context.Context, out any, id string, find []Find) error {
	one := reflect.ValueOf(out).Elem()
	list := reflect.New(reflect.SliceOf(one.Type()))
	if _, err := r.read(ctx, list.Interface(), Filter{r.entity.KeyName(): id}, false, find); err != nil {
		return err
	}
	if list.Elem().Len() == 0 {
		return r.notFound(id)
	}
	one.Set(list.Elem().Index(0))
	return nil
}

func (r *rows) read(ctx context.Context, out any, where Filter, count bool, find []Find) (int, error) {
	q := graph.Query{Where: where, Count: count}
	fields := &graph.Fields{All: true}
	for _, f := range find {
		q.Order, q.Skip, q.Take, q.WithDeleted, q.Lock = f.Order, f.Skip, f.Take, f.WithDeleted, f.Lock
		fields = fieldsOf(f)
	}
	q.Node = graph.NewNode(r.entity, fields, true)
	set, err := graph.Read(ctx, q)
	if err != nil {
		return 0, err
	}
	return set.Count, set.Into(out)
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
func (r *rows) Count(ctx context.Context, where Filter) (int, error) {
	return graph.Count(ctx, r.entity, where)
}

// Attach adds records to a many-to-many relation; those that are there stay as they are.
func (r *rows) Attach(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.Attach(ctx, relation, id, others)
}

// Detach takes records out of a many-to-many relation.
func (r *rows) Detach(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.Detach(ctx, relation, id, others)
}

// SetRelation makes the records of a many-to-many relation exactly others.
func (r *rows) SetRelation(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.SetRelation(ctx, relation, id, others)
}
