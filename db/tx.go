package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

// ErrTxDone is the error of a statement whose ctx belongs to a transaction that has ended. Use WithoutTx to leave one.
var ErrTxDone = errors.New("db: the transaction of this context has ended")

// ErrTxFailed is the error of statements, and of the commit, in a transaction in which a statement has failed: nothing
// of it will be kept. PostgreSQL has this rule, and SQLite is held to it so that both behave alike.
var ErrTxFailed = errors.New("db: an earlier statement of this transaction failed, so it can only be rolled back")

// ErrNestedTx is the error of Begin in a context that is in a transaction already.
var ErrNestedTx = errors.New("db: the context is in a transaction already")

type txKey struct{ d *DB }

// A tx is a transaction that travels in a context. Goroutines that share it take turns.
type tx struct {
	mu      sync.Mutex
	session session
	span    *telemetry.Span
	failed  error // why nothing more can be done
	after   []func()
	touched []string // tables that were written to
	mark    *Statement
	dirty   bool // so that mark has to run
}

func (d *DB) tx(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{d}).(*tx)
	return t
}

// InTransaction reports whether ctx carries a transaction of this database.
func (d *DB) InTransaction(ctx context.Context) bool { return d.tx(ctx) != nil }

// WithoutTx returns ctx without its transaction: statements under it are on their own, and neither see the transaction's
// changes nor end with it. On SQLite a write under it would wait for the transaction, which is the one writer.
func (d *DB) WithoutTx(ctx context.Context) context.Context {
	if d.tx(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, txKey{d}, (*tx)(nil))
}

// InTx runs fn in a transaction that its ctx carries, and commits it when fn returns nil; an error or a panic rolls it
// back. If ctx is in a transaction already then fn just joins it: it is kept or undone as a whole by the outermost
// InTx. SQLite has one writing transaction at a time; PostgreSQL's are read committed. Nothing is retried: see IsRetryable.
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if d.tx(ctx) != nil {
		return fn(ctx)
	}
	ctx, span := d.transaction(ctx)
	s, err := d.pool.begin(ctx)
	if err != nil {
		span.End(err)
		return err
	}
	t := &tx{session: s, span: span, mark: markOf(ctx)}
	after, err := t.run(ctx, func() error { return fn(context.WithValue(ctx, txKey{d}, t)) })
	for _, f := range after {
		f()
	}
	return err
}

// Lock waits for the lock of that name, which the transaction in ctx then keeps until its end. SQLite has one writing transaction at a time anyway.
func (d *DB) Lock(ctx context.Context, name string) error {
	t := d.tx(ctx)
	if t == nil {
		return errors.New("db: a lock ends with its transaction, and there is none")
	}
	return t.use(ctx, func() error { return t.session.lock(ctx, name) })
}

// AfterCommit runs fn after the commit of the outermost transaction in ctx, in the order of the calls, and never if it is
// rolled back. Outside of a transaction it runs fn at once. Inside fn, contexts of the transaction are of no use: Detach.
func (d *DB) AfterCommit(ctx context.Context, fn func()) {
	if t := d.tx(ctx); t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.after = append(t.after, fn)
		return
	}
	fn()
}

func (t *tx) run(ctx context.Context, fn func() error) (after []func(), err error) {
	ended := false
	defer func() {
		if !ended { // a panic, or runtime.Goexit by a test
			t.rollback(ctx)
		}
	}()
	err = fn()
	ended = true
	if err != nil {
		t.rollback(ctx)
		return nil, err
	}
	return t.commit(ctx)
}

func (t *tx) commit(ctx context.Context) ([]func(), error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == ErrTxDone {
		return nil, ErrTxDone
	}
	if t.failed == nil {
		t.failed = ctx.Err()
	}
	if cause := t.failed; cause != nil {
		t.end(ctx, false)
		return nil, fmt.Errorf("db: rolled back instead of committed: %w", cause)
	}
	if t.dirty {
		if _, err := t.session.Exec(ctx, *t.mark); err != nil {
			t.failed = err
			t.end(ctx, false)
			return nil, err
		}
	}
	if err := t.end(ctx, true); err != nil {
		return nil, err
	}
	return slices.Clip(t.after), nil
}

func (t *tx) rollback(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != ErrTxDone {
		t.end(ctx, false)
	}
}

// end finishes the session. It outlives a cancelled ctx, because a rollback must happen then too.
func (t *tx) end(ctx context.Context, commit bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	cause := t.failed
	t.failed = ErrTxDone
	err := t.session.finish(ctx, commit)
	if !commit {
		t.span.AddAttributes(attribute.Bool("gorgon.db.rolled_back", true))
	}
	t.span.End(errors.Join(cause, err))
	return err
}

// use runs fn on the session, and remembers its failure.
func (t *tx) use(ctx context.Context, fn func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == ErrTxDone {
		return ErrTxDone
	}
	if t.failed != nil {
		return fmt.Errorf("%w: %w", ErrTxFailed, t.failed)
	}
	err := ctx.Err()
	if err == nil {
		err = fn()
	}
	if err != nil {
		t.failed = err
	}
	return err
}

// Query implements Runner.
func (t *tx) Query(ctx context.Context, s Statement) (rows Rows, err error) {
	err = t.use(ctx, func() error { rows, err = t.session.Query(ctx, s); return err })
	return rows, err
}

// Exec implements Runner.
func (t *tx) Exec(ctx context.Context, s Statement) (affected int64, err error) {
	err = t.use(ctx, func() error { affected, err = t.session.Exec(ctx, s); return err })
	return affected, err
}

// Batch implements Runner. The answers are complete before the first is read, so that read may run statements too.
func (t *tx) Batch(ctx context.Context, s []Statement, read func(i int, rows Rows) error) error {
	answers := make([]*kept, len(s))
	err := t.use(ctx, func() error {
		return t.session.Batch(ctx, s, func(i int, rows Rows) (err error) {
			answers[i], err = keep(rows)
			return err
		})
	})
	for i := 0; err == nil && i < len(answers); i++ {
		err = read(i, answers[i])
	}
	for _, a := range answers {
		a.Close()
	}
	return err
}

func (t *tx) touch(tables []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.touched = append(t.touched, tables...)
}

// changed reports whether one of some tables was written to.
func (t *tx) changed(tables []string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(tables, func(name string) bool { return slices.Contains(t.touched, name) })
}

func (t *tx) script(ctx context.Context, sql string) error {
	t.touch(tablesOf(sql))
	return t.use(ctx, func() error { return t.session.script(ctx, sql) })
}
