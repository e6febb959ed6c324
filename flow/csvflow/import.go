package csvflow

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// ConfirmationStep is the step of an import that waits until somebody says that it shall be done.
const ConfirmationStep = "wait-confirmation-product-import"

// An ImportInput is a table of products: its content, or the key of the file that has it.
type ImportInput struct {
	Filename string `json:"filename"`
	Content  string `json:"fileContent,omitempty"`
	FileKey  string `json:"fileKey,omitempty"`
}

// An ImportPlan is what an import is going to do.
type ImportPlan struct {
	Create []map[string]any `json:"create"`
	Update []map[string]any `json:"update"`
}

// An ImportSummary counts what an import is going to do.
type ImportSummary struct {
	Create int `json:"toCreate"`
	Update int `json:"toUpdate"`
}

// outline is what is shown of an import that waits.
func outline() workflow.Option {
	return workflow.DeclareSteps(workflow.DeclaredStep{Name: "normalize-product-csv"}, workflow.DeclaredStep{Name: ConfirmationStep, Async: true, Timeout: patience},
		workflow.DeclaredStep{Name: "notify-on-failure", Compensated: true}, workflow.DeclaredStep{Name: "batch-products-as-step", Async: true, Nested: true, Background: true, Compensated: true},
		workflow.DeclaredStep{Name: "send-notifications"})
}

// patience is how long an import waits for its confirmation.
const patience = time.Hour

// fetch reads the file that was uploaded before.
func (f *Flows) fetch(ctx context.Context, u ImportInput) (ImportInput, error) {
	b, err := f.Files.Read(ctx, u.FileKey)
	u.Content = string(b)
	return u, err
}

// importing makes the body of an import. Whoever asks for it is told what it is going to do; it does so when that is confirmed.
func (f *Flows) importing(read func(context.Context, ImportInput) (ImportInput, error)) func(workflow.Context, ImportInput) (string, error) {
	return func(ctx workflow.Context, in ImportInput) (string, error) {
		plan, err := workflow.Step(ctx, "normalize-product-csv", func(ctx context.Context, in ImportInput) (ImportPlan, error) {
			u, err := read(ctx, in)
			if err != nil {
				return ImportPlan{}, err
			}
			return normalize(u.Content)
		}, in)
		if err != nil {
			return "", err
		}
		workflow.SetReply(ctx, ImportSummary{len(plan.Create), len(plan.Update)})
		if _, err := workflow.Await[json.RawMessage](ctx, ConfirmationStep, patience); err != nil {
			return "", err
		}
		if err := f.carryOut(ctx, plan); err != nil {
			return "", f.failed(ctx, "Product import", "Failed to import products from file "+in.Filename, err)
		}
		return in.Filename, f.tell(ctx, module.Map{"title": "Product import", "description": "Product import of file " + in.Filename + " completed successfully!"})
	}
}

// carryOut does what a plan says, all or nothing.
func (f *Flows) carryOut(ctx workflow.Context, p ImportPlan) error {
	var b productflow.BatchInput[productflow.CreateProductInput, productflow.UpdateProductInput]
	raw, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	if err != nil {
		return err
	}
	_, err = f.Products.Batch.Run(ctx, b)
	return err
}
