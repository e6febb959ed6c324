// Package inventoryflow has the workflows of items and what is in stock of them, and finds out what of a variant can be sold.
package inventoryflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to items and levels.
const (
	Created      = event.Topic[event.ID]("inventory-item.created")
	Updated      = event.Topic[event.ID]("inventory-item.updated")
	Deleted      = event.Topic[event.ID]("inventory-item.deleted")
	LevelCreated = event.Topic[event.ID]("inventory-level.created")
	LevelUpdated = event.Topic[event.ID]("inventory-level.updated")
	LevelDeleted = event.Topic[event.ID]("inventory-level.deleted")
)

// A DeleteLevelsInput of the levels that match. Those with stock stay unless it is forced.
type DeleteLevelsInput struct {
	Where module.Filter `json:"where"`
	Force bool          `json:"force"`
}

// A BatchInput changes many levels at once.
type BatchInput struct {
	Create []inventory.Level            `json:"create"`
	Update []inventory.UpdateLevelInput `json:"update"`
	Delete []string                     `json:"delete"`
	Force  bool                         `json:"force"`
}

// BatchResult is what a batch did.
type BatchResult struct {
	Created []inventory.Level `json:"created"`
	Updated []inventory.Level `json:"updated"`
	Deleted []string          `json:"deleted"`
}

// Flows are the workflows of inventory.
type Flows struct {
	Inventory *inventory.Module
	Locations *stocklocation.Module
	// Unlink unties deleted items from the variants that take them from stock.
	Unlink func(ctx context.Context, items []string) error

	Create       *workflow.Workflow[[]inventory.Item, []inventory.Item]
	Update       *workflow.Workflow[[]inventory.UpdateItemInput, []inventory.Item]
	Delete       *workflow.Workflow[[]string, []string]
	CreateLevels *workflow.Workflow[[]inventory.Level, []inventory.Level]
	UpdateLevels *workflow.Workflow[[]inventory.UpdateLevelInput, []inventory.Level]
	DeleteLevels *workflow.Workflow[DeleteLevelsInput, []string]
	BatchLevels  *workflow.Workflow[BatchInput, BatchResult]
}

// New returns the workflows of a module's items, which are kept at the locations of another.
func New(m *inventory.Module, l *stocklocation.Module) *Flows {
	f := &Flows{Inventory: m, Locations: l}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-inventory-items-workflow", f.create, atomic)
	f.Update = workflow.New("update-inventory-items-workflow", f.update, atomic)
	f.Delete = workflow.New("delete-inventory-item-workflow", f.delete, atomic)
	f.CreateLevels = workflow.New("create-inventory-levels-workflow", f.createLevels, atomic)
	f.UpdateLevels = workflow.New("update-inventory-levels-workflow", f.updateLevels, atomic)
	f.DeleteLevels = workflow.New("delete-inventory-levels-workflow", f.deleteLevels, atomic)
	f.BatchLevels = workflow.New("batch-inventory-item-levels-workflow", f.batchLevels, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.CreateLevels, f.UpdateLevels, f.DeleteLevels, f.BatchLevels}
}

func (f *Flows) create(ctx workflow.Context, list []inventory.Item) ([]inventory.Item, error) {
	out, err := workflow.Step(ctx, "create-inventory-items", f.Inventory.Items.CreateMany, list)
	if err != nil {
		return nil, err
	}
	var levels []inventory.Level
	for i, item := range list {
		for _, l := range item.Levels {
			l.InventoryItemID = out[i].ID
			levels = append(levels, l)
		}
	}
	if _, err := f.CreateLevels.Run(ctx, levels); err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, Created, event.IDs(module.IDs(out)...)...)
}

func (f *Flows) update(ctx workflow.Context, list []inventory.UpdateItemInput) ([]inventory.Item, error) {
	out, err := workflow.Step(ctx, "update-inventory-items-step", f.Inventory.UpdateItems, list)
	if err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, Updated, event.IDs(module.IDs(out)...)...)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-inventory-item-step", func(ctx context.Context, ids []string) ([]string, error) {
		if err := f.Inventory.DeleteItems(ctx, ids); err != nil || f.Unlink == nil {
			return ids, err
		}
		return ids, f.Unlink(ctx, ids)
	}, ids)
	if err != nil {
		return nil, err
	}
	return ids, workflow.Emit(ctx, Deleted, event.IDs(ids...)...)
}

func (f *Flows) createLevels(ctx workflow.Context, list []inventory.Level) ([]inventory.Level, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if _, err := workflow.Step(ctx, "validate-inventory-levels-step", f.placed, list); err != nil {
		return nil, err
	}
	out, err := workflow.Step(ctx, "create-inventory-levels", f.Inventory.CreateLevels, list)
	if err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, LevelCreated, event.IDs(module.IDs(out)...)...)
}

// placed refuses levels at locations that do not exist.
func (f *Flows) placed(ctx context.Context, list []inventory.Level) (bool, error) {
	var ids, missing []string
	for _, l := range list {
		ids = append(ids, l.LocationID)
	}
	have, err := f.Locations.Locations.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return false, err
	}
	known := module.IDs(have)
	for _, id := range ids {
		if !slices.Contains(known, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return false, fault.New(fault.NotFound, "Stock locations with ids: %s was not found", strings.Join(missing, ", "))
	}
	return true, nil
}

func (f *Flows) updateLevels(ctx workflow.Context, list []inventory.UpdateLevelInput) ([]inventory.Level, error) {
	out, err := workflow.Step(ctx, "update-inventory-levels-step", f.Inventory.UpdateLevels, list)
	if err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, LevelUpdated, event.IDs(module.IDs(out)...)...)
}

func (f *Flows) deleteLevels(ctx workflow.Context, in DeleteLevelsInput) ([]string, error) {
	ids, err := workflow.Step(ctx, "delete-inventory-levels", func(ctx context.Context, in DeleteLevelsInput) ([]string, error) {
		return f.Inventory.DeleteLevels(ctx, in.Where, in.Force)
	}, in)
	if err != nil {
		return nil, err
	}
	return ids, workflow.Emit(ctx, LevelDeleted, event.IDs(ids...)...)
}

func (f *Flows) batchLevels(ctx workflow.Context, in BatchInput) (out BatchResult, err error) {
	if len(in.Create) > 0 {
		if out.Created, err = workflow.Step(ctx, "create-inventory-levels", f.Inventory.CreateLevels, in.Create); err != nil {
			return out, err
		}
	}
	if len(in.Update) > 0 {
		if out.Updated, err = f.UpdateLevels.Run(ctx, in.Update); err != nil {
			return out, err
		}
	}
	if len(in.Delete) > 0 {
		out.Deleted = in.Delete
		if _, err = f.DeleteLevels.Run(ctx, DeleteLevelsInput{module.Filter{"id": in.Delete}, in.Force}); err != nil {
			return out, err
		}
	}
	return out, workflow.Emit(ctx, LevelCreated, event.IDs(module.IDs(out.Created)...)...)
}
