package module

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// rows does the work of a Table, without its type: records come as []T and are returned through *T or *[]T.
type rows struct {
	entity *graph.Entity
	with   []string // relations that are read, and created, along
}

// insert writes list, whose records get their ids, times and defaults.
func (r *rows) insert(ctx context.Context, list any, conflict bool) error {
	v, now := reflect.ValueOf(list), db.Now()
	values := make([]reflect.Value, v.Len())
	for i := range values {
		values[i] = v.Index(i)
	}
	if len(r.with) > 0 && !conflict {
		with := r.along()
		r.entity.CopyRelations(values, with)
		return r.entity.InsertWith(ctx, values, with, now)
	}
	for _, v := range values {
		r.entity.Prepare(v, now)
	}
	return r.entity.Insert(ctx, values, conflict)
}

// along is the tree of the relations that are created along.
func (r *rows) along() *graph.Fields {
	return graph.Paths(whole(r.with)...)
}

// whole names all columns of relations, and of those that lead there.
func whole(relations []string) (names []string) {
	for _, r := range relations {
		for i := range r {
			if r[i] == '.' {
				names = append(names, r[:i]+".*")
			}
		}
		names = append(names, r+".*")
	}
	return names
}

func (r *rows) updateOne(ctx context.Context, out any, id string, set Set) error {
	columns, relations := r.split(set)
	if len(relations) == 0 {
		return r.updateColumns(ctx, out, id, columns)
	}
	d, err := r.entity.DB()
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if err := r.updateColumns(ctx, nil, id, columns); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(relations)) {
			if err := r.entity.SetRelation(ctx, name, id, relations[name]); err != nil {
				return err
			}
		}
		return r.retrieve(ctx, out, id, nil)
	})
}

func (r *rows) updateColumns(ctx context.Context, out any, id string, set Set) error {
	if len(set) == 0 && out == nil {
		return r.known(ctx, id)
	}
	n, err := r.entity.Update(ctx, Filter{r.entity.KeyName(): id}, set)
	if err == nil && n == 0 {
		err = r.notFound(id)
	}
	if err != nil || out == nil {
		return err
	}
	return r.retrieve(ctx, out, id, nil)
}

// known is fault.NotFound for the id of no record.
func (r *rows) known(ctx context.Context, id string) error {
	missing, err := r.entity.Missing(ctx, []string{id})
	if err == nil && len(missing) > 0 {
		err = r.notFound(id)
	}
	return err
}

// split takes relations, which are set to the keys of other records, out of a set.
func (r *rows) split(set Set) (columns Set, relations map[string][]string) {
	for name, v := range set {
		if r.entity.Column(name) != nil || r.entity.Relation(name) == nil {
			continue
		}
		if relations == nil {
			relations, columns = map[string][]string{}, maps.Clone(set)
		}
		delete(columns, name)
		relations[name] = keysOf(v)
	}
	if relations == nil {
		return set, nil
	}
	return columns, relations
}

// keysOf reads a key, a list of them, or nil.
func keysOf(v any) []string {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	switch {
	case !r.IsValid() || r.Kind() == reflect.Pointer:
		return nil
	case r.Kind() != reflect.Slice:
		return []string{fmt.Sprint(r.Interface())}
	}
	out := make([]string, r.Len())
	for i := range out {
		out[i] = fmt.Sprint(r.Index(i).Interface())
	}
	return out
}

func (r *rows) notFound(id string) error {
	return fault.New(fault.NotFound, "%s with %s: %s was not found", r.entity.Label, r.entity.KeyName(), id)
}

func (r *rows) key(v reflect.Value) string {
	return r.entity.KeyOf(v)
}

func (r *rows) removeAll(ctx context.Context, list any) error {
	v := reflect.ValueOf(list)
	keys := make([]string, v.Len())
	for i := range keys {
		keys[i] = r.key(v.Index(i))
	}
	return r.softDelete(ctx, keys...)
}

func (r *rows) retrieve(ctx context.Context, out any, id string, find []FindOptions) error {
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

func (r *rows) read(ctx context.Context, out any, where Filter, count bool, find []FindOptions) (int, error) {
	q := graph.Query{Where: where, Count: count}
	fields := fieldsOf(FindOptions{}, r.with)
	for _, f := range find {
		q.Order, q.Skip, q.Take, q.WithDeleted, q.Lock = f.Order, f.Skip, f.Take, f.WithDeleted, f.Lock
		fields = fieldsOf(f, r.with)
	}
	q.Node = r.entity.Plan(true, fields...)
	set, err := graph.Read(ctx, q)
	if err != nil {
		return 0, err
	}
	return set.Count, set.ScanInto(out)
}

func fieldsOf(f FindOptions, with []string) []string {
	names := f.Select
	if len(names) == 0 {
		names = []string{"*"}
	}
	return slices.Concat(names, whole(with), whole(f.Relations))
}

func (r *rows) update(ctx context.Context, where Filter, set Set) (int64, error) {
	return r.entity.Update(ctx, where, set)
}

func (r *rows) softDelete(ctx context.Context, ids ...string) error {
	if !r.entity.SoftDeletes() {
		return r.delete(ctx, ids...)
	}
	return r.entity.SoftDelete(ctx, ids)
}

func (r *rows) restore(ctx context.Context, ids ...string) error { return r.entity.Restore(ctx, ids) }

func (r *rows) delete(ctx context.Context, ids ...string) error {
	_, err := r.entity.Delete(ctx, Filter{r.entity.KeyName(): ids})
	return err
}

func (r *rows) count(ctx context.Context, where Filter) (int, error) {
	return graph.Count(ctx, r.entity, where)
}

func (r *rows) attach(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.Attach(ctx, relation, id, others)
}

func (r *rows) detach(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.Detach(ctx, relation, id, others)
}

func (r *rows) setRelation(ctx context.Context, relation, id string, others ...string) error {
	return r.entity.SetRelation(ctx, relation, id, others)
}
