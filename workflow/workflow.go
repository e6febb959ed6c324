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
	"reflect"
	"time"
)

// A Context is what the body of a workflow is given. Only the engine makes them, so the compiler keeps bodies, which have
// steps, and steps, which get a plain context, apart.
type Context interface {
	context.Context
	branch() *branch
}

// A Workflow is a named function over steps. Run it as it is, inline, or bound to an [Engine].
//
// What it does with its types are fields, filled in by [New], and not methods: a package compiles all methods of each generic type that it can reach, used or not,
// and a shop reaches hundreds of workflows.
type Workflow[In, Out any] struct {
	handle

	// Run runs the workflow and returns its result. A failing step's error comes back as it is; the steps before it are undone,
	// last first, and what fails in that is joined to it as a [*CompensationError]. A run that has to wait goes on without its caller, who gets
	// [*SuspendedError].
	//
	// Inside the body of another workflow it joins that one's run: its steps are undone with those of the caller, and an atomic
	// caller's transaction is its transaction.
	Run func(ctx context.Context, in In) (Out, error)

	// Do is Run for those who need no result, such as subscribers, which have its shape: event.On(order.Placed, confirm.Do).
	Do func(ctx context.Context, in In) error

	// Task is Do with an input, in the shape of jobs: job.Cron("sync", "@daily", sync.Task(All)).
	Task func(in In) func(context.Context) error

	// Start writes down that the workflow is to run, in the transaction of ctx if there is one, and returns the id of the run. Some process whose
	// [Engine.Run] is at work executes it. If there is a run with the input's idempotency key, it returns that one's id.
	Start func(ctx context.Context, in In) (runID string, err error)

	// Wait waits for the end of a run of the workflow and returns its result, or why it failed. Runs are kept for an hour for that, or for their
	// Retention; one that is gone is fault.NotFound.
	Wait func(ctx context.Context, runID string) (Out, error)
}

// AnyWorkflow is a workflow of any types, for lists.
type AnyWorkflow interface {
	Name() string
	base() *definition
}

// New makes a workflow. Its name is unique in a program, up to its version.
func New[In, Out any](name string, body func(Context, In) (Out, error), opts ...Option) *Workflow[In, Out] {
	d := &definition{name: name, origin: caller(), in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	d.body = func(c Context, in, out any) (err error) {
		v, _ := in.(In)
		*out.(*Out), err = body(c, v)
		return err
	}
	d.set(opts)
	run := func(ctx context.Context, in In) (out Out, err error) {
		err = d.perform(ctx, in, &out)
		return out, err
	}
	do := func(ctx context.Context, in In) error {
		_, err := run(ctx, in)
		return err
	}
	return &Workflow[In, Out]{
		handle: handle{d},
		Run:    run,
		Do:     do,
		Task:   func(in In) func(context.Context) error { return func(ctx context.Context) error { return do(ctx, in) } },
		Start:  func(ctx context.Context, in In) (string, error) { return d.start(ctx, in) },
		Wait: func(ctx context.Context, runID string) (out Out, err error) {
			err = d.await(ctx, runID, &out)
			return out, err
		},
	}
}

// handle is what a workflow is without its types.
type handle struct{ definition *definition }

// Name is the workflow's name.
func (h *handle) Name() string { return h.definition.name }

func (h *handle) base() *definition { return h.definition }

// Signal is [Engine.Signal] of the engine that the workflow is bound to.
func (h *handle) Signal(ctx context.Context, runID, name string, payload any) error {
	return h.definition.signal(ctx, runID, name, payload, nil)
}

// SignalError is [Engine.SignalError] of the engine that the workflow is bound to.
func (h *handle) SignalError(ctx context.Context, runID, name string, err error) error {
	return h.definition.signal(ctx, runID, name, nil, err)
}

// An Option changes a workflow.
type Option func(*definition)

// Atomic makes a bound workflow run in one database transaction, or join that of its caller: all or nothing, its events included. Inside a workflow that
// is not atomic it has a transaction of its own; if that one fails later, it is undone as far as its steps have an Undo.
func Atomic() Option { return func(d *definition) { d.atomic = true } }

// Durable makes Run keep a record of each step, as Start does, so that the run goes on somewhere if this process dies.
func Durable() Option { return func(d *definition) { d.durable = true } }

// Version tells apart what runs of one workflow were begun with. A process goes on with a run only if it has its version; bind the older
// ones too as long as they have runs.
func Version(n int) Option { return func(d *definition) { d.version = n } }

// Retention is how long runs can be looked up once they are over. Without it, those whose caller has the result are gone at once.
func Retention(keep time.Duration) Option { return func(d *definition) { d.retention = keep } }

// Lock makes runs whose key is the same, of this and other workflows, take turns. The lock belongs to the run: workflows that it runs
// may ask for it again. An empty key locks nothing. In must be that of the workflow.
func Lock[In any](key func(In) string) Option {
	return func(d *definition) { d.lock = keyOf(d, key) }
}

// IdempotencyKey makes runs with the same key one run: whoever comes second waits for the first and gets its result, for as long as Retention,
// 3 days by default, says. A failed run frees its key unless there is KeepKeyOnFailure. An empty key is none. In must be that of the workflow.
func IdempotencyKey[In any](key func(In) string) Option {
	return func(d *definition) { d.idem = keyOf(d, key) }
}

func keyOf[In any](d *definition, key func(In) string) func(any) string {
	d.takes(reflect.TypeFor[In]())
	return func(in any) string {
		v, _ := in.(In)
		return key(v)
	}
}

// KeepKeyOnFailure makes failures keep their idempotency key too.
func KeepKeyOnFailure() Option { return func(d *definition) { d.keepFailures = true } }

// RequireSameInput makes it a fault.Conflict if somebody comes with the idempotency key of a run and with other input.
func RequireSameInput() Option { return func(d *definition) { d.checkInput = true } }

// DecodeInput reads what callers over the wire give to a workflow, if that is not In itself as JSON.
func DecodeInput[Wire, In any](read func(Wire) (In, error)) Option {
	return func(d *definition) {
		d.takes(reflect.TypeFor[In]())
		d.wire = func(raw []byte) (any, error) {
			var v Wire
			if err := decode(raw, &v); err != nil {
				return nil, err
			}
			return read(v)
		}
	}
}
