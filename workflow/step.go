package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A StepOption says how a step goes beyond its function. The zero StepOption changes nothing.
type StepOption struct {
	undo     any // func(context.Context, Out) error, for what the step returns or intends
	external bool
	always   bool
	retry    retry
	timeout  time.Duration
}

type retry struct {
	times int
	pause time.Duration
}

// Undo is how to take back what the step has done when a later one fails. fn gets the step's result, whose type it must have: the first
// run of a step with another one panics. It may be called again if a process dies in it, unless it only writes to the database.
func Undo[Out any](fn func(context.Context, Out) error) StepOption { return StepOption{undo: fn} }

// External marks a step with effects outside the database, such as a payment. It never runs inside a transaction: an atomic workflow's is
// committed before it and a new one begun after it, and if the run fails later the steps up to here are compensated, so they want an
// Undo. It runs at least once; [StepKey] lets the other side notice a repetition.
func External() StepOption { return StepOption{external: true} }

// UndoOnFailure makes the Undo of a step run too if the step itself fails after an [RecordIntent], with what was intended.
func UndoOnFailure() StepOption { return StepOption{always: true} }

// Retry runs a failing step up to times again, after pause, twice the pause, four times the pause … An error marked [Permanent] is final. A run
// with a row remembers how often it has tried, and waits without holding anything. Inside a transaction, which a failed statement has
// spoilt, nothing is retried. The Undo of an External step is retried as often.
func Retry(times int, pause time.Duration) StepOption { return StepOption{retry: retry{times, pause}} }

// Timeout cancels the step's context after d. A step that does not heed it is left behind, and its late result is ignored.
func Timeout(d time.Duration) StepOption { return StepOption{timeout: d} }

// settle joins the options of a step.
func settle(opts []StepOption) (s StepOption) {
	for _, o := range opts {
		if o.undo != nil {
			s.undo = o.undo
		}
		if o.retry != (retry{}) {
			s.retry = o.retry
		}
		s.external, s.always, s.timeout = s.external || o.external, s.always || o.always, cmp.Or(o.timeout, s.timeout)
	}
	return s
}

// takes panics unless the undo of a step takes an Out.
func takes[Out any](name string, undo any) {
	if _, ok := undo.(func(context.Context, Out) error); !ok && undo != nil {
		panic(fmt.Sprintf("workflow: step %q gives %s to its Undo, which takes %s", name, reflect.TypeFor[Out](), reflect.TypeOf(undo).In(1)))
	}
}

// revert calls an undo. That is rare enough for reflection, which spares steps an allocation.
func revert(ctx context.Context, undo, out any) error {
	f := reflect.ValueOf(undo)
	v := reflect.New(f.Type().In(1)).Elem()
	if have := reflect.ValueOf(out); have.IsValid() && have.Type().AssignableTo(v.Type()) {
		v.Set(have)
	} else if raw, ok := out.(json.RawMessage); ok {
		if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
			return err
		}
	}
	err, _ := f.Call([]reflect.Value{reflect.ValueOf(&ctx).Elem(), v})[0].Interface().(error)
	return err
}

// Step runs do, one step of a run, and returns what it returns. When the run is continued elsewhere a finished step is not run
// again; its result is remembered, so it must survive JSON.
func Step[In, Out any](ctx Context, name string, do func(context.Context, In) (Out, error), in In, opts ...StepOption) (Out, error) {
	s := settle(opts)
	takes[Out](name, s.undo)
	rec, err := operate(ctx.branch(), kindOf(s), name, s, func(ctx context.Context) (any, error) {
		out, err := do(ctx, in)
		if err == nil && s.always {
			DiscardIntent(ctx) // now there is a result to undo
		}
		return out, err
	})
	return answer[Out](rec, err)
}

// StepWithUndo is Step for a do that says itself, with its second result, what undo needs.
func StepWithUndo[In, Out, U any](ctx Context, name string, do func(context.Context, In) (Out, U, error), undo func(context.Context, U) error,
	in In, opts ...StepOption) (Out, error) {
	s := settle(opts)
	s.undo = undo
	rec, err := operate(ctx.branch(), kindOf(s), name, s, func(ctx context.Context) (any, error) {
		out, u, err := do(ctx, in)
		if err == nil {
			_ = ctx.Value(stepKey{}).(*record).intend(u) // nobody waits for one that was left behind
		}
		return out, err
	})
	return answer[Out](rec, err)
}

