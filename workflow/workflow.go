// Package workflow runs workflows: plain Go functions whose steps are undone when a later one fails.
//
// A workflow runs in one of three ways, with the same code. Inline: in the caller's goroutine and memory, undone by the
// compensations of its steps. Atomic: in one database transaction, undone by its rollback; only steps with effects outside the
// database, marked [External], need a compensation. Durable: with a record of each finished step, so that another process
// goes on where one has died.
//
// The body of a workflow gets a [Context]. It does its work in steps; between them it is ordinary code that must do the same
// when it is run again with the same results of its steps: it asks [Now] for the time and [NewID] for identifiers.
package workflow

import (
	"context"
	"errors"
	"time"
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
}

// definition is what the engine knows of a workflow whatever its types.
type definition struct {
	name   string
	atomic bool
	engine *Engine
	origin string // where New was called
}

// Any is a workflow of any types, for lists.
type Any interface {
	Name() string
	base() *definition
}

// New makes a workflow. Its name is unique in a program.
func New[In, Out any](name string, body func(Context, In) (Out, error), opts ...Option) *Workflow[In, Out] {
	w := &Workflow[In, Out]{definition: definition{name: name, origin: caller()}, body: body}
	for _, o := range opts {
		o(w)
	}
	return w
}

// An Option changes a workflow.
type Option func(w any)

// Atomic makes a bound workflow run in one database transaction, or join that of its caller: all or nothing, its events included.
func Atomic() Option { return func(w any) { w.(Any).base().atomic = true } }

// Lock makes runs whose key is the same, of this and other workflows, take turns. The lock belongs to the run: workflows that it runs
// may ask for it again. An empty key locks nothing. In must be that of the workflow.
func Lock[In any](key func(In) string) Option { return func(w any) { w.(locker[In]).lockBy(key) } }

type locker[In any] interface{ lockBy(func(In) string) }

func (w *Workflow[In, Out]) lockBy(key func(In) string) { w.lock = key }

// Name is the workflow's name.
func (w *Workflow[In, Out]) Name() string { return w.name }

func (d *definition) base() *definition { return d }

// Run runs the workflow and returns its result. A failing step's error comes back as it is; the steps before it are undone,
// last first, and what fails in that is joined to it as a [*CompensationError].
//
// Inside the body of another workflow it joins that one's run: its steps are undone with those of the caller, and an atomic
// caller's transaction is its transaction.
func (w *Workflow[In, Out]) Run(ctx context.Context, in In) (Out, error) {
	if c, ok := ctx.(Context); ok {
		return w.join(c.branch(), in)
	}
	if w.lock != nil && w.engine != nil {
		if key := w.lock(in); key != "" {
			return w.locked(ctx, key, in)
		}
	}
	return w.start(ctx, in, "")
}

// locked is Run for those that take turns.
func (w *Workflow[In, Out]) locked(ctx context.Context, key string, in In) (out Out, err error) {
	unlock, err := w.engine.locks.lock(ctx, key)
	if err != nil {
		return out, err
	}
	defer unlock()
	return w.start(ctx, in, key)
}

// start makes the run. An atomic one that lost against another transaction begins anew.
func (w *Workflow[In, Out]) start(ctx context.Context, in In, key string) (out Out, err error) {
	for try := 1; ; try++ {
		r := newRun(ctx, &w.definition)
		if key != "" {
			r.keys = append(r.keys, key)
		}
		out, err = w.attempt(r, in)
		if err == nil || try == tries || !r.again(err) {
			return out, err
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

// tries is how often an atomic run is begun when the database asks for it.
const tries = 5

func (w *Workflow[In, Out]) attempt(r *run, in In) (out Out, err error) {
	s := &r.base
	defer s.abandon() // after a panic of the body, say
	if err := r.begin(s); err != nil {
		return out, err
	}
	if out, err = w.body(&r.root, in); err == nil {
		err = r.finish(s)
	}
	if err != nil {
		err = r.fail(s, err)
	}
	return out, err
}

// join runs the body as a part of the caller's run. An atomic workflow in a run that is not has a transaction of its own.
func (w *Workflow[In, Out]) join(b *branch, in In) (out Out, err error) {
	r := b.run
	if w.lock != nil && w.engine != nil {
		if key := w.lock(in); key != "" && !r.holds(key) {
			unlock, err := r.lock(b, key)
			if err != nil {
				return out, err
			}
			defer unlock()
		}
	}
	child := b.child(w.name)
	if !w.atomic || b.tx != nil || b.joined || w.engine == nil {
		return w.body(child, in)
	}
	child.own(b, w.engine)
	defer child.abandon()
	if err := r.begin(child.scope); err != nil {
		return out, err
	}
	if out, err = w.body(child, in); err == nil {
		if err = child.commit(); err == nil {
			r.kept(child.scope)
		}
	}
	if err != nil {
		child.abandon() // what it had committed before is undone with the run
	}
	return out, err
}

// A CompensationError tells that after a failure some step could not be undone.
type CompensationError struct {
	Cause error   // why the run failed; errors.Is and As find it first
	Undo  []error // what went wrong while undoing
}

// Error has both in it, for logs.
func (e *CompensationError) Error() string {
	return e.Cause.Error() + "; and could not be undone: " + errors.Join(e.Undo...).Error()
}

// Unwrap gives all to errors.Is and errors.As, the cause first.
func (e *CompensationError) Unwrap() []error { return append([]error{e.Cause}, e.Undo...) }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error as one that retrying a step cannot mend. Message and kind of the error stay.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}
