package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// A Snapshot is a run as the database has it.
type Snapshot struct {
	ID            string // "wf_exec_…"
	WorkflowID    string // the workflow's name
	TransactionID string
	State         string // Invoking, StateDone …
	Input         json.RawMessage
	Output        json.RawMessage
	Err           error
	Retention     time.Duration // 0: it is gone once it is over
	Waiting       bool          // no process executes it now
	Owner         string        // the process that executes it
	Version       int
	WakeAt        *time.Time // when it goes on, if that is known
	CancelAt      *time.Time // when it was asked to end
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Steps         []StepSnapshot // in the order of their ends, those that wait last
	DeclaredSteps []DeclaredStep // what the workflow says it consists of
}

// A StepSnapshot is one step of a run.
type StepSnapshot struct {
	Key        string
	Name       string
	Kind       string // "step", "external", "await", "sleep", "patch"
	State      string // "done", "failed", "waiting"
	Attempts   int
	Output     json.RawMessage
	Undo       json.RawMessage // what its compensation gets, if that is not Output
	Err        error
	UndoErr    error
	DueAt      *time.Time // when a waiting one goes on at the latest
	StartedAt  time.Time
	EndedAt    *time.Time
	RevertedAt *time.Time
}

// DeclaredStep is a step that a workflow says it has.
type DeclaredStep struct {
	Name        string
	Async       bool // somebody else answers, or another process goes on
	Nested      bool // a workflow of its own
	Background  bool
	Compensated bool
	Timeout     time.Duration
}

// DeclareSteps tells what steps a workflow has, in their order, for those who look at runs that have not come to all of them yet.
func DeclareSteps(steps ...DeclaredStep) Option {
	return func(d *definition) { d.outline = steps }
}

// Snapshot returns a run with its steps. An unknown id is fault.NotFound.
func (e *Engine) Snapshot(ctx context.Context, runID string) (Snapshot, error) {
	list, err := e.snapshots(ctx, "id = $1", 1, runID)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "Run %s was not found", runID)
	}
	if err != nil {
		return Snapshot{}, err
	}
	s := list[0]
	s.Steps, err = e.steps(ctx, runID)
	return s, err
}

// FindRun returns the newest run of a workflow with a transaction id, without its steps.
func (e *Engine) FindRun(ctx context.Context, workflowID, transactionID string) (Snapshot, error) {
	list, err := e.snapshots(ctx, "workflow_id = $1 AND transaction_id = $2", 1, workflowID, transactionID)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "Transaction %s of %s was not found", transactionID, workflowID)
	}
	if err != nil {
		return Snapshot{}, err
	}
	return list[0], nil
}

// States are the states of runs.
func States() []string {
	return []string{StateInvoking, StateCompensating, StateDone, StateReverted, StateFailed, StateBlocked}
}

// ListRuns lists runs without their steps, the newest first: of one workflow and in one state, unless these are empty. Another state than there are is fault.Invalid.
func (e *Engine) ListRuns(ctx context.Context, workflowID, state string, limit int) ([]Snapshot, error) {
	where, args := "1 = 1", []any{}
	if state != "" {
		if !slices.Contains(States(), state) {
			return nil, fault.New(fault.Invalid, "There is no state %q of runs; there are %s", state, strings.Join(States(), ", "))
		}
		where = "state = '" + state + "'"
		if state != StateDone {
			where += " AND state <> 'done'" // so that the index of what is not done will do
		}
	}
	if workflowID != "" {
		where += " AND workflow_id = $1"
		args = append(args, workflowID)
	}
	return e.snapshots(ctx, where, limit, args...)
}

func (e *Engine) snapshots(ctx context.Context, where string, limit int, args ...any) (list []Snapshot, err error) {
	rows, err := e.DB.Query(ctx, stmt("SELECT id, workflow_id, transaction_id, state, input, output, error, COALESCE(retention, 0), COALESCE(owner, ''), version, wake_at, cancel_at,"+
		" created_at, updated_at FROM gorgon_run WHERE "+where+" ORDER BY id DESC LIMIT "+itoa(limit), args...))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Snapshot
		var failure []byte
		var retention int
		if err := db.Scan(rows, &s.ID, &s.WorkflowID, &s.TransactionID, &s.State, (*[]byte)(&s.Input), (*[]byte)(&s.Output), &failure, &retention, &s.Owner, &s.Version, &s.WakeAt, &s.CancelAt,
			&s.CreatedAt, &s.UpdatedAt); err != nil {
			return nil, err
		}
		s.Err, s.Retention, s.Waiting = decodeError(failure), time.Duration(retention)*time.Second, s.Owner == ""
		if w := e.workflows[s.WorkflowID]; w != nil {
			s.DeclaredSteps = w.outline
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

func (e *Engine) steps(ctx context.Context, runID string) (list []StepSnapshot, err error) {
	rows, err := e.DB.Query(ctx, stmt("SELECT key, name, kind, state, attempts, output, undo, error, undo_error, due_at, started_at, ended_at, reverted_at"+
		" FROM gorgon_run_step WHERE run_id = $1 ORDER BY CASE WHEN state = 'waiting' THEN 1 ELSE 0 END, seq, pos", runID))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s StepSnapshot
		var failure, undoFailure []byte
		if err := db.Scan(rows, &s.Key, &s.Name, &s.Kind, &s.State, &s.Attempts, (*[]byte)(&s.Output), (*[]byte)(&s.Undo), &failure, &undoFailure,
			&s.DueAt, &s.StartedAt, &s.EndedAt, &s.RevertedAt); err != nil {
			return nil, err
		}
		s.Err, s.UndoErr = decodeError(failure), decodeError(undoFailure)
		list = append(list, s)
	}
	return list, rows.Err()
}

// show tells whoever shows runs to others how it stands with one, in the transaction of ctx.
func (e *Engine) show(ctx context.Context, runID string) error {
	if e.OnRunChanged == nil {
		return nil
	}
	s, err := e.Snapshot(ctx, runID)
	if err != nil {
		return err
	}
	return e.OnRunChanged(ctx, s)
}

// hide tells that runs are gone.
func (e *Engine) hide(ctx context.Context, runIDs ...string) error {
	if e.OnRunsRemoved == nil || len(runIDs) == 0 {
		return nil
	}
	return e.OnRunsRemoved(ctx, runIDs)
}
