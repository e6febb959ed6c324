package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// Start writes down that the workflow is to run, in the transaction of ctx if there is one, and returns the id of the run. Some process whose
// [Engine.Run] is at work executes it. If there is a run with the input's idempotency key, it returns that one's id.
func (w *Workflow[In, Out]) Start(ctx context.Context, in In) (runID string, err error) {
	if c, ok := ctx.(Context); ok {
		return Step(c, "start-"+w.name, func(ctx context.Context, in In) (string, error) { return w.begin(ctx, in, "") }, in)
	}
	return w.begin(ctx, in, "")
}

func (w *Workflow[In, Out]) begin(ctx context.Context, in In, transactionID string) (string, error) {
	if w.engine == nil {
		return "", errors.New("workflow: " + w.name + " is not bound to an engine")
	}
	r := newRun(ctx, &w.definition, in)
	r.tid, r.wake = transactionID, db.Now()
	if w.idem != nil {
		r.idem = w.idem(in)
	}
	for {
		created := false
		err := w.engine.DB.InTx(ctx, func(ctx context.Context) (err error) {
			if created, err = r.create(ctx, false); err == nil && created {
				err = w.engine.show(ctx, r.id)
			}
			return err
		})
		if err != nil {
			return "", err
		}
		if created {
			w.engine.DB.AfterCommit(ctx, w.engine.wake)
			return r.id, nil
		}
		var id string
		if found, err := db.One(ctx, w.engine.DB, stmt("SELECT id FROM gorgon_run WHERE workflow_id = $1 AND idem_key = $2", w.name, r.idem), &id); err != nil || found {
			return id, err
		}
	}
}

// Wait waits for the end of a run of the workflow and returns its result, or why it failed. Runs are kept for an hour for that, or for their
// Retention; one that is gone is fault.NotFound.
func (w *Workflow[In, Out]) Wait(ctx context.Context, runID string) (out Out, err error) {
	raw, err := w.engine.wait(ctx, "id = $1", runID)
	if err != nil {
		if err == errGone {
			err = fault.New(fault.NotFound, "Run %s was not found", runID)
		}
		return out, err
	}
	return decode[Out](raw)
}

// errGone is the error of those who wait for a run that is no longer there.
var errGone = errors.New("workflow: the run is gone")

// wait waits for the end of the run that matches.
func (e *Engine) wait(ctx context.Context, where string, args ...any) ([]byte, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		ending := e.endings.wait()
		var state string
		var output, failure []byte
		found, err := db.One(ctx, e.DB, stmt("SELECT state, output, error FROM gorgon_run WHERE "+where, args...), &state, &output, &failure)
		if err != nil {
			return nil, err
		}
		switch {
		case !found:
			return nil, errGone
		case state == Done:
			return output, nil
		case state == Reverted || state == Failed || state == Blocked:
			return nil, decodeError(failure)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ending:
		case <-time.After(pause):
		}
	}
}

// A duplicate tells that a run with the same idempotency key exists.
type duplicate struct{ workflow, key string }

// Error implements error.
func (d *duplicate) Error() string { return "workflow: " + d.workflow + " runs already for " + d.key }

// theirs waits for the run that came first and returns its result, or errGone if it has failed and freed its key.
func (w *Workflow[In, Out]) theirs(ctx context.Context, d *duplicate, in In) (out Out, err error) {
	if w.checkInput {
		var stored []byte
		found, err := db.One(ctx, w.engine.DB, stmt("SELECT input FROM gorgon_run WHERE workflow_id = $1 AND idem_key = $2", w.name, d.key), &stored)
		if err != nil {
			return out, err
		}
		if mine, _ := json.Marshal(in); found && !bytes.Equal(mine, stored) {
			return out, fault.New(fault.Conflict, "The idempotency key %s was used with other input", d.key)
		}
	}
	raw, err := w.engine.wait(ctx, "workflow_id = $1 AND idem_key = $2", w.name, d.key)
	if err != nil {
		return out, err
	}
	return decode[Out](raw)
}

func decode[T any](raw []byte) (v T, err error) {
	if len(raw) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fault.Wrap(err, fault.Invalid, "The data do not fit the workflow")
	}
	return v, nil
}

// keepOnce makes the row of a run from its beginning, unless one with its idempotency key exists.
func (r *run) keepOnce(ctx context.Context) error {
	r.wake = db.Now()
	created, err := r.create(ctx, true)
	if err != nil {
		return err
	}
	if !created {
		return &duplicate{r.def.name, r.idem}
	}
	r.stored = true
	return r.keepLocks(ctx)
}