// RecordIntent notes, inside an External step with [UndoOnFailure] and before its effect, what its Undo will need: should the answer be lost, then
// what may have happened can still be undone. The intent is stored before RecordIntent returns.
func RecordIntent[U any](ctx context.Context, u U) error {
	rec, ok := ctx.Value(stepKey{}).(*record)
	if !ok {
		return errors.New("workflow: Intend outside of a step")
	}
	if err := rec.intend(u); err != nil {
		return err
	}
	if !rec.run.stored || rec.kind != kindExternal {
		return nil
	}
	rec.state = waiting
	return rec.run.engine.DB.InTx(steady(rec.Context), func(ctx context.Context) error {
		if err := rec.run.save(ctx, rec); err != nil {
			return err
		}
		return rec.run.fence(ctx, "")
	})
}

// DiscardIntent takes an RecordIntent back: it is known that nothing came of it, so there is nothing to undo should the step fail now.
func DiscardIntent(ctx context.Context) {
	if rec, ok := ctx.Value(stepKey{}).(*record); ok {
		_ = rec.intend(nil)
	}
}

// intend keeps what the undo will need. An attempt that was left behind has nothing to say any more.
func (c *record) intend(u any) error {
	if c.of == nil {
		c.undoing = u
		return nil
	}
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	if c.left {
		return ErrTimeout
	}
	c.undoing, c.of.undoing = u, u
	return nil
}

func kindOf(s StepOption) string {
	if s.external {
		return kindExternal
	}
	return kindStep
}

func answer[Out any](rec *record, err error) (out Out, _ error) {
	if err != nil {
		return out, err
	}
	return as[Out](rec.out)
}

// operate runs one operation of a branch, or finds its record.
func operate(b *branch, kind, name string, s StepOption, work func(context.Context) (any, error)) (*record, error) {
	rec := b.next(kind, name)
	rec.undo, rec.external, rec.always, rec.retry = s.undo, s.external, s.always, s.retry
	if rec.over() {
		return rec, rec.err
	}
	r := b.run
	r.tell(OnStepBegin, rec, nil, nil)
	if !s.external {
		return rec, r.stepped(rec, b.do(rec, s, work))
	}
	cut := b.tx != nil
	if err := r.cut(b.scope); err != nil {
		return rec, err
	}
	rec.Context = b.scope
	err := r.stepped(rec, b.do(rec, s, work))
	if cut {
		if err2 := r.begin(b.scope); err == nil {
			err = err2
		}
	}
	return rec, err
}

func (b *branch) do(rec *record, s StepOption, work func(context.Context) (any, error)) error {
	if err := b.run.late(); err != nil {
		return err
	}
	s.timeout = b.run.patience(s.timeout)
	if b.run.stored && b.tx == nil && !b.joined {
		return b.durably(rec, s, work)
	}
	for n := 0; ; n++ {
		rec.attempts++
		rec.out, rec.err = call(rec.steady(), rec, s.timeout, work)
		if rec.err == nil || n >= s.retry.times || b.tx != nil || b.joined || final(rec.err) || !pause(b, s.retry.pause<<n) {
			b.run.finished(b.scope, rec)
			return rec.err
		}
	}
}

// durably runs a step of a run that has a row.
func (b *branch) durably(rec *record, s StepOption, work func(context.Context) (any, error)) error {
	for {
		b.until(rec.due)
		if rec.attempts == 0 {
			rec.started = db.Now()
		}
		rec.attempts++
		attempt := b.within
		if s.external {
			attempt = b.outside
		}
		err := attempt(rec, s, work)
		if err == nil {
			return nil
		}
		if b.Err() != nil {
			panic(&interrupt{why: context.Cause(b)})
		}
		rec.err = err
		if rec.attempts > s.retry.times || final(err) {
			b.note(rec, func() { b.run.stamp(rec) })
			b.run.append(rec)
			return err
		}
		rec.due = time.Now().Add(s.retry.pause << (rec.attempts - 1))
		b.note(rec, func() { rec.state = waiting })
	}
}

// until waits for a moment: here if it is near, else the run is put aside.
func (b *branch) until(due time.Time) {
	d := time.Until(due)
	if d > time.Second {
		panic(&interrupt{why: errSuspended, until: due})
	}
	if d > 0 && !pause(b, d) {
		panic(&interrupt{why: context.Cause(b)})
	}
}

// note saves a record after a change. A run that cannot do so is left to whoever claims it next.
func (b *branch) note(rec *record, change func()) {
	change()
	r := b.run
	err := r.engine.DB.InTx(steady(b), func(ctx context.Context) error {
		if err := r.save(ctx, rec); err != nil {
			return err
		}
		return r.fence(ctx, "")
	})
	if err != nil {
		panic(&interrupt{why: lost(err)})
	}
}

