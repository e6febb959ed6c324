// Package executionflow turns runs of workflows into the documents that Medusa's admin shows of them.
package executionflow

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/modules/execution"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/oklog/ulid/v2"
)

// A RunMirror keeps the executions that the admin shows in step with the runs of an engine.
type RunMirror struct{ Executions *execution.Module }

// Attach makes an engine tell the mirror of its runs.
func (m *RunMirror) Attach(e *workflow.Engine) {
	e.OnRunChanged, e.OnRunsRemoved = m.SaveRun, m.RemoveRuns
}

// SaveRun writes down how it stands with a run.
func (m *RunMirror) SaveRun(ctx context.Context, s workflow.Snapshot) error {
	d := newDocument(s)
	doc, err := json.Marshal(d.execution())
	if err != nil {
		return err
	}
	data, err := json.Marshal(d.context())
	if err != nil {
		return err
	}
	x := execution.Execution{WorkflowID: s.WorkflowID, TransactionID: s.TransactionID, RunID: d.runID, Execution: doc, Context: data, State: d.state}
	x.ID = s.ID
	if s.Retention > 0 {
		seconds := int(s.Retention.Seconds())
		x.RetentionTime = &seconds
	}
	return m.Executions.Save(ctx, x)
}

// RemoveRuns removes runs that are gone.
func (m *RunMirror) RemoveRuns(ctx context.Context, runIDs []string) error {
	return m.Executions.Delete(ctx, runIDs)
}

// A document is one run, ready to be written as Medusa does.
type document struct {
	workflow.Snapshot
	state string
	runID string
	steps []step
}

// A step is one of a document: reached, or only planned.
type step struct {
	workflow.StepSnapshot
	plan    workflow.DeclaredStep
	reached bool
	skipped bool // the run is done and never came to it
}

func newDocument(s workflow.Snapshot) document {
	d := document{Snapshot: s, state: s.State, runID: strings.TrimPrefix(s.ID, "wf_exec_")}
	if s.State == workflow.StateBlocked {
		d.state = workflow.StateInvoking
	}
	plans := map[string]workflow.DeclaredStep{}
	for _, p := range s.DeclaredSteps {
		plans[p.Name] = p
	}
	seen := map[string]bool{}
	for _, v := range s.Steps {
		p, ok := plans[v.Name]
		if !ok {
			if len(plans) > 0 || v.Kind == "patch" {
				continue // a detail of how the workflow does it
			}
			p = planned(v)
		}
		seen[v.Name] = true
		d.steps = append(d.steps, step{StepSnapshot: v, plan: p, reached: true})
	}
	for _, p := range s.DeclaredSteps {
		if !seen[p.Name] {
			d.steps = append(d.steps, step{StepSnapshot: workflow.StepSnapshot{Name: p.Name}, plan: p, skipped: s.State == workflow.StateDone})
		}
	}
	return d
}

type object map[string]any

func (d document) execution() object {
	root, path := "_root", "_root"
	all := object{}
	next := func(i int) []string {
		if i >= len(d.steps) {
			return []string{}
		}
		return []string{path + "." + d.steps[i].Name}
	}
	all[root] = object{"id": root, "next": next(0)}
	for i, s := range d.steps {
		path += "." + s.Name
		all[path] = d.step(s, path, i+1, next(i+1))
	}
	options := object{"store": true}
	if d.Retention > 0 {
		options["retentionTime"] = int(d.Retention.Seconds())
	}
	return object{
		"_v": 0, "runId": d.runID, "state": d.state, "steps": all, "modelId": d.WorkflowID, "options": options,
		"metadata": object{"eventGroupId": strings.TrimPrefix(d.TransactionID, "auto-")}, "startedAt": d.CreatedAt.UnixMilli(), "definition": d.definition(0), "timedOutAt": nil,
		"transactionId": d.TransactionID, "hasAsyncSteps": d.any(func(s step) bool { return s.plan.Async }),
		"hasFailedSteps":  d.state == workflow.StateDone && d.any(func(s step) bool { return s.State == "failed" }),
		"hasSkippedSteps": d.any(func(s step) bool { return s.skipped }), "hasSkippedOnFailureSteps": false,
		"hasWaitingSteps":  d.any(func(s step) bool { return s.State == "waiting" }),
		"hasRevertedSteps": d.any(func(s step) bool { return s.RevertedAt != nil }),
	}
}

