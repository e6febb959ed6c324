// Package changeflow has the workflows of what happens to orders after they were placed: edits, returns, claims, exchanges and transfers. All of them are
// changes: lists of actions that are gathered first, can be looked at applied, and become the next version of the order when they are confirmed.
package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/flow/orderflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to orders that change.
const (
	EditRequested   = event.Topic[EditData]("order-edit.requested")
	EditConfirmed   = event.Topic[EditData]("order-edit.confirmed")
	EditCanceled    = event.Topic[EditData]("order-edit.canceled")
	ReturnRequested = event.Topic[ChangeData]("order.return_requested")
	ReturnReceived  = event.Topic[ChangeData]("order.return_received")
	ClaimCreated    = event.Topic[ChangeData]("order.claim_created")
	ExchangeCreated = event.Topic[ChangeData]("order.exchange_created")
)

// EditData is the data of events of order edits.
type EditData struct {
	OrderID string               `json:"order_id"`
	Actions []order.ChangeAction `json:"actions"`
}

// A ChangeData is the data of events of returns, claims and exchanges.
type ChangeData struct {
	OrderID        string `json:"order_id"`
	ReturnID       string `json:"return_id,omitempty"`
	ClaimID        string `json:"claim_id,omitempty"`
	ExchangeID     string `json:"exchange_id,omitempty"`
	NoNotification *bool  `json:"no_notification"`
}

// A ChangeRef names an order, and what a change of it is about.
type ChangeRef struct{ OrderID, ReturnID, ClaimID, ExchangeID, ChangeID string }

// A BeginInput begins a change of an order.
type BeginInput struct {
	OrderID, CreatedBy string
	Type               string // of a claim: "refund" or "replace"
	Description, Note  *string
	LocationID         *string // where goods come back to
	Metadata           module.Map
}

// A LineInput is how much of a line of an order.
type LineInput struct {
	ID       string
	Quantity money.Decimal
	Note     *string
	ReasonID *string // why it comes back
	Reason   *string // why it is claimed
	Metadata module.Map
}

// LinesInput are about lines of an order. ID is that of the return, claim or exchange.
type LinesInput struct {
	ID         string
	Items      []LineInput
	LocationID *string
}

// An ItemInput is a quantity of a variant that an order shall have more. UnitPrice nil is what the variant costs.
type ItemInput struct {
	VariantID                     string
	Quantity                      money.Decimal
	UnitPrice, CompareAtUnitPrice *money.Decimal
	Note                          *string
	Metadata                      module.Map
}

// AddItemsInput are added to an order. ID is that of the order, claim or exchange.
type AddItemsInput struct {
	ID    string
	Items []ItemInput
}

// A UpdateActionInput changes an action; what is absent stays. Where it is about a line of the order instead, ActionID is the line's.
type UpdateActionInput struct {
	ID, ActionID                  string
	Quantity                      *money.Decimal
	UnitPrice, CompareAtUnitPrice *money.Decimal
	Note, ReasonID                module.Opt[string]
}

// An AddShippingInput adds a shipping method: that of the return, if Inbound. Amount nil is what the option costs.
type AddShippingInput struct {
	ID, OptionID string
	Inbound      bool
	Amount       *money.Decimal
	Note         *string
	Metadata     module.Map
}

// A UpdateShippingInput changes a shipping method that is added. A null Amount is what the option costs.
type UpdateShippingInput struct {
	ID, ActionID string
	Amount       module.Opt[money.Decimal]
	Note         module.Opt[string]
	Metadata     module.Opt[module.Map]
}

// A RemoveActionInput takes an action out of a change.
type RemoveActionInput struct{ ID, ActionID string }

// A TransitionInput requests, confirms, cancels or gives up.
type TransitionInput struct {
	ID, By         string
	Customer       bool // By is a customer
	NoNotification *bool
}

func (l LinesInput) key() string          { return l.ID }
func (g AddItemsInput) key() string       { return g.ID }
func (p UpdateActionInput) key() string   { return p.ID }
func (p AddShippingInput) key() string    { return p.ID }
func (p UpdateShippingInput) key() string { return p.ID }
func (d RemoveActionInput) key() string   { return d.ID }

// A Deps is what changes are made with.
type Deps struct {
	Order              *order.Module
	Orders             *orderflow.Flows
	Cart               *cartflow.Flows
	Payment            *paymentflow.Flows
	Fulfillment        *fulfillmentflow.Flows
	Promotions         *link.Link[order.Order, promotion.Promotion]
	ReturnFulfillments *link.Link[order.Return, fulfillment.Fulfillment]
	// LocationOf finds where a fulfillment set is; empty for nowhere.
	LocationOf func(ctx context.Context, set string) (string, error)
}

// A openChange is a change in progress, with its order, which is held.
type openChange struct {
	ChangeRef
	order  *order.Order
	change *order.Change
}

