package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// An Engine gives workflows a database: transactions to those that are atomic, an outbox to their events, and records to runs that outlive
// their process. Workflows can run in processes where Run does not; Run goes on with those that wait or were left behind.
type Engine struct {
	DB  *db.DB
	Bus *event.Bus // may be nil: events are dropped
	Log *slog.Logger
	// Telemetry is told of runs and steps, and lets a run go on in the trace that it was begun in. It may be nil.
	Telemetry *telemetry.Telemetry

	// OnRunChanged and OnRunsRemoved, if set, are told in the same transaction when a run with a row begins to wait or ends, and when it is gone. They are how
	// runs get into tables that others read.
	OnRunChanged  func(ctx context.Context, s Snapshot) error
	OnRunsRemoved func(ctx context.Context, runIDs []string) error

	// Lease is how long a run stays with a process that has fallen silent, 15 seconds.
	Lease time.Duration
	// Poll is how often Run looks for work when nothing calls for it, 1 second.
	Poll time.Duration
	// Workers is how many runs Run executes at a time, 10.
	Workers int

	me        string
	locks     locks
	active    active
	endings   endings
	watch     watch
	bell      chan struct{}
	calling   atomic.Bool
	workflows map[string]*definition // by name, the newest version, and by name and version
}

// NewEngine returns an engine over a database, whose events go to bus.
func NewEngine(d *db.DB, bus *event.Bus, log *slog.Logger) *Engine {
	e := &Engine{DB: d, Bus: bus, Log: log, Lease: 15 * time.Second, Poll: time.Second, Workers: 10, me: id.New("engine"),
		bell: make(chan struct{}, 1), workflows: map[string]*definition{}}
	e.active.engine = e
	return e
}

// Bind makes workflows run on the engine. Two of the same name and version are an error, which names both places.
func (e *Engine) Bind(list ...AnyWorkflow) error {
	var errs []error
	for _, w := range list {
		d := w.base()
		if old, ok := e.workflows[d.versioned()]; ok && old != d {
			errs = append(errs, fmt.Errorf("workflow: %q is defined twice, at %s and at %s", d.name, old.origin, d.origin))
			continue
		}
		d.engine, e.workflows[d.versioned()] = e, d
		if newest, ok := e.workflows[d.name]; !ok || newest.version < d.version {
			e.workflows[d.name] = d
		}
	}
	return errors.Join(errs...)
}

func (d *definition) versioned() string { return d.name + "@" + strconv.Itoa(d.version) }

// Workflows lists the names of the workflows that are bound.
func (e *Engine) Workflows() (names []string) {
	for key, w := range e.workflows {
		if key == w.name {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

// RunJSON runs a workflow by its name. The transaction id, which need not be given, is what the run can be found by while it has a row. An unknown
// name is fault.NotFound, input that does not fit fault.Invalid.
func (e *Engine) RunJSON(ctx context.Context, name string, input []byte, transactionID string) (any, error) {
	w, err := e.workflow(name)
	if err != nil {
		return nil, err
	}
	return w.runJSON(ctx, input, transactionID)
}

// StartJSON starts a workflow by its name and returns the id of its run.
func (e *Engine) StartJSON(ctx context.Context, name string, input []byte, transactionID string) (string, error) {
	w, err := e.workflow(name)
	if err != nil {
		return "", err
	}
	return w.startJSON(ctx, input, transactionID)
}

func (e *Engine) workflow(name string) (*definition, error) {
	w := e.workflows[name]
	if w == nil {
		return nil, fault.New(fault.NotFound, "Workflow with id %q not found.", name)
	}
	return w, nil
}

const channel = "gorgon_run"

func (e *Engine) ring() {
	select {
	case e.bell <- struct{}{}:
	default:
	}
}

// wake makes the Run of this process and of others look for work. Others are told outside of the transaction, and once for many, because
// PostgreSQL lets transactions that notify commit only one by one.
func (e *Engine) wake() {
	e.ring()
	if e.DB.Dialect() != db.Postgres || !e.calling.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(2*time.Millisecond, func() {
		e.calling.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = e.DB.Notify(ctx, channel, "") // a lost call is made up for by polling
	})
}

// endings tell those who wait in this process that a run is over.
type endings struct {
	mu   sync.Mutex
	next chan struct{}
}

func (e *endings) wait() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next == nil {
		e.next = make(chan struct{})
	}
	return e.next
}

func (e *endings) tell() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next != nil {
		close(e.next)
		e.next = nil
	}
}

// told notes that a run is over.
func (e *Engine) told(context.Context, string) { e.endings.tell() }

// active are the runs with a row that this process executes. As long as there are any, their leases are kept up.
type active struct {
	engine  *Engine
	mu      sync.Mutex
	runs    map[string]*run
	running bool
	now     chan struct{}
}

func (a *active) add(r *run) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.runs == nil {
		a.runs, a.now = map[string]*run{}, make(chan struct{}, 1)
	}
	if old := a.runs[r.id]; old != nil && old != r {
		old.cancel(errLost)
	}
	a.runs[r.id] = r
	if !a.running {
		a.running = true
		go a.loop()
	}
}

func (a *active) remove(r *run) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.runs[r.id] == r {
		delete(a.runs, r.id)
	}
}

// beat makes the next heartbeat happen now.
func (a *active) beat() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running {
		select {
		case a.now <- struct{}{}:
		default:
		}
	}
}

func (a *active) loop() {
	for {
		select {
		case <-a.now:
		case <-time.After(a.engine.Lease / 3):
		}
		a.mu.Lock()
		runs := make([]*run, 0, len(a.runs))
		for _, r := range a.runs {
			runs = append(runs, r)
		}
		a.running = len(runs) > 0
		a.mu.Unlock()
		if len(runs) == 0 {
			return
		}
		if err := a.engine.heartbeat(runs); err != nil {
			a.engine.Log.Warn("runs cannot say that they still go on", "error", err)
		}
	}
}

// interrupt ends what one run is doing, and returns it if it is doing something here.
func (a *active) interrupt(id string, cause error) *run {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.runs[id]
	if r != nil {
		r.cancel(cause)
	}
	return r
}

// stop interrupts all runs.
func (a *active) stop(cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.runs {
		r.cancel(cause)
	}
}

// heartbeat keeps up leases, and interrupts runs that were cancelled or that another process has.
func (e *Engine) heartbeat(runs []*run) error {
	ctx, cancel := context.WithTimeout(context.Background(), e.Lease)
	defer cancel()
	ids := make([]string, len(runs))
	for i, r := range runs {
		ids[i] = r.id
	}
	k := e.DB.Dialect()
	rows, err := e.DB.QueryUrgent(ctx, stmt("UPDATE gorgon_run SET lease_until = "+k.NowPlus("$1")+" WHERE owner = $2 AND "+k.InList("id", "$3")+
		" RETURNING id, epoch, CASE WHEN cancel_at IS NOT NULL AND state = 'invoking' THEN 1 ELSE 0 END", e.Lease.Seconds(), e.me, ids))
	if err != nil {
		return err
	}
	defer rows.Close()
	ours := map[string]int64{}
	cancelled := map[string]bool{}
	for rows.Next() {
		var id string
		var epoch int64
		var cancel bool
		if err := db.Scan(rows, &id, &epoch, &cancel); err != nil {
			return err
		}
		ours[id], cancelled[id] = epoch, cancel
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, r := range runs {
		switch {
		case ours[r.id] != r.epoch:
			r.cancel(errLost)
		case cancelled[r.id]:
			r.cancel(ErrCanceled)
		}
	}
	return nil
}
