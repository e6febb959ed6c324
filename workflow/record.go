package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A record is one operation of a run, and the context that a step's function is given.
type record struct {
	context.Context
	first    stepContext
	run      *run
	key      string // unique in the run
	name     string
	kind     string
	prefix   string // the branch, and the position in it
	pos      int
	seq      int // which of the run's operations ended before it
	state    stepState
	attempts int
	due      time.Time // when a waiting one goes on at the latest
	started  time.Time
	ended    time.Time
	out      any // the step's result, or json.RawMessage
	undoing  any // what its compensation is given, if that is not out
	err      error
	undo     any // of a StepOption; nil: nothing to undo
	external bool
	reverted bool
	always   bool // undo it even if it has failed, once there is an intent
	retry    retry
	undoErr  error
	of       *record         // of an attempt with a time limit: the record of its step
	left     bool            // the attempt was left behind
	span     *telemetry.Span // of the workflow that it is a step of, if that is inside another
}

type stepState string

const (
	fresh   stepState = ""
	done    stepState = "done"
	failed  stepState = "failed"
	waiting stepState = "waiting" // for a signal, a moment, or another attempt
)

// The kinds of operations.
const (
	kindStep     = "step"
	kindExternal = "external"
	kindAwait    = "await"
	kindSleep    = "sleep"
	kindPatch    = "patch"
)

func (c *record) over() bool { return c.state == done || c.state == failed }

type stepKey struct{}

// A stepContext is what the work of a step is given. Unlike scopes and records it never changes, for what the work has begun may look at it later: a connection
// that is being dialled does.
type stepContext struct {
	context.Context
	rec *record
}

// Value implements context.Context.
func (c *stepContext) Value(key any) any {
	if key == (stepKey{}) {
		return c.rec
	}
	return c.Context.Value(key)
}

// steady is the context of the record's work.
func (c *record) steady() context.Context {
	if c.first.rec == nil {
		c.first = stepContext{steady(c.Context), c}
		return &c.first
	}
	return &stepContext{steady(c.Context), c} // what the last attempt has begun may still look at its own
}

// steady is what a context is now, of those that change.
func steady(ctx context.Context) context.Context {
	switch c := ctx.(type) {
	case *branch:
		return c.scope.Context
	case *scope:
		return c.Context
	}
	return ctx
}

// StepKey returns what identifies the step that ctx belongs to, over all retries, crashes and processes: the idempotency key for calls to
// services outside. Outside of steps it is empty.
func StepKey(ctx context.Context) string {
	c, ok := ctx.Value(stepKey{}).(*record)
	if !ok {
		return ""
	}
	return c.run.ID() + "/" + c.key
}

// Attempt returns which attempt of its step ctx belongs to, from 1. Outside of steps it is 0.
func Attempt(ctx context.Context) int {
	c, ok := ctx.Value(stepKey{}).(*record)
	if !ok {
		return 0
	}
	return c.attempts
}

func result[T any](rec *record) (out T, err error) {
	if rec.err != nil {
		return out, rec.err
	}
	return as[T](rec.out)
}

func as[T any](v any) (t T, err error) {
	if same, ok := v.(T); ok {
		return same, nil
	}
	if raw, ok := v.(json.RawMessage); ok {
		return unmarshal[T](raw)
	}
	return t, nil
}

// unmarshal is apart from as to let that do without an allocation.
func unmarshal[T any](raw []byte) (t T, err error) {
	err = json.Unmarshal(raw, &t)
	return t, err
}

// encode turns a value into JSON, nil into nil.
func encode(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case json.RawMessage:
		return string(v), nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// A storedError is an error as it is kept with a run.
type storedError struct {
	Message string   `json:"message"` // of a fault, what callers may see
	Kind    uint8    `json:"kind,omitempty"`
	Code    string   `json:"code,omitempty"`
	Detail  string   `json:"detail,omitempty"` // the whole text, for logs
	Is      string   `json:"is,omitempty"`     // which error of this package it is
	Undo    []string `json:"undo,omitempty"`
}

// known are the errors that stay themselves when they are stored.
func known() map[string]error {
	return map[string]error{"timeout": ErrTimeout, "cancelled": ErrCanceled}
}

func encodeError(err error) any {
	if err == nil {
		return nil
	}
	var s storedError
	if c, ok := errors.AsType[*CompensationError](err); ok {
		for _, u := range c.Undo {
			s.Undo = append(s.Undo, u.Error())
		}
		err = c.Cause
	}
	s.Message = err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		s.Message, s.Kind, s.Code, s.Detail = f.Message, uint8(f.Kind), f.Code, err.Error()
	}
	for name, e := range known() {
		if errors.Is(err, e) {
			s.Is = name
		}
	}
	b, _ := json.Marshal(s) // strings and numbers
	return string(b)
}