func lost(err error) error {
	if errors.Is(err, errLost) || errors.Is(err, ErrCanceled) {
		return err
	}
	return fmt.Errorf("%w: %w", errLost, err)
}

// within runs a step in a transaction that its record is written in too: both are kept or neither is.
func (b *branch) within(rec *record, s StepOption, work func(context.Context) (any, error)) (failure error) {
	r := b.run
	defer func() { rec.Context = b.scope }()
	for n := 1; ; n++ {
		failure = nil
		err := r.engine.DB.InTx(steady(b), func(ctx context.Context) error {
			rec.Context = ctx
			if rec.out, failure = call(rec.steady(), rec, s.timeout, work); failure != nil {
				return failure
			}
			rec.err = nil
			r.stamp(rec)
			save, err := r.saving([]*record{rec})
			if err != nil {
				failure = Permanent(err)
				return failure
			}
			if _, err := r.engine.DB.Exec(ctx, save); err != nil {
				return err
			}
			return r.forward(ctx)
		})
		switch {
		case err == nil:
			r.append(rec)
			return nil
		case db.IsRetryable(err) && n < tries && b.Err() == nil:
			time.Sleep(time.Duration(n) * 5 * time.Millisecond)
		case failure != nil:
			return failure
		default:
			panic(&interrupt{why: lost(err)})
		}
	}
}

// outside runs a step without a transaction, and then takes pains to note that it has.
func (b *branch) outside(rec *record, s StepOption, work func(context.Context) (any, error)) error {
	r := b.run
	out, err := call(rec.steady(), rec, s.timeout, work)
	if err != nil {
		return err
	}
	rec.out, rec.err = out, nil
	r.stamp(rec)
	save, err := r.saving([]*record{rec})
	if err != nil {
		return Permanent(err)
	}
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		err := r.engine.DB.InTx(context.WithoutCancel(steady(b)), func(ctx context.Context) error {
			if _, err := r.engine.DB.Exec(ctx, save); err != nil {
				return err
			}
			return r.fence(ctx, "")
		})
		switch {
		case err == nil:
			r.append(rec)
			return nil
		case errors.Is(err, errLost) || wait > 20*time.Second:
			panic(&interrupt{why: lost(err)})
		}
		time.Sleep(wait)
	}
}

// call runs a step once. A panic is an error.
func call(ctx context.Context, rec *record, limit time.Duration, work func(context.Context) (any, error)) (out any, err error) {
	if limit > 0 {
		return limited(ctx, rec, limit, work)
	}
	if e := rec.run.engine; e != nil && e.Telemetry != nil {
		var span *telemetry.Span
		ctx, span = rec.observe(ctx, telemetry.WorkflowStep, "step ")
		defer func() { span.End(err) }()
	}
	defer recovered(rec.name, &err)
	return work(ctx)
}

// limited runs a step in a goroutine of its own, which it leaves behind when the time is over. What is left behind has a record of its own, because the
// run goes on changing the other.
func limited(ctx context.Context, rec *record, limit time.Duration, work func(context.Context) (any, error)) (any, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrTimeout)
	defer cancel()
	attempt := *rec
	attempt.Context, attempt.of = ctx, rec
	type outcome struct {
		out any
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		var o outcome
		o.out, o.err = call(&stepContext{ctx, &attempt}, &attempt, 0, work)
		ended <- o
	}()
	var o outcome
	select {
	case o = <-ended:
	case <-ctx.Done():
		o.err = ctx.Err()
		rec.run.mu.Lock()
		attempt.left = true
		rec.run.mu.Unlock()
	}
	if o.err != nil && context.Cause(ctx) == ErrTimeout {
		o.err = fmt.Errorf("%s: %w: %w", rec.key, ErrTimeout, o.err)
	}
	return o.out, o.err
}

// ErrTimeout is the error of a step that took longer than its Timeout, and of an Await that nobody answered in time.
var ErrTimeout = errors.New("workflow: it took too long")

// A PanicError is a panic of a step or a body.
type PanicError struct {
	Step  string
	Value any
	Stack []byte
}

// Error has the stack in it, for logs.
func (e *PanicError) Error() string {
	return fmt.Sprintf("workflow: panic in %s: %v\n%s", e.Step, e.Value, e.Stack)
}

// Unwrap returns what was panicked with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func recovered(step string, err *error) {
	if p := recover(); p != nil {
		*err = panicked(step, p)
	}
}

func panicked(step string, p any) error {
	if i, ok := p.(*interrupt); ok {
		return i
	}
	stack := make([]byte, 8192)
	return &PanicError{step, p, stack[:runtime.Stack(stack, false)]}
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error as one that retrying a step cannot mend. Message and kind of the error stay.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

func final(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}
