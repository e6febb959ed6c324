package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

var (
	// ErrCanceled is why a run ends that Cancel has ended.
	ErrCanceled  = errors.New("workflow: the run was cancelled")
	errSuspended = errors.New("workflow: the run waits")
	errShutdown  = errors.New("workflow: the process ends")
)

// SuspendedError is what Run returns for a run that waits for something and goes on without its caller.
type SuspendedError struct {
	RunID         string
	TransactionID string
	Reply         any // what the body gave to SetReply
}

// Error implements error.
func (s *SuspendedError) Error() string {
	return "workflow: run " + s.RunID + " goes on in the background"
}

// Unwrap tells callers over HTTP what they need to know.
func (s *SuspendedError) Unwrap() error {
	return fault.New(fault.Unavailable, "This takes longer than expected and goes on in the background, as run %s", s.RunID)
}

// SetReply sets what the caller of Run is told, in [SuspendedError], if the run has to wait later.
func SetReply(ctx Context, v any) {
	r := ctx.branch().run
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reply = v
}

// Await waits for a [Engine.Signal] of that name, and returns what it brings. The run gives up its goroutine meanwhile and survives the
// process; a run that was in memory is written to the database. Signals that come early are kept. After limit, unless it is 0, Await fails
// with ErrTimeout. An atomic workflow cannot wait.
func Await[T any](ctx Context, name string, limit time.Duration) (out T, err error) {
	b := ctx.branch()
	rec := b.next(kindAwait, name)
	if rec.over() {
		return result[T](rec)
	}
	if err := b.run.promote(b.scope); err != nil {
		return out, err
	}
	rec.Context = b.scope
	if rec.state == fresh {
		b.run.tell(OnStepBegin, rec, nil, nil)
	}
	if err := b.await(rec, limit); err != nil {
		return out, err
	}
	_ = b.run.stepped(rec, rec.err)
	return result[T](rec)
}

// await looks for the signal once. In the transaction that finds none it notes that it waits.
func (b *branch) await(rec *record, limit time.Duration) error {
	r := b.run
	var taken bool
	err := r.inTx(b, func(ctx context.Context) (err error) {
		if taken, err = r.take(ctx, rec); err != nil {
			return err
		}
		switch late := !rec.due.IsZero() && !time.Now().Before(rec.due); {
		case taken:
			r.stamp(rec)
		case late:
			rec.err = fmt.Errorf("%s: %w", rec.key, ErrTimeout)
			r.stamp(rec)
		case rec.state == waiting:
			return nil
		default:
			if limit > 0 {
				rec.due = time.Now().Add(limit)
			}
			rec.state, rec.started = waiting, db.Now()
		}
		if err := r.save(ctx, rec); err != nil {
			return err
		}
		return r.forward(ctx)
	})
	if err != nil {
		panic(&interrupt{why: lost(err)})
	}
	if !rec.over() {
		r.tell(OnStepAwaiting, rec, nil, nil)
		panic(&interrupt{why: errSuspended, until: rec.due})
	}
	r.append(rec)
	return nil
}

// take takes the first signal that a record waits for.
func (r *run) take(ctx context.Context, rec *record) (bool, error) {
	var payload, failure []byte
	found, err := db.QueryRow(ctx, r.engine.DB, stmt(`UPDATE gorgon_run_signal SET taken_at = $1 WHERE id = (SELECT id FROM gorgon_run_signal
		WHERE run_id = $2 AND name = $3 AND taken_at IS NULL ORDER BY id LIMIT 1) RETURNING payload, error`, db.Now(), r.id, rec.name), &payload, &failure)
	if found {
		rec.out, rec.err = raw(payload), decodeError(failure)
	}
	return found, err
}

// Sleep waits for d. The run gives up its goroutine meanwhile and survives the process; a run that was in memory is written to the database. An
// atomic workflow cannot sleep.
func Sleep(ctx Context, d time.Duration) error {
	b := ctx.branch()
	rec := b.next(kindSleep, "sleep")
	if rec.over() {
		return nil
	}
	if err := b.run.promote(b.scope); err != nil {
		return err
	}
	rec.Context = b.scope
	if rec.state == fresh {
		rec.due = time.Now().Add(d)
		b.note(rec, func() { rec.state, rec.started = waiting, db.Now() })
	}
	b.until(rec.due)
	b.note(rec, func() { b.run.stamp(rec) })
	b.run.append(rec)
	return nil
}

// Signal gives a waiting run, or one that will wait, what it awaits. A run that is over, or is being undone, refuses it.
func (e *Engine) Signal(ctx context.Context, runID, name string, payload any) error {
	return e.signal(ctx, runID, name, payload, nil)
}

