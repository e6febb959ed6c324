package graph

import (
	"context"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// SoftDelete marks records as deleted, and those of their relations that cascade.
func (e *Entity) SoftDelete(ctx context.Context, keys []string) error {
	return e.markKeys(ctx, e.KeyName(), keys, time.Now())
}

// Restore undoes SoftDelete, cascades included. What had been deleted before a record stays deleted.
func (e *Entity) Restore(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return e.restore(ctx, Filter{e.KeyName(): keys})
}

func (e *Entity) restore(ctx context.Context, where Filter) error {
	d, err := e.DB()
	if err != nil {
		return err
	}
	cascades := e.cascades()
	s, err := e.markStatement(d.Dialect(), where, time.Time{}, nil)
	if err != nil {
		return err
	}
	if len(cascades) == 0 {
		_, err := d.Exec(ctx, s)
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		deaths, err := e.deaths(ctx, d, where, cascades)
		if err != nil {
			return err
		}
		if _, err := d.Exec(ctx, s); err != nil {
			return err
		}
		for _, x := range deaths {
			for i, r := range cascades {
				if len(x.keys[i]) == 0 {
					continue
				}
				if err := r.To.restore(ctx, Filter{r.ForeignKey: x.keys[i], "deleted_at": Filter{"$gte": x.at}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// A death is a moment in which records were deleted, with the keys by which the relations that cascade go on.
type death struct {
	at   time.Time
	keys [][]string
}

func (e *Entity) deaths(ctx context.Context, d *db.DB, where Filter, cascades []*Relation) (list []*death, err error) {
	b := newBuilder(d.Dialect())
	b.put(`SELECT t0."deleted_at"`)
	for _, r := range cascades {
		b.put(", ")
		b.col("t0", r.LocalKey)
	}
	b.put(" FROM ")
	b.ident(e.Table)
	b.put(" t0 WHERE ")
	if err := b.where(e, "t0", where, 0); err != nil {
		return nil, err
	}
	b.put(` AND t0."deleted_at" IS NOT NULL`)
	rows, err := d.Query(ctx, b.statement())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]*death{}
	for rows.Next() {
		text := string(rows.Value(0))
		x := known[text]
		if x == nil {
			at, err := db.ParseTime(rows.Value(0))
			if err != nil {
				return nil, err
			}
			x = &death{at, make([][]string, len(cascades))}
			known[text], list = x, append(list, x)
		}
		for i := range cascades {
			if v := rows.Value(i + 1); v != nil && !slices.Contains(x.keys[i], string(v)) {
				x.keys[i] = append(x.keys[i], string(v))
			}
		}
	}
	return list, rows.Err()
}

func (e *Entity) markKeys(ctx context.Context, column string, keys []string, at time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	return e.mark(ctx, Filter{column: keys}, at)
}

// mark sets deleted_at of the records that match, and of those that cascade.
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
