package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// The types of changes.
const (
	OnBegin                 = "onBegin"
	OnResume                = "onResume" // a process goes on with a run that waited or was left behind
	OnStepBegin             = "onStepBegin"
	OnStepSuccess           = "onStepSuccess"
	OnStepFailure           = "onStepFailure"
	OnStepAwaiting          = "onStepAwaiting"
	OnCompensateBegin       = "onCompensateBegin"
	OnCompensateStepSuccess = "onCompensateStepSuccess"
	OnCompensateStepFailure = "onCompensateStepFailure"
	OnFinish                = "onFinish"
)

// A RunChange is something that happens to a run while it is watched.
type RunChange struct {
	Type          string
	WorkflowID    string
	TransactionID string
	RunID         string
	State         string          // of the run, with OnFinish: Done, StateReverted, StateFailed
	Path          []string        // with changes of a step: the names of those before it, and its own
	Step          *StepSnapshot   // of a step: what is known of it at that moment
	Output        json.RawMessage // of OnFinish
	Err           error
	DeclaredSteps []DeclaredStep
}

// Watch tells what happens to the runs of a workflow from now on, or to the run with a transaction id if that is not empty: in this process, and in all others
// if the database HearsOthers and the engines ListenForChanges; of those, results over 8 kB are left out. The channel is closed when ctx ends, and when the receiver falls so far behind that something would be left out. An unknown workflow is fault.NotFound.
func (e *Engine) Watch(ctx context.Context, workflowID, transactionID string) (<-chan RunChange, error) {
	if _, err := e.workflow(workflowID); err != nil {
		return nil, err
	}
	w := &watcher{interest: interest{workflowID, transactionID}, to: make(chan RunChange, 256)}
	e.watch.add(w)
	if e.DB.CanListen() {
		e.watch.announce(e, w.interest)
		go e.watch.remain(ctx, e, w.interest)
	}
	context.AfterFunc(ctx, func() { e.watch.remove(w) })
	return w.to, nil
}

// ListenForChanges lets those who Watch in other processes hear of the runs of this one, and those here of theirs, until ctx ends.
func (e *Engine) ListenForChanges(ctx context.Context) error {
	if !e.DB.CanListen() {
		return nil
	}
	if err := e.DB.Listen(ctx, watchChannel, func(payload string) { e.watch.hear(e, payload) }); err != nil {
		return err
	}
	calls := make(chan cable, 1024)
	e.watch.listening(calls)
	context.AfterFunc(ctx, func() { e.watch.listening(nil) })
	go e.watch.send(ctx, e, calls)
	return nil
}

const (
	watchChannel = "gorgon_run_watch"
	remain       = 5 * time.Second // how often watchers say that they still watch
	mostPayload  = 7900            // bytes, of PostgreSQL's notifications
)

// An interest is what somebody watches.
type interest struct{ workflow, transaction string }

// covers reports whether changes of a run are of interest.
func (i interest) covers(workflow, transaction string) bool {
	return i.workflow == workflow && (i.transaction == "" || i.transaction == transaction)
}

type watcher struct {
	interest
	to chan RunChange
}

// watch is who watches the runs of an engine, here and elsewhere.
type watch struct {
	on       atomic.Bool // anybody
	mu       sync.Mutex
	watchers map[*watcher]bool
	remote   map[interest]time.Time // until when
	calls    chan cable             // to other processes; nil while nobody Listens
}

// A cable is what processes tell each other: that something is watched, or a change of what is.
type cable struct {
	From    string
	Watched *interestJSON `json:",omitempty"`
	Change  *changeJSON   `json:",omitempty"`
}

type interestJSON struct{ Workflow, Transaction string }

// A changeJSON is a RunChange with its error as text.
type changeJSON struct {
	RunChange
	Step    *stepJSON       `json:",omitempty"`
	Err     json.RawMessage `json:",omitempty"`
	Outline []DeclaredStep  `json:"-"` // the other side has it
}

type stepJSON struct {
	StepSnapshot
	Err, UndoErr json.RawMessage `json:",omitempty"`
}

func (w *watch) add(x *watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers == nil {
		w.watchers = map[*watcher]bool{}
	}
	w.watchers[x] = true
	w.on.Store(true)
}

// remove ends a watcher, unless it has ended.
func (w *watch) remove(x *watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(x)
}

func (w *watch) drop(x *watcher) {
	if w.watchers[x] {
		delete(w.watchers, x)
		close(x.to)
	}
	w.on.Store(len(w.watchers)+len(w.remote) > 0)
}

// remain says again and again that something is watched.
func (w *watch) remain(ctx context.Context, e *Engine, topic interest) {
	tick := time.NewTicker(remain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.announce(e, topic)
		}
	}
}

func (w *watch) announce(e *Engine, topic interest) {
	w.call(cable{From: e.me, Watched: &interestJSON{topic.workflow, topic.transaction}})
}

// call tells other processes, if there may be any. What cannot be sent in time is left out.
func (w *watch) call(c cable) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.calls <- c:
	default:
	}
}

func (w *watch) listening(calls chan cable) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = calls
}

