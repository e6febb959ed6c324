package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// ReplacementFlows are the workflows of claims, or of exchanges: goods come back, and others are sent. Those of an Inbound action that is there already are the
// workflows of its return.
type ReplacementFlows struct {
	Begin       *workflow.Workflow[BeginInput, ChangeRef]
	ClaimItems  LineActions // of claims alone
	Inbound     *workflow.Workflow[LinesInput, ChangeRef]
	Outbound    ItemActions
	Shipping    ShippingActions
	Confirm     *workflow.Workflow[TransitionInput, ChangeRef]
	CancelBegin *workflow.Workflow[TransitionInput, ChangeRef]
	Cancel      *workflow.Workflow[TransitionInput, ChangeRef]
}

func (s *ReplacementFlows) list() []workflow.AnyWorkflow {
	out := append(s.Outbound.list(), s.Shipping.list()...)
	if s.ClaimItems.Add != nil {
		out = append(out, s.ClaimItems.list()...)
	}
	return append(out, s.Begin, s.Inbound, s.Confirm, s.CancelBegin, s.Cancel)
}

// A replacement is what claims and exchanges differ in.
type replacement struct {
	*Deps
	label string // "claim"
	what  string // "order_claim"
	drops string // the workflow that takes out what shall be sent
	find  refFinder
}

func (k *Deps) claims() ReplacementFlows {
	s := replacement{k, "claim", "order_claim", "remove-item-claim-add-action", k.FindClaim}
	return ReplacementFlows{
		Begin: singleStep("begin-claim-order", k.beginClaim),
		ClaimItems: LineActions{
			Add:    newChangeWorkflow(k, "claim-item", s.find, k.addClaimItems),
			Update: newChangeWorkflow(k, "update-claim-item", s.find, k.updateLineAction(order.ActionWriteOff)),
			Remove: newChangeWorkflow(k, "remove-item-claim-action", s.find, k.removeAction(order.ActionWriteOff)),
		},
		Inbound:     newChangeWorkflow(k, "claim-request-item-return", s.find, s.addInboundItems),
		Outbound:    s.outbound(),
		Shipping:    s.shippingActions(),
		Confirm:     workflow.New("confirm-claim-request", s.confirmClaim, workflow.Atomic()),
		CancelBegin: singleStep("cancel-begin-order-claim", s.cancelBegin),
		Cancel:      singleStep("cancel-claim", s.cancel),
	}
}

func (k *Deps) exchanges() ReplacementFlows {
	s := replacement{k, "exchange", "order_exchange", "remove-item-exchange-action", k.FindExchange}
	return ReplacementFlows{
		Begin:       singleStep("begin-exchange-order", k.beginExchange),
		Inbound:     newChangeWorkflow(k, "exchange-request-item-return", s.find, s.addInboundItems),
		Outbound:    s.outbound(),
		Shipping:    s.shippingActions(),
		Confirm:     workflow.New("confirm-exchange-request", s.confirmExchange, workflow.Atomic()),
		CancelBegin: singleStep("cancel-begin-order-exchange", s.cancelBegin),
		Cancel:      singleStep("cancel-exchange", s.cancel),
	}
}

// outbound are the workflows of what is sent.
func (s replacement) outbound() ItemActions {
	return ItemActions{
		Add:    newChangeWorkflow(s.Deps, s.label+"-add-new-item", s.find, s.addItems(s.what)),
		Update: newChangeWorkflow(s.Deps, "update-"+s.label+"-add-item", s.find, s.updateItem(s.label)),
		Remove: newChangeWorkflow(s.Deps, s.drops, s.find, s.removeOutboundItem),
	}
}

// shippingActions are the workflows of how it travels.
func (s replacement) shippingActions() ShippingActions {
	return ShippingActions{
		Add:    newChangeWorkflow(s.Deps, "create-"+s.label+"-shipping-method", s.find, s.addShippingMethod),
		Update: newChangeWorkflow(s.Deps, "update-"+s.label+"-shipping-method", s.find, s.updateAddedShipping),
		Remove: newChangeWorkflow(s.Deps, "remove-"+s.label+"-shipping-method", s.find, s.removeAction(order.ActionShippingAdd)),
	}
}

