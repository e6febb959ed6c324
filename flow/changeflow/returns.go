package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// The statuses of returns.
const (
	open              = "open"
	requested         = "requested"
	received          = "received"
	partiallyReceived = "partially_received"
	canceled          = "canceled"
)

// A UpdateReturnInput changes a return; what is absent stays.
type UpdateReturnInput struct {
	ID  string
	Set module.Set
}

// Returns are the workflows of returns.
type Returns struct {
	Begin          *workflow.Workflow[BeginInput, ChangeRef]
	Update         *workflow.Workflow[UpdateReturnInput, ChangeRef]
	Request        LineActions
	Shipping       ShippingActions
	Confirm        *workflow.Workflow[TransitionInput, ChangeRef]
	CancelRequest  *workflow.Workflow[TransitionInput, ChangeRef]
	BeginReceive   *workflow.Workflow[BeginInput, ChangeRef]
	Receive        LineActions
	Dismiss        LineActions
	ConfirmReceive *workflow.Workflow[TransitionInput, ChangeRef]
	CancelReceive  *workflow.Workflow[TransitionInput, ChangeRef] // gives a receipt up
	Cancel         *workflow.Workflow[TransitionInput, ChangeRef]
	CreateComplete *workflow.Workflow[CreateReturnInput, ChangeRef]
}

func (k *Deps) returns() Returns {
	updateReceived := k.updateLineAction(order.ActionReceiveItems, order.ActionReceiveDamaged)
	removeReceived := newChangeWorkflow(k, "remove-item-receive-return-action", k.FindReturn, k.removeAction(order.ActionReceiveItems, order.ActionReceiveDamaged))
	remove := newChangeWorkflow(k, "remove-item-return-action", k.FindReturn, k.removeReturnItems)
	update := newChangeWorkflow(k, "update-receive-item-return-request", k.FindReturn, updateReceived)
	return Returns{
		Begin:  singleStep("begin-return-order", k.beginReturn),
		Update: singleStep("update-return", k.updateReturn),
		Request: LineActions{
			Add:    newChangeWorkflow(k, "request-item-return", k.FindReturn, k.addReturnItems),
			Update: newChangeWorkflow(k, "update-request-item-return", k.FindReturn, k.updateLineAction(order.ActionReturnItems)),
			Remove: remove,
		},
		Shipping: ShippingActions{
			Add:    newChangeWorkflow(k, "create-return-shipping-method", k.FindReturn, k.addShippingMethod),
			Update: newChangeWorkflow(k, "update-return-shipping-method", k.FindReturn, k.updateAddedShipping),
			Remove: newChangeWorkflow(k, "remove-return-shipping-method", k.FindReturn, k.removeAction(order.ActionShippingAdd)),
		},
		Confirm:        workflow.New("confirm-return-request", k.confirmReturn, workflow.Atomic()),
		CancelRequest:  singleStep("cancel-return-request", k.cancelReturnRequest),
		BeginReceive:   singleStep("begin-receive-return", k.beginReceive),
		Receive:        LineActions{Add: newChangeWorkflow(k, "receive-item-return-request", k.FindReturn, k.addReceivedItems(order.ActionReceiveItems)), Update: update, Remove: removeReceived},
		Dismiss:        LineActions{Add: newChangeWorkflow(k, "dismiss-item-return-request", k.FindReturn, k.addReceivedItems(order.ActionReceiveDamaged)), Update: update, Remove: remove},
		ConfirmReceive: workflow.New("confirm-return-receive", k.confirmReceipt, workflow.Atomic()),
		CancelReceive:  singleStep("cancel-receive-return", k.cancelReceive),
		Cancel:         singleStep("cancel-return", k.cancelReturn),
		CreateComplete: workflow.New("create-complete-return-order", k.completeReturn, workflow.Atomic()),
	}
}