// send passes calls on, in their order.
func (w *watch) send(ctx context.Context, e *Engine, calls <-chan cable) {
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-calls:
			limited, cancel := context.WithTimeout(ctx, 5*time.Second)
			_ = e.DB.Notify(limited, watchChannel, c.payload()) // those who watch can look at the run itself
			cancel()
		}
	}
}

// payload leaves results out that are too long for a notification.
func (c cable) payload() string {
	b, _ := json.Marshal(c) // it is made of what JSON can express
	if len(b) > mostPayload && c.Change != nil {
		short := *c.Change
		short.Output = nil
		if short.Step != nil {
			s := *short.Step
			s.Output, s.Undo, short.Step = nil, nil, &s
		}
		b, _ = json.Marshal(cable{From: c.From, Change: &short})
	}
	return string(b)
}

// hear takes in what other processes say.
func (w *watch) hear(e *Engine, payload string) {
	var c cable
	if json.Unmarshal([]byte(payload), &c) != nil || c.From == e.me {
		return
	}
	if c.Watched != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.remote == nil {
			w.remote = map[interest]time.Time{}
		}
		w.remote[interest{c.Watched.Workflow, c.Watched.Transaction}] = time.Now().Add(3 * remain)
		w.on.Store(true)
		return
	}
	if c.Change != nil {
		change := c.Change.plain()
		if d := e.workflows[change.WorkflowID]; d != nil {
			change.DeclaredSteps = d.outline
		}
		w.pass(change)
	}
}

// pass gives a change to those here who watch its run.
func (w *watch) pass(c RunChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for x := range w.watchers {
		if !x.covers(c.WorkflowID, c.TransactionID) {
			continue
		}
		select {
		case x.to <- c:
		default:
			w.drop(x) // it would miss something
		}
	}
}

// wanted reports whether somebody watches a run, and whether somebody elsewhere does.
func (w *watch) wanted(workflow, transaction string) (here, elsewhere bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for x := range w.watchers {
		here = here || x.covers(workflow, transaction)
	}
	for i, until := range w.remote {
		if time.Now().After(until) {
			delete(w.remote, i)
			w.on.Store(len(w.watchers)+len(w.remote) > 0)
			continue
		}
		elsewhere = elsewhere || i.covers(workflow, transaction)
	}
	return here, elsewhere
}

// tell tells those who watch of a change of the run: of one of its steps, or, with out, of its end.
func (r *run) tell(kind string, rec *record, out any, err error) {
	if r.engine == nil || !r.engine.watch.on.Load() {
		return
	}
	w := &r.engine.watch
	here, elsewhere := w.wanted(r.def.name, r.transactionID())
	if !here && !elsewhere {
		return
	}
	c := RunChange{Type: kind, WorkflowID: r.def.name, TransactionID: r.transactionID(), RunID: r.ID(), Err: err, DeclaredSteps: r.def.outline}
	switch {
	case rec != nil:
		c.Step, c.Path = rec.view(), r.path(rec)
	case kind == OnFinish:
		c.State = outcome(err)
		c.Output, _ = json.Marshal(out)
	}
	w.pass(c)
	if elsewhere {
		w.call(cable{From: r.engine.me, Change: c.json()})
	}
}

// begun tells that the run begins, or goes on.
func (r *run) begun() {
	if len(r.past.at) > 0 || r.cuts > 0 {
		r.tell(OnResume, nil, nil, nil)
		return
	}
	r.tell(OnBegin, nil, nil, nil)
}

// stepped tells how a step has ended.
func (r *run) stepped(rec *record, err error) error {
	if err != nil {
		r.tell(OnStepFailure, rec, nil, err)
	} else {
		r.tell(OnStepSuccess, rec, nil, nil)
	}
	return err
}

// path names the operations that ended before one, and it.
func (r *run) path(rec *record) (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.ended {
		if x == rec {
			break
		}
		names = append(names, x.name)
	}
	if s, ok := rec.Context.(*scope); ok {
		for _, x := range s.open {
			if x == rec {
				break
			}
			names = append(names, x.name)
		}
	}
	return append(names, rec.name)
}

// view is the record as others see it.
func (c *record) view() *StepSnapshot {
	v := &StepSnapshot{Key: c.key, Name: c.name, Kind: c.kind, State: string(c.state), Attempts: c.attempts, Err: c.err, UndoErr: c.undoErr, StartedAt: c.started}
	if c.over() && c.err == nil {
		v.Output, _ = json.Marshal(c.out)
		if c.undoing != nil {
			v.Undo, _ = json.Marshal(c.undoing)
		}
	}
	if c.reverted {
		now := db.Now()
		v.RevertedAt = &now
	}
	return v
}

func (c RunChange) json() *changeJSON {
	j := &changeJSON{RunChange: c, Err: errorJSON(c.Err)}
	if c.Step != nil {
		j.Step = &stepJSON{StepSnapshot: *c.Step, Err: errorJSON(c.Step.Err), UndoErr: errorJSON(c.Step.UndoErr)}
	}
	return j
}

