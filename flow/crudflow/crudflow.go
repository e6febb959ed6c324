// Package crudflow has the workflows that kinds of simple records share: to create, to change and to delete some, each with its event and its
// hook. A kind is one literal; what differs from the rest of them is code.
package crudflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// CreateInput are new records, with data for the hooks.
type CreateInput[T any] struct {
	Records        []T        `json:"records"`
	AdditionalData module.Map `json:"additional_data"`
}

// A UpdateInput changes one record.
type UpdateInput struct {
	ID             string     `json:"id"`
	Set            module.Set `json:"set"`
	AdditionalData module.Map `json:"additional_data"`
}

// Records is what hooks are told.
type Records[T any] struct {
	Records        []T        `json:"records"`
	AdditionalData module.Map `json:"additional_data"`
}

// IDs is what the hook of deletions is told.
type IDs struct {
	IDs []string `json:"ids"`
}

// A Flows is a kind of records with its workflows. Name is that of the workflows and steps, in the plural: "product-tags" for
// create-product-tags. Event is that of its events, in the singular; empty for none.
type Flows[T any] struct {
	Name, Event string
	Table       *module.Table[T]

	// CreateRecords, UpdateRecord and DeleteRecords replace what the table does by itself: saving new records, patching one, deleting some softly.
	CreateRecords func(ctx context.Context, list []T) ([]T, error)
	UpdateRecord  func(ctx context.Context, p UpdateInput) (T, error)
	DeleteRecords func(ctx context.Context, ids []string) error

	Create *workflow.Workflow[CreateInput[T], []T]
	Update *workflow.Workflow[UpdateInput, T]
	Delete *workflow.Workflow[[]string, []string]

	Created, Updated workflow.Hook[Records[T]]
	Deleted          workflow.Hook[IDs]
}

// New gives a kind its workflows.
func New[T any](k *Flows[T]) *Flows[T] { return NewWithNames(k, "", "", "") }

// NewWithNames gives a kind its workflows under names of their own; an empty one is the usual.
func NewWithNames[T any](k *Flows[T], create, update, remove string) *Flows[T] {
	if k.CreateRecords == nil {
		k.CreateRecords = k.Table.CreateMany
	}
	if k.UpdateRecord == nil {
		k.UpdateRecord = func(ctx context.Context, p UpdateInput) (T, error) { return k.Table.Patch(ctx, p.ID, p.Set) }
	}
	if k.DeleteRecords == nil {
		k.DeleteRecords = func(ctx context.Context, ids []string) error { return k.Table.SoftDelete(ctx, ids...) }
	}
	atomic := workflow.Atomic()
	k.Create = workflow.New(or(create, "create-"+k.Name), creating(k), atomic)
	k.Update = workflow.New(or(update, "update-"+k.Name), updating(k), atomic)
	k.Delete = workflow.New(or(remove, "delete-"+k.Name), deleting(k), atomic)
	return k
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Workflows lists all.
func (k *Flows[T]) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{k.Create, k.Update, k.Delete}
}

func creating[T any](k *Flows[T]) func(workflow.Context, CreateInput[T]) ([]T, error) {
	return func(ctx workflow.Context, in CreateInput[T]) ([]T, error) {
		out, err := workflow.Step(ctx, "create-"+k.Name, k.CreateRecords, in.Records, workflow.Undo(k.Table.RemoveMany))
		if err != nil {
			return nil, err
		}
		for _, r := range out {
			if err := tell(ctx, k.Event, "created", k.Table.Key(r)); err != nil {
				return nil, err
			}
		}
		return out, k.Created.Run(ctx, Records[T]{out, in.AdditionalData})
	}
}

func updating[T any](k *Flows[T]) func(workflow.Context, UpdateInput) (T, error) {
	return func(ctx workflow.Context, in UpdateInput) (T, error) {
		out, err := workflow.Step(ctx, "update-"+k.Name, k.UpdateRecord, in)
		if err == nil {
			err = tell(ctx, k.Event, "updated", in.ID)
		}
		if err != nil {
			return out, err
		}
		return out, k.Updated.Run(ctx, Records[T]{[]T{out}, in.AdditionalData})
	}
}

func deleting[T any](k *Flows[T]) func(workflow.Context, []string) ([]string, error) {
	return func(ctx workflow.Context, ids []string) ([]string, error) {
		_, err := workflow.Step(ctx, "delete-"+k.Name, func(ctx context.Context, ids []string) (int, error) {
			return len(ids), k.DeleteRecords(ctx, ids)
		}, ids)
		if err == nil {
			err = tell(ctx, k.Event, "deleted", ids...)
		}
		if err != nil {
			return nil, err
		}
		return ids, k.Deleted.Run(ctx, IDs{ids})
	}
}

// tell emits an event for each record, unless the kind has no name for events.
func tell(ctx workflow.Context, kind, operation string, ids ...string) error {
	if kind == "" {
		return nil
	}
	for _, id := range event.IDs(ids...) {
		if err := workflow.Emit(ctx, event.Topic[event.ID](kind+"."+operation), id); err != nil {
			return err
		}
	}
	return nil
}
