package workflow

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/id"
)

// A run is one execution of a workflow and of those that it runs.
type run struct {
	def  *definition
	name string
	root branch
	base scope // that of root

	mu     sync.Mutex
	id     string
	done   []*record // finished steps whose effects stand, in the order of their ends
	first  [4]record // the records of short runs, to save allocations
	used   int
	events []event.Message
	keys   []string // locks that are held
	cuts   int      // transactions that were committed before the end
}

// A scope is what steps run in: a context, and maybe a transaction that the run began itself.
type scope struct {
	context.Context                 // with the transaction
	plain           context.Context // without
	engine          *Engine         // nil: there is no database
	tx              *db.Tx          // nil: the steps are on their own
	joined          bool            // in a transaction of the caller's
	open            []*record       // what tx has done so far
}

// A branch is a strand of a run with keys of its own: a body, or an arm of Parallel.
type branch struct {
	*scope
	run    *run
	prefix string
	names  []uses
	buf    [6]uses
}

// uses counts how often a branch has used a name.
type uses struct {
	name string
	n    int
}

func (b *branch) branch() *branch { return b }

func newRun(ctx context.Context, d *definition) *run {
	r := &run{def: d, name: d.name}
	r.base = scope{Context: ctx, plain: ctx, engine: d.engine}
	r.root = branch{scope: &r.base, run: r}
	r.root.names = r.root.buf[:0]
	return r
}

// ID is made when it is first needed.
func (r *run) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.id == "" {
		r.id = id.New("run")
	}
	return r.id
}

func (b *branch) child(name string) *branch { return b.under(b.key(name)) }

// under returns a branch whose keys begin with key.
func (b *branch) under(key string) *branch {
	c := &branch{scope: b.scope, run: b.run, prefix: key + "/"}
	c.names = c.buf[:0]
	return c
}

// key names the next operation of a branch: its name, and from its second use on "#2" and so on.
func (b *branch) key(name string) string {
	for i := range b.names {
		if u := &b.names[i]; u.name == name {
			u.n++
			return b.prefix + name + "#" + strconv.Itoa(u.n)
		}
	}
	b.names = append(b.names, uses{name, 1})
	if b.prefix == "" {
		return name
	}
	return b.prefix + name
}

// next makes the record of the next step.
func (b *branch) next(name string) *record {
	key := b.key(name)
	r := b.run
	r.mu.Lock()
	defer r.mu.Unlock()
	var rec *record
	if r.used < len(r.first) {
		rec = &r.first[r.used]
		r.used++
	} else {
		rec = new(record)
	}
	rec.Context, rec.run, rec.key, rec.name = b.scope, r, key, name
	return rec
}

// own gives a branch a scope that is not its parent's.
func (b *branch) own(parent *branch, e *Engine) {
	b.scope = &scope{Context: parent.Context, plain: parent.plain, engine: e}
}

// begin opens the transaction of an atomic workflow.
func (s *scope) begin() (err error) {
	if s.engine.DB.InTransaction(s.Context) {
		s.joined = true
		return nil
	}
	s.Context, s.tx, err = s.engine.DB.Begin(s.plain)
	return err
}

func (s *scope) commit() error {
	if s.tx == nil {
		return nil
	}
	tx := s.tx
	s.tx, s.Context = nil, s.plain
	return tx.Commit(s.plain)
}

// abandon rolls back what is still open.
func (s *scope) abandon() {
	if s.tx == nil {
		return
	}
	s.tx.Rollback(s.plain)
	s.tx, s.Context = nil, s.plain
}

// finished notes a step whose effects stand, or will once its transaction is committed.
func (r *run) finished(s *scope, rec *record, external bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case s.joined: // undone by the caller's transaction
		return
	case s.tx != nil && !external:
		s.open = append(s.open, rec)
	default:
		r.done = append(r.done, rec)
	}
}

// kept moves the steps of a committed transaction to those that only compensation can undo.
func (r *run) kept(s *scope) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = append(r.done, s.open...)
	s.open = nil
}

// cut commits what a transaction has done so far, runs fn without one, and begins the next.
func (r *run) cut(s *scope, fn func()) error {
	if s.joined {
		return errNested
	}
	if s.tx == nil {
		fn()
		return nil
	}
	if err := s.commit(); err != nil {
		return err
	}
	r.kept(s)
	r.cuts++
	fn()
	return r.begin(s)
}

// begin opens the transaction of an atomic run and takes its locks, which end with it.
func (r *run) begin(s *scope) error {
	if s.engine == nil || !r.def.atomic && s == &r.base {
		return nil
	}
	if err := s.begin(); err != nil {
		return err
	}
	for _, key := range r.keys {
		if err := s.engine.exclude(s, key); err != nil {
			return err
		}
	}
	return nil
}

// finish keeps the outcome of a run that has succeeded, with its events.
func (r *run) finish(s *scope) error {
	if len(r.events) > 0 && s.engine != nil && s.engine.Bus != nil {
		for i := range r.events {
			r.events[i].RunID = r.id
		}
		if err := s.engine.Bus.Emit(s.Context, r.events...); err != nil {
			return err
		}
	}
	return s.commit()
}

// again reports whether a run that failed with err left nothing behind, and may succeed when it is begun anew.
func (r *run) again(err error) bool {
	return r.def.atomic && r.base.engine != nil && !r.base.joined && r.cuts == 0 && r.base.plain.Err() == nil && db.IsRetryable(err)
}

// fail undoes a run.
func (r *run) fail(s *scope, cause error) error {
	s.abandon()
	return r.unwind(s, cause)
}

// unwind undoes the finished steps, last first. One that cannot be undone does not stop the others.
func (r *run) unwind(s *scope, cause error) error {
	var errs []error
	ctx := context.WithoutCancel(s.plain)
	for _, rec := range slices.Backward(r.done) {
		if rec.undo == nil {
			continue
		}
		rec.Context = ctx
		if err := rec.revert(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", rec.key, err))
		}
	}
	r.done = nil
	if errs != nil {
		return &CompensationError{cause, errs}
	}
	return cause
}

// Now returns the present moment, the same whenever the body is run again.
func Now(ctx Context) time.Time {
	t, _ := Step(ctx, "now", func(context.Context, struct{}) (time.Time, error) { return db.Now(), nil }, struct{}{})
	return t
}

// NewID returns an identifier with a prefix, the same whenever the body is run again.
func NewID(ctx Context, prefix string) string {
	s, _ := Step(ctx, "id", func(_ context.Context, prefix string) (string, error) { return id.New(prefix), nil }, prefix)
	return s
}

// Emit tells of something that has happened, once for each of data: as the last act of the run, in the same transaction as its
// outcome, and never if the run fails.
func Emit[T any](ctx Context, topic event.Topic[T], data ...T) error {
	r := ctx.branch().run
	for _, d := range data {
		m, err := topic.Message(d)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.events = append(r.events, m)
		r.mu.Unlock()
	}
	return nil
}