func (r *Returns) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{r.Begin, r.Update, r.Request.Add, r.Request.Update, r.Request.Remove, r.Shipping.Add, r.Shipping.Update, r.Shipping.Remove, r.Confirm, r.CancelRequest,
		r.BeginReceive, r.Receive.Add, r.Receive.Update, r.Receive.Remove, r.Dismiss.Add, r.ConfirmReceive, r.CancelReceive, r.Cancel, r.CreateComplete}
}

// FindReturn finds a return, and what it belongs to. One that is cancelled is not changed any more.
func (k *Deps) FindReturn(ctx context.Context, id string) (ChangeRef, error) {
	r, err := k.findReturn(ctx, id)
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: r.OrderID, ReturnID: r.ID, ClaimID: text(r.ClaimID), ExchangeID: text(r.ExchangeID)}, nil
}

func (k *Deps) findReturn(ctx context.Context, id string) (order.Return, error) {
	r, err := k.Order.Returns.Retrieve(ctx, id, module.FindOptions{Relations: []string{"items"}})
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return r, fault.New(fault.NotFound, "Return id not found: %s", id)
	case err == nil && r.CanceledAt != nil:
		return r, fault.New(fault.Invalid, "Return with id %s has been canceled.", id)
	}
	return r, err
}

func (k *Deps) beginReturn(ctx context.Context, in BeginInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	r, err := k.Order.Returns.Create(ctx, order.Return{OrderID: o.ID, OrderVersion: o.Version, Status: open, LocationID: in.LocationID, CreatedBy: ref(in.CreatedBy), Metadata: in.Metadata})
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeReturnRequest
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ReturnID: &r.ID, CreatedBy: ref(in.CreatedBy)})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ReturnID: r.ID, ChangeID: c.ID}, nil
}

func (k *Deps) updateReturn(ctx context.Context, in UpdateReturnInput) (ChangeRef, error) {
	r, err := k.FindReturn(ctx, in.ID)
	if err != nil {
		return r, err
	}
	_, err = k.Order.Returns.Patch(ctx, in.ID, in.Set)
	return r, err
}

// removeReturnItems takes out what shall come back, and the way it would come once nothing does.
func (k *Deps) removeReturnItems(ctx context.Context, d *openChange, in RemoveActionInput) error {
	if err := k.removeAction(order.ActionReturnItems)(ctx, d, in); err != nil {
		return err
	}
	if d.ClaimID+d.ExchangeID == "" {
		return nil
	}
	return k.removeUnusedShipping(ctx, d, order.ActionReturnItems)
}

// returnItemsOf are the items of a return that a change asks for.
func returnItemsOf(id string, actions []order.ChangeAction) (out []order.ReturnItem) {
	for i := range actions {
		if a := &actions[i]; a.Action == order.ActionReturnItems {
			m, _ := a.Details["metadata"].(map[string]any)
			if m == nil {
				m = module.Map{}
			}
			out = append(out, order.ReturnItem{ReturnID: id, ItemID: a.TargetID(), Quantity: a.DecimalDetail("quantity"), ReasonID: ref(a.TextDetail("reason_id")), Note: a.InternalNote, Metadata: m})
		}
	}
	return out
}

// requestReturnItems makes a return requested, with what shall come back.
func (k *Deps) requestReturnItems(ctx context.Context, id string, actions []order.ChangeAction) error {
	items := returnItemsOf(id, actions)
	if len(items) == 0 {
		return fault.New(fault.Invalid, "Order return request should have at least 1 item")
	}
	if _, err := k.Order.ReturnItems.CreateMany(ctx, items); err != nil {
		return err
	}
	_, err := k.Order.Returns.Update(ctx, module.Filter{"id": id}, module.Set{"status": requested, "requested_at": db.Now()})
	return err
}

