// Package workflow runs workflows: plain Go functions whose steps are undone when a later one fails.
//
// A workflow runs in one of three ways, with the same code. Inline: in the caller's goroutine and memory, undone by the
// compensations of its steps. [Atomic]: in one database transaction, undone by its rollback; only steps with effects outside the
// database, marked [External], need a compensation. Durable: with a record of each finished step, so that another process
// goes on where one has died; that is how [Workflow.Start] and [Durable] run, and what any run becomes that has to wait.
//
// The body of a workflow gets a [Context]. It does its work in steps; between them it is ordinary code that must do the same
// when it is run again with the same results of its steps: it asks [Now] for the time and [NewID] for identifiers.
package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// A Context is what the body of a workflow is given. Only the engine makes them, so the compiler keeps bodies, which have
// steps, and steps, which get a plain context, apart.
type Context interface {
	context.Context
	branch() *branch
}

// A Workflow is a named function over steps. Run it as it is, inline, or bound to an [Engine].
type Workflow[In, Out any] struct {
	definition
	body func(Context, In) (Out, error)
	lock func(In) string
	idem func(In) string
	wire func([]byte) (In, error)
}

// definition is what the engine knows of a workflow whatever its types.
type definition struct {
	name         string
	version      int
	atomic       bool
	durable      bool
	keepFailures bool
	checkInput   bool
	retention    time.Duration
	outline      []Planned
	engine       *Engine
	origin       string // where New was called
}

// Any is a workflow of any types, for lists.
type Any interface {
	Name() string
	base() *definition
	resume(ctx context.Context, r *run, input []byte, cause error) error
	runJSON(ctx context.Context, input []byte, transactionID string) (any, error)
	startJSON(ctx context.Context, input []byte, transactionID string) (string, error)
}

// New makes a workflow. Its name is unique in a program, up to its version.
func New[In, Out any](name string, body func(Context, In) (Out, error), opts ...Option) *Workflow[In, Out] {
	w := &Workflow[In, Out]{definition: definition{name: name, origin: caller()}, body: body}
	for _, o := range opts {
		o(w)
	}
	if w.idem != nil {
		w.durable = !w.atomic
		if w.retention == 0 {
			w.retention = 72 * time.Hour
		}
	}
	w.durable = w.durable || w.lock != nil && !w.atomic
	return w
}

// Name is the workflow's name.
func (w *Workflow[In, Out]) Name() string { return w.name }

func (d *definition) base() *definition { return d }

// Run runs the workflow and returns its result. A failing step's error comes back as it is; the steps before it are undone,
// last first, and what fails in that is joined to it as a [*CompensationError]. A run that has to wait goes on without its caller, who gets
// [*Suspended].
//
// Inside the body of another workflow it joins that one's run: its steps are undone with those of the caller, and an atomic
// caller's transaction is its transaction.
func (w *Workflow[In, Out]) Run(ctx context.Context, in In) (Out, error) {
	if c, ok := ctx.(Context); ok {
		return w.join(c.branch(), in)
	}
	return w.run(ctx, in, "")
}

