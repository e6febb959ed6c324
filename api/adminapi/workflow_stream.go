package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/executionflow"
	"github.com/gorgon-commerce/gorgon/route"
)

// A SubscribeRunRequest asks to be told what happens to the runs of a workflow, or to one of them.
type SubscribeRunRequest struct {
	WorkflowID    string `path:"workflow_id"`
	TransactionID string `path:"transaction_id"`
}

// A SubscribeWorkflowRequest asks to be told what happens to all runs of a workflow.
type SubscribeWorkflowRequest struct {
	WorkflowID string `path:"workflow_id"`
}

// subscribe sends what happens for as long as somebody hears it. What happened before is not told.
func (x executions) subscribe(ctx context.Context, in SubscribeRunRequest) (route.Events, error) {
	changes, err := x.engine().Watch(ctx, in.WorkflowID, in.TransactionID)
	if err != nil {
		return nil, err
	}
	return func(yield func(route.Event) bool) {
		for c := range changes {
			if e, shown := executionflow.StreamEvent(c); shown && !yield(route.Event{Name: c.Type, Data: e}) {
				return
			}
		}
	}, nil
}

func (x executions) subscribeAll(ctx context.Context, in SubscribeWorkflowRequest) (route.Events, error) {
	return x.subscribe(ctx, SubscribeRunRequest{WorkflowID: in.WorkflowID})
}

// A RunRequest names a run by its id.
type RunRequest struct {
	ID string `path:"id"`
}

// A RetryRunRequest asks that a run be taken up again: from one of its steps, or, without, where it stopped.
type RetryRunRequest struct {
	ID     string `path:"id"`
	StepID string `json:"step_id" valid:"optional"`
}

// RunStateInfo is how it stands with a run after it was asked to do something.
type RunStateInfo struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// RunStateResponse is the answer to RunRequest and RetryRunRequest.
type RunStateResponse struct {
	Execution RunStateInfo `json:"workflow_execution"`
}

func (x executions) retry(ctx context.Context, in RetryRunRequest) (RunStateResponse, error) {
	err := x.engine().RetryFrom(ctx, in.ID, in.StepID)
	return x.state(ctx, in.ID, err)
}

func (x executions) cancel(ctx context.Context, in RunRequest) (RunStateResponse, error) {
	err := x.engine().Cancel(ctx, in.ID)
	return x.state(ctx, in.ID, err)
}

func (x executions) state(ctx context.Context, id string, err error) (RunStateResponse, error) {
	if err != nil {
		return RunStateResponse{}, err
	}
	s, err := x.engine().Snapshot(ctx, id)
	return RunStateResponse{RunStateInfo{s.ID, s.State}}, err
}
