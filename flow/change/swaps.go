package change

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Swaps are the workflows of claims, or of exchanges: goods come back, and others are sent. Those of an Inbound action that is there already are the
// workflows of its return.
type Swaps struct {
	Begin    *workflow.Workflow[Begin, Ref]
	Claimed  LineActions // of claims alone
	Inbound  *workflow.Workflow[Lines, Ref]
	Outbound GoodActions
	Post     PostActions
	Confirm  *workflow.Workflow[End, Ref]
	Abandon  *workflow.Workflow[End, Ref]
	Cancel   *workflow.Workflow[End, Ref]
}

func (s *Swaps) list() []workflow.Any {
	out := append(s.Outbound.list(), s.Post.list()...)
	if s.Claimed.Add != nil {
		out = append(out, s.Claimed.list()...)
	}
	return append(out, s.Begin, s.Inbound, s.Confirm, s.Abandon, s.Cancel)
}

// A swap is what claims and exchanges differ in.
type swap struct {
	*Kit
	label string // "claim"
	what  string // "order_claim"
	drops string // the workflow that takes out what shall be sent
	find  subject
}

func (k *Kit) claims() Swaps {
	s := swap{k, "claim", "order_claim", "remove-item-claim-add-action", k.OfClaim}
	return Swaps{
		Begin: single("begin-claim-order", k.beginClaim),
		Claimed: LineActions{
			Add:    alter(k, "claim-item", s.find, k.claim),
			Update: alter(k, "update-claim-item", s.find, k.patchLine(order.WriteOff)),
			Remove: alter(k, "remove-item-claim-action", s.find, k.drop(order.WriteOff)),
		},
		Inbound:  alter(k, "claim-request-item-return", s.find, s.takeBack),
		Outbound: s.outbound(),
		Post:     s.post(),
		Confirm:  workflow.New("confirm-claim-request", s.confirmClaim, workflow.Atomic()),
		Abandon:  single("cancel-begin-order-claim", s.abandon),
		Cancel:   single("cancel-claim", s.cancel),
	}
}

func (k *Kit) exchanges() Swaps {
	s := swap{k, "exchange", "order_exchange", "remove-item-exchange-action", k.OfExchange}
	return Swaps{
		Begin:    single("begin-exchange-order", k.beginExchange),
		Inbound:  alter(k, "exchange-request-item-return", s.find, s.takeBack),
		Outbound: s.outbound(),
		Post:     s.post(),
		Confirm:  workflow.New("confirm-exchange-request", s.confirmExchange, workflow.Atomic()),
		Abandon:  single("cancel-begin-order-exchange", s.abandon),
		Cancel:   single("cancel-exchange", s.cancel),
	}
}

// outbound are the workflows of what is sent.
func (s swap) outbound() GoodActions {
	return GoodActions{
		Add:    alter(s.Kit, s.label+"-add-new-item", s.find, s.addGoods(s.what)),
		Update: alter(s.Kit, "update-"+s.label+"-add-item", s.find, s.patchGoods(s.label)),
		Remove: alter(s.Kit, s.drops, s.find, s.dropGoods),
	}
}

// post are the workflows of how it travels.
func (s swap) post() PostActions {
	return PostActions{
		Add:    alter(s.Kit, "create-"+s.label+"-shipping-method", s.find, s.addPost),
		Update: alter(s.Kit, "update-"+s.label+"-shipping-method", s.find, s.patchPost),
		Remove: alter(s.Kit, "remove-"+s.label+"-shipping-method", s.find, s.drop(order.ShippingAdd)),
	}
}

// OfClaim finds a claim. One that is cancelled is not changed any more.
func (k *Kit) OfClaim(ctx context.Context, id string) (Ref, error) {
	c, err := k.Order.Claims.Retrieve(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return Ref{}, fault.New(fault.NotFound, "OrderClaim id not found: %s", id)
	case err == nil && c.CanceledAt != nil:
		return Ref{}, fault.New(fault.Invalid, "Claim with id %s has been canceled.", id)
	}
	return Ref{OrderID: c.OrderID, ClaimID: c.ID, ReturnID: text(c.ReturnID)}, err
}