func (w *Workflow[In, Out]) run(ctx context.Context, in In, transactionID string) (out Out, err error) {
	if w.engine == nil {
		return w.execute(newRun(ctx, &w.definition, in), in)
	}
	for try := 1; ; try++ {
		var r *run
		err = w.engine.patiently(ctx, func() error {
			r = newRun(ctx, &w.definition, in)
			r.tid = transactionID
			out, err = w.once(r, in)
			return err
		})
		if err == nil {
			return out, nil
		}
		if d, ok := errors.AsType[*duplicate](err); ok {
			if out, err = w.theirs(ctx, d, in); err != errGone {
				return out, err
			}
			continue
		}
		if try >= tries || !r.again(err) {
			return out, err
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

// once takes the workflow's lock in this process and runs it.
func (w *Workflow[In, Out]) once(r *run, in In) (out Out, err error) {
	if w.idem != nil {
		r.idem = w.idem(in)
	}
	key, unlock, err := w.take(r, in)
	if err != nil {
		return out, err
	}
	defer unlock()
	if key != "" {
		r.keys = append(r.keys, key)
	}
	return w.execute(r, in)
}

// tries is how often something is begun anew because transactions got in each other's way.
const tries = 5

// take waits for the workflow's lock in this process.
func (w *Workflow[In, Out]) take(r *run, in In) (key string, unlock func(), err error) {
	if w.lock != nil {
		key = w.lock(in)
	}
	if key == "" {
		return "", func() {}, nil
	}
	unlock, err = r.engine.locks.lock(r.base.plain, key)
	return key, unlock, err
}

// execute runs the body in this goroutine, from the beginning or from where r has come to.
func (w *Workflow[In, Out]) execute(r *run, in In) (out Out, err error) {
	s := &r.base
	defer s.abandon()
	defer r.drop()
	for {
		if err := w.open(r); err != nil {
			return out, err
		}
		if out, err = w.call(r, in); err == nil {
			err = r.finish(s, out)
		}
		if err == nil {
			if r.stored {
				r.engine.told(s, r.id)
			}
			return out, nil
		}
		i, ok := err.(*interrupt)
		if !ok && r.stored && s.plain.Err() != nil { // whatever the body makes of it, this is why it could not go on
			i, ok = &interrupt{why: context.Cause(s.plain)}, true
		}
		if ok && !r.stopping {
			return out, r.interrupted(s, i)
		}
		if !ok && r.stored && r.cuts > 0 && db.IsRetryable(err) && r.reopen(s) == nil {
			continue
		}
		return out, r.fail(s, err)
	}
}

// open readies a run for its body: its transaction, and its row if it has one from the beginning.
func (w *Workflow[In, Out]) open(r *run) error {
	s, e := &r.base, r.engine
	if e == nil {
		return nil
	}
	if w.atomic {
		if err := r.begin(s); err != nil {
			return err
		}
		if r.idem == "" || r.stored {
			return nil
		}
		if s.joined {
			return errNested
		}
		return r.keepOnce(s)
	}
	if !w.durable || r.stored {
		s.joined = e.DB.InTransaction(s)
		return nil
	}
	if e.DB.InTransaction(s) {
		return errNested
	}
	err := e.DB.InTx(s, func(ctx context.Context) error { return r.keepOnce(ctx) })
	if err != nil {
		r.stored = false
		return err
	}
	r.hold(s)
	return nil
}

// call runs the body. Panics come back as errors.
func (w *Workflow[In, Out]) call(r *run, in In) (out Out, err error) {
	defer recovered(w.name, &err)
	return w.body(&r.root, in)
}

// join runs the body as a part of the caller's run. An atomic workflow in a run that is not has a transaction of its own.
func (w *Workflow[In, Out]) join(b *branch, in In) (out Out, err error) {
	r := b.run
	if w.lock != nil && b.engine != nil {
		if key := w.lock(in); key != "" && !r.holds(key) {
			unlock, err := r.lock(b, key)
			if err != nil {
				return out, err
			}
			defer unlock()
		}
	}
	child := b.child(w.name)
	if !w.atomic || b.tx != nil || b.joined || b.engine == nil {
		return w.body(child, in)
	}
	child.own(b)
	defer child.abandon()
	if err := r.begin(child.scope); err != nil {
		return out, err
	}
	if out, err = w.body(child, in); err == nil {
		err = r.settle(child.scope)
	}
	return out, err // what it had committed before an error is undone with the run
}

// resume goes on with a run that this process has claimed. With a cause the run is only undone.
func (w *Workflow[In, Out]) resume(ctx context.Context, r *run, input []byte, cause error) error {
	var in In
	if err := json.Unmarshal(input, &in); err != nil {
		return r.block(ctx, fmt.Errorf("workflow: input of %s: %w", w.name, err))
	}
	r.input = json.RawMessage(input)
	key, unlock, err := w.take(r, in)
	if err != nil {
		return lost(err)
	}
	defer unlock()
	if key != "" {
		r.keys = append(r.keys, key)
	}
	if cause == nil {
		_, err = w.execute(r, in)
		return err
	}
	r.stopping = true
	defer r.base.abandon()
	_, err = w.call(r, in) // finds the steps and how to undo them
	if i, ok := err.(*interrupt); ok && !errors.Is(i.why, ErrCancelled) {
		return r.interrupted(&r.base, i)
	}
	return r.fail(&r.base, cause)
}

// runJSON is Run for callers that know no types.
func (w *Workflow[In, Out]) runJSON(ctx context.Context, input []byte, transactionID string) (any, error) {
	in, err := w.read(input)
	if err != nil {
		return nil, err
	}
	return w.run(ctx, in, transactionID)
}

// read makes an input of JSON.
func (w *Workflow[In, Out]) read(input []byte) (In, error) {
	if w.wire != nil {
		return w.wire(input)
	}
	return decode[In](input)
}

func (w *Workflow[In, Out]) startJSON(ctx context.Context, input []byte, transactionID string) (string, error) {
	in, err := w.read(input)
	if err != nil {
		return "", err
	}
	return w.begin(ctx, in, transactionID)
}

// An Option changes a workflow.
type Option func(w any)

// Atomic makes a bound workflow run in one database transaction, or join that of its caller: all or nothing, its events included.
func Atomic() Option { return func(w any) { w.(Any).base().atomic = true } }

// Durable makes Run keep a record of each step, as Start does, so that the run goes on somewhere if this process dies.
func Durable() Option { return func(w any) { w.(Any).base().durable = true } }

// Version tells apart what runs of one workflow were begun with. A process goes on with a run only if it has its version; bind the older
// ones too as long as they have runs.
func Version(n int) Option { return func(w any) { w.(Any).base().version = n } }

// Retention is how long runs can be looked up once they are over. Without it, those whose caller has the result are gone at once.
func Retention(d time.Duration) Option { return func(w any) { w.(Any).base().retention = d } }

// Lock makes runs whose key is the same, of this and other workflows, take turns. The lock belongs to the run: workflows that it runs
// may ask for it again. An empty key locks nothing. In must be that of the workflow.
func Lock[In any](key func(In) string) Option { return func(w any) { w.(keyed[In]).lockBy(key) } }

// IdempotencyKey makes runs with the same key one run: whoever comes second waits for the first and gets its result, for as long as Retention,
// 3 days by default, says. A failed run frees its key unless there is KeepFailures. An empty key is none. In must be that of the workflow.
func IdempotencyKey[In any](key func(In) string) Option {
	return func(w any) { w.(keyed[In]).identifyBy(key) }
}

// KeepFailures makes failures keep their idempotency key too.
func KeepFailures() Option { return func(w any) { w.(Any).base().keepFailures = true } }

// CheckInput makes it a fault.Conflict if somebody comes with the idempotency key of a run and with other input.
func CheckInput() Option { return func(w any) { w.(Any).base().checkInput = true } }

// Input reads what callers over the wire give to a workflow, if that is not In itself as JSON.
func Input[Wire, In any](read func(Wire) (In, error)) Option {
	return func(w any) {
		w.(keyed[In]).readBy(func(raw []byte) (in In, err error) {
			v, err := decode[Wire](raw)
			if err != nil {
				return in, err
			}
			return read(v)
		})
	}
}

type keyed[In any] interface {
	readBy(func([]byte) (In, error))
	lockBy(func(In) string)
	identifyBy(func(In) string)
}

func (w *Workflow[In, Out]) readBy(read func([]byte) (In, error)) { w.wire = read }
func (w *Workflow[In, Out]) lockBy(key func(In) string)           { w.lock = key }
func (w *Workflow[In, Out]) identifyBy(key func(In) string)       { w.idem = key }
