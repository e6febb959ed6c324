package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

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

// stamp gives an operation that is over its state and number.
func (r *run) stamp(rec *record) {
	rec.state, rec.ended, rec.due = done, db.Now(), time.Time{}
	if rec.err != nil {
		rec.state = failed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.seq = r.seq
	r.seq++
}

func (r *run) append(rec *record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watch.note(rec)
	r.ended = append(r.ended, rec)
}

// fail undoes a run, and tells what has happened to it.
func (r *run) fail(s *scope, cause error) error {
	s.abandon()
	if r.def.atomic && r.cuts == 0 && r.cancel == nil {
		r.stored = false // its row was rolled back with all else
	}
	if !r.stored {
		err := r.unwind(context.WithoutCancel(s.plain), cause)
		r.tell(OnFinish, nil, nil, err)
		return err
	}
	ctx := context.WithoutCancel(s.plain)
	r.cancelled.Store(errors.Is(cause, ErrCanceled))
	if err := r.fence(ctx, "state = 'compensating', error = $1, ", encodeError(cause)); err != nil { // decided: from here on a crash only compensates
		r.cancelled.Store(false)
		return lost(err)
	}
	return r.compensate(ctx, cause)
}

// compensate undoes a run that has a row, and ends it.
func (r *run) compensate(ctx context.Context, cause error) error {
	err := r.unwind(ctx, cause)
	if errors.Is(err, errLost) {
		return err
	}
	ended := r.engine.DB.InTx(ctx, func(ctx context.Context) error { return r.end(ctx, outcome(err), nil, err) })
	if ended != nil {
		return lost(ended)
	}
	r.engine.told(ctx, r.id)
	r.tell(OnFinish, nil, nil, err)
	return err
}

// unwind undoes the operations that are over, last first. One that cannot be undone does not stop the others.
func (r *run) unwind(ctx context.Context, cause error) error {
	slices.SortStableFunc(r.ended, func(a, b *record) int { return cmp.Compare(a.seq, b.seq) })
	r.tell(OnCompensateBegin, nil, nil, nil)
	var errs []error
	for _, rec := range slices.Backward(r.ended) {
		if rec.undo == nil || rec.reverted || rec.err != nil && !(rec.always && rec.undoing != nil) {
			continue
		}
		r.tell(OnStepBegin, rec, nil, nil)
		err := r.revert(ctx, rec)
		if errors.Is(err, errLost) {
			return err
		}
		if rec.undoErr = err; err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", rec.key, err))
			r.tell(OnCompensateStepFailure, rec, nil, err)
			continue
		}
		rec.reverted = true
		r.tell(OnCompensateStepSuccess, rec, nil, nil)
	}
	if errs != nil {
		return &CompensationError{cause, errs}
	}
	return cause
}

// revert undoes one step. In a run with a row that is noted, in the same transaction unless the step is external.
func (r *run) revert(ctx context.Context, rec *record) error {
	if !r.stored {
		rec.Context = ctx
		return rec.revert()
	}
	var failure error
	undo := func(ctx context.Context) error {
		rec.Context = ctx
		failure = rec.revert()
		return failure
	}
	mark := func(ctx context.Context) error {
		_, err := r.engine.DB.Exec(ctx, stmt("UPDATE gorgon_run_step SET reverted_at = $1, undo_error = NULL WHERE run_id = $2 AND key = $3", db.Now(), r.id, rec.key))
		if err != nil {
			return err
		}
		return r.fence(ctx, "")
	}
	if rec.external {
		for n := 0; undo(ctx) != nil && n < rec.retry.times && !final(failure) && pause(r.base.plain, min(rec.retry.pause<<n, time.Second)); n++ {
		}
		if failure == nil {
			return lostUnless(nil, r.inTx(ctx, mark))
		}
	} else {
		err := r.inTx(ctx, func(ctx context.Context) error {
			if err := undo(ctx); err != nil {
				return err
			}
			return mark(ctx)
		})
		if failure == nil || errors.Is(failure, db.ErrConnectionLost) { // the last word on that is not a connection's
			return lostUnless(nil, err)
		}
	}
	rec.undoErr = failure
	return lostUnless(failure, r.inTx(ctx, func(ctx context.Context) error {
		_, err := r.engine.DB.Exec(ctx, stmt("UPDATE gorgon_run_step SET undo_error = $1 WHERE run_id = $2 AND key = $3", encodeError(failure), r.id, rec.key))
		if err != nil {
			return err
		}
		return r.fence(ctx, "")
	}))
}

// lostUnless returns failure, or that the run is lost if even noting it was not possible.
func lostUnless(failure, err error) error {
	if err != nil {
		return lost(err)
	}
	return failure
}

// inTx is db.InTx for what may be begun anew when transactions get in each other's way.
func (r *run) inTx(ctx context.Context, fn func(context.Context) error) (err error) {
	for n := 1; n <= tries; n++ {
		if err = r.engine.DB.InTx(ctx, fn); err == nil || !db.IsRetryable(err) {
			return err
		}
		time.Sleep(time.Duration(n) * 5 * time.Millisecond)
	}
	return err
}

// revert undoes the step.
func (c *record) revert() (err error) {
	ctx := c.steady()
	if e := c.run.engine; e != nil && e.Telemetry != nil {
		var span *telemetry.Span
		ctx, span = c.observe(ctx, telemetry.Compensation, "undo ")
		defer func() { span.End(err) }()
	}
	defer recovered(c.name+" (undo)", &err)
	if c.undoing != nil {
		return revert(ctx, c.undo, c.undoing)
	}
	return revert(ctx, c.undo, c.out)
}
