package change

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

// Codes puts promotion codes on a draft, or takes them off.
type Codes struct {
	ID    string
	Codes []string
}

func (c Codes) key() string { return c.ID }

// DraftGoods are added to a draft.
type DraftGoods struct {
	ID    string
	Items []DraftItem
}

func (g DraftGoods) key() string { return g.ID }

// DraftEdits are the workflows of edits of drafts.
type DraftEdits struct {
	Begin      *workflow.Workflow[Begin, Ref]
	AddGoods   *workflow.Workflow[DraftGoods, Ref]
	PatchGoods *workflow.Workflow[Patch, Ref]
	DropGoods  *workflow.Workflow[Drop, Ref]
	ChangeLine *workflow.Workflow[Patch, Ref]
	Post       PostActions
	ChangePost *workflow.Workflow[PostPatch, Ref] // of the draft as it is; ActionID is the method's
	DropPost   *workflow.Workflow[Drop, Ref]
	AddCodes   *workflow.Workflow[Codes, Ref]
	DropCodes  *workflow.Workflow[Codes, Ref]
	Request    *workflow.Workflow[End, Ref]
	Confirm    *workflow.Workflow[End, Ref]
	Cancel     *workflow.Workflow[End, Ref]
}

func (k *Kit) draftEdits() DraftEdits {
	return DraftEdits{
		Begin:      single("begin-draft-order-edit", k.beginDraftEdit),
		AddGoods:   alter(k, "add-draft-order-items", OfOrder, k.addDraftGoods),
		PatchGoods: alter(k, "update-draft-order-action-item", OfOrder, k.patchGoods("order")),
		DropGoods:  alter(k, "remove-draft-order-action-item", OfOrder, k.dropOf("No item found for order %s in order change %s", order.ItemAdd, order.ItemUpdate)),
		ChangeLine: alter(k, "update-draft-order-item", OfOrder, k.changeLine),
		Post: PostActions{
			Add:    alter(k, "add-draft-order-shipping-methods", OfOrder, k.addPost),
			Update: alter(k, "update-draft-order-action-shipping-method", OfOrder, k.patchDraftPost),
			Remove: alter(k, "remove-draft-order-action-shipping-method", OfOrder, k.dropOf(noMethod, order.ShippingAdd, order.ShippingUpdate, order.ShippingRemove)),
		},
		ChangePost: alter(k, "update-draft-order-shipping-method", OfOrder, k.changePost),
		DropPost:   alter(k, "remove-draft-order-shipping-method", OfOrder, k.removePost),
		AddCodes:   alter(k, "add-draft-order-promotion", OfOrder, k.changeCodes(order.PromotionAdd, "added_code")),
		DropCodes:  alter(k, "remove-draft-order-promotions", OfOrder, k.changeCodes(order.PromotionRemove, "removed_code")),
		Request:    single("request-draft-order-edit", k.requestDraftEdit),
		Confirm:    workflow.New("confirm-draft-order-edit", k.confirmDraftEdit, workflow.Atomic()),
		Cancel:     single("cancel-draft-order-edit", k.cancelDraftEdit),
	}
}

func (e *DraftEdits) list() []workflow.Any {
	return append(e.Post.list(), e.Begin, e.AddGoods, e.PatchGoods, e.DropGoods, e.ChangeLine, e.ChangePost, e.DropPost, e.AddCodes, e.DropCodes, e.Request, e.Confirm, e.Cancel)
}

const noMethod = "No shipping method found for order %s in order change %s"

func (k *Kit) beginDraftEdit(ctx context.Context, in Begin) (Ref, error) {
	o, err := k.draftOf(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	kind := order.EditChange
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ChangeID: c.ID}, nil
}

// dropOf is drop, with words for an action that is not there.
func (k *Kit) dropOf(words string, kinds ...string) func(context.Context, *draft, Drop) error {
	return func(ctx context.Context, d *draft, in Drop) error {
		if _, err := d.action(in.ActionID, kinds...); fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, words, d.OrderID, d.ChangeID)
		}
		return k.drop(kinds...)(ctx, d, in)
	}
}

func (k *Kit) patchDraftPost(ctx context.Context, d *draft, in PostPatch) error {
	if _, err := d.action(in.ActionID, order.ShippingAdd); fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Invalid, noMethod, d.OrderID, d.ChangeID)
	}
	return k.patchPost(ctx, d, in)
}