func (k *Deps) confirmReturn(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := workflow.Step(ctx, "confirm-return-request", func(ctx context.Context, in TransitionInput) (confirmedChange, error) {
		return k.confirm(ctx, k.FindReturn, in, func(ctx context.Context, d *openChange) error {
			return k.requestReturnItems(ctx, d.ReturnID, d.change.Actions)
		})
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	if err := k.createReturnFulfillment(ctx, done); err != nil {
		return ChangeRef{}, err
	}
	if _, err := k.Payment.UpdateOrderCollection.Run(ctx, done.OrderID); err != nil {
		return ChangeRef{}, err
	}
	return done.ChangeRef, workflow.Emit(ctx, ReturnRequested, ChangeData{OrderID: done.OrderID, ReturnID: done.ReturnID, NoNotification: in.NoNotification})
}

// cancelReturnRequest gives a return up that was not requested yet.
func (k *Deps) cancelReturnRequest(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	d, err := k.open(ctx, k.FindReturn, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	if err := k.Order.DeleteChange(ctx, d.change); err != nil {
		return ChangeRef{}, err
	}
	return d.ChangeRef, k.Order.Returns.SoftDelete(ctx, in.ID)
}

// beginReceive begins to take in what comes back. OrderID is the return's id.
func (k *Deps) beginReceive(ctx context.Context, in BeginInput) (ChangeRef, error) {
	r, err := k.findReturn(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	o, err := k.load(ctx, r.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeReturnReceive
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ReturnID: &r.ID, CreatedBy: ref(in.CreatedBy)})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ReturnID: r.ID, ChangeID: c.ID}, nil
}

func (k *Deps) cancelReceive(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	d, err := k.open(ctx, k.FindReturn, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	return d.ChangeRef, k.Order.DeleteChange(ctx, d.change)
}

func (k *Deps) confirmReceipt(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := workflow.Step(ctx, "confirm-return-receive", func(ctx context.Context, in TransitionInput) (confirmedChange, error) {
		done, err := k.confirm(ctx, k.FindReturn, in, nil)
		if err != nil {
			return done, err
		}
		return done, k.recordReceived(ctx, done)
	}, in)
	if err != nil {
		return ChangeRef{}, err
	}
	return done.ChangeRef, workflow.Emit(ctx, ReturnReceived, ChangeData{OrderID: done.OrderID, ReturnID: done.ReturnID, NoNotification: in.NoNotification})
}

// recordReceived notes what of a return has come, and puts what is whole into stock.
func (k *Deps) recordReceived(ctx context.Context, done confirmedChange) error {
	if len(done.Actions) == 0 {
		return nil
	}
	r, err := k.findReturn(ctx, done.ReturnID)
	if err != nil {
		return err
	}
	back, broken := map[string]money.Decimal{}, map[string]money.Decimal{}
	for i := range done.Actions {
		switch a := &done.Actions[i]; a.Action {
		case order.ActionReceiveItems:
			back[a.TargetID()] = back[a.TargetID()].Add(a.DecimalDetail("quantity"))
		case order.ActionReceiveDamaged:
			broken[a.TargetID()] = broken[a.TargetID()].Add(a.DecimalDetail("quantity"))
		}
	}
	if err := k.restock(ctx, &done.Order, text(r.LocationID), back); err != nil {
		return err
	}
	all, err := k.updateReceivedQuantities(ctx, r, back, broken)
	if err != nil {
		return err
	}
	set := module.Set{"status": partiallyReceived}
	if all {
		set = module.Set{"status": received, "received_at": db.Now()}
	}
	_, err = k.Order.Returns.Update(ctx, module.Filter{"id": r.ID}, set)
	return err
}

// updateReceivedQuantities notes at a return's items how much of them has come, and reports whether that is all. A line that the return has twice is filled up in order.
func (k *Deps) updateReceivedQuantities(ctx context.Context, r order.Return, back, broken map[string]money.Decimal) (all bool, err error) {
	all = true
	for _, i := range r.Items {
		whole := minimum(back[i.ItemID], i.Quantity.Sub(i.ReceivedQuantity))
		torn := minimum(broken[i.ItemID], i.Quantity.Sub(i.ReceivedQuantity).Sub(whole))
		back[i.ItemID], broken[i.ItemID] = back[i.ItemID].Sub(whole), broken[i.ItemID].Sub(torn)
		got := i.ReceivedQuantity.Add(whole).Add(torn)
		all = all && !got.Less(i.Quantity)
		if whole.IsZero() && torn.IsZero() {
			continue
		}
		set := module.Set{"received_quantity": got, "damaged_quantity": i.DamagedQuantity.Add(torn)}
		if _, err := k.Order.ReturnItems.Update(ctx, module.Filter{"id": i.ID}, set); err != nil {
			return false, err
		}
	}
	return all, nil
}

func minimum(a, b money.Decimal) money.Decimal {
	if b.Less(a) {
		return b
	}
	return a
}

// cancelReturn calls a return off of which nothing has come.
func (k *Deps) cancelReturn(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	r, err := k.findReturn(ctx, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	o, err := k.load(ctx, r.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	if err := k.checkNotShipped(ctx, r, "return"); err != nil {
		return ChangeRef{}, err
	}
	if err := k.cancelReturnVersion(ctx, o, r, in); err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: r.OrderID, ReturnID: r.ID}, nil
}

// checkNotShipped refuses to cancel while goods are on their way back, or have come.
func (k *Deps) checkNotShipped(ctx context.Context, r order.Return, label string) error {
	for _, i := range r.Items {
		if i.ReceivedQuantity.Sign() > 0 {
			return fault.New(fault.NotAllowed, "Can't cancel a %s which has returned items", label)
		}
	}
	ids, err := k.ReturnFulfillments.LinkedIDs(ctx, r.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	n, err := k.Fulfillment.Fulfillment.Fulfillments.Count(ctx, module.Filter{"id": ids, "canceled_at": nil})
	if err == nil && n > 0 {
		article := map[bool]string{true: "am", false: "a"}[label == "exchange"] // as Medusa spells it
		err = fault.New(fault.NotAllowed, "All fulfillments must be canceled before canceling %s %s", article, label)
	}
	return err
}

// cancelReturnVersion writes the version of an order in which a return does not happen.
func (k *Deps) cancelReturnVersion(ctx context.Context, o *order.Order, r order.Return, in TransitionInput) error {
	var list []order.ChangeAction
	for _, i := range r.Items {
		l := LineInput{ID: i.ItemID, Quantity: i.Quantity}
		a := l.action(order.ActionCancelReturnItems, "return", r.ID)
		a.ReturnID, a.ClaimID, a.ExchangeID = &r.ID, r.ClaimID, r.ExchangeID
		list = append(list, a)
	}
	list = append(list, withoutMethods(o, func(s *order.Shipping) bool { return text(s.ReturnID) == r.ID })...)
	if err := k.confirmReversal(ctx, o, list, in); err != nil {
		return err
	}
	_, err := k.Order.Returns.Update(ctx, module.Filter{"id": r.ID}, module.Set{"status": canceled, "canceled_at": db.Now()})
	return err
}

// withoutMethods are the actions that take shipping methods out of an order.
func withoutMethods(o *order.Order, remove func(*order.Shipping) bool) (list []order.ChangeAction) {
	reference := "order_shipping_method"
	for i := range o.ShippingMethods {
		if m := &o.ShippingMethods[i]; remove(m.Detail) {
			list = append(list, order.ChangeAction{Action: order.ActionShippingRemove, Reference: &reference, ReferenceID: &m.ID})
		}
	}
	return list
}

// confirmReversal confirms actions that take something back, at once.
func (k *Deps) confirmReversal(ctx context.Context, o *order.Order, list []order.ChangeAction, in TransitionInput) error {
	if len(list) == 0 {
		return nil
	}
	c, err := k.Order.BeginChange(ctx, o, order.Change{NoNotification: in.NoNotification, CreatedBy: ref(in.By)})
	if err != nil {
		return err
	}
	if err := k.Order.AddActions(ctx, c, list...); err != nil {
		return err
	}
	p, err := k.Order.PreviewOf(ctx, o, c)
	if err != nil {
		return err
	}
	if err := k.Order.ConfirmChange(ctx, p, in.By, module.Set{}); err != nil {
		return err
	}
	*o = p.Order
	return nil
}
