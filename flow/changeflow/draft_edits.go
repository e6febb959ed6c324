package changeflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// CodesInput puts promotion codes on a draft, or takes them off.
type CodesInput struct {
	ID    string
	Codes []string
}

func (c CodesInput) key() string { return c.ID }

// AddDraftItemsInput are added to a draft.
type AddDraftItemsInput struct {
	ID    string
	Items []DraftItemInput
}

func (g AddDraftItemsInput) key() string { return g.ID }

// DraftOrderEdits are the workflows of edits of drafts.
type DraftOrderEdits struct {
	Begin                *workflow.Workflow[BeginInput, ChangeRef]
	AddItems             *workflow.Workflow[AddDraftItemsInput, ChangeRef]
	UpdateItem           *workflow.Workflow[UpdateActionInput, ChangeRef]
	RemoveItem           *workflow.Workflow[RemoveActionInput, ChangeRef]
	UpdateItemQuantity   *workflow.Workflow[UpdateActionInput, ChangeRef]
	Shipping             ShippingActions
	UpdateShippingMethod *workflow.Workflow[UpdateShippingInput, ChangeRef] // of the draft as it is; ActionID is the method's
	RemoveShippingMethod *workflow.Workflow[RemoveActionInput, ChangeRef]
	AddCodes             *workflow.Workflow[CodesInput, ChangeRef]
	RemoveCodes          *workflow.Workflow[CodesInput, ChangeRef]
	Request              *workflow.Workflow[TransitionInput, ChangeRef]
	Confirm              *workflow.Workflow[TransitionInput, ChangeRef]
	Cancel               *workflow.Workflow[TransitionInput, ChangeRef]
}

func (k *Deps) draftEdits() DraftOrderEdits {
	return DraftOrderEdits{
		Begin:              singleStep("begin-draft-order-edit", k.beginDraftEdit),
		AddItems:           newChangeWorkflow(k, "add-draft-order-items", FindOrder, k.addDraftItems),
		UpdateItem:         newChangeWorkflow(k, "update-draft-order-action-item", FindOrder, k.updateItem("order")),
		RemoveItem:         newChangeWorkflow(k, "remove-draft-order-action-item", FindOrder, k.removeDraftAction("No item found for order %s in order change %s", order.ActionItemAdd, order.ActionItemUpdate)),
		UpdateItemQuantity: newChangeWorkflow(k, "update-draft-order-item", FindOrder, k.updateLineQuantity),
		Shipping: ShippingActions{
			Add:    newChangeWorkflow(k, "add-draft-order-shipping-methods", FindOrder, k.addShippingMethod),
			Update: newChangeWorkflow(k, "update-draft-order-action-shipping-method", FindOrder, k.updateDraftShipping),
			Remove: newChangeWorkflow(k, "remove-draft-order-action-shipping-method", FindOrder, k.removeDraftAction(noMethod, order.ActionShippingAdd, order.ActionShippingUpdate, order.ActionShippingRemove)),
		},
		UpdateShippingMethod: newChangeWorkflow(k, "update-draft-order-shipping-method", FindOrder, k.updateShippingMethod),
		RemoveShippingMethod: newChangeWorkflow(k, "remove-draft-order-shipping-method", FindOrder, k.removeShippingMethod),
		AddCodes:             newChangeWorkflow(k, "add-draft-order-promotion", FindOrder, k.addPromotionActions(order.ActionPromotionAdd, "added_code")),
		RemoveCodes:          newChangeWorkflow(k, "remove-draft-order-promotions", FindOrder, k.addPromotionActions(order.ActionPromotionRemove, "removed_code")),
		Request:              singleStep("request-draft-order-edit", k.requestDraftEdit),
		Confirm:              workflow.New("confirm-draft-order-edit", k.confirmDraftEdit, workflow.Atomic()),
		Cancel:               singleStep("cancel-draft-order-edit", k.cancelDraftEdit),
	}
}

func (e *DraftOrderEdits) list() []workflow.AnyWorkflow {
	return append(e.Shipping.list(), e.Begin, e.AddItems, e.UpdateItem, e.RemoveItem, e.UpdateItemQuantity, e.UpdateShippingMethod, e.RemoveShippingMethod, e.AddCodes, e.RemoveCodes, e.Request, e.Confirm, e.Cancel)
}

const noMethod = "No shipping method found for order %s in order change %s"

func (k *Deps) beginDraftEdit(ctx context.Context, in BeginInput) (ChangeRef, error) {
	o, err := k.findDraft(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeEdit
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, CreatedBy: ref(in.CreatedBy)})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ChangeID: c.ID}, nil
}

// removeDraftAction is drop, with words for an action that is not there.
func (k *Deps) removeDraftAction(words string, kinds ...string) func(context.Context, *openChange, RemoveActionInput) error {
	return func(ctx context.Context, d *openChange, in RemoveActionInput) error {
		if _, err := d.action(in.ActionID, kinds...); fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, words, d.OrderID, d.ChangeID)
		}
		return k.removeAction(kinds...)(ctx, d, in)
	}
}

func (k *Deps) updateDraftShipping(ctx context.Context, d *openChange, in UpdateShippingInput) error {
	if _, err := d.action(in.ActionID, order.ActionShippingAdd); fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Invalid, noMethod, d.OrderID, d.ChangeID)
	}
	return k.updateAddedShipping(ctx, d, in)
}

