package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// definition is a Workflow without its types. The work is done here, because each package that uses a Workflow compiles the methods that have
// the types. An input is an In, and results are returned through a *Out.
type definition struct {
	name         string
	version      int
	atomic       bool
	durable      bool
	keepFailures bool
	checkInput   bool
	retention    time.Duration
	limit        time.Duration
	outline      []DeclaredStep
	engine       *Engine
	origin       string // where New was called
	in, out      reflect.Type
	body         func(c Context, in, out any) error
	lock, idem   func(in any) string
	wire         func([]byte) (any, error) // reads an input
}

func (d *definition) set(opts []Option) {
	for _, o := range opts {
		o(d)
	}
	if d.idem != nil {
		d.durable = !d.atomic
		if d.retention == 0 {
			d.retention = 72 * time.Hour
		}
	}
	d.durable = d.durable || d.lock != nil && !d.atomic
}

// takes refuses options for another type of input.
func (d *definition) takes(in reflect.Type) {
	if in != d.in {
		panic(fmt.Sprintf("workflow: %s at %s has an option for inputs of %s, and takes %s", d.name, d.origin, in, d.in))
	}
}

// perform is [Workflow.Run].
func (d *definition) perform(ctx context.Context, in, out any) error {
	if c, ok := ctx.(Context); ok {
		return d.join(c.branch(), in, out)
	}
	return d.run(ctx, in, out, "")
}

func (d *definition) run(ctx context.Context, in, out any, transactionID string) error {
	return d.watched(ctx, in, out, transactionID, nil)
}

