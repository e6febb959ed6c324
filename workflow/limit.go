package workflow

import (
	"context"
	"fmt"
	"time"
)

// Within ends a run with ErrTimeout that takes longer than d, from its start and all its waiting included: the contexts of its steps are cancelled, steps that do
// not heed that are left behind, and what was done is undone. A workflow inside another has the time of that one.
func Within(d time.Duration) Option { return func(def *definition) { def.limit = d } }

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
