package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// A scope is what steps run in: a context, and maybe a transaction that the run began itself.
type scope struct {
	context.Context                 // with the transaction
	plain           context.Context // without
	engine          *Engine         // nil: there is no database
	tx              *db.Tx          // nil: the steps are on their own
	joined          bool            // in a transaction of the caller's
	open            []*record       // what tx has done so far
}

// errNested is the error of what cannot happen inside a transaction that the workflow has not begun.
var errNested = errors.New("workflow: inside a transaction of its caller a workflow cannot have external steps, wait, or be kept")

// own gives a branch a scope that is not its parent's.
func (b *branch) own(parent *branch) {
	b.scope = &scope{Context: parent.Context, plain: parent.plain, engine: parent.engine}
}

// begin opens the transaction of an atomic workflow and takes the run's locks, which end with it.
func (r *run) begin(s *scope) (err error) {
	if s.engine.DB.InTransaction(s.Context) {
		s.joined = true
		return nil
	}
	s.Context, s.tx, err = s.engine.DB.Begin(s.plain)
	for i := 0; err == nil && i < len(r.keys); i++ {
		err = s.engine.exclude(s, r.keys[i], r.id)
	}
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
	s.open = nil
	if s.tx == nil {
		return
	}
	s.tx.Rollback(s.plain)
	s.tx, s.Context = nil, s.plain
}

// cut commits what a transaction has done so far, so that a step can run without one. From here on the run has a row, because what was
// committed must be undone or continued whatever happens to this process.
func (r *run) cut(s *scope) error {
	if s.joined {
		return errNested
	}
	if s.tx == nil {
		return nil
	}
	if !r.stored {
		if err := r.keep(s); err != nil {
			return err
		}
	}
	if err := r.settle(s); err != nil {
		return err
	}
	r.cuts++
	return nil
}

// settle commits a transaction of a run that goes on, with the records of its steps if the run has a row.
func (r *run) settle(s *scope) error {
	if s.tx != nil && r.stored {
		if err := r.save(s, s.open...); err != nil {
			return err
		}
		if err := r.forward(s); err != nil {
			return interrupted(err)
		}
	}
	open := s.open
	if err := s.commit(); err != nil {
		return err
	}
	r.mu.Lock()
	r.ended, s.open = append(r.ended, open...), nil
	r.mu.Unlock()
	if r.stored {
		r.hold(s)
	}
	return nil
}

// keep makes the row of a run that so far was only in memory, with all it has done, in the transaction of s.
func (r *run) keep(s context.Context) error {
	r.wake = db.Now()
	if _, err := r.create(s, true); err != nil {
		return err
	}
	if err := r.save(s, r.ended...); err != nil {
		return err
	}
	if err := r.keepLocks(s); err != nil {
		return err
	}
	r.stored = true
	return nil
}

// hold makes the engine keep the run's lease up, once its row is committed. What the run has set about is no longer its caller's to cancel.
func (r *run) hold(s *scope) {
	if r.cancel == nil {
		r.base.plain, r.cancel = r.held()
		r.engine.active.add(r)
	}
	for _, x := range []*scope{s, &r.base} {
		x.plain = r.base.plain
		if x.tx == nil {
			x.Context = x.plain
		}
	}
}

// promote makes an inline run one with a row, because it has to wait.
func (r *run) promote(s *scope) (err error) {
	switch {
	case r.engine == nil:
		return errors.New("workflow: a workflow without an engine cannot wait")
	case s.tx != nil:
		return errors.New("workflow: an atomic workflow cannot wait")
	case s.joined || r.engine.DB.InTransaction(s):
		return errNested
	case r.stored:
		return nil
	}
	if err = r.engine.DB.InTx(steady(s), func(ctx context.Context) error { return r.keep(ctx) }); err != nil {
		r.stored = false
		return err
	}
	r.hold(s)
	return nil
}