// A refFinder is a kind of record that changes are about: it finds what an id stands for.
type refFinder func(ctx context.Context, id string) (ChangeRef, error)

// FindOrder is about an order itself.
func FindOrder(_ context.Context, id string) (ChangeRef, error) { return ChangeRef{OrderID: id}, nil }

// OfKnownOrder is FindOrder of an order that exists.
func (k *Deps) OfKnownOrder(ctx context.Context, id string) (ChangeRef, error) {
	n, err := k.Order.Orders.Count(ctx, module.Filter{"id": id})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	return ChangeRef{OrderID: id}, err
}

// load reads an order and holds it. One that is cancelled is not changed any more.
func (k *Deps) load(ctx context.Context, id string) (*order.Order, error) {
	o, err := k.Order.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	if err != nil {
		return nil, err
	}
	return o, o.CheckNotCanceled()
}

// open finds the change in progress that is about the record with an id.
func (k *Deps) open(ctx context.Context, s refFinder, id string) (*openChange, error) {
	ref, err := s(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &openChange{ChangeRef: ref}
	if d.order, err = k.load(ctx, ref.OrderID); err != nil {
		return nil, err
	}
	if d.change, err = k.Order.ActiveChange(ctx, ref.OrderID); err != nil {
		return nil, err
	}
	if d.change == nil || !matchesRef(d.change, ref) {
		return nil, fault.New(fault.Invalid, "An active Order Change is required to proceed")
	}
	d.ChangeID = d.change.ID
	return d, nil
}

// matchesRef reports whether a change is about what a ref names. The receipt of a return is about the
// return alone, even one of a claim or an exchange.
func matchesRef(c *order.Change, r ChangeRef) bool {
	if text(c.ChangeType) == order.ChangeTypeReturnReceive {
		return r.ReturnID == text(c.ReturnID)
	}
	for _, p := range [][2]string{{r.ClaimID, text(c.ClaimID)}, {r.ExchangeID, text(c.ExchangeID)}} {
		if p[0] != p[1] {
			return false
		}
	}
	return r.ReturnID == text(c.ReturnID) || r.ClaimID+r.ExchangeID != ""
}

// preparePreview checks that the change can be applied as it is now. It calculates the discounts
// anew if the order's promotions are carried over, and else makes them fit the changed line items.
func (k *Deps) preparePreview(ctx context.Context, d *openChange) error {
	fit := k.scaleDiscounts
	if d.order.IsDraftOrder || d.change.CarryOverPromotions != nil && *d.change.CarryOverPromotions {
		fit = k.carryOver
	}
	if err := fit(ctx, d); err != nil {
		return err
	}
	_, err := k.Order.PreviewOf(ctx, d.order, d.change)
	return err
}

type withID interface{ key() string }

// newChangeWorkflow makes a workflow that alters a change in progress.
func newChangeWorkflow[In withID](k *Deps, name string, s refFinder, fn func(context.Context, *openChange, In) error) *workflow.Workflow[In, ChangeRef] {
	return singleStep(name, func(ctx context.Context, in In) (ChangeRef, error) {
		d, err := k.open(ctx, s, in.key())
		if err != nil {
			return ChangeRef{}, err
		}
		if err := fn(ctx, d, in); err != nil {
			return ChangeRef{}, err
		}
		return d.ChangeRef, k.preparePreview(ctx, d)
	})
}

// singleStep makes a workflow of one step.
func singleStep[In any](name string, fn func(context.Context, In) (ChangeRef, error)) *workflow.Workflow[In, ChangeRef] {
	return workflow.New(name, func(ctx workflow.Context, in In) (ChangeRef, error) { return workflow.Step(ctx, name, fn, in) }, workflow.Atomic())
}

// action finds an action of a change, which must be one of some kinds.
func (d *openChange) action(id string, kinds ...string) (*order.ChangeAction, error) {
	for i := range d.change.Actions {
		a := &d.change.Actions[i]
		if a.ID != id {
			continue
		}
		for _, k := range kinds {
			if a.Action == k {
				return a, nil
			}
		}
		return nil, fault.New(fault.Invalid, "Action %s is %s, which cannot be changed here", id, a.Action)
	}
	return nil, fault.New(fault.NotFound, "Order change action with id: %s was not found", id)
}

// removeAction takes an action out of a change.
func (k *Deps) removeAction(kinds ...string) func(context.Context, *openChange, RemoveActionInput) error {
	return func(ctx context.Context, d *openChange, in RemoveActionInput) error {
		if _, err := d.action(in.ActionID, kinds...); err != nil {
			return err
		}
		return k.Order.RemoveActions(ctx, d.change, func(a *order.ChangeAction) bool { return a.ID == in.ActionID })
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func ref(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
