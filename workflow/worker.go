package workflow

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

// Run goes on with runs that wait for a process: those that were started, whose moment or signal has come, and those whose process has
// died. When ctx ends it takes no more, lets steps that are being run end for up to 10 seconds, and leaves the rest to others.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.DB.Listen(ctx, channel, func(string) { e.active.beat(); e.ring() }); err != nil && ctx.Err() == nil {
		return err
	}
	var work sync.WaitGroup
	places := make(chan struct{}, e.Workers)
	tidied := time.Now()
	for ctx.Err() == nil {
		n, err := e.turn(ctx, places, &work)
		if err == nil && time.Since(tidied) > time.Minute {
			tidied = time.Now()
			err = e.RemoveExpired(ctx)
		}
		if err != nil && ctx.Err() == nil {
			e.Log.Error("workflows wait: their table cannot be used", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-e.bell:
		case <-time.After(e.Poll):
		}
	}
	grace := time.AfterFunc(10*time.Second, func() { e.active.stop(errShutdown) })
	work.Wait()
	grace.Stop()
	return nil
}

// turn claims as many runs as there are places, and starts them.
func (e *Engine) turn(ctx context.Context, places chan struct{}, work *sync.WaitGroup) (int, error) {
	free := cap(places) - len(places)
	if free == 0 {
		return 0, nil
	}
	claims, err := e.claim(ctx, free)
	for _, c := range claims {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places; e.ring() }()
			e.advance(context.WithoutCancel(ctx), c)
		})
	}
	return len(claims), err
}

// A claim is a run that this process has taken.
type claim struct {
	id, name, version, transaction, state string
	input, failure                        []byte
	epoch, signals                        int64
	claims                                int
	created                               time.Time
	trace                                 string
	cancelled                             bool
}

