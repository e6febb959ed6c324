// Package change has the workflows of what happens to orders after they were placed: edits, returns, claims, exchanges and transfers. All of them are
// changes: lists of actions that are gathered first, can be looked at applied, and become the next version of the order when they are confirmed.
package change

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/fulfillment"
	orders "github.com/gorgon-commerce/gorgon/flow/order"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	sent "github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to orders that change.
const (
	EditRequested   = event.Topic[Edited]("order-edit.requested")
	EditConfirmed   = event.Topic[Edited]("order-edit.confirmed")
	EditCanceled    = event.Topic[Edited]("order-edit.canceled")
	ReturnRequested = event.Topic[Notice]("order.return_requested")
	ReturnReceived  = event.Topic[Notice]("order.return_received")
	ClaimCreated    = event.Topic[Notice]("order.claim_created")
	ExchangeCreated = event.Topic[Notice]("order.exchange_created")
)

// Edited is the data of events of order edits.
type Edited struct {
	OrderID string         `json:"order_id"`
	Actions []order.Action `json:"actions"`
}

// A Notice is the data of events of returns, claims and exchanges.
type Notice struct {
	OrderID        string `json:"order_id"`
	ReturnID       string `json:"return_id,omitempty"`
	ClaimID        string `json:"claim_id,omitempty"`
	ExchangeID     string `json:"exchange_id,omitempty"`
	NoNotification *bool  `json:"no_notification"`
}

// A Ref names an order, and what a change of it is about.
type Ref struct{ OrderID, ReturnID, ClaimID, ExchangeID, ChangeID string }

// A Begin begins a change of an order.
type Begin struct {
	OrderID, By       string
	Type              string // of a claim: "refund" or "replace"
	Description, Note *string
	LocationID        *string // where goods come back to
	Metadata          module.Map
}

// A Line is how much of a line of an order.
type Line struct {
	ID       string
	Quantity money.Decimal
	Note     *string
	ReasonID *string // why it comes back
	Reason   *string // why it is claimed
	Metadata module.Map
}

// Lines are about lines of an order. ID is that of the return, claim or exchange.
type Lines struct {
	ID         string
	Items      []Line
	LocationID *string
}

// A Good is a quantity of a variant that an order shall have more. UnitPrice nil is what the variant costs.
type Good struct {
	VariantID                     string
	Quantity                      money.Decimal
	UnitPrice, CompareAtUnitPrice *money.Decimal
	Note                          *string
	Metadata                      module.Map
}

// Goods are added to an order. ID is that of the order, claim or exchange.
type Goods struct {
	ID    string
	Items []Good
}

// A Patch changes an action; what is absent stays. Where it is about a line of the order instead, ActionID is the line's.
type Patch struct {
	ID, ActionID                  string
	Quantity                      *money.Decimal
	UnitPrice, CompareAtUnitPrice *money.Decimal
	Note, ReasonID                module.Opt[string]
}

// A Post adds a shipping method: that of the return, if Inbound. Amount nil is what the option costs.
type Post struct {
	ID, OptionID string
	Inbound      bool
	Amount       *money.Decimal
	Note         *string
	Metadata     module.Map
}

// A PostPatch changes a shipping method that is added. A null Amount is what the option costs.
type PostPatch struct {
	ID, ActionID string
	Amount       module.Opt[money.Decimal]
	Note         module.Opt[string]
	Metadata     module.Opt[module.Map]
}

// A Drop takes an action out of a change.
type Drop struct{ ID, ActionID string }

// An End requests, confirms, cancels or gives up.
type End struct {
	ID, By         string
	Customer       bool // By is a customer
	NoNotification *bool
}

func (l Lines) key() string     { return l.ID }
func (g Goods) key() string     { return g.ID }
func (p Patch) key() string     { return p.ID }
func (p Post) key() string      { return p.ID }
func (p PostPatch) key() string { return p.ID }
func (d Drop) key() string      { return d.ID }

// A Kit is what changes are made with.
type Kit struct {
	Order       *order.Module
	Orders      *orders.Flows
	Cart        *cart.Flows
	Payment     *payment.Flows
	Fulfillment *fulfillment.Flows
	Promotions  *link.Link[order.Order, promotion.Promotion]
	Returned    *link.Link[order.Return, sent.Fulfillment]
	// LocationOf finds where a fulfillment set is; empty for nowhere.
	LocationOf func(ctx context.Context, set string) (string, error)
}