// addDraftGoods adds variants, and things that are none.
func (k *Kit) addDraftGoods(ctx context.Context, d *draft, in DraftGoods) error {
	s, err := k.basket(ctx, d.order)
	if err != nil {
		return err
	}
	lines, err := k.draftLines(ctx, s, in.Items, true)
	if err != nil {
		return err
	}
	if lines, err = k.Order.NewLines(ctx, lines); err != nil {
		return err
	}
	if err := k.tax(ctx, s, lines, nil); err != nil {
		return err
	}
	var list []order.Action
	for i, g := range in.Items {
		list = append(list, added(&lines[i], g.Good))
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// changePost changes what a shipping method of a draft costs.
func (k *Kit) changePost(ctx context.Context, d *draft, in PostPatch) error {
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
	what := "order_shipping_method"
	return k.Order.AddActions(ctx, d.change, order.Action{Action: order.ShippingUpdate, Reference: &what, ReferenceID: &m.ID, Amount: &amount, InternalNote: in.Note.Ptr(),
		Details: module.Map{"old_amount": m.Amount, "new_amount": amount}})
}

// removePost takes a shipping method out of a draft.
func (k *Kit) removePost(ctx context.Context, d *draft, in Drop) error {
	m, err := methodOf(d, in.ActionID)
	if err != nil {
		return err
	}
	what := "order_shipping_method"
	return k.Order.AddActions(ctx, d.change, order.Action{Action: order.ShippingRemove, Reference: &what, ReferenceID: &m.ID})
}

func methodOf(d *draft, id string) (*order.ShippingMethod, error) {
	m := d.order.Method(id)
	if m == nil {
		return nil, fault.New(fault.Invalid, "A shipping method with id %s was not found", id)
	}
	return m, nil
}

// codes finds promotions by their codes, all of which must be known.
func (k *Kit) codes(ctx context.Context, codes []string) ([]promotion.Promotion, error) {
	list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"code": codes}, module.Find{Select: []string{"id", "code"}})
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

// changeCodes notes actions about promotions, whose codes are told under a name.
func (k *Kit) changeCodes(action, name string) func(context.Context, *draft, Codes) error {
	return func(ctx context.Context, d *draft, in Codes) error {
		list, err := k.codes(ctx, in.Codes)
		if err != nil {
			return err
		}
		var actions []order.Action
		for _, p := range list {
			what := "promotion"
			actions = append(actions, order.Action{Action: action, Reference: &what, ReferenceID: &p.ID, Details: module.Map{name: p.Code}})
		}
		return k.Order.AddActions(ctx, d.change, actions...)
	}
}

// promotionsOf are the promotions that an order has with its change: those that it is tied to, with what the change adds and takes away.
func (k *Kit) promotionsOf(ctx context.Context, d *draft) ([]string, error) {
	ids, err := k.Promotions.Others(ctx, d.OrderID)
	for i := range d.change.Actions {
		switch a := &d.change.Actions[i]; a.Action {
		case order.PromotionAdd:
			if !slices.Contains(ids, *a.ReferenceID) {
				ids = append(ids, *a.ReferenceID)
			}
		case order.PromotionRemove:
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == *a.ReferenceID })
		}
	}
	return ids, err
}

func (k *Kit) requestDraftEdit(ctx context.Context, in End) (Ref, error) {
	d, err := k.open(ctx, OfOrder, in.ID)
	if err != nil {
		return Ref{}, err
	}
	set := module.Set{"status": order.ChangeRequested, "requested_at": db.Now(), "requested_by": ref(in.By)}
	_, err = k.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, set)
	return d.Ref, err
}

func (k *Kit) confirmDraftEdit(ctx workflow.Context, in End) (Ref, error) {
	done, err := workflow.Step(ctx, "confirm-draft-order-changes", func(ctx context.Context, in End) (Ref, error) {
		d, err := k.open(ctx, OfOrder, in.ID)
		if err != nil {
			return Ref{}, err
		}
		ids, err := k.promotionsOf(ctx, d)
		if err != nil {
			return Ref{}, err
		}
		p, err := k.Order.PreviewOf(ctx, d.order, d.change)
		if err != nil {
			return Ref{}, err
		}
		if err := k.Order.Confirm(ctx, p, in.By, module.Set{}); err != nil {
			return Ref{}, err
		}
		if err := k.Promotions.Near().Detach(ctx, d.OrderID, nil); err != nil || len(ids) == 0 {
			return d.Ref, err
		}
		_, err = k.Promotions.Attach(ctx, link.Join(d.OrderID, ids...))
		return d.Ref, err
	}, in)
	if err != nil {
		return Ref{}, err
	}
	_, err = k.Payment.FollowOrder.Run(ctx, done.OrderID)
	return done, err
}

func (k *Kit) cancelDraftEdit(ctx context.Context, in End) (Ref, error) {
	d, err := k.open(ctx, OfOrder, in.ID)
	if err != nil {
		return Ref{}, err
	}
	return d.Ref, k.Order.Abandon(ctx, d.change)
}