// claim takes runs that are due, of workflows that this process has.
func (e *Engine) claim(ctx context.Context, limit int) (list []claim, err error) {
	k := e.DB.Dialect()
	due := "wake_at <= " + k.Now() + " AND (lease_until IS NULL OR lease_until <= " + k.Now() + ")"
	var one int
	if found, err := db.QueryRow(ctx, e.DB, stmt("SELECT 1 FROM gorgon_run WHERE "+due+" LIMIT 1"), &one); err != nil || !found {
		return nil, err
	}
	have := []string{}
	for name, w := range e.workflows {
		if name == w.versioned() {
			have = append(have, name)
		}
	}
	rows, err := e.DB.Query(ctx, stmt("UPDATE gorgon_run SET owner = $1, epoch = epoch + 1, claims = claims + 1, lease_until = "+k.NowPlus("$2")+
		" WHERE id IN (SELECT id FROM gorgon_run WHERE "+due+" AND "+k.InList("workflow_id || '@' || version", "$3")+" ORDER BY wake_at LIMIT "+strconv.Itoa(limit)+" "+k.SkipLocked()+
		") RETURNING id, workflow_id, version, transaction_id, state, input, error, epoch, signals, claims, created_at, COALESCE(trace, ''), CASE WHEN cancel_at IS NULL THEN 0 ELSE 1 END",
		e.me, e.Lease.Seconds(), have))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c claim
		if err := db.Scan(rows, &c.id, &c.name, &c.version, &c.transaction, &c.state, &c.input, &c.failure, &c.epoch, &c.signals, &c.claims, &c.created, &c.trace, &c.cancelled); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// advance goes on with a run as far as it goes.
func (e *Engine) advance(ctx context.Context, c claim) {
	w := e.workflows[c.name+"@"+c.version]
	if e.Telemetry != nil {
		ctx = e.Telemetry.ContinueTrace(ctx, c.trace)
	}
	r := newRun(ctx, w, nil)
	r.engine, r.base.engine = e, e
	r.id, r.tid, r.epoch, r.signals, r.stored, r.started = c.id, c.transaction, c.epoch, c.signals, true, true
	cause := r.ticking(c)
	r.hold(&r.base)
	defer r.drop()
	log := e.Log.With("workflow", c.name, "run", c.id)
	err := r.load(r.base.plain)
	if err != nil {
		log.ErrorContext(ctx, "a run cannot be read", "error", err)
		return
	}
	if c.claims > 10 {
		err = r.block(ctx, errors.New("workflow: "+strconv.Itoa(c.claims-1)+" processes have ended while they executed the run"))
	} else {
		err = w.resume(r.base.plain, r, c.input, cause)
	}
	var s *SuspendedError
	switch {
	case err == nil || errors.As(err, &s):
	case errors.Is(err, errLost):
		log.WarnContext(ctx, "a run was lost to another process, or its state could not be written", "error", err)
	case errors.Is(err, ErrCanceled), errors.Is(err, errShutdown):
		log.InfoContext(ctx, "a run ends", "reason", err)
	default:
		log.ErrorContext(ctx, "a run has failed", "error", err)
	}
}

// cause is why the run is to be undone, nil if it is not.
func (c claim) cause() error {
	switch {
	case c.state == StateCompensating && c.failure != nil:
		err := decodeError(c.failure)
		if x, ok := errors.AsType[*CompensationError](err); ok { // Retry: maybe this time
			return x.Cause
		}
		return err
	case c.state == StateCompensating || c.cancelled:
		return ErrCanceled
	}
	return nil
}

// drop ends the heartbeats of a run.
func (r *run) drop() {
	if r.cancel != nil {
		r.engine.active.remove(r)
		r.cancel(nil)
	}
}

// interrupted ends the execution of a run that cannot go on, and tells its caller what becomes of it.
func (r *run) interrupted(s *scope, i *interrupt) error {
	s.abandon()
	ctx := context.WithoutCancel(s.plain)
	cause := i.why
	switch {
	case !r.stored:
		return r.fail(s, cause)
	case context.Cause(s.plain) == ErrTimeout:
		return r.fail(s, r.late())
	case cause == errSuspended:
		r.parked = true
		if err := r.park(ctx, r.soonest(i.until)); err != nil {
			return lost(err)
		}
		r.engine.wake()
		return &SuspendedError{RunID: r.id, TransactionID: r.tid, Reply: r.reply}
	case errors.Is(cause, errLost):
		return cause
	case errors.Is(cause, ErrCanceled):
		return r.fail(s, ErrCanceled)
	}
	if n, ok := errors.AsType[nondeterministic](cause); ok {
		return r.block(ctx, n)
	}
	if err := r.release(ctx); err != nil {
		return lost(err)
	}
	return cause
}

// block puts a run aside until somebody has looked at it.
func (r *run) block(ctx context.Context, cause error) error {
	err := r.inTx(ctx, func(ctx context.Context) error {
		if err := r.fence(ctx, "state = 'blocked', error = $1, wake_at = NULL, lease_until = NULL, owner = NULL, ", encodeError(cause)); err != nil {
			return err
		}
		return r.engine.show(ctx, r.id)
	})
	if err != nil {
		return lost(err)
	}
	r.engine.told(ctx, r.id)
	return cause
}

// again reports whether a run that failed with err left nothing behind, and may succeed when it is begun anew.
func (r *run) again(err error) bool {
	return r.def.atomic && !r.base.joined && r.cuts == 0 && r.base.plain.Err() == nil && db.IsRetryable(err)
}

// reopen readies a run whose last transaction got in the way of another for being executed from what was committed.
func (r *run) reopen(s *scope) error {
	s.abandon()
	r.cuts, r.used, r.ended, r.events, r.patches = r.cuts+1, len(r.first), nil, nil, nil
	r.root = branch{scope: &r.base, run: r}
	r.root.names = r.root.buf[:0]
	if r.cuts > tries {
		return errLost
	}
	return r.load(s)
}

// RemoveExpired removes runs whose retention is over, with all that belongs to them. Run does it every minute.
func (e *Engine) RemoveExpired(ctx context.Context) error {
	for {
		var expired []string
		err := e.DB.InTx(ctx, func(ctx context.Context) error {
			rows, err := e.DB.Query(ctx, stmt("DELETE FROM gorgon_run WHERE id IN (SELECT id FROM gorgon_run WHERE retention_until <= "+e.DB.Dialect().Now()+" LIMIT 500) RETURNING id"))
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				expired = append(expired, string(rows.Value(0)))
			}
			if err := rows.Err(); err != nil {
				return err
			}
			return e.hide(ctx, expired...)
		})
		if err != nil || len(expired) < 500 {
			return err
		}
	}
}