// watched is run, which tells watch of the run that succeeds.
func (d *definition) watched(ctx context.Context, in, out any, transactionID string, watch *rehearsal) error {
	if d.engine == nil {
		return d.execute(watch.of(newRun(ctx, d, in)), in, out)
	}
	for try := 1; ; try++ {
		var r *run
		err := d.engine.patiently(ctx, func() error {
			r = watch.of(newRun(ctx, d, in))
			r.tid = transactionID
			return d.once(r, in, out)
		})
		if err == nil {
			return nil
		}
		if err == errLost && r.stored {
			return d.elsewhere(ctx, r, out)
		}
		if dup, ok := errors.AsType[*duplicate](err); ok {
			if err = d.theirs(ctx, dup, in, out); err != errGone {
				return err
			}
			continue
		}
		if try >= tries || !r.again(err) {
			return err
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

// elsewhere waits for a run that another process has taken from this one, which was slow, and returns its result. If that takes long too, the caller is told
// that it goes on.
func (d *definition) elsewhere(ctx context.Context, r *run, out any) error {
	patient, cancel := context.WithTimeout(ctx, 2*d.engine.Lease)
	defer cancel()
	raw, err := d.engine.wait(patient, "id = $1", r.id)
	switch {
	case err == nil:
		return decode(raw, out)
	case err == errGone:
		return errLost
	case patient.Err() != nil && ctx.Err() == nil:
		return &SuspendedError{RunID: r.id, TransactionID: r.tid, Reply: r.reply}
	}
	return err
}

// once takes the workflow's lock in this process and runs it.
func (d *definition) once(r *run, in, out any) error {
	if d.idem != nil {
		r.idem = d.idem(in)
	}
	key, unlock, err := d.take(r, in)
	if err != nil {
		return err
	}
	defer unlock()
	if key != "" {
		r.keys = append(r.keys, key)
	}
	return d.execute(r, in, out)
}

// tries is how often something is begun anew because transactions got in each other's way.
const tries = 5

// take waits for the workflow's lock in this process.
func (d *definition) take(r *run, in any) (key string, unlock func(), err error) {
	if d.lock != nil {
		key = d.lock(in)
	}
	if key == "" {
		return "", func() {}, nil
	}
	unlock, err = r.engine.locks.lock(r.base.plain, key)
	return key, unlock, err
}

// execute runs the body in this goroutine, from the beginning or from where r has come to.
func (d *definition) execute(r *run, in, out any) error {
	if r.engine != nil && r.engine.Telemetry != nil {
		return r.observed(func() error { return d.advance(r, in, out) })
	}
	return d.advance(r, in, out)
}

func (d *definition) advance(r *run, in, out any) error {
	s := &r.base
	defer r.clock()()
	defer s.abandon()
	defer r.drop()
	for {
		if err := d.open(r); err != nil {
			return r.blame(err)
		}
		r.begun()
		err := d.call(r, in, out)
		if err == nil {
			err = r.finish(s, out)
		}
		if err == nil {
			if r.stored {
				r.engine.told(s, r.id)
			}
			r.tell(OnFinish, nil, out, nil)
			return nil
		}
		i, ok := err.(*interrupt)
		if !ok && r.stored && s.plain.Err() != nil { // whatever the body makes of it, this is why it could not go on
			i, ok = &interrupt{why: context.Cause(s.plain)}, true
		}
		if ok && !r.stopping {
			return r.interrupted(s, i)
		}
		if !ok && r.stored && r.cuts > 0 && db.IsRetryable(err) && r.reopen(s) == nil {
			continue
		}
		return r.fail(s, r.blame(err))
	}
}

// open readies a run for its body: its transaction, and its row if it has one from the beginning.
func (d *definition) open(r *run) error {
	s, e := &r.base, r.engine
	if e == nil {
		return nil
	}
	if d.atomic {
		if err := r.begin(s); err != nil {
			return err
		}
		if r.idem == "" || r.stored {
			return nil
		}
		if s.joined {
			return errNested
		}
		return r.keepOnce(s)
	}
	if !d.durable || r.stored {
		s.joined = e.DB.InTransaction(s)
		return nil
	}
	if e.DB.InTransaction(s) {
		return errNested
	}
	err := e.DB.InTx(steady(s), func(ctx context.Context) error { return r.keepOnce(ctx) })
	if err != nil {
		r.stored = false
		return err
	}
	r.hold(s)
	return nil
}

// call runs the body. Panics come back as errors.
func (d *definition) call(r *run, in, out any) (err error) {
	defer recovered(d.name, &err)
	return d.body(&r.root, in, out)
}

// join runs the body as a part of the caller's run. An atomic workflow in a run that is not has a transaction of its own.
func (d *definition) join(b *branch, in, out any) error {
	r := b.run
	if d.lock != nil && b.engine != nil {
		if key := d.lock(in); key != "" && !r.holds(key) {
			unlock, err := r.lock(b, key)
			if err != nil {
				return err
			}
			defer unlock()
		}
	}
	child := b.child(d.name)
	if b.engine != nil && b.engine.Telemetry != nil {
		return child.observed(d, func() error { return d.inside(b, child, in, out) })
	}
	return d.inside(b, child, in, out)
}

// inside runs the body in the branch of the workflow that runs it.
func (d *definition) inside(b, child *branch, in, out any) error {
	r := b.run
	if !d.atomic || b.tx != nil || b.joined || b.engine == nil {
		return d.body(child, in, out)
	}
	child.own(b)
	defer child.abandon()
	if err := r.begin(child.scope); err != nil {
		return err
	}
	err := d.body(child, in, out)
	if err == nil {
		err = r.settle(child.scope)
	}
	return err // what it had committed before an error is undone with the run
}

// resume goes on with a run that this process has claimed. With a cause the run is only undone.
func (d *definition) resume(ctx context.Context, r *run, input []byte, cause error) error {
	in, err := d.decode(input)
	if err != nil {
		return r.block(ctx, fmt.Errorf("workflow: input of %s: %w", d.name, err))
	}
	r.input = json.RawMessage(input)
	key, unlock, err := d.take(r, in)
	if err != nil {
		return lost(err)
	}
	defer unlock()
	if key != "" {
		r.keys = append(r.keys, key)
		if err := r.relock(ctx); err != nil {
			return err
		}
	}
	if cause == nil {
		return d.execute(r, in, d.result())
	}
	r.stopping = true
	return r.observed(func() error {
		defer r.base.abandon()
		err := d.call(r, in, d.result()) // finds the steps and how to undo them
		if i, ok := err.(*interrupt); ok && !errors.Is(i.why, ErrCanceled) {
			return r.interrupted(&r.base, i)
		}
		return r.fail(&r.base, cause)
	})
}

// result returns a place for a result.
func (d *definition) result() any { return reflect.New(d.out).Interface() }

// decode makes an input of what is stored.
func (d *definition) decode(stored []byte) (any, error) {
	in := reflect.New(d.in)
	err := json.Unmarshal(stored, in.Interface())
	return in.Elem().Interface(), err
}

// read makes an input of what comes over the wire.
func (d *definition) read(input []byte) (any, error) {
	if d.wire != nil {
		return d.wire(input)
	}
	in := reflect.New(d.in)
	err := decode(input, in.Interface())
	return in.Elem().Interface(), err
}

// runJSON is Run for callers that know no types.
func (d *definition) runJSON(ctx context.Context, input []byte, transactionID string) (any, error) {
	in, err := d.read(input)
	if err != nil {
		return nil, err
	}
	out := d.result()
	err = d.run(ctx, in, out, transactionID)
	return reflect.ValueOf(out).Elem().Interface(), err
}

func (d *definition) startJSON(ctx context.Context, input []byte, transactionID string) (string, error) {
	in, err := d.read(input)
	if err != nil {
		return "", err
	}
	return d.begin(ctx, in, transactionID)
}

// start is [Workflow.Start].
func (d *definition) start(ctx context.Context, in any) (runID string, err error) {
	if c, ok := ctx.(Context); ok {
		return Step(c, "start-"+d.name, func(ctx context.Context, in any) (string, error) { return d.begin(ctx, in, "") }, in)
	}
	return d.begin(ctx, in, "")
}

var errUnbound = errors.New("workflow: what is not bound to an engine has no runs of its own")

func (d *definition) signal(ctx context.Context, runID, name string, payload any, failure error) error {
	if d.engine == nil {
		return errUnbound
	}
	return d.engine.signal(ctx, runID, name, payload, failure)
}

func (d *definition) begin(ctx context.Context, in any, transactionID string) (string, error) {
	if d.engine == nil {
		return "", errUnbound
	}
	r := newRun(ctx, d, in)
	r.tid, r.wake = transactionID, db.Now()
	if d.idem != nil {
		r.idem = d.idem(in)
	}
	for {
		created := false
		err := d.engine.DB.InTx(ctx, func(ctx context.Context) (err error) {
			if created, err = r.create(ctx, false); err == nil && created {
				err = d.engine.show(ctx, r.id)
			}
			return err
		})
		if err != nil {
			return "", err
		}
		if created {
			d.engine.DB.AfterCommit(ctx, d.engine.wake)
			return r.id, nil
		}
		var id string
		if found, err := db.QueryRow(ctx, d.engine.DB, stmt("SELECT id FROM gorgon_run WHERE workflow_id = $1 AND idem_key = $2", d.name, r.idem), &id); err != nil || found {
			return id, err
		}
	}
}

// await is [Workflow.Wait].
func (d *definition) await(ctx context.Context, runID string, out any) error {
	raw, err := d.engine.wait(ctx, "id = $1", runID)
	if err == errGone {
		return fault.New(fault.NotFound, "Run %s was not found", runID)
	}
	if err != nil {
		return err
	}
	return decode(raw, out)
}

// errGone is the error of those who wait for a run that is no longer there.
var errGone = errors.New("workflow: the run is gone")

// wait waits for the end of the run that matches.
func (e *Engine) wait(ctx context.Context, where string, args ...any) ([]byte, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		ending := e.endings.wait()
		var state string
		var output, failure []byte
		found, err := db.QueryRow(ctx, e.DB, stmt("SELECT state, output, error FROM gorgon_run WHERE "+where, args...), &state, &output, &failure)
		if err != nil {
			return nil, err
		}
		switch {
		case !found:
			return nil, errGone
		case state == StateDone:
			return output, nil
		case state == StateReverted || state == StateFailed || state == StateBlocked:
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
func (d *definition) theirs(ctx context.Context, dup *duplicate, in, out any) error {
	if d.checkInput {
		var stored []byte
		found, err := db.QueryRow(ctx, d.engine.DB, stmt("SELECT input FROM gorgon_run WHERE workflow_id = $1 AND idem_key = $2", d.name, dup.key), &stored)
		if err != nil {
			return err
		}
		if mine, _ := json.Marshal(in); found && !bytes.Equal(mine, stored) {
			return fault.New(fault.Conflict, "The idempotency key %s was used with other input", dup.key)
		}
	}
	raw, err := d.engine.wait(ctx, "workflow_id = $1 AND idem_key = $2", d.name, dup.key)
	if err != nil {
		return err
	}
	return decode(raw, out)
}

// decode reads what came from outside, or was stored, into v. Nothing leaves v as it is.
func decode(raw []byte, v any) error {
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fault.Wrap(err, fault.Invalid, "The data do not fit the workflow")
	}
	return nil
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
