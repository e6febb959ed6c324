// Package fileflow has the workflows of files.
package fileflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of files.
type Flows struct {
	Files *file.Module

	Upload *workflow.Workflow[[]file.CreateInput, []file.File]
	Delete *workflow.Workflow[[]string, []string]
}

// New returns the workflows of a module's files. They run outside of transactions, for no database takes back what was written to a disk or a bucket.
func New(m *file.Module) *Flows {
	f := &Flows{Files: m}
	f.Upload = workflow.New("upload-files", f.upload)
	f.Delete = workflow.New("delete-files", f.delete)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow { return []workflow.AnyWorkflow{f.Upload, f.Delete} }

func (f *Flows) upload(ctx workflow.Context, list []file.CreateInput) ([]file.File, error) {
	return workflow.Step(ctx, "upload-files", f.Files.Create, list, workflow.Undo(f.Files.Remove))
}

func (f *Flows) delete(ctx workflow.Context, keys []string) ([]string, error) {
	return workflow.Step(ctx, "delete-files-step", func(ctx context.Context, keys []string) ([]string, error) {
		return keys, f.Files.Delete(ctx, keys)
	}, keys)
}
