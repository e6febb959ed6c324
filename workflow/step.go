package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// A record is one step of a run, and the context that its function is given.
type record struct {
	context.Context
	run  *run
	key  string
	name string
	out  any  // the step's result, or json.RawMessage
	undo undo // nil: nothing to undo
}

type stepKey struct{}

// Value implements context.Context.
func (c *record) Value(key any) any {
	if key == (stepKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// Key returns what identifies the step that ctx belongs to, over all retries, crashes and processes: the idempotency key for calls to
// services outside. Outside of steps it is empty.
func Key(ctx context.Context) string {
	c, ok := ctx.Value(stepKey{}).(*record)
	if !ok {
		return ""
	}
	return c.run.ID() + "/" + c.key
}

// An undo takes back what a step has done, given the step's result.
type undo interface {
	revert(ctx context.Context, out any) error
}

// A StepOption says how a step goes beyond its function.
type StepOption interface{ stepOption() }

type (
	undoOption[Out any] struct {
		fn func(context.Context, Out) error
	}
	externalOption struct{}
	retryOption    struct {
		times int
		pause time.Duration
	}
	timeoutOption time.Duration
)

func (undoOption[Out]) stepOption() {}
func (externalOption) stepOption()  {}
func (retryOption) stepOption()     {}
func (timeoutOption) stepOption()   {}

// Undo is how to take back what the step has done when a later one fails. fn gets the step's result, whose type it must have: the first
// run of a step with another one panics.
func Undo[Out any](fn func(context.Context, Out) error) StepOption { return undoOption[Out]{fn} }

// External marks a step with effects outside the database, such as a payment. It never runs inside a transaction: an atomic workflow's is
// committed before it and a new one begun after it, and if the run fails later the steps up to here are compensated, so they want an
// Undo. It runs at least once; [Key] lets the other side notice a repetition.
func External() StepOption { return externalOption{} }

// Retry runs a failing step up to times again, after pause, twice the pause, four times the pause … An error marked [Permanent] is final. Inside a
// transaction, which a failed statement has spoilt, nothing is retried.
func Retry(times int, pause time.Duration) StepOption { return retryOption{times, pause} }

// Timeout cancels the step's context after d. A step that does not heed it is left behind, and its late result is ignored.
func Timeout(d time.Duration) StepOption { return timeoutOption(d) }

func (u undoOption[Out]) revert(ctx context.Context, out any) error {
	v, err := as[Out](out)
	if err != nil {
		return err
	}
	return u.fn(ctx, v)
}

func as[T any](v any) (t T, err error) {
	if raw, ok := v.(json.RawMessage); ok {
		if _, same := any(t).(json.RawMessage); !same {
			return t, json.Unmarshal(raw, &t)
		}
	}
	t, _ = v.(T)
	return t, nil
}

// settings are a step's options.
type settings struct {
	undo     undo
	external bool
	retry    retryOption
	timeout  time.Duration
}

func settle[Out any](name string, opts []StepOption) (s settings) {
	for _, o := range opts {
		switch o := o.(type) {
		case undoOption[Out]:
			s.undo = o
		case externalOption:
			s.external = true
		case retryOption:
			s.retry = o
		case timeoutOption:
			s.timeout = time.Duration(o)
		default:
			var out Out
			panic(fmt.Sprintf("workflow: step %q returns %T, which its %T does not take", name, out, o))
		}
	}
	return s
}

// Step runs do, one step of a run, and returns what it returns. When the run is continued elsewhere a finished step is not run
// again; its result is remembered, so it must survive JSON.
func Step[In, Out any](ctx Context, name string, do func(context.Context, In) (Out, error), in In, opts ...StepOption) (out Out, err error) {
	b := ctx.branch()
	s := settle[Out](name, opts)
	rec := b.next(name)
	if s.external {
		if cut := b.run.cut(b.scope, func() { out, err = try(b, rec, s, do, in) }); err == nil {
			err = cut
		}
	} else {
		out, err = try(b, rec, s, do, in)
	}
	return out, err
}

// try runs a step until it succeeds or may not be tried again.
func try[In, Out any](b *branch, rec *record, s settings, do func(context.Context, In) (Out, error), in In) (out Out, err error) {
	for n := 0; ; n++ {
		out, err = call(rec, s.timeout, do, in)
		if err == nil {
			rec.out, rec.undo = out, s.undo
			b.run.finished(b.scope, rec, s.external)
			return out, nil
		}
		if n >= s.retry.times || b.tx != nil || b.joined || final(err) || !pause(b, s.retry.pause<<n) {
			return out, err
		}
	}
}

// call runs a step once. A panic is an error.
func call[In, Out any](rec *record, limit time.Duration, do func(context.Context, In) (Out, error), in In) (out Out, err error) {
	if limit > 0 {
		return limited(rec, limit, do, in)
	}
	defer recovered(rec.name, &err)
	return do(rec, in)
}

// limited runs a step in a goroutine of its own, which it leaves behind when the time is over.
func limited[In, Out any](rec *record, limit time.Duration, do func(context.Context, In) (Out, error), in In) (out Out, err error) {
	ctx, cancel := context.WithTimeoutCause(rec, limit, ErrTimeout)
	defer cancel()
	type result struct {
		out Out
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() { done <- r }()
		defer recovered(rec.name, &r.err)
		r.out, r.err = do(ctx, in)
	}()
	select {
	case r := <-done:
		out, err = r.out, r.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil && context.Cause(ctx) == ErrTimeout {
		err = fmt.Errorf("%s: %w: %w", rec.key, ErrTimeout, err)
	}
	return out, err
}

// ErrTimeout is the error of a step that took longer than its Timeout.
var ErrTimeout = errors.New("workflow: the step took too long")

// A PanicError is a panic of a step.
type PanicError struct {
	Step  string
	Value any
	Stack []byte
}

// Error has the stack in it, for logs.
func (e *PanicError) Error() string {
	return fmt.Sprintf("workflow: panic in step %s: %v\n%s", e.Step, e.Value, e.Stack)
}

// Unwrap returns what was panicked with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func recovered(step string, err *error) {
	if p := recover(); p != nil {
		stack := make([]byte, 8192)
		*err = &PanicError{step, p, stack[:runtime.Stack(stack, false)]}
	}
}

func final(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}

// pause waits, and reports whether ctx has not ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// revert undoes the step.
func (c *record) revert() (err error) {
	defer recovered(c.name+" (undo)", &err)
	return c.undo.revert(c, c.out)
}
