package executionflow

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/workflow"
)

// StreamEvent is a change of a run as those are told who subscribe to it over HTTP. It reports false for steps that the run's document does not show either.
func StreamEvent(c workflow.RunChange) (event any, shown bool) {
	if c.Step != nil && (c.Step.Kind == "patch" || len(c.DeclaredSteps) > 0 && !slices.ContainsFunc(c.DeclaredSteps, func(p workflow.DeclaredStep) bool { return p.Name == c.Step.Name })) {
		return nil, false
	}
	o := object{"event_type": c.Type, "workflow_id": c.WorkflowID, "transaction_id": c.TransactionID}
	d := document{Snapshot: workflow.Snapshot{ID: c.RunID, WorkflowID: c.WorkflowID, TransactionID: c.TransactionID, DeclaredSteps: c.DeclaredSteps}, state: workflow.StateInvoking}
	if c.Step != nil {
		o["step"] = d.changed(c)
	}
	switch c.Type {
	case workflow.OnStepSuccess, workflow.OnCompensateStepSuccess:
		o["response"] = response(*c.Step)
	case workflow.OnStepFailure:
		o["errors"] = []object{failure(c.Step.Name, "invoke", c.Err)}
	case workflow.OnCompensateStepFailure:
		o["errors"] = []object{failure(c.Step.Name, "compensate", c.Err)}
	case workflow.OnFinish:
		o["result"], o["errors"] = c.Output, []object{}
		if c.Err != nil {
			o["errors"] = []object{failure(c.WorkflowID, "invoke", c.Err)}
		}
	}
	return o, true
}

// changed is the step that a change is about, in the place that it has in the run's document as far as it is known by then.
func (d document) changed(c workflow.RunChange) object {
	plans := map[string]workflow.DeclaredStep{}
	for _, p := range c.DeclaredSteps {
		plans[p.Name] = p
	}
	plan, ok := plans[c.Step.Name]
	if !ok {
		plan = planned(*c.Step)
	}
	path, depth := "_root", 0
	for _, name := range c.Path {
		if _, known := plans[name]; known || len(plans) == 0 || name == c.Step.Name {
			path, depth = path+"."+name, depth+1
		}
	}
	return d.step(step{StepSnapshot: *c.Step, plan: plan, reached: true}, path, depth, []string{})
}

// planned is what a step tells of itself that no outline has.
func planned(v workflow.StepSnapshot) workflow.DeclaredStep {
	return workflow.DeclaredStep{Name: v.Name, Async: v.Kind == "await" || v.Kind == "sleep", Compensated: v.Kind == "step" || v.Kind == "external"}
}
