package change

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

// A ReturnPatch changes a return; what is absent stays.
type ReturnPatch struct {
	ID  string
	Set module.Set
}

// Returns are the workflows of returns.
type Returns struct {
	Begin        *workflow.Workflow[Begin, Ref]
	Update       *workflow.Workflow[ReturnPatch, Ref]
	Request      LineActions
	Post         PostActions
	Confirm      *workflow.Workflow[End, Ref]
	Abandon      *workflow.Workflow[End, Ref]
	BeginReceive *workflow.Workflow[Begin, Ref]
	Receive      LineActions
	Dismiss      LineActions
	Received     *workflow.Workflow[End, Ref]
	AbandonBack  *workflow.Workflow[End, Ref] // gives a receipt up
	Cancel       *workflow.Workflow[End, Ref]
	Complete     *workflow.Workflow[Wish, Ref]
}

func (k *Kit) returns() Returns {
	took := k.patchLine(order.ReceiveItems, order.ReceiveDamaged)
	removeReceived := alter(k, "remove-item-receive-return-action", k.OfReturn, k.drop(order.ReceiveItems, order.ReceiveDamaged))
	remove := alter(k, "remove-item-return-action", k.OfReturn, k.dropReturned)
	update := alter(k, "update-receive-item-return-request", k.OfReturn, took)
	return Returns{
		Begin:  single("begin-return-order", k.beginReturn),
		Update: single("update-return", k.updateReturn),
		Request: LineActions{
			Add:    alter(k, "request-item-return", k.OfReturn, k.bringBack),
			Update: alter(k, "update-request-item-return", k.OfReturn, k.patchLine(order.ReturnItems)),
			Remove: remove,
		},
		Post: PostActions{
			Add:    alter(k, "create-return-shipping-method", k.OfReturn, k.addPost),
			Update: alter(k, "update-return-shipping-method", k.OfReturn, k.patchPost),
			Remove: alter(k, "remove-return-shipping-method", k.OfReturn, k.drop(order.ShippingAdd)),
		},
		Confirm:      workflow.New("confirm-return-request", k.confirmReturn, workflow.Atomic()),
		Abandon:      single("cancel-return-request", k.abandonReturn),
		BeginReceive: single("begin-receive-return", k.beginReceive),
		Receive:      LineActions{Add: alter(k, "receive-item-return-request", k.OfReturn, k.receive(order.ReceiveItems)), Update: update, Remove: removeReceived},
		Dismiss:      LineActions{Add: alter(k, "dismiss-item-return-request", k.OfReturn, k.receive(order.ReceiveDamaged)), Update: update, Remove: remove},
		Received:     workflow.New("confirm-return-receive", k.confirmReceipt, workflow.Atomic()),
		AbandonBack:  single("cancel-receive-return", k.abandonReceipt),
		Cancel:       single("cancel-return", k.cancelReturn),
		Complete:     workflow.New("create-complete-return-order", k.completeReturn, workflow.Atomic()),
	}
}

func (r *Returns) list() []workflow.Any {
	return []workflow.Any{r.Begin, r.Update, r.Request.Add, r.Request.Update, r.Request.Remove, r.Post.Add, r.Post.Update, r.Post.Remove, r.Confirm, r.Abandon,
		r.BeginReceive, r.Receive.Add, r.Receive.Update, r.Receive.Remove, r.Dismiss.Add, r.Received, r.AbandonBack, r.Cancel, r.Complete}
}

// OfReturn finds a return, and what it belongs to. One that is cancelled is not changed any more.
func (k *Kit) OfReturn(ctx context.Context, id string) (Ref, error) {
	r, err := k.findReturn(ctx, id)
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: r.OrderID, ReturnID: r.ID, ClaimID: text(r.ClaimID), ExchangeID: text(r.ExchangeID)}, nil
}

func (k *Kit) findReturn(ctx context.Context, id string) (order.Return, error) {
	r, err := k.Order.Returns.Retrieve(ctx, id, module.Find{Relations: []string{"items"}})
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return r, fault.New(fault.NotFound, "Return id not found: %s", id)
	case err == nil && r.CanceledAt != nil:
		return r, fault.New(fault.Invalid, "Return with id %s has been canceled.", id)
	}
	return r, err
}

func (k *Kit) beginReturn(ctx context.Context, in Begin) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	r, err := k.Order.Returns.Create(ctx, order.Return{OrderID: o.ID, OrderVersion: o.Version, Status: open, LocationID: in.LocationID, CreatedBy: ref(in.By), Metadata: in.Metadata})
	if err != nil {
		return Ref{}, err
	}
	kind := order.ReturnRequest
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ReturnID: &r.ID, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ReturnID: r.ID, ChangeID: c.ID}, nil
}

