package workflow

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// lockWait is how long a run waits for the run that holds its lock.
const lockWait = 30 * time.Second

// locks are the keys that runs of this process hold.
type locks struct {
	mu   sync.Mutex
	held map[string]*waiters
}

// waiters shares out one key: the token is in turn while the key is free.
type waiters struct {
	turn chan struct{}
	n    int // how many hold or want it
}

// lock waits for a key, not for ever, and returns how to give it back.
func (l *locks) lock(ctx context.Context, key string) (unlock func(), err error) {
	w := l.want(key)
	timer := time.NewTimer(lockWait)
	defer timer.Stop()
	select {
	case w.turn <- struct{}{}:
		return func() { <-w.turn; l.leave(key, w) }, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = errHeld(key)
	}
	l.leave(key, w)
	return nil, err
}

func (l *locks) want(key string) *waiters {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[string]*waiters{}
	}
	w := l.held[key]
	if w == nil {
		w = &waiters{turn: make(chan struct{}, 1)}
		l.held[key] = w
	}
	w.n++
	return w
}

func (l *locks) leave(key string, w *waiters) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.n--; w.n == 0 {
		delete(l.held, key)
	}
}

func (r *run) holds(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.keys, key)
}

// lock takes a further key for a run, until the workflow that wants it is over and its transaction too.
func (r *run) lock(b *branch, key string) (unlock func(), err error) {
	release, err := b.engine.locks.lock(b, key)
	if err != nil {
		return nil, err
	}
	if b.tx != nil || b.joined {
		err = b.engine.exclude(b, key, r.id)
	}
	if err == nil && r.stored {
		err = b.engine.patiently(b, func() error {
			return b.engine.DB.InTx(steady(b), func(ctx context.Context) error { return r.putLock(ctx, key) })
		})
	}
	if err != nil {
		release()
		return nil, err
	}
	r.mu.Lock()
	r.keys = append(r.keys, key)
	r.mu.Unlock()
	return func() {
		r.mu.Lock()
		r.keys = slices.DeleteFunc(r.keys, func(k string) bool { return k == key })
		r.mu.Unlock()
		if r.stored { // what cannot be removed now is removed with the end of the run
			_, _ = b.engine.DB.Exec(steady(b), stmt("DELETE FROM gorgon_lock WHERE key = $1 AND run_id = $2", key, r.id))
		}
		release()
	}, nil
}

// relock writes down the lock of a run that this process has taken up, whichever process held it before. If another run has it meanwhile, it
// is the run's turn later.
func (r *run) relock(ctx context.Context) error {
	err := r.inTx(ctx, r.keepLocks)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*busy](err); !ok {
		return lost(err)
	}
	if err := r.park(ctx, time.Now().Add(100*time.Millisecond)); err != nil {
		return lost(err)
	}
	return &SuspendedError{RunID: r.id, TransactionID: r.tid}
}

// keepLocks writes down the locks of a run that gets a row, so that they outlive its transaction and its process.
func (r *run) keepLocks(ctx context.Context) error {
	for _, key := range r.keys {
		if err := r.putLock(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// putLock writes down one lock, in the transaction of ctx. If another run has it, that is a *busy.
func (r *run) putLock(ctx context.Context, key string) error {
	r.kept = true
	if err := r.engine.exclude(ctx, key, r.id); err != nil {
		return err
	}
	n, err := r.engine.DB.Exec(ctx, stmt("INSERT INTO gorgon_lock (key, run_id) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", key, r.id))
	if err != nil || n == 1 {
		return err
	}
	var one int // it is the run's own, from before
	held, err := db.QueryRow(ctx, r.engine.DB, stmt("SELECT 1 FROM gorgon_lock WHERE key = $1 AND run_id = $2", key, r.id), &one)
	if err == nil && !held {
		err = &busy{key}
	}
	return err
}

// patiently runs fn, and again while another run holds a key that it wants, but not for ever and not in a transaction.
func (e *Engine) patiently(ctx context.Context, fn func() error) error {
	for end := time.Now().Add(lockWait); ; {
		err := fn()
		if err == nil {
			return nil
		}
		if _, ok := errors.AsType[*busy](err); !ok || time.Now().After(end) || e.DB.InTransaction(ctx) || !pause(ctx, 20*time.Millisecond) {
			return err
		}
	}
}

func errHeld(key string) error {
	return fault.New(fault.Conflict, "Timed-out acquiring lock. Key: %s", key)
}

// exclude keeps runs of other processes from a key until the transaction in ctx ends. On SQLite transactions exclude each other anyway. A run that
// has a row may hold the key beyond its transactions: then it fails with errBusy, and is to be tried again without a transaction.
func (e *Engine) exclude(ctx context.Context, key, runID string) error {
	if e.DB.Dialect() == db.Postgres {
		h := fnv.New64a()
		h.Write([]byte(key))
		if _, err := e.DB.Exec(ctx, stmt("SELECT pg_advisory_xact_lock($1)", int64(h.Sum64()))); err != nil {
			return err
		}
	}
	var one int
	locked, err := db.QueryRow(ctx, e.DB, stmt("SELECT 1 FROM gorgon_lock WHERE key = $1 AND run_id <> $2", key, runID), &one)
	if locked {
		err = &busy{key}
	}
	return err
}

// A busy is the error of a key that a run without a transaction holds.
type busy struct{ key string }

// Error implements error.
func (b *busy) Error() string { return "workflow: another run holds " + b.key }

// Unwrap says what callers are told who cannot wait longer.
func (b *busy) Unwrap() error { return errHeld(b.key) }