// OfExchange finds an exchange. One that is cancelled is not changed any more.
func (k *Kit) OfExchange(ctx context.Context, id string) (Ref, error) {
	x, err := k.Order.Exchanges.Retrieve(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return Ref{}, fault.New(fault.NotFound, "OrderExchange id not found: %s", id)
	case err == nil && x.CanceledAt != nil:
		return Ref{}, fault.New(fault.Invalid, "Exchange with id %s has been canceled.", id)
	}
	return Ref{OrderID: x.OrderID, ExchangeID: x.ID, ReturnID: text(x.ReturnID)}, err
}

func (k *Kit) beginClaim(ctx context.Context, in Begin) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	made, err := k.Order.Claims.Create(ctx, order.Claim{OrderID: o.ID, OrderVersion: o.Version, Type: in.Type, CreatedBy: ref(in.By), Metadata: in.Metadata})
	if err != nil {
		return Ref{}, err
	}
	kind := order.ClaimChange
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ClaimID: &made.ID, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ClaimID: made.ID, ChangeID: c.ID}, nil
}

func (k *Kit) beginExchange(ctx context.Context, in Begin) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	made, err := k.Order.Exchanges.Create(ctx, order.Exchange{OrderID: o.ID, OrderVersion: o.Version, CreatedBy: ref(in.By), Metadata: in.Metadata})
	if err != nil {
		return Ref{}, err
	}
	kind := order.Exchanging
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ExchangeID: &made.ID, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ExchangeID: made.ID, ChangeID: c.ID}, nil
}

// takeBack adds lines that shall come back. The first of them begin a return.
func (s swap) takeBack(ctx context.Context, d *draft, in Lines) error {
	if d.ReturnID == "" {
		if in.LocationID == nil && len(in.Items) > 0 {
			at, err := s.keptAt(ctx, d.order.Line(in.Items[0].ID))
			if err != nil {
				return err
			}
			in.LocationID = ref(at)
		}
		r, err := s.Order.Returns.Create(ctx, order.Return{OrderID: d.OrderID, OrderVersion: d.order.Version, Status: open, LocationID: in.LocationID,
			ClaimID: ref(d.ClaimID), ExchangeID: ref(d.ExchangeID)})
		if err != nil {
			return err
		}
		d.ReturnID, d.change.ReturnID = r.ID, &r.ID
		if _, err := s.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, module.Set{"return_id": r.ID}); err != nil {
			return err
		}
		if err := s.note(ctx, d.Ref, module.Set{"return_id": r.ID}); err != nil {
			return err
		}
	}
	return s.bringBack(ctx, d, in)
}

// note writes columns of the claim or exchange.
func (s swap) note(ctx context.Context, r Ref, set module.Set) (err error) {
	if r.ClaimID != "" {
		_, err = s.Order.Claims.Update(ctx, module.Filter{"id": r.ClaimID}, set)
	} else {
		_, err = s.Order.Exchanges.Update(ctx, module.Filter{"id": r.ExchangeID}, set)
	}
	return err
}

// dropGoods takes out what shall be sent, and the way it would go once nothing is sent.
func (s swap) dropGoods(ctx context.Context, d *draft, in Drop) error {
	if err := s.drop(order.ItemAdd)(ctx, d, in); err != nil {
		return err
	}
	return s.dropIdlePost(ctx, d, order.ItemAdd)
}

// abandon gives a claim or exchange up that was not requested yet, with its return.
func (s swap) abandon(ctx context.Context, in End) (Ref, error) {
	d, err := s.open(ctx, s.find, in.ID)
	if err != nil {
		return Ref{}, err
	}
	if err := s.Order.Abandon(ctx, d.change); err != nil {
		return Ref{}, err
	}
	if d.ReturnID != "" {
		if err := s.Order.Returns.SoftDelete(ctx, d.ReturnID); err != nil {
			return Ref{}, err
		}
	}
	if d.ClaimID != "" {
		return d.Ref, s.Order.Claims.SoftDelete(ctx, d.ClaimID)
	}
	return d.Ref, s.Order.Exchanges.SoftDelete(ctx, d.ExchangeID)
}

