package sheet

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gorgon-commerce/gorgon/flow/product"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Confirmation is the step of an import that waits until somebody says that it shall be done.
const Confirmation = "wait-confirmation-product-import"

// An Upload is a table of products: its content, or the key of the file that has it.
type Upload struct {
	Filename string `json:"filename"`
	Content  string `json:"fileContent,omitempty"`
	FileKey  string `json:"fileKey,omitempty"`
}

// A Plan is what an import is going to do.
type Plan struct {
	Create []map[string]any `json:"create"`
	Update []map[string]any `json:"update"`
}

// A Summary counts what an import is going to do.
type Summary struct {
	Create int `json:"toCreate"`
	Update int `json:"toUpdate"`
}

// outline is what is shown of an import that waits.
func outline() workflow.Option {
	return workflow.Outline(workflow.Planned{Name: "normalize-product-csv"}, workflow.Planned{Name: Confirmation, Async: true, Timeout: patience},
		workflow.Planned{Name: "notify-on-failure", Compensated: true}, workflow.Planned{Name: "batch-products-as-step", Async: true, Nested: true, Background: true, Compensated: true},
		workflow.Planned{Name: "send-notifications"})
}

// patience is how long an import waits for its confirmation.
const patience = time.Hour

// fetch reads the file that was uploaded before.
func (f *Flows) fetch(ctx context.Context, u Upload) (Upload, error) {
	b, err := f.Files.Read(ctx, u.FileKey)
	u.Content = string(b)
	return u, err
}

// importing makes the body of an import. Whoever asks for it is told what it is going to do; it does so when that is confirmed.
func (f *Flows) importing(read func(context.Context, Upload) (Upload, error)) func(workflow.Context, Upload) (string, error) {
	return func(ctx workflow.Context, in Upload) (string, error) {
		plan, err := workflow.Step(ctx, "normalize-product-csv", func(ctx context.Context, in Upload) (Plan, error) {
			u, err := read(ctx, in)
			if err != nil {
				return Plan{}, err
			}
			return normalize(u.Content)
		}, in)
		if err != nil {
			return "", err
		}
		workflow.Reply(ctx, Summary{len(plan.Create), len(plan.Update)})
		if _, err := workflow.Await[json.RawMessage](ctx, Confirmation, patience); err != nil {
			return "", err
		}
		if err := f.carryOut(ctx, plan); err != nil {
			return "", f.failed(ctx, "Product import", "Failed to import products from file "+in.Filename, err)
		}
		return in.Filename, f.tell(ctx, module.Map{"title": "Product import", "description": "Product import of file " + in.Filename + " completed successfully!"})
	}
}

// carryOut does what a plan says, all or nothing.
func (f *Flows) carryOut(ctx workflow.Context, p Plan) error {
	var b product.Batch[product.NewProduct, product.Patch]
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
