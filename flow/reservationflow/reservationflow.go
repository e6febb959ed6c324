// Package reservationflow has the workflows of the promises of stock.
package reservationflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to reservations.
const (
	Created = event.Topic[event.ID]("reservation-item.created")
	Updated = event.Topic[event.ID]("reservation-item.updated")
	Deleted = event.Topic[event.ID]("reservation-item.deleted")
)

// Flows are the workflows of reservations.
type Flows struct {
	Inventory *inventory.Module

	Create            *workflow.Workflow[[]inventory.Reservation, []inventory.Reservation]
	Update            *workflow.Workflow[[]inventory.UpdateReservationInput, []inventory.Reservation]
	Delete            *workflow.Workflow[[]string, []string]
	DeleteByLineItems *workflow.Workflow[[]string, []string] // of lines of carts and orders
}

// New returns the workflows of a module's reservations.
func New(m *inventory.Module) *Flows {
	f := &Flows{Inventory: m}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-reservations-workflow", f.create, atomic)
	f.Update = workflow.New("update-reservations-workflow", f.update, atomic)
	f.Delete = workflow.New("delete-reservations", f.delete, atomic)
	f.DeleteByLineItems = workflow.New("delete-reservations-by-line-items", f.deleteOfLines, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.DeleteByLineItems}
}

func (f *Flows) create(ctx workflow.Context, list []inventory.Reservation) ([]inventory.Reservation, error) {
	out, err := workflow.Step(ctx, "create-reservations-step", f.Inventory.CreateReservations, list)
	if err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, Created, event.IDs(module.IDs(out)...)...)
}

func (f *Flows) update(ctx workflow.Context, list []inventory.UpdateReservationInput) ([]inventory.Reservation, error) {
	out, err := workflow.Step(ctx, "update-reservations-step", f.Inventory.UpdateReservations, list)
	if err != nil {
		return nil, err
	}
	return out, workflow.Emit(ctx, Updated, event.IDs(module.IDs(out)...)...)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return ids, f.release(ctx, "delete-reservations-step", f.Inventory.Release, ids)
}

func (f *Flows) deleteOfLines(ctx workflow.Context, lines []string) ([]string, error) {
	return lines, f.release(ctx, "delete-reservations-by-line-items-step", f.Inventory.ReleaseByLineItems, lines)
}

func (f *Flows) release(ctx workflow.Context, name string, do func(context.Context, []string) ([]inventory.Reservation, error), ids []string) error {
	released, err := workflow.Step(ctx, name, do, ids)
	if err != nil {
		return err
	}
	return workflow.Emit(ctx, Deleted, event.IDs(module.IDs(released)...)...)
}
