package workflow

import (
	"context"
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
		err = fault.New(fault.Conflict, "Timed-out acquiring lock. Key: %s", key)
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

// lock takes a further key for a run, until the workflow that wants it is over or its transaction is.
func (r *run) lock(b *branch, key string) (unlock func(), err error) {
	release, err := b.engine.locks.lock(b, key)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.keys = append(r.keys, key)
	r.mu.Unlock()
	if err := b.engine.exclude(b, key); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// exclude keeps other processes from a key until the transaction in ctx ends. SQLite's transactions exclude each other anyway.
func (e *Engine) exclude(ctx context.Context, key string) error {
	if e.DB.Dialect() != db.Postgres || !e.DB.InTransaction(ctx) {
		return nil
	}
	h := fnv.New64a()
	h.Write([]byte(key))
	_, err := e.DB.Exec(ctx, db.Statement{SQL: "SELECT pg_advisory_xact_lock($1)", Args: []any{int64(h.Sum64())}})
	return err
}
