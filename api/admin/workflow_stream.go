package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/execution"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Subscription asks to be told what happens to the runs of a workflow, or to one of them.
type Subscription struct {
	WorkflowID    string `path:"workflow_id"`
	TransactionID string `path:"transaction_id"`
}

// A WorkflowSubscription asks to be told what happens to all runs of a workflow.
type WorkflowSubscription struct {
	WorkflowID string `path:"workflow_id"`
}

// subscribe sends what happens for as long as somebody hears it. What happened before is not told.
func (x executions) subscribe(ctx context.Context, in Subscription) (route.Events, error) {
	changes, err := x.engine().Watch(ctx, in.WorkflowID, in.TransactionID)
	if err != nil {
		return nil, err
	}
	return func(yield func(route.Event) bool) {
		for c := range changes {
			if e, shown := execution.Event(c); shown && !yield(route.Event{Name: c.Type, Data: e}) {
				return
			}
		}
	}, nil
}

func (x executions) subscribeAll(ctx context.Context, in WorkflowSubscription) (route.Events, error) {
	return x.subscribe(ctx, Subscription{WorkflowID: in.WorkflowID})
}

// A RunOf names a run by its id.
type RunOf struct {
	ID string `path:"id"`
}

// A RunRetry asks that a run be taken up again: from one of its steps, or, without, where it stopped.
type RunRetry struct {
	ID     string `path:"id"`
	StepID string `json:"step_id" valid:"optional"`
}

// RunState is how it stands with a run after it was asked to do something.
type RunState struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// RunStated is the answer to RunOf and RunRetry.
type RunStated struct {
	Execution RunState `json:"workflow_execution"`
}

func (x executions) retry(ctx context.Context, in RunRetry) (RunStated, error) {
	err := x.engine().RetryFrom(ctx, in.ID, in.StepID)
	return x.state(ctx, in.ID, err)
}

func (x executions) cancel(ctx context.Context, in RunOf) (RunStated, error) {
	err := x.engine().Cancel(ctx, in.ID)
	return x.state(ctx, in.ID, err)
}

func (x executions) state(ctx context.Context, id string, err error) (RunStated, error) {
	if err != nil {
		return RunStated{}, err
	}
	s, err := x.engine().Snapshot(ctx, id)
	return RunStated{RunState{s.ID, s.State}}, err
}
