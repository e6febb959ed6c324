package change

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// The workflows of one kind of actions: those that put goods into an order, are about its lines, or choose how things travel.
type (
	// GoodActions add variants.
	GoodActions struct {
		Add    *workflow.Workflow[Goods, Ref]
		Update *workflow.Workflow[Patch, Ref]
		Remove *workflow.Workflow[Drop, Ref]
	}
	// LineActions are about lines.
	LineActions struct {
		Add    *workflow.Workflow[Lines, Ref]
		Update *workflow.Workflow[Patch, Ref]
		Remove *workflow.Workflow[Drop, Ref]
	}
	// PostActions are about shipping methods.
	PostActions struct {
		Add    *workflow.Workflow[Post, Ref]
		Update *workflow.Workflow[PostPatch, Ref]
		Remove *workflow.Workflow[Drop, Ref]
	}
)

func (a GoodActions) list() []workflow.Any { return []workflow.Any{a.Add, a.Update, a.Remove} }
func (a LineActions) list() []workflow.Any { return []workflow.Any{a.Add, a.Update, a.Remove} }
func (a PostActions) list() []workflow.Any { return []workflow.Any{a.Add, a.Update, a.Remove} }

// Edits are the workflows of order edits.
type Edits struct {
	Begin      *workflow.Workflow[Begin, Ref]
	Goods      GoodActions
	ChangeLine *workflow.Workflow[Patch, Ref] // of the order as it is
	PatchLine  *workflow.Workflow[Patch, Ref] // of what ChangeLine noted
	Post       PostActions
	Request    *workflow.Workflow[End, Ref]
	Confirm    *workflow.Workflow[End, Ref]
	Cancel     *workflow.Workflow[End, Ref]
}

func (k *Kit) edits() Edits {
	return Edits{
		Begin: single("begin-order-edit-order", k.beginEdit),
		Goods: GoodActions{
			Add:    alter(k, "order-edit-add-new-item", OfOrder, k.addGoods("")),
			Update: alter(k, "update-order-edit-add-item", OfOrder, k.patchGoods("")),
			Remove: alter(k, "remove-item-order edit-action", OfOrder, k.drop(order.ItemAdd, order.ItemUpdate)),
		},
		ChangeLine: alter(k, "order-edit-update-item-quantity", OfOrder, k.changeLine),
		PatchLine:  alter(k, "update-order-edit-update-quantity", OfOrder, k.patchLine(order.ItemUpdate)),
		Post: PostActions{
			Add:    alter(k, "create-order-edit-shipping-method", OfOrder, k.addPost),
			Update: alter(k, "update-order-edit-shipping-method", OfOrder, k.patchPost),
			Remove: alter(k, "remove-order-edit-shipping-method", OfOrder, k.drop(order.ShippingAdd)),
		},
		Request: workflow.New("order-edit-request", k.requestEdit, workflow.Atomic()),
		Confirm: workflow.New("confirm-order-edit-request", k.confirmEdit, workflow.Atomic()),
		Cancel:  workflow.New("cancel-begin-order-edit", k.cancelEdit, workflow.Atomic()),
	}
}

func (e *Edits) list() []workflow.Any {
	out := append(e.Goods.list(), e.Post.list()...)
	return append(out, e.Begin, e.ChangeLine, e.PatchLine, e.Request, e.Confirm, e.Cancel)
}

// begin begins a change of an order.
func (k *Kit) begin(ctx context.Context, o *order.Order, in Begin, c order.Change) (*order.Change, error) {
	c.Description, c.InternalNote = in.Description, in.Note
	return k.Order.Begin(ctx, o, c)
}

func (k *Kit) beginEdit(ctx context.Context, in Begin) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	kind := order.EditChange
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ChangeID: c.ID}, nil
}

// requestEdit asks the buyer to agree.
func (k *Kit) requestEdit(ctx workflow.Context, in End) (Ref, error) {
	d, err := workflow.Step(ctx, "request-order-change", func(ctx context.Context, in End) (Edited, error) {
		d, err := k.open(ctx, OfOrder, in.ID)
		if err != nil {
			return Edited{}, err
		}
		set := module.Set{"status": order.ChangeRequested, "requested_at": db.Now(), "requested_by": ref(in.By)}
		if in.NoNotification != nil {
			set["no_notification"] = *in.NoNotification
		}
		_, err = k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, set)
		return Edited{d.OrderID, d.change.Actions}, err
	}, in)
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: in.ID}, workflow.Emit(ctx, EditRequested, d)
}

// A confirmed change is one that has just made a new version of its order.
type confirmed struct {
	Ref
	Order   order.Order
	Actions []order.Action
}

// confirm makes the change in progress of a record the next version of its order. Before sees it first.
func (k *Kit) confirm(ctx context.Context, s subject, in End, before func(context.Context, *draft) error) (confirmed, error) {
	d, err := k.open(ctx, s, in.ID)
	if err != nil {
		return confirmed{}, err
	}
	if before != nil {
		if err := before(ctx, d); err != nil {
			return confirmed{}, err
		}
	}
	if in.NoNotification != nil {
		if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, module.Set{"no_notification": *in.NoNotification}); err != nil {
			return confirmed{}, err
		}
	}
	p, err := k.Order.PreviewOf(ctx, d.order, d.change)
	if err != nil {
		return confirmed{}, err
	}
	if err := k.Order.Confirm(ctx, p, in.By, module.Set{}); err != nil {
		return confirmed{}, err
	}
	return confirmed{d.Ref, p.Order, d.change.Actions}, k.reserve(ctx, &p.Order, touched(d.change))
}

func (k *Kit) confirmEdit(ctx workflow.Context, in End) (Ref, error) {
	done, err := workflow.Step(ctx, "confirm-order-changes", func(ctx context.Context, in End) (confirmed, error) {
		return k.confirm(ctx, OfOrder, in, nil)
	}, in)
	if err != nil {
		return Ref{}, err
	}
	if _, err := k.Payment.FollowOrder.Run(ctx, done.OrderID); err != nil {
		return Ref{}, err
	}
	return done.Ref, workflow.Emit(ctx, EditConfirmed, Edited{done.OrderID, done.Actions})
}

func (k *Kit) cancelEdit(ctx workflow.Context, in End) (Ref, error) {
	d, err := workflow.Step(ctx, "delete-order-changes", func(ctx context.Context, in End) (Edited, error) {
		d, err := k.open(ctx, OfOrder, in.ID)
		if err != nil {
			return Edited{}, err
		}
		gone := Edited{d.OrderID, d.change.Actions}
		return gone, k.Order.Abandon(ctx, d.change)
	}, in)
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: in.ID}, workflow.Emit(ctx, EditCanceled, d)
}