// SignalError makes the run's Await of that name fail with err.
func (e *Engine) SignalError(ctx context.Context, runID, name string, err error) error {
	return e.signal(ctx, runID, name, nil, err)
}

func (e *Engine) signal(ctx context.Context, runID, name string, payload any, failure error) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("workflow: signal %s: %w", name, err)
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		n, err := e.DB.Exec(ctx, stmt("UPDATE gorgon_run SET signals = signals + 1, wake_at = "+e.DB.Dialect().Now()+" WHERE id = $1 AND state = 'invoking' AND cancel_at IS NULL", runID))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotAllowed, "Run %s does not take signals", runID)
		}
		_, err = e.DB.Exec(ctx, stmt("INSERT INTO gorgon_run_signal (run_id, name, payload, error, created_at) VALUES ($1, $2, $3, $4, $5)",
			runID, name, string(b), encodeError(failure), db.Now()))
		e.DB.AfterCommit(ctx, e.wake)
		return err
	})
}

// Cancel ends a run: what it is doing is interrupted, and what it has done is undone. It returns once that is decided. A run that is over or
// is being undone already is fault.NotAllowed.
func (e *Engine) Cancel(ctx context.Context, runID string) error {
	here := e.active.interrupt(runID, ErrCanceled) // before the UPDATE, which on SQLite may have to wait for the run's transaction
	now := e.DB.Dialect().Now()
	n, err := e.DB.Exec(ctx, stmt("UPDATE gorgon_run SET cancel_at = "+now+", wake_at = "+now+" WHERE id = $1 AND state = 'invoking' AND cancel_at IS NULL", runID))
	if err == nil && n == 0 && (here == nil || !here.cancelled.Load()) {
		err = fault.New(fault.NotAllowed, "Run %s cannot be cancelled", runID)
	}
	if err == nil {
		e.DB.AfterCommit(ctx, func() { e.active.beat(); e.wake() })
	}
	return err
}

// Retry takes up a run again that is StateBlocked, or StateFailed: of the latter, what could not be undone is tried once more.
func (e *Engine) Retry(ctx context.Context, runID string) error {
	n, err := e.DB.Exec(ctx, stmt("UPDATE gorgon_run SET state = CASE WHEN state = 'failed' THEN 'compensating' ELSE 'invoking' END, claims = 0, retention_until = NULL, wake_at = "+
		e.DB.Dialect().Now()+" WHERE id = $1 AND state IN ('failed', 'blocked')", runID))
	if err == nil && n == 0 {
		err = fault.New(fault.NotAllowed, "Run %s cannot be retried", runID)
	}
	if err == nil {
		e.DB.AfterCommit(ctx, e.wake)
	}
	return err
}

// RetryFrom takes up a run again that is StateBlocked, or StateFailed, and goes forward: the step with that key and all that came after it are forgotten and done again, whatever became of
// them. In a run that has StateFailed so are the steps before it that were undone or had failed; those that could not be undone still stand, and are not repeated. A step with an effect
// outside that was undone cannot be done again in the same run, because its [StepKey] would be that of the first time: that, like a run in another state, is fault.NotAllowed. An empty
// key makes it Retry.
func (e *Engine) RetryFrom(ctx context.Context, runID, key string) error {
	if key == "" {
		return e.Retry(ctx, runID)
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		var name, version, state string
		var input []byte
		found, err := db.QueryRow(ctx, e.DB, stmt("SELECT workflow_id, version, state, input FROM gorgon_run WHERE id = $1"+forUpdate(e.DB.Dialect()), runID), &name, &version, &state, &input)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New(fault.NotFound, "Run %s was not found", runID)
		case state != StateFailed && state != StateBlocked:
			return fault.New(fault.NotAllowed, "Run %s is %s: only failed and blocked runs can be retried", runID, state)
		}
		if err := e.forget(ctx, runID, key, state == StateFailed); err != nil {
			return err
		}
		idem, err := e.key(name+"@"+version, input)
		if err != nil {
			return err
		}
		_, err = e.DB.Exec(ctx, stmt("UPDATE gorgon_run SET state = 'invoking', error = NULL, claims = 0, cancel_at = NULL, retention_until = NULL, idem_key = $1, wake_at = "+
			e.DB.Dialect().Now()+" WHERE id = $2", nullable(idem), runID))
		if c, ok := errors.AsType[*db.ConstraintError](err); ok && c.Kind == db.UniqueViolation {
			return fault.New(fault.Conflict, "Another run of %s has the idempotency key of run %s", name, runID)
		}
		if err == nil {
			e.DB.AfterCommit(ctx, e.wake)
		}
		return err
	})
}

