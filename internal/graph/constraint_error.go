package graph

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// blame finds which key of a record leads nowhere, where the database only says that one does. The transaction has failed, so it
// looks from outside of it.
func (e *Entity) blame(ctx context.Context, err error, value func(*Column) string) error {
	ce, ok := errors.AsType[*db.ConstraintError](err)
	if !ok || ce.Kind != db.ForeignKeyViolation || len(ce.Columns) > 0 {
		return err
	}
	for _, r := range e.Relations {
		c := e.Column(r.LocalKey)
		if !r.Belongs || r.Pivot != nil || r.OnDelete == "none" || c == nil {
			continue
		}
		if v := value(c); v != "" && v != "null" && v != "<nil>" && !r.To.has(ctx, r.ForeignKey, v) {
			ce.Columns = []string{c.Name}
			return err
		}
	}
	return err
}

// columnText reads the columns of a record as text.
func columnText(row reflect.Value) func(*Column) string {
	return func(c *Column) string {
		if v := deref(row.FieldByIndex(c.Path).Interface()); v != nil {
			return asText(v)
		}
		return "null"
	}
}

// culprit finds which of some records breaks a unique index, for the database names the index only:
// the first whose values are stored, else the first that repeats one before it.
func (e *Entity) culprit(ctx context.Context, ce *db.ConstraintError, rows []reflect.Value) int {
	if ce.Kind != db.UniqueViolation || len(rows) < 2 {
		return 0
	}
	seen, repeated := map[string]bool{}, 0
	for i, row := range rows {
		where, key, value := Filter{}, "", columnText(row)
		for _, name := range ce.Columns {
			if c := e.Column(name); c != nil && c.Path != nil {
				where[name] = value(c)
				key += value(c) + "\x00"
			}
		}
		if n, err := Count(ctx, e, where); err == nil && n > 0 {
			return i
		}
		if seen[key] && repeated == 0 {
			repeated = i
		}
		seen[key] = true
	}
	return repeated
}

// stored is what a column of the one record that matches held before the transaction that has failed; empty where it is not known.
func (e *Entity) stored(ctx context.Context, c *Column, where Filter) string {
	d, err := e.DB()
	if err != nil {
		return ""
	}
	set, err := Read(d.WithoutTx(ctx), Query{Node: e.Plan(false, c.Name), Where: where, Take: 1})
	if err != nil || set.Len() == 0 {
		return ""
	}
	return string(set.Text(0, c.Name))
}

// has reports whether there is a record with a key, deleted or not.
func (e *Entity) has(ctx context.Context, column, key string) bool {
	d, err := e.DB()
	if err != nil {
		return true
	}
	b := newBuilder(d.Dialect())
	b.put("SELECT count(*) FROM ")
	b.ident(e.Table)
	b.put(" t0 WHERE ")
	b.keyed("t0", e, column, []string{key})
	var n int
	_, err = db.QueryRow(d.WithoutTx(ctx), d, b.statement(), &n)
	return err != nil || n > 0
}

// pivotWords names the key that leads nowhere when key is tied to others.
func (r *Relation) pivotWords(ctx context.Context, err error, key string, others []string) error {
	ce, ok := errors.AsType[*db.ConstraintError](err)
	if !ok || ce.Kind != db.ForeignKeyViolation {
		return err
	}
	column, gone := r.Pivot.Local, key
	i := slices.IndexFunc(others, func(o string) bool { return !r.To.has(ctx, r.ForeignKey, o) })
	if i >= 0 {
		column, gone = r.Pivot.Foreign, others[i]
	}
	return fault.Wrap(err, fault.NotFound, "You tried to set relationship %s: %s, but such entity does not exist", column, gone)
}
