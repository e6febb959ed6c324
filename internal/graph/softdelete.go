package graph

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// SoftDelete marks records as deleted, and those of their relations that cascade.
func (e *Entity) SoftDelete(ctx context.Context, keys []string) error {
	return e.markKeys(ctx, e.KeyName(), keys, time.Now())
}

// Restore undoes SoftDelete, cascades included.
func (e *Entity) Restore(ctx context.Context, keys []string) error {
	return e.markKeys(ctx, e.KeyName(), keys, time.Time{})
}

func (e *Entity) markKeys(ctx context.Context, column string, keys []string, at time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	return e.mark(ctx, Filter{column: keys}, at)
}

// mark sets deleted_at of the records that match; the zero time clears it.
func (e *Entity) mark(ctx context.Context, where Filter, at time.Time) error {
	d, err := e.DB()
	if err != nil {
		return err
	}
	cascades := e.cascades()
	s, err := e.markStatement(d.Dialect(), where, at, cascades)
	if err != nil {
		return err
	}
	if len(cascades) == 0 {
		_, err := d.Exec(ctx, s)
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		marked, err := returning(ctx, d, s, len(cascades))
		if err != nil {
			return err
		}
		for i, r := range cascades {
			if err := r.To.markKeys(ctx, r.ForeignKey, marked[i], at); err != nil {
				return err
			}
		}
		return nil
	})
}

// markStatement returns the keys by which the relations that cascade go on.
func (e *Entity) markStatement(dialect db.Dialect, where Filter, at time.Time, cascades []*Relation) (db.Statement, error) {
	b := newBuilder(dialect)
	b.put("UPDATE ")
	b.ident(e.Table)
	b.put(` AS t0 SET "deleted_at" = `)
	var a any
	if !at.IsZero() {
		a = at.UTC().Truncate(time.Millisecond)
	}
	b.arg(a)
	b.put(`, "updated_at" = `)
	b.arg(db.Now())
	b.put(" WHERE ")
	if err := b.where(e, "t0", where, 0); err != nil {
		return db.Statement{}, err
	}
	b.put(` AND t0."deleted_at" IS `, map[bool]string{true: "NOT NULL", false: "NULL"}[at.IsZero()])
	for i, r := range cascades {
		b.put(map[bool]string{true: " RETURNING ", false: ", "}[i == 0])
		b.ident(r.LocalKey)
	}
	return b.statement(), nil
}

// cascades are the relations whose records go along: those that hold the key of this one and, of links, those whose key this one holds.
func (e *Entity) cascades() (out []*Relation) {
	for _, r := range e.Relations {
		if r.Cascade && r.Pivot == nil && r.To.SoftDeletes() && r.To.db != nil && (!r.Belongs || e.GoType == nil) {
			out = append(out, r)
		}
	}
	return out
}

// returning collects the distinct values of each of n columns.
func returning(ctx context.Context, d *db.DB, s db.Statement, n int) ([][]string, error) {
	rows, err := d.Query(ctx, s)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, seen := make([][]string, n), make([]map[string]bool, n)
	for i := range seen {
		seen[i] = map[string]bool{}
	}
	for rows.Next() {
		for i := range n {
			if v := rows.Value(i); v != nil && !seen[i][string(v)] {
				seen[i][string(v)] = true
				out[i] = append(out[i], string(v))
			}
		}
	}
	return out, rows.Err()
}