func decodeError(raw []byte) error {
	if raw == nil {
		return nil
	}
	var s storedError
	if err := json.Unmarshal(raw, &s); err != nil {
		return errors.New(string(raw))
	}
	err := errors.New(s.Message)
	switch {
	case known()[s.Is] != nil:
		err = &remembered{s.Message, known()[s.Is]}
	case s.Kind != 0:
		f := fault.New(fault.Kind(s.Kind), "%s", s.Message)
		f.Code = s.Code
		if s.Detail != s.Message {
			f.Cause = errors.New(s.Detail)
		}
		err = f
	}
	if s.Undo == nil {
		return err
	}
	c := &CompensationError{Cause: err}
	for _, u := range s.Undo {
		c.Undo = append(c.Undo, errors.New(u))
	}
	return c
}

// A remembered error was read from the database and stands for one of this package.
type remembered struct {
	text string
	is   error
}

func (e *remembered) Error() string { return e.text }
func (e *remembered) Unwrap() error { return e.is }

// ReplayTest runs a workflow as Run does, and then its body twice more with the results that the steps had, as happens when another process goes on with a run. It fails if
// the body does not ask for the same steps again, or returns something else: it depends on what it should not, such as the time, chance, or the order of a map. It is
// meant for tests; the steps themselves are not run again.
func ReplayTest[In, Out any](ctx context.Context, w *Workflow[In, Out], in In) (out Out, err error) {
	var watch rehearsal
	if err = w.definition.watched(ctx, in, &out, "", &watch); err != nil {
		return out, err
	}
	for range 2 {
		if err = watch.again(w.definition, in, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// A rehearsal remembers what a run has done.
type rehearsal struct {
	run  *run
	past []*record
}

// of starts to watch a run, instead of any that failed before it.
func (h *rehearsal) of(r *run) *run {
	if h != nil {
		h.run, h.past, r.watch = r, nil, h
	}
	return r
}

// note remembers an operation as a database would.
func (h *rehearsal) note(rec *record) {
	if h == nil {
		return
	}
	copied := &record{key: rec.key, name: rec.name, kind: rec.kind, prefix: rec.prefix, pos: rec.pos, state: rec.state, err: rec.err, out: rec.out}
	if b, err := json.Marshal(rec.out); err == nil && rec.out != nil {
		copied.out = json.RawMessage(b)
	}
	h.past = append(h.past, copied)
}

// again runs the body with the results that the steps had.
func (h *rehearsal) again(d *definition, in, out any) error {
	r := newRun(h.run.base.plain, d, in)
	r.engine, r.base.engine, r.stopping = nil, nil, true
	r.past = history{at: map[place]*record{}, last: map[string]int{}}
	for _, rec := range h.past {
		copied := *rec
		r.past.add(&copied)
	}
	got := d.result()
	err := d.call(r, in, got)
	if i, ok := errors.AsType[*interrupt](err); ok {
		err = i.why
		if errors.Is(err, ErrCanceled) {
			err = errors.New("it asks for a step that it did not ask for before")
		}
	}
	switch {
	case err != nil:
		return fmt.Errorf("workflow: %s at %s does something else when it is run again: %w", d.name, d.origin, err)
	case len(r.ended) != len(h.past):
		return fmt.Errorf("workflow: %s at %s asks for %d steps when it is run again, and did for %d", d.name, d.origin, len(r.ended), len(h.past))
	case !alike(got, out):
		return fmt.Errorf("workflow: %s at %s returns something else when it is run again: %+v, and did %+v", d.name, d.origin,
			reflect.ValueOf(got).Elem(), reflect.ValueOf(out).Elem())
	}
	return nil
}

// alike compares results as they would be stored.
func alike(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}
