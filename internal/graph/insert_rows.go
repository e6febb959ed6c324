package graph

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// A RowInsert writes rows of an entity that no struct describes.
type RowInsert struct {
	Columns []string
	Rows    [][]any
	Over    []string // columns that a row with the same key takes over
	Revive  bool     // a row with the same key that was soft-deleted comes back
}

// InsertRows writes rows, in as few statements as fit.
func (e *Entity) InsertRows(ctx context.Context, p RowInsert) error {
	d, err := e.DB()
	if err != nil {
		return err
	}
	size := max(1, maxArgs/len(p.Columns))
	for len(p.Rows) > 0 {
		n := min(size, len(p.Rows))
		s, err := e.putStatement(d.Dialect(), p, p.Rows[:n])
		if err != nil {
			return err
		}
		if _, err := d.Exec(ctx, s); err != nil {
			return e.explainSet(err, nil)
		}
		p.Rows = p.Rows[n:]
	}
	return nil
}

func (e *Entity) putStatement(dialect db.Dialect, p RowInsert, rows [][]any) (db.Statement, error) {
	b := newBuilder(dialect)
	b.put("INSERT INTO ")
	b.ident(e.Table)
	b.put(" (")
	b.idents(p.Columns)
	b.put(") VALUES ")
	for i, row := range rows {
		b.comma(i)
		b.put("(")
		for j, v := range row {
			b.comma(j)
			var a any
			var err error
			if v = deref(v); v != nil {
				a, err = argument(dialect, e.Column(p.Columns[j]), v)
			}
			if err != nil {
				return db.Statement{}, err
			}
			b.arg(a)
		}
		b.put(")")
	}
	b.put(" ON CONFLICT (")
	b.idents(e.Primary())
	b.put(") DO UPDATE SET ")
	for i, name := range p.Over {
		b.comma(i)
		b.ident(name)
		b.put(" = excluded.")
		b.ident(name)
	}
	if p.Revive {
		b.put(`, "deleted_at" = NULL`)
	}
	return b.statement(), nil
}

// Missing returns those keys that no record has.
func (e *Entity) Missing(ctx context.Context, keys []string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	set, err := Read(ctx, Query{Node: e.Plan(false), Where: Filter{e.KeyName(): keys}})
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, set.rows)
	for i := range set.rows {
		known[string(set.Text(i, e.KeyName()))] = true
	}
	var missing []string
	for _, k := range keys {
		if !known[k] {
			missing = append(missing, k)
		}
	}
	return missing, nil
}

// SetDeletedWhere soft-deletes the records that match, or restores them, and nothing along with them.
func (e *Entity) SetDeletedWhere(ctx context.Context, where Filter, deleted bool) error {
	d, err := e.DB()
	if err != nil {
		return err
	}
	var at time.Time
	if deleted {
		at = time.Now()
	}
	s, err := e.markStatement(d.Dialect(), where, at, nil)
	if err == nil {
		_, err = d.Exec(ctx, s)
	}
	return err
}
