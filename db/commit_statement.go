package db

import (
	"context"
	"slices"
)

type markKey struct{}

// WithCommitStatement returns a context in which every transaction that has written something runs s as well, last before its commit. What s notes is therefore kept if
// what was done is, and undone with it. A statement that writes outside of a transaction gets one.
func WithCommitStatement(ctx context.Context, s Statement) context.Context {
	return context.WithValue(ctx, markKey{}, &s)
}

func markOf(ctx context.Context) *Statement {
	s, _ := ctx.Value(markKey{}).(*Statement)
	return s
}

// unmarked reports whether statements write where nothing would run the mark of ctx.
func (d *DB) unmarked(ctx context.Context, list ...Statement) bool {
	return markOf(ctx) != nil && d.tx(ctx) == nil && slices.ContainsFunc(list, d.does)
}

// does reports whether a statement does something that outlasts its transaction. Locks do not.
func (d *DB) does(s Statement) bool {
	tables := d.known.of(s.SQL)
	return !tables.reads && !slices.Equal(tables.tables, []string{"gorgon_lock"})
}

// dirty notes that a transaction has something to mark.
func (d *DB) dirty(ctx context.Context, list ...Statement) {
	t := d.tx(ctx)
	if t == nil || t.mark == nil || !slices.ContainsFunc(list, d.does) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dirty = true
}
