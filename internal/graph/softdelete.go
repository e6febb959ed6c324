package graph

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// SoftDelete marks records as deleted, and those of their relations that cascade.
func (e *Entity) SoftDelete(ctx context.Context, keys []string) error {
	return e.mark(ctx, e.KeyName(), keys, time.Now())
}

// Restore undoes SoftDelete, cascades included.
func (e *Entity) Restore(ctx context.Context, keys []string) error {
	return e.mark(ctx, e.KeyName(), keys, time.Time{})
}

// mark sets deleted_at where column is one of keys; the zero time clears it.
func (e *Entity) mark(ctx context.Context, column string, keys []string, at time.Time) error {
	d, err := e.DB()
	if err != nil || len(keys) == 0 {
		return err
	}
	s := e.markStatement(d.Dialect(), column, keys, at)
	if !e.cascades() {
		_, err := d.Exec(ctx, s)
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		marked, err := e.returning(ctx, d, s)
		if err != nil || len(marked) == 0 {
			return err
		}
		return e.markRelated(ctx, marked, at)
	})
}

func (e *Entity) markStatement(dialect db.Dialect, column string, keys []string, at time.Time) db.Statement {
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
	b.keyed("t0", e, column, keys)
	if at.IsZero() {
		b.put(` AND t0."deleted_at" IS NOT NULL`)
	} else {
		b.put(` AND t0."deleted_at" IS NULL`)
	}
	if e.cascades() {
		b.put(" RETURNING ")
		b.ident(e.KeyName())
	}
	return b.statement()
}

func (e *Entity) cascades() bool {
	for _, r := range e.Relations {
		if r.Cascade {
			return true
		}
	}
	return false
}

func (e *Entity) returning(ctx context.Context, d *db.DB, s db.Statement) ([]string, error) {
	rows, err := d.Query(ctx, s)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		keys = append(keys, string(rows.Value(0)))
	}
	return keys, rows.Err()
}

func (e *Entity) markRelated(ctx context.Context, keys []string, at time.Time) error {
	for _, r := range e.Relations {
		if !r.Cascade || r.Belongs || r.Pivot != nil || !r.To.SoftDeletes() {
			continue
		}
		if err := r.To.mark(ctx, r.ForeignKey, keys, at); err != nil {
			return err
		}
	}
	return nil
}