// addDraftItems adds variants, and things that are none.
func (k *Deps) addDraftItems(ctx context.Context, d *openChange, in AddDraftItemsInput) error {
	s, err := k.cartState(ctx, d.order)
	if err != nil {
		return err
	}
	lines, err := k.draftLines(ctx, s, in.Items, true)
	if err != nil {
		return err
	}
	if lines, err = k.Order.CreateLineItems(ctx, lines); err != nil {
		return err
	}
	if err := k.tax(ctx, s, lines, nil); err != nil {
		return err
	}
	var list []order.ChangeAction
	for i, g := range in.Items {
		list = append(list, itemAddAction(&lines[i], g.ItemInput))
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// updateShippingMethod changes what a shipping method of a draft costs.
func (k *Deps) updateShippingMethod(ctx context.Context, d *openChange, in UpdateShippingInput) error {
	m, err := methodOf(d, in.ActionID)
	if err != nil {
		return err
	}
	amount := m.Amount
	if in.Amount.Set && !in.Amount.Null {
		amount = in.Amount.Value
	} else if in.Amount.Null {
		if amount, err = k.optionPrice(ctx, d.order, m.ID); err != nil {
			return err
		}
	}
	reference := "order_shipping_method"
	return k.Order.AddActions(ctx, d.change, order.ChangeAction{Action: order.ActionShippingUpdate, Reference: &reference, ReferenceID: &m.ID, Amount: &amount, InternalNote: in.Note.Ptr(),
		Details: module.Map{"old_amount": m.Amount, "new_amount": amount}})
}

// removeShippingMethod takes a shipping method out of a draft.
func (k *Deps) removeShippingMethod(ctx context.Context, d *openChange, in RemoveActionInput) error {
	m, err := methodOf(d, in.ActionID)
	if err != nil {
		return err
	}
	reference := "order_shipping_method"
	return k.Order.AddActions(ctx, d.change, order.ChangeAction{Action: order.ActionShippingRemove, Reference: &reference, ReferenceID: &m.ID})
}

func methodOf(d *openChange, id string) (*order.ShippingMethod, error) {
	m := d.order.FindShippingMethod(id)
	if m == nil {
		return nil, fault.New(fault.Invalid, "A shipping method with id %s was not found", id)
	}
	return m, nil
}

// codes finds promotions by their codes, all of which must be known.
func (k *Deps) codes(ctx context.Context, codes []string) ([]promotion.Promotion, error) {
	list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"code": codes}, module.FindOptions{Select: []string{"id", "code"}})
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		if !slices.ContainsFunc(list, func(p promotion.Promotion) bool { return p.Code == c }) {
			return nil, fault.New(fault.Invalid, "Promotion code \"%s\" not found", c)
		}
	}
	return list, nil
}

// addPromotionActions notes actions about promotions, whose codes are told under a name.
func (k *Deps) addPromotionActions(action, name string) func(context.Context, *openChange, CodesInput) error {
	return func(ctx context.Context, d *openChange, in CodesInput) error {
		list, err := k.codes(ctx, in.Codes)
		if err != nil {
			return err
		}
		var actions []order.ChangeAction
		for _, p := range list {
			reference := "promotion"
			actions = append(actions, order.ChangeAction{Action: action, Reference: &reference, ReferenceID: &p.ID, Details: module.Map{name: p.Code}})
		}
		return k.Order.AddActions(ctx, d.change, actions...)
	}
}

// promotionsOf are the promotions that an order has with its change: those that it is tied to, with what the change adds and takes away.
func (k *Deps) promotionsOf(ctx context.Context, d *openChange) ([]string, error) {
	ids, err := k.Promotions.LinkedIDs(ctx, d.OrderID)
	for i := range d.change.Actions {
		switch a := &d.change.Actions[i]; a.Action {
		case order.ActionPromotionAdd:
			if !slices.Contains(ids, *a.ReferenceID) {
				ids = append(ids, *a.ReferenceID)
			}
		case order.ActionPromotionRemove:
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == *a.ReferenceID })
		}
	}
	return ids, err
}

func (k *Deps) requestDraftEdit(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	d, err := k.open(ctx, FindOrder, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	set := module.Set{"status": order.ChangeStatusRequested, "requested_at": db.Now(), "requested_by": ref(in.By)}
	_, err = k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, set)
	return d.ChangeRef, err
}

func (k *Deps) confirmDraftEdit(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := workflow.Step(ctx, "confirm-draft-order-changes", func(ctx context.Context, in TransitionInput) (ChangeRef, error) {
		d, err := k.open(ctx, FindOrder, in.ID)
		if err != nil {
			return ChangeRef{}, err
		}
		ids, err := k.promotionsOf(ctx, d)
		if err != nil {
			return ChangeRef{}, err
		}
		p, err := k.Order.PreviewOf(ctx, d.order, d.change)
		if err != nil {
			return ChangeRef{}, err
		}
		if err := k.Order.ConfirmChange(ctx, p, in.By, module.Set{}); err != nil {
			return ChangeRef{}, err
		}
		if err := k.Promotions.FromA().Detach(ctx, d.OrderID, nil); err != nil || len(ids) == 0 {
			return d.ChangeRef, err
		}
		_, err = k.Promotions.Attach(ctx, link.Join(d.OrderID, ids...))
		return d.ChangeRef, err
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	_, err = k.Payment.UpdateOrderCollection.Run(ctx, done.OrderID)
	return done, err
}

func (k *Deps) cancelDraftEdit(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	d, err := k.open(ctx, FindOrder, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	return d.ChangeRef, k.Order.DeleteChange(ctx, d.change)
}