func (j *changeJSON) plain() RunChange {
	c := j.RunChange
	c.Err = decodeError(j.Err)
	if j.Step != nil {
		s := j.Step.StepSnapshot
		s.Err, s.UndoErr, c.Step = decodeError(j.Step.Err), decodeError(j.Step.UndoErr), &s
	}
	return c
}

func errorJSON(err error) json.RawMessage {
	s, ok := encodeError(err).(string)
	if !ok {
		return nil
	}
	return json.RawMessage(s)
}

// outcome is the state that a run has ended in.
func outcome(err error) string {
	if err == nil {
		return StateDone
	}
	if _, ok := errors.AsType[*CompensationError](err); ok {
		return StateFailed
	}
	return StateReverted
}

// observed lets fn be the run's span, if there is somebody to tell.
func (r *run) observed(fn func() error) error {
	if r.engine == nil || r.engine.Telemetry == nil {
		return fn()
	}
	s := &r.base
	ctx, span := r.engine.Telemetry.Start(s.plain, telemetry.WorkflowRun, "workflow "+r.def.name, attribute.String("gorgon.workflow.name", r.def.name))
	s.plain, s.Context = ctx, ctx // there is no transaction yet
	err := fn()
	span.AddAttributes(attribute.String("gorgon.workflow.run", r.id), attribute.String("gorgon.workflow.transaction", r.tid))
	if _, ok := errors.AsType[*SuspendedError](err); ok {
		span.AddLabels(attribute.String("gorgon.workflow.outcome", "suspended"))
		span.End(nil)
		return err
	}
	span.AddLabels(attribute.String("gorgon.workflow.outcome", outcome(err)))
	span.End(err)
	return err
}

// observed lets fn, which runs a workflow inside another, be a span under that one's.
func (b *branch) observed(d *definition, fn func() error) (err error) {
	_, span := b.engine.Telemetry.Start(b.span.WithContext(b.plain), telemetry.WorkflowRun, "workflow "+d.name, attribute.String("gorgon.workflow.name", d.name), attribute.String("gorgon.workflow.parent", b.run.def.name))
	b.span = span
	result := "suspended" // or interrupted otherwise, which panics
	defer func() {
		span.AddLabels(attribute.String("gorgon.workflow.outcome", result))
		span.End(err)
	}()
	err = fn()
	result = map[bool]string{true: StateDone, false: StateFailed}[err == nil]
	return err
}

// observe begins the span of an attempt to do or undo a step.
func (c *record) observe(ctx context.Context, a telemetry.Activity, verb string) (context.Context, *telemetry.Span) {
	ctx, span := c.run.engine.Telemetry.Start(c.span.WithContext(ctx), a, verb+c.name, attribute.String("gorgon.workflow.name", c.run.def.name), attribute.String("gorgon.workflow.step", c.name))
	span.AddAttributes(attribute.String("gorgon.workflow.step.key", c.key), attribute.String("gorgon.workflow.step.kind", c.kind), attribute.Int("gorgon.workflow.step.attempt", c.attempts))
	return ctx, span
}

// carried is what the row of a run keeps of the trace that it is begun in.
func (r *run) carried(ctx context.Context) any {
	if r.engine.Telemetry == nil {
		return nil
	}
	return nullable(r.engine.Telemetry.TraceParent(ctx))
}

// Gauges are how many runs there are that want something.
func (e *Engine) Gauges() []telemetry.Gauge {
	count := func(where string) func(context.Context) (float64, error) {
		return func(ctx context.Context) (n float64, err error) {
			_, err = db.QueryRow(ctx, e.DB, stmt("SELECT count(*) FROM gorgon_run WHERE "+where), &n)
			return n, err
		}
	}
	return []telemetry.Gauge{
		{Name: "gorgon.workflow.runs", Unit: "{run}", Description: "runs that did not simply succeed, by their state", LabelName: "gorgon.workflow.state", ReadEach: e.states},
		{Name: "gorgon.workflow.due", Unit: "{run}", Description: "runs that wait for a process", Read: count("wake_at <= " + e.DB.Dialect().Now() + " AND lease_until IS NULL")},
		{Name: "gorgon.workflow.open", Unit: "{run}", Description: "runs that are not over", Read: count("state IN ('invoking', 'compensating') AND state <> 'done'")},
		{Name: "gorgon.workflow.blocked", Unit: "{run}", Description: "runs that somebody has to look at", Read: count("state = 'blocked' AND state <> 'done'")},
	}
}

// states counts the runs in each state. Those that are done, of which there may be millions, are left to the durations of runs.
func (e *Engine) states(ctx context.Context) (map[string]float64, error) {
	n := map[string]float64{StateInvoking: 0, StateCompensating: 0, StateBlocked: 0, StateReverted: 0, StateFailed: 0}
	rows, err := e.DB.Query(ctx, stmt("SELECT state, count(*) FROM gorgon_run WHERE state <> 'done' GROUP BY state"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var of float64
		if err := db.Scan(rows, &state, &of); err != nil {
			return nil, err
		}
		n[state] = of
	}
	return n, rows.Err()
}