// finish keeps the outcome of a run that has succeeded, with its events.
func (r *run) finish(s *scope, out any) error {
	if err := r.late(); err != nil {
		return err
	}
	switch {
	case r.stored && s.tx == nil:
		return r.engine.DB.InTx(steady(s), func(ctx context.Context) error { return r.conclude(ctx, out) })
	case r.stored:
		if r.def.retention > 0 {
			if err := r.save(s, s.open...); err != nil {
				return err
			}
		}
		if err := r.conclude(s, out); err != nil {
			return err
		}
		return s.commit()
	default:
		if err := r.flush(s); err != nil {
			return err
		}
	}
	return s.commit()
}

// conclude writes the outcome of a run that has a row.
func (r *run) conclude(ctx context.Context, out any) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	if err := r.forward(ctx); err != nil {
		return err
	}
	return r.end(ctx, StateDone, out, nil)
}

// flush writes the run's events to the outbox.
func (r *run) flush(ctx context.Context) error {
	if len(r.events) == 0 || r.engine == nil || r.engine.Bus == nil {
		return nil
	}
	run := r.id
	if len(r.events) > 1 {
		run = r.ID() // by which they keep their order; one alone is spared the entry in an index
	}
	for i := range r.events {
		r.events[i].RunID = run
	}
	return r.engine.Bus.Emit(ctx, r.events...)
}

// interrupted turns the errors that a run cannot handle into an interrupt, and returns others.
func interrupted(err error) error {
	if errors.Is(err, errLost) || errors.Is(err, ErrCanceled) {
		panic(&interrupt{why: err})
	}
	return err
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

// RunTimeout ends a run with ErrTimeout that takes longer than d, from its start and all its waiting included: the contexts of its steps are cancelled, steps that do
// not heed that are left behind, and what was done is undone. A workflow inside another has the time of that one.
func RunTimeout(d time.Duration) Option { return func(def *definition) { def.limit = d } }

// clock sets the moment at which a new run is too late, if its workflow says so, and returns what ends the wait for it.
func (r *run) clock() (stop func()) {
	if r.def.limit <= 0 || !r.deadline.IsZero() || r.stored {
		return func() {}
	}
	r.deadline = time.Now().Add(r.def.limit)
	ctx, cancel := context.WithDeadlineCause(r.base.plain, r.deadline, ErrTimeout)
	r.base.Context, r.base.plain = ctx, ctx
	return cancel
}

// held is the context of a run with a row, which its caller's does not end.
func (r *run) held() (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.base.plain))
	if r.deadline.IsZero() {
		return ctx, cancel
	}
	ctx, stop := context.WithDeadlineCause(ctx, r.deadline, ErrTimeout)
	return ctx, func(cause error) { cancel(cause); stop() }
}

// late is ErrTimeout once the run's time is over.
func (r *run) late() error {
	if r.deadline.IsZero() || time.Now().Before(r.deadline) {
		return nil
	}
	return fmt.Errorf("%s: %w", r.def.name, ErrTimeout)
}

// blame says ErrTimeout of what failed because the run's time was over, whatever that was.
func (r *run) blame(err error) error {
	if context.Cause(r.base.plain) != ErrTimeout || errors.Is(err, ErrTimeout) {
		return err
	}
	return fmt.Errorf("%s: %w: %w", r.def.name, ErrTimeout, err)
}

// patience is how long a step may take: as long as its own timeout and the run's time allow. 0 is for ever.
func (r *run) patience(timeout time.Duration) time.Duration {
	if r.deadline.IsZero() {
		return timeout
	}
	left := max(time.Until(r.deadline), 1)
	if timeout > 0 {
		left = min(left, timeout)
	}
	return left
}

// soonest is when a run goes on that waits until a moment, zero for ever.
func (r *run) soonest(until time.Time) time.Time {
	if !r.deadline.IsZero() && (until.IsZero() || r.deadline.Before(until)) {
		return r.deadline
	}
	return until
}

// ticking gives a run that was claimed the rest of its time. One that has none left is only undone.
func (r *run) ticking(c claim) (cause error) {
	if cause = c.cause(); cause != nil || r.def.limit <= 0 {
		return cause
	}
	deadline := c.created.Add(r.def.limit)
	if !time.Now().Before(deadline) {
		return fmt.Errorf("%s: %w", r.def.name, ErrTimeout)
	}
	r.deadline = deadline
	return nil
}
