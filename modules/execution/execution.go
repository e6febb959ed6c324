// Package execution keeps what the admin shows of workflows that are under way or are kept: Medusa's documents of them.
package execution

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

// An Execution is one run of a workflow as the admin shows it.
type Execution struct {
	module.Model  `model:"prefix=wf_exec"`
	WorkflowID    string      `json:"workflow_id" model:"searchable"`
	TransactionID string      `json:"transaction_id" model:"searchable"`
	RunID         string      `json:"run_id"`
	Execution     module.JSON `json:"execution"`
	Context       module.JSON `json:"context"`
	State         string      `json:"state" model:"searchable"`
	RetentionTime *int        `json:"retention_time"` // seconds
}

// Indexes serve look-ups by workflow, transaction and state.
func (Execution) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_workflow_execution_id", Columns: []string{"id"}},
		{Name: "IDX_workflow_execution_run_id", Columns: []string{"run_id"}},
		{Name: "IDX_workflow_execution_workflow_id", Columns: []string{"workflow_id"}},
		{Name: "IDX_workflow_execution_transaction_id", Columns: []string{"transaction_id"}},
		{Name: "IDX_workflow_execution_state", Columns: []string{"state"}},
		{Name: "IDX_workflow_execution_workflow_id_transaction_id", Columns: []string{"workflow_id", "transaction_id"}},
		{Name: "IDX_workflow_execution_workflow_id_transaction_id_run_id_unique", Columns: []string{"workflow_id", "transaction_id", "run_id"}, Unique: true},
		{Name: "IDX_workflow_execution_state_updated_at", Columns: []string{"state", "updated_at"}},
	}
}

// A Module keeps executions.
type Module struct {
	Executions *module.Table[Execution]
}

// New returns the module.
func New() *Module {
	return &Module{module.NewTable[Execution]("workflow_execution", "workflow_executions")}
}

// Tables lists the module's tables.
func (m *Module) Tables() []module.Entity { return []module.Entity{m.Executions} }

// Save writes an execution over what there is of it.
func (m *Module) Save(ctx context.Context, x Execution) error {
	n, err := m.Executions.Update(ctx, module.Filter{"id": x.ID}, module.Set{"execution": x.Execution, "context": x.Context, "state": x.State, "updated_at": db.Now()})
	if err == nil && n == 0 {
		_, err = m.Executions.Create(ctx, x)
	}
	return err
}

// Drop removes executions for good.
func (m *Module) Drop(ctx context.Context, ids []string) error {
	return m.Executions.Delete(ctx, ids...)
}
