package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// The workflows of one kind of actions: those that put goods into an order, are about its lines, or choose how things travel.
type (
	// ItemActions add variants.
	ItemActions struct {
		Add    *workflow.Workflow[AddItemsInput, ChangeRef]
		Update *workflow.Workflow[UpdateActionInput, ChangeRef]
		Remove *workflow.Workflow[RemoveActionInput, ChangeRef]
	}
	// LineActions are about lines.
	LineActions struct {
		Add    *workflow.Workflow[LinesInput, ChangeRef]
		Update *workflow.Workflow[UpdateActionInput, ChangeRef]
		Remove *workflow.Workflow[RemoveActionInput, ChangeRef]
	}
	// ShippingActions are about shipping methods.
	ShippingActions struct {
		Add    *workflow.Workflow[AddShippingInput, ChangeRef]
		Update *workflow.Workflow[UpdateShippingInput, ChangeRef]
		Remove *workflow.Workflow[RemoveActionInput, ChangeRef]
	}
)

func (a ItemActions) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{a.Add, a.Update, a.Remove}
}
func (a LineActions) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{a.Add, a.Update, a.Remove}
}
func (a ShippingActions) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{a.Add, a.Update, a.Remove}
}

// OrderEdits are the workflows of order edits.
type OrderEdits struct {
	Begin              *workflow.Workflow[BeginInput, ChangeRef]
	Items              ItemActions
	UpdateItemQuantity *workflow.Workflow[UpdateActionInput, ChangeRef] // of the order as it is
	UpdateItem         *workflow.Workflow[UpdateActionInput, ChangeRef] // of what UpdateItemQuantity noted
	Shipping           ShippingActions
	Request            *workflow.Workflow[TransitionInput, ChangeRef]
	Confirm            *workflow.Workflow[TransitionInput, ChangeRef]
	Cancel             *workflow.Workflow[TransitionInput, ChangeRef]
}

func (k *Deps) edits() OrderEdits {
	return OrderEdits{
		Begin: singleStep("begin-order-edit-order", k.beginEdit),
		Items: ItemActions{
			Add:    newChangeWorkflow(k, "order-edit-add-new-item", FindOrder, k.addItems("")),
			Update: newChangeWorkflow(k, "update-order-edit-add-item", FindOrder, k.updateItem("")),
			Remove: newChangeWorkflow(k, "remove-item-order edit-action", FindOrder, k.removeAction(order.ActionItemAdd, order.ActionItemUpdate)),
		},
		UpdateItemQuantity: newChangeWorkflow(k, "order-edit-update-item-quantity", FindOrder, k.updateLineQuantity),
		UpdateItem:         newChangeWorkflow(k, "update-order-edit-update-quantity", FindOrder, k.updateLineAction(order.ActionItemUpdate)),
		Shipping: ShippingActions{
			Add:    newChangeWorkflow(k, "create-order-edit-shipping-method", FindOrder, k.addShippingMethod),
			Update: newChangeWorkflow(k, "update-order-edit-shipping-method", FindOrder, k.updateAddedShipping),
			Remove: newChangeWorkflow(k, "remove-order-edit-shipping-method", FindOrder, k.removeAction(order.ActionShippingAdd)),
		},
		Request: workflow.New("order-edit-request", k.requestEdit, workflow.Atomic()),
		Confirm: workflow.New("confirm-order-edit-request", k.confirmEdit, workflow.Atomic()),
		Cancel:  workflow.New("cancel-begin-order-edit", k.cancelEdit, workflow.Atomic()),
	}
}

func (e *OrderEdits) list() []workflow.AnyWorkflow {
	out := append(e.Items.list(), e.Shipping.list()...)
	return append(out, e.Begin, e.UpdateItemQuantity, e.UpdateItem, e.Request, e.Confirm, e.Cancel)
}

// begin begins a change of an order.
func (k *Deps) begin(ctx context.Context, o *order.Order, in BeginInput, c order.Change) (*order.Change, error) {
	c.Description, c.InternalNote = in.Description, in.Note
	return k.Order.BeginChange(ctx, o, c)
}

func (k *Deps) beginEdit(ctx context.Context, in BeginInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeEdit
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ChangeID: c.ID}, nil
}

// requestEdit asks the buyer to agree.
func (k *Deps) requestEdit(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	d, err := workflow.Step(ctx, "request-order-change", func(ctx context.Context, in TransitionInput) (EditData, error) {
		d, err := k.open(ctx, FindOrder, in.ID)
		if err != nil {
			return EditData{}, err
		}
		set := module.Set{"status": order.ChangeStatusRequested, "requested_at": db.Now(), "requested_by": ref(in.By)}
		if in.NoNotification != nil {
			set["no_notification"] = *in.NoNotification
		}
		_, err = k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, set)
		return EditData{d.OrderID, d.change.Actions}, err
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: in.ID}, workflow.Emit(ctx, EditRequested, d)
}

// A confirmedChange change is one that has just made a new version of its order.
type confirmedChange struct {
	ChangeRef
	Order   order.Order
	Actions []order.ChangeAction
}

// confirm makes the change in progress of a record the next version of its order. Before sees it first.
func (k *Deps) confirm(ctx context.Context, s refFinder, in TransitionInput, before func(context.Context, *openChange) error) (confirmedChange, error) {
	d, err := k.open(ctx, s, in.ID)
	if err != nil {
		return confirmedChange{}, err
	}
	if before != nil {
		if err := before(ctx, d); err != nil {
			return confirmedChange{}, err
		}
	}
	if in.NoNotification != nil {
		if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, module.Set{"no_notification": *in.NoNotification}); err != nil {
			return confirmedChange{}, err
		}
	}
	p, err := k.Order.PreviewOf(ctx, d.order, d.change)
	if err != nil {
		return confirmedChange{}, err
	}
	if err := k.Order.ConfirmChange(ctx, p, in.By, module.Set{}); err != nil {
		return confirmedChange{}, err
	}
	return confirmedChange{d.ChangeRef, p.Order, d.change.Actions}, k.reserve(ctx, &p.Order, changedLines(d.change))
}

func (k *Deps) confirmEdit(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := workflow.Step(ctx, "confirm-order-changes", func(ctx context.Context, in TransitionInput) (confirmedChange, error) {
		return k.confirm(ctx, FindOrder, in, nil)
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	if _, err := k.Payment.UpdateOrderCollection.Run(ctx, done.OrderID); err != nil {
		return ChangeRef{}, err
	}
	return done.ChangeRef, workflow.Emit(ctx, EditConfirmed, EditData{done.OrderID, done.Actions})
}

func (k *Deps) cancelEdit(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	d, err := workflow.Step(ctx, "delete-order-changes", func(ctx context.Context, in TransitionInput) (EditData, error) {
		d, err := k.open(ctx, FindOrder, in.ID)
		if err != nil {
			return EditData{}, err
		}
		data := EditData{d.OrderID, d.change.Actions}
		return data, k.Order.DeleteChange(ctx, d.change)
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: in.ID}, workflow.Emit(ctx, EditCanceled, d)
}