// FindClaim finds a claim. One that is cancelled is not changed any more.
func (k *Deps) FindClaim(ctx context.Context, id string) (ChangeRef, error) {
	c, err := k.Order.Claims.Retrieve(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return ChangeRef{}, fault.New(fault.NotFound, "OrderClaim id not found: %s", id)
	case err == nil && c.CanceledAt != nil:
		return ChangeRef{}, fault.New(fault.Invalid, "Claim with id %s has been canceled.", id)
	}
	return ChangeRef{OrderID: c.OrderID, ClaimID: c.ID, ReturnID: text(c.ReturnID)}, err
}

// FindExchange finds an exchange. One that is cancelled is not changed any more.
func (k *Deps) FindExchange(ctx context.Context, id string) (ChangeRef, error) {
	x, err := k.Order.Exchanges.Retrieve(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return ChangeRef{}, fault.New(fault.NotFound, "OrderExchange id not found: %s", id)
	case err == nil && x.CanceledAt != nil:
		return ChangeRef{}, fault.New(fault.Invalid, "Exchange with id %s has been canceled.", id)
	}
	return ChangeRef{OrderID: x.OrderID, ExchangeID: x.ID, ReturnID: text(x.ReturnID)}, err
}

func (k *Deps) beginClaim(ctx context.Context, in BeginInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	claim, err := k.Order.Claims.Create(ctx, order.Claim{OrderID: o.ID, OrderVersion: o.Version, Type: in.Type, CreatedBy: ref(in.CreatedBy), Metadata: in.Metadata})
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeClaim
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ClaimID: &claim.ID, CreatedBy: ref(in.CreatedBy)})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ClaimID: claim.ID, ChangeID: c.ID}, nil
}

func (k *Deps) beginExchange(ctx context.Context, in BeginInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	exchange, err := k.Order.Exchanges.Create(ctx, order.Exchange{OrderID: o.ID, OrderVersion: o.Version, CreatedBy: ref(in.CreatedBy), Metadata: in.Metadata})
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeExchange
	c, err := k.begin(ctx, o, in, order.Change{ChangeType: &kind, ExchangeID: &exchange.ID, CreatedBy: ref(in.CreatedBy)})
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ExchangeID: exchange.ID, ChangeID: c.ID}, nil
}