func (k *Kit) updateReturn(ctx context.Context, in ReturnPatch) (Ref, error) {
	r, err := k.OfReturn(ctx, in.ID)
	if err != nil {
		return r, err
	}
	_, err = k.Order.Returns.Patch(ctx, in.ID, in.Set)
	return r, err
}

// dropReturned takes out what shall come back, and the way it would come once nothing does.
func (k *Kit) dropReturned(ctx context.Context, d *draft, in Drop) error {
	if err := k.drop(order.ReturnItems)(ctx, d, in); err != nil {
		return err
	}
	if d.ClaimID+d.ExchangeID == "" {
		return nil
	}
	return k.dropIdlePost(ctx, d, order.ReturnItems)
}

// returned are the items of a return that a change asks for.
func returned(id string, actions []order.Action) (out []order.ReturnItem) {
	for i := range actions {
		if a := &actions[i]; a.Action == order.ReturnItems {
			m, _ := a.Details["metadata"].(map[string]any)
			if m == nil {
				m = module.Map{}
			}
			out = append(out, order.ReturnItem{ReturnID: id, ItemID: a.Subject(), Quantity: a.Number("quantity"), ReasonID: ref(a.Text("reason_id")), Note: a.InternalNote, Metadata: m})
		}
	}
	return out
}

// expect makes a return requested, with what shall come back.
func (k *Kit) expect(ctx context.Context, id string, actions []order.Action) error {
	items := returned(id, actions)
	if len(items) == 0 {
		return fault.New(fault.Invalid, "Order return request should have at least 1 item")
	}
	if _, err := k.Order.ReturnItems.CreateMany(ctx, items); err != nil {
		return err
	}
	_, err := k.Order.Returns.Update(ctx, module.Filter{"id": id}, module.Set{"status": requested, "requested_at": db.Now()})
	return err
}

func (k *Kit) confirmReturn(ctx workflow.Context, in End) (Ref, error) {
	done, err := workflow.Step(ctx, "confirm-return-request", func(ctx context.Context, in End) (confirmed, error) {
		return k.confirm(ctx, k.OfReturn, in, func(ctx context.Context, d *draft) error { return k.expect(ctx, d.ReturnID, d.change.Actions) })
	}, in)
	if err != nil {
		return Ref{}, err
	}
	if err := k.fetch(ctx, done); err != nil {
		return Ref{}, err
	}
	if _, err := k.Payment.FollowOrder.Run(ctx, done.OrderID); err != nil {
		return Ref{}, err
	}
	return done.Ref, workflow.Emit(ctx, ReturnRequested, Notice{OrderID: done.OrderID, ReturnID: done.ReturnID, NoNotification: in.NoNotification})
}

// abandonReturn gives a return up that was not requested yet.
func (k *Kit) abandonReturn(ctx context.Context, in End) (Ref, error) {
	d, err := k.open(ctx, k.OfReturn, in.ID)
	if err != nil {
		return Ref{}, err
	}
	if err := k.Order.Abandon(ctx, d.change); err != nil {
		return Ref{}, err
	}
	return d.Ref, k.Order.Returns.SoftDelete(ctx, in.ID)
}

// beginReceive begins to take in what comes back. OrderID is the return's id.
func (k *Kit) beginReceive(ctx context.Context, in Begin) (Ref, error) {
	r, err := k.findReturn(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	o, err := k.load(ctx, r.OrderID)
	if err != nil {
		return Ref{}, err
	}
	kind := order.ReturnReceive
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ReturnID: &r.ID, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ReturnID: r.ID, ChangeID: c.ID}, nil
}

func (k *Kit) abandonReceipt(ctx context.Context, in End) (Ref, error) {
	d, err := k.open(ctx, k.OfReturn, in.ID)
	if err != nil {
		return Ref{}, err
	}
	return d.Ref, k.Order.Abandon(ctx, d.change)
}

func (k *Kit) confirmReceipt(ctx workflow.Context, in End) (Ref, error) {
	done, err := workflow.Step(ctx, "confirm-return-receive", func(ctx context.Context, in End) (confirmed, error) {
		done, err := k.confirm(ctx, k.OfReturn, in, nil)
		if err != nil {
			return done, err
		}
		return done, k.takeIn(ctx, done)
	}, in)
	if err != nil {
		return Ref{}, err
	}
	return done.Ref, workflow.Emit(ctx, ReturnReceived, Notice{OrderID: done.OrderID, ReturnID: done.ReturnID, NoNotification: in.NoNotification})
}