// count counts the actions of a kind.
func count(c *order.Change, kind string) (n int) {
	for i := range c.Actions {
		if c.Actions[i].Action == kind {
			n++
		}
	}
	return n
}

// returning makes the return of a claim or exchange requested. One of which nothing is left goes away.
func (s swap) returning(ctx context.Context, d *draft) error {
	if d.ReturnID == "" {
		return nil
	}
	if count(d.change, order.ReturnItems) > 0 {
		return s.expect(ctx, d.ReturnID, d.change.Actions)
	}
	if err := s.Order.Returns.SoftDelete(ctx, d.ReturnID); err != nil {
		return err
	}
	if _, err := s.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, module.Set{"return_id": nil}); err != nil {
		return err
	}
	d.ReturnID, d.change.ReturnID = "", nil
	return s.note(ctx, d.Ref, module.Set{"return_id": nil})
}

func (s swap) confirmClaim(ctx workflow.Context, in End) (Ref, error) {
	done, err := s.finish(ctx, in, func(ctx context.Context, d *draft) error {
		if count(d.change, order.WriteOff)+count(d.change, order.ReturnItems)+count(d.change, order.ItemAdd) == 0 {
			return fault.New(fault.Invalid, "Order claim request should have at least 1 item")
		}
		about, err := s.about(ctx, d.change)
		if err != nil {
			return err
		}
		var items []order.ClaimItem
		for i := range d.change.Actions {
			a := &d.change.Actions[i]
			item := order.ClaimItem{ClaimID: d.ClaimID, ItemID: a.Subject(), Quantity: a.Number("quantity"), Note: a.InternalNote, Metadata: about[a.Subject()],
				IsAdditionalItem: a.Action == order.ItemAdd}
			if a.Action == order.WriteOff {
				item.Reason = ref(a.Text("reason"))
			}
			if a.Action == order.WriteOff || a.Action == order.ItemAdd {
				items = append(items, item)
			}
		}
		_, err = s.Order.ClaimItems.CreateMany(ctx, items)
		return err
	})
	if err != nil {
		return Ref{}, err
	}
	return done.Ref, workflow.Emit(ctx, ClaimCreated, Notice{OrderID: done.OrderID, ClaimID: done.ClaimID, NoNotification: in.NoNotification})
}

func (s swap) confirmExchange(ctx workflow.Context, in End) (Ref, error) {
	done, err := s.finish(ctx, in, func(ctx context.Context, d *draft) error {
		if count(d.change, order.ReturnItems) == 0 || count(d.change, order.ItemAdd) == 0 {
			return fault.New(fault.Invalid, "Order exchange request should have at least 1 item inbound and 1 item outbound")
		}
		about, err := s.about(ctx, d.change)
		if err != nil {
			return err
		}
		var items []order.ExchangeItem
		for i := range d.change.Actions {
			if a := &d.change.Actions[i]; a.Action == order.ItemAdd {
				items = append(items, order.ExchangeItem{ExchangeID: d.ExchangeID, ItemID: a.Subject(), Quantity: a.Number("quantity"), Note: a.InternalNote, Metadata: about[a.Subject()]})
			}
		}
		_, err = s.Order.ExchangeItems.CreateMany(ctx, items)
		return err
	})
	if err != nil {
		return Ref{}, err
	}
	return done.Ref, workflow.Emit(ctx, ExchangeCreated, Notice{OrderID: done.OrderID, ExchangeID: done.ExchangeID, NoNotification: in.NoNotification})
}

// about is the metadata of what a change is about: of new lines that which they were given.
func (s swap) about(ctx context.Context, c *order.Change) (map[string]module.Map, error) {
	var ids []string
	out := map[string]module.Map{}
	for i := range c.Actions {
		a := &c.Actions[i]
		if out[a.Subject()] = (module.Map{}); a.Action == order.ItemAdd {
			ids = append(ids, a.Subject())
		}
	}
	lines, err := s.Order.Lines.List(ctx, module.Filter{"id": ids})
	for _, l := range lines {
		if l.Metadata != nil {
			out[l.ID] = l.Metadata
		}
	}
	return out, err
}

