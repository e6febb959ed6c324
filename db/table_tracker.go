package db

import (
	"context"
	"slices"
	"sync"
)

type readsKey struct{}

// TableTracker are the tables that statements under a context have read.
type TableTracker struct {
	mu     sync.Mutex
	tables []string
}

// WithTableTracker returns a context whose statements, on any database, are noted.
func WithTableTracker(ctx context.Context) (context.Context, *TableTracker) {
	r := &TableTracker{}
	return context.WithValue(ctx, readsKey{}, r), r
}

// Tables are the names that stood where a table may stand, each once: those of all tables that were read, and some that are none.
func (r *TableTracker) Tables() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tables)
}

// note notes what is read, before the statements run.
func (d *DB) note(ctx context.Context, statements ...Statement) {
	r, _ := ctx.Value(readsKey{}).(*TableTracker)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range statements {
		for _, t := range d.known.of(s.SQL).tables {
			if !slices.Contains(r.tables, t) {
				r.tables = append(r.tables, t)
			}
		}
	}
}

// wrote tells what was written, once it is committed. Outside of a transaction a statement that failed may have been.
func (d *DB) wrote(ctx context.Context, err error, statements ...Statement) {
	d.dirty(ctx, statements...)
	if d.memory == nil || err != nil && d.tx(ctx) != nil {
		return
	}
	for _, s := range statements {
		tables := d.known.of(s.SQL)
		if tables.reads {
			continue
		}
		if t := d.tx(ctx); t != nil {
			t.touch(tables.tables)
		}
		d.AfterCommit(ctx, func() { d.memory.Invalidate(tables.tables) })
	}
}

// telling are rows of a statement that writes, which outside of a transaction is committed when they are closed.
type telling struct {
	Rows
	tell func()
}

// Close implements Rows.
func (t *telling) Close() {
	t.Rows.Close()
	t.tell()
}

// A glossary remembers what statements are about, of which a program has a limited number.
type glossary struct {
	mu    sync.RWMutex
	known map[string]about
}

// about is what the text of a statement tells.
type about struct {
	tables     []string
	reads      bool // and writes nothing
	repeatable bool // asked again, while nothing has changed, it answers the same
}

const remembered = 10_000

func (g *glossary) of(sql string) about {
	g.mu.RLock()
	a, ok := g.known[sql]
	g.mu.RUnlock()
	if ok {
		return a
	}
	a = about{tablesOf(sql), reads(sql), repeatable(sql)}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil || len(g.known) >= remembered {
		g.known = map[string]about{}
	}
	g.known[sql] = a
	return a
}