// key is the idempotency key that an input stands for, which a failed run has given up.
func (e *Engine) key(versioned string, input []byte) (string, error) {
	d := e.workflows[versioned]
	if d == nil || d.idem == nil {
		return "", nil
	}
	in, err := d.decode(input)
	if err != nil {
		return "", err
	}
	return d.idem(in), nil
}

// forget makes the records of a run such that the step with a key and all after it are done again, and with undone also what no longer stands of those before it. Records before the
// step stay in their places, empty, because the places of what follows them are counted.
func (e *Engine) forget(ctx context.Context, runID, key string, undone bool) error {
	var branch string
	var pos, seq int
	var over bool
	found, err := db.QueryRow(ctx, e.DB, stmt("SELECT branch, pos, seq, CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END FROM gorgon_run_step WHERE run_id = $1 AND key = $2", runID, key), &branch, &pos, &seq, &over)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "Run %s has no step %q", runID, key)
	}
	if !over {
		seq = math.MaxInt32
	}
	after, reverted := "(branch = $2 AND pos >= $3 OR ended_at IS NOT NULL AND seq >= $4)", "reverted_at IS NOT NULL"
	if !undone {
		reverted = "1 = 0"
	}
	var outside string
	if found, err = db.QueryRow(ctx, e.DB, stmt("SELECT key FROM gorgon_run_step WHERE run_id = $1 AND ("+after+" OR "+reverted+") AND kind = 'external' AND state = 'done' AND reverted_at IS NOT NULL LIMIT 1",
		runID, branch, pos, seq), &outside); err != nil {
		return err
	}
	if found {
		return fault.New(fault.NotAllowed, "Step %q had an effect outside and was undone, so run %s cannot do it again: start the workflow anew", outside, runID)
	}
	if _, err = e.DB.Exec(ctx, stmt("DELETE FROM gorgon_run_step WHERE run_id = $1 AND "+after, runID, branch, pos, seq)); err != nil || !undone {
		return err
	}
	_, err = e.DB.Exec(ctx, stmt("UPDATE gorgon_run_step SET state = 'waiting', attempts = 0, due_at = NULL, output = NULL, undo = NULL, error = NULL, reverted_at = NULL, ended_at = NULL"+
		" WHERE run_id = $1 AND (reverted_at IS NOT NULL OR state = 'failed')", runID))
	if err == nil {
		_, err = e.DB.Exec(ctx, stmt("UPDATE gorgon_run_step SET undo_error = NULL WHERE run_id = $1", runID))
	}
	return err
}

// forUpdate keeps others from the rows that a SELECT finds.
func forUpdate(k db.Dialect) string {
	if k == db.Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// CompleteStep gives what step of a run, found by its transaction, waits for: a payload, or an error. A step that does not wait, because it was answered
// before or for another reason, is fault.NotAllowed and nothing changes.
func (e *Engine) CompleteStep(ctx context.Context, workflow, transactionID, step string, payload any, failure error) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		var id, name, state string
		find := "SELECT r.id, s.name FROM gorgon_run r JOIN gorgon_run_step s ON s.run_id = r.id" +
			" WHERE r.workflow_id = $1 AND r.transaction_id = $2 AND s.key = $3 AND s.kind = 'await' AND r.state = 'invoking' ORDER BY r.created_at DESC LIMIT 1"
		if e.DB.Dialect() == db.Postgres {
			find += " FOR UPDATE OF r"
		}
		found, err := db.QueryRow(ctx, e.DB, stmt(find, workflow, transactionID, step), &id, &name)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotAllowed, "Cannot set step success when status is %s", "ok")
		}
		// Only now, because who has waited for the run's row may have seen the step's as it was before.
		if _, err := db.QueryRow(ctx, e.DB, stmt("SELECT state FROM gorgon_run_step WHERE run_id = $1 AND key = $2", id, step), &state); err != nil {
			return err
		}
		var one int
		answered, err := db.QueryRow(ctx, e.DB, stmt("SELECT 1 FROM gorgon_run_signal WHERE run_id = $1 AND name = $2 AND taken_at IS NULL", id, name), &one)
		if err == nil && (answered || state != string(waiting)) {
			err = fault.New(fault.NotAllowed, "Cannot set step success when status is %s", "ok")
		}
		if err != nil {
			return err
		}
		return e.signal(ctx, id, name, payload, failure)
	})
}