// finish confirms a claim or exchange: the order changes, what is sent is promised, what comes back is fetched, and what is owed is asked for.
func (s swap) finish(ctx workflow.Context, in End, before func(context.Context, *draft) error) (confirmed, error) {
	done, err := workflow.Step(ctx, "confirm-"+s.label+"-request", func(ctx context.Context, in End) (confirmed, error) {
		return s.confirm(ctx, s.find, in, func(ctx context.Context, d *draft) error {
			if err := before(ctx, d); err != nil {
				return err
			}
			return s.returning(ctx, d)
		})
	}, in)
	if err != nil {
		return done, err
	}
	if err := s.fetch(ctx, done); err != nil {
		return done, err
	}
	_, err = s.Payment.FollowOrder.Run(ctx, done.OrderID)
	return done, err
}

// cancel calls a claim or exchange off of which nothing was sent yet, with its return: what was written off is not any more, and what would have been
// sent is free again.
func (s swap) cancel(ctx context.Context, in End) (Ref, error) {
	r, err := s.find(ctx, in.ID)
	if err != nil {
		return r, err
	}
	o, err := s.load(ctx, r.OrderID)
	if err != nil {
		return r, err
	}
	list, err := s.undone(ctx, o, r)
	if err != nil {
		return r, err
	}
	if r.ReturnID != "" {
		back, err := s.Order.Returns.Retrieve(ctx, r.ReturnID, module.Find{Relations: []string{"items"}})
		if err != nil {
			return r, err
		}
		if back.CanceledAt == nil {
			if err := s.parcelsGone(ctx, back, s.label); err != nil {
				return r, err
			}
			if err := s.callOff(ctx, o, back, in); err != nil {
				return r, err
			}
		}
	}
	list = append(list, withoutMethods(o, func(d *order.Shipping) bool {
		return r.ClaimID != "" && text(d.ClaimID) == r.ClaimID || r.ExchangeID != "" && text(d.ExchangeID) == r.ExchangeID
	})...)
	if err := s.undo(ctx, o, list, in); err != nil {
		return r, err
	}
	return r, s.note(ctx, r, module.Set{"canceled_at": db.Now()})
}

// undone are the actions that take back what a claim or exchange did, but for its return. Stock that was promised to what it would have sent is free.
func (s swap) undone(ctx context.Context, o *order.Order, r Ref) (list []order.Action, err error) {
	var sent []order.ExchangeItem
	if r.ExchangeID != "" {
		if sent, err = s.Order.ExchangeItems.List(ctx, module.Filter{"exchange_id": r.ExchangeID}); err != nil {
			return nil, err
		}
	} else {
		items, err := s.Order.ClaimItems.List(ctx, module.Filter{"claim_id": r.ClaimID})
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			if i.IsAdditionalItem {
				sent = append(sent, order.ExchangeItem{ItemID: i.ItemID, Quantity: i.Quantity})
				continue
			}
			a := Line{ID: i.ItemID, Quantity: i.Quantity}.action(order.Reinstate, s.what, r.ClaimID)
			a.ClaimID = &r.ClaimID
			list = append(list, a)
		}
	}
	var lines []string
	for _, i := range sent {
		l := o.Line(i.ItemID)
		if l == nil {
			continue
		}
		if l.Detail.FulfilledQuantity.Sign() > 0 {
			return nil, fault.New(fault.NotAllowed, "All fulfillments must be canceled before canceling a%s %s", map[bool]string{true: "n"}[s.label == "exchange"], s.label)
		}
		a := Line{ID: i.ItemID, Quantity: i.Quantity}.action(order.ItemRemove, s.what, r.ClaimID+r.ExchangeID)
		a.ClaimID, a.ExchangeID = ref(r.ClaimID), ref(r.ExchangeID)
		list, lines = append(list, a), append(lines, i.ItemID)
	}
	if len(lines) > 0 {
		_, err = s.Cart.Stock.Inventory.ReleaseLines(ctx, lines)
	}
	return list, err
}