// A draft is a change in progress, with its order, which is held.
type draft struct {
	Ref
	order  *order.Order
	change *order.Change
}

// A subject is a kind of record that changes are about: it finds what an id stands for.
type subject func(ctx context.Context, id string) (Ref, error)

// OfOrder is about an order itself.
func OfOrder(_ context.Context, id string) (Ref, error) { return Ref{OrderID: id}, nil }

// OfKnownOrder is OfOrder of an order that exists.
func (k *Kit) OfKnownOrder(ctx context.Context, id string) (Ref, error) {
	n, err := k.Order.Orders.Count(ctx, module.Filter{"id": id})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	return Ref{OrderID: id}, err
}

// load reads an order and holds it. One that is cancelled is not changed any more.
func (k *Kit) load(ctx context.Context, id string) (*order.Order, error) {
	o, err := k.Order.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	if err != nil {
		return nil, err
	}
	return o, o.Open()
}

// open finds the change in progress that is about the record with an id.
func (k *Kit) open(ctx context.Context, s subject, id string) (*draft, error) {
	ref, err := s(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &draft{Ref: ref}
	if d.order, err = k.load(ctx, ref.OrderID); err != nil {
		return nil, err
	}
	if d.change, err = k.Order.Active(ctx, ref.OrderID); err != nil {
		return nil, err
	}
	if d.change == nil || !about(d.change, ref) {
		return nil, fault.New(fault.Invalid, "An active Order Change is required to proceed")
	}
	d.ChangeID = d.change.ID
	return d, nil
}

// about reports whether a change is about what a ref names. The receipt of a return is about the
// return alone, even one of a claim or an exchange.
func about(c *order.Change, r Ref) bool {
	if text(c.ChangeType) == order.ReturnReceive {
		return r.ReturnID == text(c.ReturnID)
	}
	for _, p := range [][2]string{{r.ClaimID, text(c.ClaimID)}, {r.ExchangeID, text(c.ExchangeID)}} {
		if p[0] != p[1] {
			return false
		}
	}
	return r.ReturnID == text(c.ReturnID) || r.ClaimID+r.ExchangeID != ""
}

// settle sees that the change can be applied as it is now, and works the discounts out anew where they are to be kept up.
func (k *Kit) settle(ctx context.Context, d *draft) error {
	if d.order.IsDraftOrder || d.change.CarryOverPromotions != nil && *d.change.CarryOverPromotions {
		if err := k.carryOver(ctx, d); err != nil {
			return err
		}
	}
	_, err := k.Order.PreviewOf(ctx, d.order, d.change)
	return err
}

type keyed interface{ key() string }

// alter makes a workflow that alters a change in progress.
func alter[In keyed](k *Kit, name string, s subject, fn func(context.Context, *draft, In) error) *workflow.Workflow[In, Ref] {
	return single(name, func(ctx context.Context, in In) (Ref, error) {
		d, err := k.open(ctx, s, in.key())
		if err != nil {
			return Ref{}, err
		}
		if err := fn(ctx, d, in); err != nil {
			return Ref{}, err
		}
		return d.Ref, k.settle(ctx, d)
	})
}

// single makes a workflow of one step.
func single[In any](name string, fn func(context.Context, In) (Ref, error)) *workflow.Workflow[In, Ref] {
	return workflow.New(name, func(ctx workflow.Context, in In) (Ref, error) { return workflow.Step(ctx, name, fn, in) }, workflow.Atomic())
}

// action finds an action of a change, which must be one of some kinds.
func (d *draft) action(id string, kinds ...string) (*order.Action, error) {
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

// drop takes an action out of a change.
func (k *Kit) drop(kinds ...string) func(context.Context, *draft, Drop) error {
	return func(ctx context.Context, d *draft, in Drop) error {
		if _, err := d.action(in.ActionID, kinds...); err != nil {
			return err
		}
		return k.Order.DropActions(ctx, d.change, func(a *order.Action) bool { return a.ID == in.ActionID })
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