// takeIn notes what of a return has come, and puts what is whole into stock.
func (k *Kit) takeIn(ctx context.Context, done confirmed) error {
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
		case order.ReceiveItems:
			back[a.Subject()] = back[a.Subject()].Add(a.Number("quantity"))
		case order.ReceiveDamaged:
			broken[a.Subject()] = broken[a.Subject()].Add(a.Number("quantity"))
		}
	}
	if err := k.restock(ctx, &done.Order, text(r.LocationID), back); err != nil {
		return err
	}
	all, err := k.tick(ctx, r, back, broken)
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

// tick notes at a return's items how much of them has come, and reports whether that is all. A line that the return has twice is filled up in order.
func (k *Kit) tick(ctx context.Context, r order.Return, back, broken map[string]money.Decimal) (all bool, err error) {
	all = true
	for _, i := range r.Items {
		whole := least(back[i.ItemID], i.Quantity.Sub(i.ReceivedQuantity))
		torn := least(broken[i.ItemID], i.Quantity.Sub(i.ReceivedQuantity).Sub(whole))
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

func least(a, b money.Decimal) money.Decimal {
	if b.Less(a) {
		return b
	}
	return a
}

// cancelReturn calls a return off of which nothing has come.
func (k *Kit) cancelReturn(ctx context.Context, in End) (Ref, error) {
	r, err := k.findReturn(ctx, in.ID)
	if err != nil {
		return Ref{}, err
	}
	o, err := k.load(ctx, r.OrderID)
	if err != nil {
		return Ref{}, err
	}
	if err := k.parcelsGone(ctx, r, "return"); err != nil {
		return Ref{}, err
	}
	if err := k.callOff(ctx, o, r, in); err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: r.OrderID, ReturnID: r.ID}, nil
}

// parcelsGone refuses to cancel while goods are on their way back, or have come.
func (k *Kit) parcelsGone(ctx context.Context, r order.Return, what string) error {
	for _, i := range r.Items {
		if i.ReceivedQuantity.Sign() > 0 {
			return fault.New(fault.NotAllowed, "Can't cancel a %s which has returned items", what)
		}
	}
	ids, err := k.Returned.Others(ctx, r.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	n, err := k.Fulfillment.Fulfillment.Fulfillments.Count(ctx, module.Filter{"id": ids, "canceled_at": nil})
	if err == nil && n > 0 {
		article := map[bool]string{true: "am", false: "a"}[what == "exchange"] // as Medusa spells it
		err = fault.New(fault.NotAllowed, "All fulfillments must be canceled before canceling %s %s", article, what)
	}
	return err
}

// callOff writes the version of an order in which a return does not happen.
func (k *Kit) callOff(ctx context.Context, o *order.Order, r order.Return, in End) error {
	var list []order.Action
	for _, i := range r.Items {
		l := Line{ID: i.ItemID, Quantity: i.Quantity}
		a := l.action(order.CancelReturnItems, "return", r.ID)
		a.ReturnID, a.ClaimID, a.ExchangeID = &r.ID, r.ClaimID, r.ExchangeID
		list = append(list, a)
	}
	list = append(list, withoutMethods(o, func(s *order.Shipping) bool { return text(s.ReturnID) == r.ID })...)
	if err := k.undo(ctx, o, list, in); err != nil {
		return err
	}
	_, err := k.Order.Returns.Update(ctx, module.Filter{"id": r.ID}, module.Set{"status": canceled, "canceled_at": db.Now()})
	return err
}

// withoutMethods are the actions that take shipping methods out of an order.
func withoutMethods(o *order.Order, gone func(*order.Shipping) bool) (list []order.Action) {
	what := "order_shipping_method"
	for i := range o.ShippingMethods {
		if m := &o.ShippingMethods[i]; gone(m.Detail) {
			list = append(list, order.Action{Action: order.ShippingRemove, Reference: &what, ReferenceID: &m.ID})
		}
	}
	return list
}

// undo confirms actions that take something back, at once.
func (k *Kit) undo(ctx context.Context, o *order.Order, list []order.Action, in End) error {
	if len(list) == 0 {
		return nil
	}
	c, err := k.Order.Begin(ctx, o, order.Change{NoNotification: in.NoNotification, CreatedBy: ref(in.By)})
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
	if err := k.Order.Confirm(ctx, p, in.By, module.Set{}); err != nil {
		return err
	}
	*o = p.Order
	return nil
}