// addInboundItems adds lines that shall come back. The first of them begin a return.
func (s replacement) addInboundItems(ctx context.Context, d *openChange, in LinesInput) error {
	if d.ReturnID == "" {
		if in.LocationID == nil && len(in.Items) > 0 {
			at, err := s.stockLocationOf(ctx, d.order.FindLineItem(in.Items[0].ID))
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
		if err := s.updateRecord(ctx, d.ChangeRef, module.Set{"return_id": r.ID}); err != nil {
			return err
		}
	}
	return s.addReturnItems(ctx, d, in)
}

// updateRecord writes columns of the claim or exchange.
func (s replacement) updateRecord(ctx context.Context, r ChangeRef, set module.Set) (err error) {
	if r.ClaimID != "" {
		_, err = s.Order.Claims.Update(ctx, module.Filter{"id": r.ClaimID}, set)
	} else {
		_, err = s.Order.Exchanges.Update(ctx, module.Filter{"id": r.ExchangeID}, set)
	}
	return err
}

// removeOutboundItem takes out what shall be sent, and the way it would go once nothing is sent.
func (s replacement) removeOutboundItem(ctx context.Context, d *openChange, in RemoveActionInput) error {
	if err := s.removeAction(order.ActionItemAdd)(ctx, d, in); err != nil {
		return err
	}
	return s.removeUnusedShipping(ctx, d, order.ActionItemAdd)
}

// cancelBegin gives a claim or exchange up that was not requested yet, with its return.
func (s replacement) cancelBegin(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	d, err := s.open(ctx, s.find, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	if err := s.Order.DeleteChange(ctx, d.change); err != nil {
		return ChangeRef{}, err
	}
	if d.ReturnID != "" {
		if err := s.Order.Returns.SoftDelete(ctx, d.ReturnID); err != nil {
			return ChangeRef{}, err
		}
	}
	if d.ClaimID != "" {
		return d.ChangeRef, s.Order.Claims.SoftDelete(ctx, d.ClaimID)
	}
	return d.ChangeRef, s.Order.Exchanges.SoftDelete(ctx, d.ExchangeID)
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

// requestReturn makes the return of a claim or exchange requested. One of which nothing is left goes away.
func (s replacement) requestReturn(ctx context.Context, d *openChange) error {
	if d.ReturnID == "" {
		return nil
	}
	if count(d.change, order.ActionReturnItems) > 0 {
		return s.requestReturnItems(ctx, d.ReturnID, d.change.Actions)
	}
	if err := s.Order.Returns.SoftDelete(ctx, d.ReturnID); err != nil {
		return err
	}
	if _, err := s.Order.Changes.Update(ctx, module.Filter{"id": d.ChangeID}, module.Set{"return_id": nil}); err != nil {
		return err
	}
	d.ReturnID, d.change.ReturnID = "", nil
	return s.updateRecord(ctx, d.ChangeRef, module.Set{"return_id": nil})
}

func (s replacement) confirmClaim(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := s.finish(ctx, in, func(ctx context.Context, d *openChange) error {
		if count(d.change, order.ActionWriteOff)+count(d.change, order.ActionReturnItems)+count(d.change, order.ActionItemAdd) == 0 {
			return fault.New(fault.Invalid, "Order claim request should have at least 1 item")
		}
		metadata, err := s.lineMetadata(ctx, d.change)
		if err != nil {
			return err
		}
		var items []order.ClaimItem
		for i := range d.change.Actions {
			a := &d.change.Actions[i]
			item := order.ClaimItem{ClaimID: d.ClaimID, ItemID: a.TargetID(), Quantity: a.DecimalDetail("quantity"), Note: a.InternalNote, Metadata: metadata[a.TargetID()],
				IsAdditionalItem: a.Action == order.ActionItemAdd}
			if a.Action == order.ActionWriteOff {
				item.Reason = ref(a.TextDetail("reason"))
			}
			if a.Action == order.ActionWriteOff || a.Action == order.ActionItemAdd {
				items = append(items, item)
			}
		}
		_, err = s.Order.ClaimItems.CreateMany(ctx, items)
		return err
	})
	if err != nil {
		return ChangeRef{}, err
	}
	return done.ChangeRef, workflow.Emit(ctx, ClaimCreated, ChangeData{OrderID: done.OrderID, ClaimID: done.ClaimID, NoNotification: in.NoNotification})
}

func (s replacement) confirmExchange(ctx workflow.Context, in TransitionInput) (ChangeRef, error) {
	done, err := s.finish(ctx, in, func(ctx context.Context, d *openChange) error {
		if count(d.change, order.ActionReturnItems) == 0 || count(d.change, order.ActionItemAdd) == 0 {
			return fault.New(fault.Invalid, "Order exchange request should have at least 1 item inbound and 1 item outbound")
		}
		metadata, err := s.lineMetadata(ctx, d.change)
		if err != nil {
			return err
		}
		var items []order.ExchangeItem
		for i := range d.change.Actions {
			if a := &d.change.Actions[i]; a.Action == order.ActionItemAdd {
				items = append(items, order.ExchangeItem{ExchangeID: d.ExchangeID, ItemID: a.TargetID(), Quantity: a.DecimalDetail("quantity"), Note: a.InternalNote, Metadata: metadata[a.TargetID()]})
			}
		}
		_, err = s.Order.ExchangeItems.CreateMany(ctx, items)
		return err
	})
	if err != nil {
		return ChangeRef{}, err
	}
	return done.ChangeRef, workflow.Emit(ctx, ExchangeCreated, ChangeData{OrderID: done.OrderID, ExchangeID: done.ExchangeID, NoNotification: in.NoNotification})
}

// lineMetadata is the metadata of what a change is about: of new lines that which they were given.
func (s replacement) lineMetadata(ctx context.Context, c *order.Change) (map[string]module.Map, error) {
	var ids []string
	out := map[string]module.Map{}
	for i := range c.Actions {
		a := &c.Actions[i]
		if out[a.TargetID()] = (module.Map{}); a.Action == order.ActionItemAdd {
			ids = append(ids, a.TargetID())
		}
	}
	lines, err := s.Order.LineItems.List(ctx, module.Filter{"id": ids})
	for _, l := range lines {
		if l.Metadata != nil {
			out[l.ID] = l.Metadata
		}
	}
	return out, err
}

// finish confirms a claim or exchange: the order changes, what is sent is promised, what comes back is fetched, and what is owed is asked for.
func (s replacement) finish(ctx workflow.Context, in TransitionInput, before func(context.Context, *openChange) error) (confirmedChange, error) {
	done, err := workflow.Step(ctx, "confirm-"+s.label+"-request", func(ctx context.Context, in TransitionInput) (confirmedChange, error) {
		return s.confirm(ctx, s.find, in, func(ctx context.Context, d *openChange) error {
			if err := before(ctx, d); err != nil {
				return err
			}
			return s.requestReturn(ctx, d)
		})
	}, in)
	if err != nil {
		return done, err
	}
	if err := s.createReturnFulfillment(ctx, done); err != nil {
		return done, err
	}
	_, err = s.Payment.UpdateOrderCollection.Run(ctx, done.OrderID)
	return done, err
}

// cancel calls a claim or exchange off of which nothing was sent yet, with its return: what was written off is not any more, and what would have been
// sent is free again.
func (s replacement) cancel(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	r, err := s.find(ctx, in.ID)
	if err != nil {
		return r, err
	}
	o, err := s.load(ctx, r.OrderID)
	if err != nil {
		return r, err
	}
	list, err := s.reversalActions(ctx, o, r)
	if err != nil {
		return r, err
	}
	if r.ReturnID != "" {
		back, err := s.Order.Returns.Retrieve(ctx, r.ReturnID, module.FindOptions{Relations: []string{"items"}})
		if err != nil {
			return r, err
		}
		if back.CanceledAt == nil {
			if err := s.checkNotShipped(ctx, back, s.label); err != nil {
				return r, err
			}
			if err := s.cancelReturnVersion(ctx, o, back, in); err != nil {
				return r, err
			}
		}
	}
	list = append(list, withoutMethods(o, func(d *order.Shipping) bool {
		return r.ClaimID != "" && text(d.ClaimID) == r.ClaimID || r.ExchangeID != "" && text(d.ExchangeID) == r.ExchangeID
	})...)
	if err := s.confirmReversal(ctx, o, list, in); err != nil {
		return r, err
	}
	return r, s.updateRecord(ctx, r, module.Set{"canceled_at": db.Now()})
}

// reversalActions are the actions that take back what a claim or exchange did, but for its return. Stock that was promised to what it would have sent is free.
func (s replacement) reversalActions(ctx context.Context, o *order.Order, r ChangeRef) (list []order.ChangeAction, err error) {
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
			a := LineInput{ID: i.ItemID, Quantity: i.Quantity}.action(order.ActionReinstate, s.what, r.ClaimID)
			a.ClaimID = &r.ClaimID
			list = append(list, a)
		}
	}
	var lines []string
	for _, i := range sent {
		l := o.FindLineItem(i.ItemID)
		if l == nil {
			continue
		}
		if l.Detail.FulfilledQuantity.Sign() > 0 {
			return nil, fault.New(fault.NotAllowed, "All fulfillments must be canceled before canceling a%s %s", map[bool]string{true: "n"}[s.label == "exchange"], s.label)
		}
		a := LineInput{ID: i.ItemID, Quantity: i.Quantity}.action(order.ActionItemRemove, s.what, r.ClaimID+r.ExchangeID)
		a.ClaimID, a.ExchangeID = ref(r.ClaimID), ref(r.ExchangeID)
		list, lines = append(list, a), append(lines, i.ItemID)
	}
	if len(lines) > 0 {
		_, err = s.Cart.Inventory.Inventory.ReleaseByLineItems(ctx, lines)
	}
	return list, err
}
