package workflow

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A run is one execution of a workflow and of those that it runs.
type run struct {
	def    *definition
	engine *Engine
	input  any
	root   branch
	base   scope // that of root

	mu     sync.Mutex
	id     string
	tid    string    // its transaction id, for the wire
	ended  []*record // operations that are over, whose effects stand, in the order of their ends
	first  [4]record // the records of short runs, to save allocations
	few    [4]*record
	used   int
	seq    int
	events []event.Message
	reply  any
	keys   []string // locks that are held
	kept   bool     // there may be rows of locks
	cuts   int      // transactions that were committed before the end
	watch  *rehearsal

	// What follows is of runs that have a row.
	stored   bool
	started  bool // by Start, so somebody may ask for the result
	parked   bool // it has waited before
	epoch    int64
	signals  int64 // how many had come when the run was taken up
	idem     string
	wake     time.Time
	deadline time.Time // when the run is too late, of workflows with RunTimeout
	past     history
	stopping bool // nothing more is to be done but to undo
	patches  map[string]bool
	cancel   context.CancelCauseFunc
	// cancelled tells Cancel, which may come too late, that it was heard. It is set before the row says so.
	cancelled atomic.Bool
}

// A branch is a strand of a run with keys of its own: a body, or an arm of Parallel.
type branch struct {
	*scope
	run    *run
	prefix string
	pos    int
	span   *telemetry.Span // of the workflow inside another that it is the body of
	names  []uses
	buf    [6]uses
}

// uses counts how often a branch has used a name.
type uses struct {
	name string
	n    int
}

func (b *branch) branch() *branch { return b }

func newRun(ctx context.Context, d *definition, in any) *run {
	r := &run{def: d, engine: d.engine, input: in}
	r.base = scope{Context: ctx, plain: ctx, engine: d.engine}
	r.root = branch{scope: &r.base, run: r}
	r.root.names, r.ended = r.root.buf[:0], r.few[:0]
	return r
}

// ID is made when it is first needed.
func (r *run) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.id == "" {
		r.id = id.New("wf_exec")
	}
	return r.id
}

func (r *run) transactionID() string {
	if r.tid == "" {
		r.tid = "auto-" + id.New("")
	}
	return r.tid
}

func (b *branch) child(name string) *branch {
	b.block()
	return b.under(b.key(name))
}

// block takes the position of something that has no record of its own.
func (b *branch) block() {
	if old := b.run.past.at[place{b.prefix, b.pos}]; old != nil {
		panic(&interrupt{why: nondeterministic{old.key, "a workflow, a hook or Parallel"}})
	}
	b.pos++
}

// under returns a branch whose keys begin with key.
func (b *branch) under(key string) *branch {
	c := &branch{scope: b.scope, run: b.run, prefix: key + "/", span: b.span}
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

// next returns the record of the next operation of a branch: that of an earlier execution, or a fresh one. Code that does not do again what
// it did then is stopped.
func (b *branch) next(kind, name string) *record {
	key, r := b.key(name), b.run
	pos := b.pos
	b.pos++
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec := r.past.at[place{b.prefix, pos}]; rec != nil {
		if rec.key != key || rec.kind != kind {
			panic(&interrupt{why: nondeterministic{rec.key, key}})
		}
		rec.Context, rec.span = b.scope, b.span
		if rec.over() {
			r.ended = append(r.ended, rec)
		} else if r.stopping {
			panic(&interrupt{why: ErrCanceled})
		}
		return rec
	}
	if last, ok := r.past.last[b.prefix]; ok && pos < last {
		panic(&interrupt{why: nondeterministic{"something else", key}})
	}
	if r.stopping {
		panic(&interrupt{why: ErrCanceled})
	}
	rec := r.fresh()
	rec.span = b.span
	rec.Context, rec.run, rec.key, rec.name, rec.kind, rec.prefix, rec.pos = b.scope, r, key, name, kind, b.prefix, pos
	return rec
}

func (r *run) fresh() *record {
	if r.used == len(r.first) {
		return new(record)
	}
	r.used++
	return &r.first[r.used-1]
}

// An interrupt ends the execution of a body that cannot go on. It is a panic until it reaches the engine.
type interrupt struct {
	why   error
	until time.Time // of errSuspended: when to go on; zero for when a signal comes
}

// Error implements error.
func (i *interrupt) Error() string { return i.why.Error() }

// Unwrap returns the reason.
func (i *interrupt) Unwrap() error { return i.why }

type nondeterministic struct{ past, now string }

func (n nondeterministic) Error() string {
	return fmt.Sprintf("workflow: the code has changed under a run: it did %q before and now does %q", n.past, n.now)
}

// finished notes an operation that is over, and whose effects stand or will once its transaction is committed.
func (r *run) finished(s *scope, rec *record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.state = done
	if rec.err != nil {
		rec.state = failed
	}
	rec.seq = r.seq
	r.seq++
	r.watch.note(rec)
	switch {
	case s.joined: // undone by the caller's transaction
	case s.tx != nil:
		s.open = append(s.open, rec)
	default:
		r.ended = append(r.ended, rec)
	}
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

// Patched reports whether a run follows a change of its workflow's code. Runs that were past this place when the change was deployed do
// not; all others do, and remember it:
//
//	if workflow.Patched(ctx, "tax-first") { … the new way … } else { … the old way … }
func Patched(ctx Context, change string) bool {
	b := ctx.branch()
	r := b.run
	r.mu.Lock()
	known, asked := r.patches[change]
	here := r.past.at[place{b.prefix, b.pos}]
	last, old := r.past.last[b.prefix]
	stopping := r.stopping
	r.mu.Unlock()
	if asked {
		return known
	}
	yes := here != nil && here.kind == kindPatch && here.name == change
	if yes || here == nil && !stopping && (!old || b.pos > last) {
		_, err := operate(b, kindPatch, change, StepOption{}, func(context.Context) (any, error) { return true, nil })
		yes = err == nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.patches == nil {
		r.patches = map[string]bool{}
	}
	r.patches[change] = yes
	return yes
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
