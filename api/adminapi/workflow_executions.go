package adminapi

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A RunWorkflowRequest asks for a workflow to be run.
type RunWorkflowRequest struct {
	WorkflowID    string             `path:"workflow_id"`
	Input         module.JSON        `json:"input" valid:"optional"`
	TransactionID module.Opt[string] `json:"transaction_id" valid:"notnull"`
}

// A CompleteStepRequest says what a step that waits is to go on with.
type CompleteStepRequest struct {
	WorkflowID      string             `path:"workflow_id"`
	TransactionID   string             `json:"transaction_id"`
	StepID          string             `json:"step_id"`
	Response        module.JSON        `json:"response" valid:"optional"`
	CompensateInput module.JSON        `json:"compensate_input" valid:"optional"`
	Action          module.Opt[string] `json:"action" valid:"notnull"`
}

// A WorkflowAcknowledgement tells that a workflow was run, or has begun to.
type WorkflowAcknowledgement struct {
	TransactionID string `json:"transactionId"`
	WorkflowID    string `json:"workflowId"`
	HasFinished   bool   `json:"hasFinished"`
	HasFailed     bool   `json:"hasFailed"`
}

// RunWorkflowResponse is the answer to a RunWorkflowRequest.
type RunWorkflowResponse struct {
	Acknowledgement WorkflowAcknowledgement `json:"acknowledgement"`
}

// SuccessResponse is the answer to a CompleteStepRequest.
type SuccessResponse struct {
	Success bool `json:"success"`
}

// WorkflowExecutions is /admin/workflows-executions: the runs of the engine, which is asked for when there are requests.
func WorkflowExecutions(engine func() *workflow.Engine) []route.Route {
	const path, fields = "/admin/workflows-executions", "id workflow_id transaction_id state execution created_at updated_at deleted_at"
	list := resource.Resource{
		Path: path, Entity: "workflow_execution", RecordKey: "workflow_execution", ListKey: "workflow_executions", Fields: fields,
		Filters: resource.Filters{text("q"), list("transaction_id"), list("workflow_id"), list("state"), resource.Filter{Name: "created_at", Schema: resource.Dates}},
		Limit:   100,
	}
	one := resource.Resource{Path: path, Entity: "workflow_execution", RecordKey: "workflow_execution", Retrievable: true, EmptyWhenMissing: true, Fields: fields + " context"}
	pair := one
	pair.Path, pair.Key = path+"/{workflow_id}", "transaction_id"
	pair.Prepare = func(ctx context.Context, q *resource.Query) error {
		q.Filters["workflow_id"] = route.RequestFromContext(ctx).Param("workflow_id")
		return nil
	}
	x := executions{engine}
	routes := append(list.Routes(), one.Routes()...)
	return append(append(routes, pair.Routes()...),
		route.Post(path+"/{workflow_id}/run", x.run),
		route.Post(path+"/{workflow_id}/steps/success", x.success),
		route.Post(path+"/{workflow_id}/steps/failure", x.failure),
		route.Post(path+"/{id}/retry", x.retry),
		route.Post(path+"/{id}/cancel", x.cancel),
		route.Get(path+"/{workflow_id}/subscribe", x.subscribeAll),
		route.Get(path+"/{workflow_id}/{transaction_id}/subscribe", x.subscribe),
	)
}

type executions struct{ engine func() *workflow.Engine }

func (x executions) run(ctx context.Context, in RunWorkflowRequest) (RunWorkflowResponse, error) {
	a := WorkflowAcknowledgement{WorkflowID: in.WorkflowID, TransactionID: in.TransactionID.Or(""), HasFinished: true}
	if a.TransactionID == "" {
		a.TransactionID = "auto-" + id.New("")
	}
	_, err := x.engine().RunJSON(ctx, in.WorkflowID, in.Input, a.TransactionID)
	if s, ok := errors.AsType[*workflow.SuspendedError](err); ok {
		a.TransactionID, a.HasFinished, err = s.TransactionID, false, nil
	}
	return RunWorkflowResponse{a}, err
}

func (x executions) success(ctx context.Context, in CompleteStepRequest) (SuccessResponse, error) {
	err := x.engine().CompleteStep(ctx, in.WorkflowID, in.TransactionID, in.StepID, json.RawMessage(orNull(in.Response)), nil)
	return SuccessResponse{err == nil}, err
}

func (x executions) failure(ctx context.Context, in CompleteStepRequest) (SuccessResponse, error) {
	err := x.engine().CompleteStep(ctx, in.WorkflowID, in.TransactionID, in.StepID, nil, fault.New(fault.Invalid, "%s", orNull(in.Response)))
	return SuccessResponse{err == nil}, err
}

func orNull(raw module.JSON) []byte {
	if len(raw) == 0 {
		return []byte("null")
	}
	return raw
}
