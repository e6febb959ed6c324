package graph

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
)

// InsertWith writes records, as Insert does, and with them what their structs hold of some relations. Related records without a key are new; those with
// one exist already, and are related. rows are addressable.
func (e *Entity) InsertWith(ctx context.Context, rows []reflect.Value, with *Fields, now time.Time) error {
	d, err := e.DB()
	if err != nil {
		return err
	}
	var before, after []*Relation
	for _, name := range slices.Sorted(maps.Keys(with.Sub)) {
		switch r := e.Relation(name); {
		case r == nil || r.Path == nil:
			return fault.New(fault.Unknown, "the model of %s has no relation %q", e.Table, name)
		case r.Belongs && r.Pivot == nil:
			before = append(before, r)
		default:
			after = append(after, r)
		}
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		for _, r := range before {
			if err := r.insertOwners(ctx, rows, with.Sub[r.Name], now); err != nil {
				return err
			}
		}
		for _, row := range rows {
			e.Prepare(row, now)
		}
		if err := e.Insert(ctx, rows, false); err != nil {
			return err
		}
		for _, r := range after {
			if err := r.insertOwned(ctx, rows, with.Sub[r.Name], now); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertOwners writes the records that rows belong to, and notes their keys in rows.
func (r *Relation) insertOwners(ctx context.Context, rows []reflect.Value, with *Fields, now time.Time) error {
	local, foreign := r.From.Column(r.LocalKey), r.To.Column(r.ForeignKey)
	for _, row := range rows {
		owners := r.held(row)
		if len(owners) == 0 {
			continue
		}
		if r.To.isNew(owners[0]) {
			if err := r.To.InsertWith(ctx, owners, with, now); err != nil {
				return err
			}
		}
		text, err := plainText(owners[0].FieldByIndex(foreign.Path))
		if err == nil {
			err = local.setter()(row.FieldByIndex(local.Path), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// insertOwned writes the records that rows hold, and relates those that exist.
func (r *Relation) insertOwned(ctx context.Context, rows []reflect.Value, with *Fields, now time.Time) error {
	var fresh []reflect.Value
	for _, row := range rows {
		for _, owned := range r.held(row) {
			if !r.To.isNew(owned) {
				continue
			}
			fresh = append(fresh, owned)
			if r.Pivot != nil {
				continue
			}
			if err := r.To.setText(owned, r.ForeignKey, r.From.KeyOf(row)); err != nil {
				return err
			}
		}
	}
	old := make([][]string, len(rows)) // the keys to relate, by row; those of new records of a many-to-many relation follow
	for i, row := range rows {
		for _, owned := range r.held(row) {
			if !r.To.isNew(owned) {
				old[i] = append(old[i], r.To.KeyOf(owned))
			}
		}
	}
	if err := r.To.InsertWith(ctx, fresh, with, now); err != nil {
		return err
	}
	for i, row := range rows {
		keys := old[i]
		if r.Pivot != nil {
			keys = nil
			for _, owned := range r.held(row) {
				keys = append(keys, r.To.KeyOf(owned))
			}
		}
		if err := r.From.Attach(ctx, r.Name, r.From.KeyOf(row), keys); err != nil {
			return err
		}
	}
	return nil
}

// isNew reports whether a record has no key yet.
func (e *Entity) isNew(row reflect.Value) bool {
	return row.FieldByIndex(e.Columns[e.keys[0]].Path).IsZero()
}

func (e *Entity) setText(row reflect.Value, column, text string) error {
	c := e.Column(column)
	return c.setter()(row.FieldByIndex(c.Path), []byte(text))
}

// held are the related records in a struct. The struct gets a list of its own, for the one it has may be its caller's.
func (r *Relation) held(row reflect.Value) []reflect.Value {
	f := row.FieldByIndex(r.Path)
	switch f.Kind() {
	case reflect.Pointer:
		if f.IsNil() {
			return nil
		}
		return []reflect.Value{f.Elem()}
	case reflect.Struct:
		return []reflect.Value{f}
	}
	out := make([]reflect.Value, f.Len())
	for i := range out {
		out[i] = reflect.Indirect(f.Index(i))
	}
	return out
}

// CopyRelations gives structs lists and related records of their own, so that what is filled in does not show in those of the caller.
func (e *Entity) CopyRelations(rows []reflect.Value, with *Fields) {
	for name, sub := range with.Sub {
		r := e.Relation(name)
		if r == nil || r.Path == nil {
			continue
		}
		for _, row := range rows {
			f := row.FieldByIndex(r.Path)
			switch {
			case f.Kind() == reflect.Pointer && !f.IsNil():
				own := reflect.New(f.Type().Elem())
				own.Elem().Set(f.Elem())
				f.Set(own)
			case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
				f.Set(reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f))
			}
			r.To.CopyRelations(r.held(row), sub)
		}
	}
}

// SetRelation makes the records that one is related to exactly others, whatever the kind of the relation. A nil or empty others relates it to none.
func (e *Entity) SetRelation(ctx context.Context, relation, key string, others []string) error {
	r := e.Relation(relation)
	if r == nil {
		return fault.New(fault.Invalid, "%s has no relation %s", e.Label, relation)
	}
	if !r.List && len(others) > 1 {
		return fault.New(fault.Invalid, "%s of %s is one record, not %d", relation, e.Label, len(others))
	}
	switch {
	case r.Pivot != nil:
		return r.exactly(ctx, key, others)
	case r.Belongs:
		return r.point(ctx, key, others)
	}
	removed := Filter{r.ForeignKey: key}
	if len(others) > 0 {
		removed[r.To.KeyName()] = Filter{"$nin": slices.Clone(others)}
	}
	d, err := e.DB()
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if _, err := r.To.Update(ctx, removed, map[string]any{r.ForeignKey: nil}); err != nil {
			return err
		}
		return r.take(ctx, key, others)
	})
}

// point makes a record belong to another, or to none.
func (r *Relation) point(ctx context.Context, key string, others []string) error {
	set := map[string]any{r.LocalKey: nil}
	if len(others) > 0 {
		set[r.LocalKey] = others[0]
	}
	n, err := r.From.Update(ctx, Filter{r.From.KeyName(): key}, set)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "%s with %s: %s was not found", r.From.Label, r.From.KeyName(), key)
	}
	return err
}

// take makes others belong to the record with key.
func (r *Relation) take(ctx context.Context, key string, others []string) error {
	if len(others) == 0 {
		return nil
	}
	others = distinctKeys(others)
	n, err := r.To.Update(ctx, Filter{r.To.KeyName(): others}, map[string]any{r.ForeignKey: key})
	if err == nil && int(n) < len(others) {
		missing, err := r.To.Missing(ctx, others)
		if err != nil {
			return err
		}
		return fault.New(fault.NotFound, "%s with %s: %v was not found", r.To.Label, r.To.KeyName(), missing)
	}
	return err
}

func distinctKeys(keys []string) []string {
	out := slices.Clone(keys)
	slices.Sort(out)
	return slices.Compact(out)
}
