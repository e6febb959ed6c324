// Package execution keeps what the admin shows of workflows that are under way or are kept: Medusa's documents of them.
package execution

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

// An Execution is one run of a workflow as the admin shows it.
type Execution struct {
	ID            string      `json:"id" model:"key,type=character varying"`
	WorkflowID    string      `json:"workflow_id" model:"primary,searchable,index,type=character varying"`
	TransactionID string      `json:"transaction_id" model:"primary,searchable,index,type=character varying"`
	RunID         string      `json:"run_id" model:"primary,index"`
	Execution     module.JSON `json:"execution" model:"null"`
	Context       module.JSON `json:"context" model:"null"`
	State         string      `json:"state" model:"searchable,index,type=character varying"`
	RetentionTime *int        `json:"retention_time"` // seconds
	CreatedAt     time.Time   `json:"created_at" model:"type=timestamp"`
	UpdatedAt     time.Time   `json:"updated_at" model:"type=timestamp"`
	DeletedAt     *time.Time  `json:"deleted_at" model:"type=timestamp"`
}

// Indexes serve look-ups by workflow, transaction and state, and the removal of what is old.
func (Execution) Indexes() []module.Index {
	return []module.Index{
		{Columns: []string{"id"}},
		{Name: "gorgon_workflow_execution_id", Columns: []string{"id"}}, // for what removes runs, deleted or not
		{Columns: []string{"workflow_id", "transaction_id"}},
		{Columns: []string{"workflow_id", "transaction_id", "run_id"}, Unique: true},
		{Columns: []string{"state", "updated_at"}},
		{Name: "IDX_workflow_execution_retention_time_updated_at_state", Columns: []string{"retention_time", "updated_at", "state"},
			Where: "deleted_at IS NULL AND retention_time IS NOT NULL"},
		{Name: "IDX_workflow_execution_updated_at_retention_time", Columns: []string{"updated_at", "retention_time"},
			Where: "deleted_at IS NULL AND retention_time IS NOT NULL AND state IN ('done', 'failed', 'reverted')"},
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

// Delete removes executions for good.
func (m *Module) Delete(ctx context.Context, ids []string) error {
	return m.Executions.Delete(ctx, ids...)
}