func (d document) any(is func(step) bool) bool {
	for _, s := range d.steps {
		if is(s) {
			return true
		}
	}
	return false
}

func (d document) step(s step, path string, depth int, next []string) object {
	definition := d.define(s)
	definition["store"] = s.plan.Async
	if s.plan.Timeout > 0 {
		definition["timeout"] = int(s.plan.Timeout.Seconds())
	}
	o := object{
		"_v": 0, "id": path, "next": next, "uuid": d.uuid(s.Name), "depth": depth, "invoke": s.invoke(), "compensate": d.compensate(s), "attempts": s.Attempts,
		"failures": 0, "definition": definition, "stepFailed": s.State == "failed", "lastAttempt": nil, "saveResponse": true,
	}
	if s.reached {
		o["attempts"], o["startedAt"], o["lastAttempt"] = max(s.Attempts, 1), s.StartedAt.UnixMilli(), s.StartedAt.UnixMilli()
	}
	if s.Err != nil {
		o["failures"] = max(s.Attempts, 1)
	}
	return o
}

func (d document) define(s step) object {
	o := object{"uuid": d.uuid(s.Name), "action": s.Name, "noCompensation": !s.plan.Compensated}
	if s.plan.Async {
		o["name"], o["async"] = s.Name, true
	}
	if s.plan.Nested {
		o["nested"], o["compensateAsync"] = true, false
	}
	if s.plan.Background {
		o["backgroundExecution"] = true
	}
	return o
}

// definition is the steps from number i on, each within the one before it.
func (d document) definition(i int) object {
	if i >= len(d.steps) {
		return object{}
	}
	o := d.define(d.steps[i])
	if s := d.steps[i].plan; s.Timeout > 0 {
		o["timeout"] = int(s.Timeout.Seconds())
	}
	if i+1 < len(d.steps) {
		o["next"] = d.definition(i + 1)
	}
	return o
}

// uuid names a step of a workflow: always the same, and in the form of the others.
func (d document) uuid(name string) string {
	h := fnv.New128a()
	h.Write([]byte(d.WorkflowID + "/" + name))
	var u ulid.ULID
	copy(u[:], h.Sum(nil))
	u[0] &= 0x01
	return u.String()
}

type states struct {
	State  string `json:"state"`
	Status string `json:"status"`
}

func (s step) invoke() states {
	switch {
	case s.skipped:
		return states{"skipped", "ok"}
	case !s.reached:
		return states{"not_started", "idle"}
	case s.State == "done":
		return states{"done", "ok"}
	case s.State == "failed" && errors.Is(s.Err, workflow.ErrTimeout):
		return states{"timeout", "permanent_failure"}
	case s.State == "failed":
		return states{"failed", "permanent_failure"}
	case s.Err != nil:
		return states{"invoking", "temp_failure"}
	}
	return states{"invoking", "waiting_response"}
}

func (d document) compensate(s step) states {
	over := d.state == workflow.StateReverted || d.state == workflow.StateFailed
	switch {
	case s.UndoErr != nil:
		return states{"failed", "permanent_failure"}
	case s.RevertedAt != nil:
		return states{"reverted", "ok"}
	case over && s.reached:
		return states{"reverted", "idle"}
	}
	return states{"dormant", "idle"}
}

func (d document) context() object {
	invoke := object{}
	failures := []object{}
	for _, s := range d.steps {
		switch {
		case s.State == "done":
			invoke[s.Name] = response(s.StepSnapshot)
		case s.Err != nil:
			failures = append(failures, failure(s.Name, "invoke", s.Err))
		}
		if s.UndoErr != nil {
			failures = append(failures, failure(s.Name, "compensate", s.UndoErr))
		}
	}
	return object{"data": object{"payload": d.Input, "invoke": invoke, "compensate": object{}}, "errors": failures}
}

// response is a step's result as the context of a run has it.
func response(s workflow.StepSnapshot) object {
	undo := s.Undo
	if undo == nil {
		undo = s.Output
	}
	return object{"__type": "Symbol(WorkflowWorkflowData)", "output": object{"__type": "Symbol(WorkflowStepResponse)", "output": s.Output, "compensateInput": undo}}
}

func failure(action, kind string, err error) object {
	name, message := "Error", err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		message = f.Message
	}
	if errors.Is(err, workflow.ErrTimeout) {
		name = "TransactionStepTimeoutError"
	}
	return object{"action": action, "handlerType": kind, "error": object{"name": name, "message": message}}
}
