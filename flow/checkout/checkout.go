// Package checkout makes orders of carts. An order, the stock that is promised to it, the use of its promotions, its payment and the end of the cart
// are one transaction; the money is asked for before it, outside of any.
package checkout

import (
	"context"
	"fmt"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens at a checkout.
const (
	Placed   = event.Topic[event.ID]("order.placed")
	Reserved = event.Topic[Reservation]("reservation-item.created")
)

// A Reservation tells of stock that was promised to an order.
type Reservation struct {
	ID      string `json:"id"`
	OrderID string `json:"order_id"`
}

// A Made is what hooks are told of a new order.
type Made struct {
	OrderID string `json:"order_id"`
	CartID  string `json:"cart_id"`
}

// Flows are the workflows of the checkout.
type Flows struct {
	Cart       *cart.Flows
	Payment    *payment.Flows
	Order      *order.Module
	Carts      *link.Link[order.Order, carts.Cart]
	Promotions *link.Link[order.Order, promotion.Promotion]

	// Complete makes an order of a cart and returns the order's id: of a cart that was completed before, that of the order that was made then.
	Complete *workflow.Workflow[string, string]
	// Process does what follows from a call of a payment provider. It returns the payment's id, if there is one.
	Process *workflow.Workflow[payments.Notice, string]

	// Validate may refuse a cart before the money is asked for; BeforePayment is called right before that.
	Validate, BeforePayment workflow.Hook[cart.Moment]
	// Created joins in the transaction of a new order.
	Created workflow.Hook[Made]
}

// New returns the workflows of a shop's checkout.
func New(f *Flows) *Flows {
	f.Complete = workflow.New("complete-cart", f.complete, workflow.Atomic(), workflow.Lock(func(id string) string { return id }))
	f.Process = workflow.New("process-payment-workflow", f.process, workflow.Durable(), workflow.IdempotencyKey(func(n payments.Notice) string {
		return fmt.Sprint(n.SessionID, " ", n.Status, " ", n.Amount)
	}))
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any { return []workflow.Any{f.Complete, f.Process} }

// A basket is a cart on its way to the till.
type basket struct {
	State    *cart.State
	OrderID  string // of the order that was made of it before
	Variants []cart.Variant
	Method   string            // the collection that it is paid by; empty for none
	Session  *payments.Session // what pays; nil when nothing is to be paid
}

func (f *Flows) complete(ctx workflow.Context, id string) (string, error) {
	b, err := workflow.Step(ctx, "cart-query", f.open, id)
	if err != nil || b.OrderID != "" {
		return b.OrderID, err
	}
	if err := f.validate(ctx, b); err != nil {
		return "", err
	}
	if _, err := workflow.Step(ctx, "validate-cart-payments", f.check, b); err != nil {
		return "", err
	}
	if err := f.Validate.Run(ctx, cart.Moment{Cart: b.State, Input: id}); err != nil {
		return "", err
	}
	var heard *payments.Heard
	if b.Session != nil {
		if err := f.BeforePayment.Run(ctx, cart.Moment{Cart: b.State, Input: id}); err != nil {
			return "", err
		}
		a, err := f.authorize(ctx, b)
		if err != nil {
			return "", err
		}
		heard = &payments.Heard{ID: b.Session.ID, Answer: a}
	}
	return f.place(ctx, b, heard)
}

// authorize asks for the money. A local provider does so within the transaction; with any other the transaction ends before and a new one begins
// after, in which the cart must be as it was.
func (f *Flows) authorize(ctx workflow.Context, b basket) (payments.Answer, error) {
	m := f.Payment.Payment
	if m.Inside(b.Session.ProviderID) {
		return workflow.Step(ctx, "authorize-payment-session-step", f.ask, *b.Session)
	}
	a, err := workflow.Step(ctx, "authorize-payment-session-step", f.ask, *b.Session, workflow.External(), workflow.Retry(3, 200*time.Millisecond),
		workflow.UndoFailed(), workflow.Undo(func(ctx context.Context, a payments.Answer) error {
			return f.Payment.Abandon(ctx, payments.Heard{ID: b.Session.ID, Answer: a})
		}))
	if err != nil {
		return a, err
	}
	_, err = workflow.Step(ctx, "lock-cart", f.unchanged, b)
	return a, err
}

// ask has the provider authorise the session. Anything but a yes is an error, and noted. If the answer is lost for good, what may have been
// authorised is given back.
func (f *Flows) ask(ctx context.Context, s payments.Session) (payments.Answer, error) {
	m := f.Payment.Payment
	if err := workflow.Intend(ctx, payments.Answer{}); err != nil {
		return payments.Answer{}, err
	}
	a, err := m.Authorize(ctx, s)
	if err == nil {
		err = m.Refused(ctx, payments.Heard{ID: s.ID, Answer: a})
	}
	if payments.Refuses(err) {
		workflow.Forgo(ctx)
		err = workflow.Permanent(err)
	}
	return a, err
}

// unchanged reads a cart again, after the money was asked for, and holds it. What it costs must be what was authorised.
func (f *Flows) unchanged(ctx context.Context, b basket) (bool, error) {
	now, err := f.Cart.Load(ctx, b.State.ID, true)
	if err != nil {
		return false, err
	}
	if !totals.Kept(now.Totals().Total).Equal(totals.Kept(b.State.Totals().Total)) || len(now.Items) != len(b.State.Items) || !now.UpdatedAt.Equal(b.State.UpdatedAt) {
		return false, fault.New(fault.Conflict, "The cart has changed while it was being completed. Try again.")
	}
	if b.Variants, err = f.Cart.Goods(ctx, now); err != nil {
		return false, err
	}
	out, err := f.outdated(ctx, b)
	if err == nil && len(out.Reasons) > 0 {
		err = changed(out)
	}
	return err == nil, err
}

// place makes the order.
func (f *Flows) place(ctx workflow.Context, b basket, heard *payments.Heard) (string, error) {
	o, err := workflow.Step(ctx, "create-orders", func(ctx context.Context, b basket) (order.Order, error) {
		return f.Order.Create(ctx, orderOf(b.State))
	}, b)
	if err != nil {
		return "", err
	}
	if _, err := workflow.Step(ctx, "create-remote-links", f.tie, tied{b, o.ID}); err != nil {
		return "", err
	}
	reserved, err := workflow.Step(ctx, "reserve-inventory-step", f.reserve, wanted{b, o})
	if err != nil {
		return "", err
	}
	if _, err := workflow.Step(ctx, "register-usage", f.register, b); err != nil {
		return "", err
	}
	if heard != nil {
		if _, err := workflow.Step(ctx, "add-order-transaction", f.paid, paid{*heard, o.ID}); err != nil {
			return "", err
		}
	}
	if err := workflow.Emit(ctx, Placed, event.ID{ID: o.ID}); err != nil {
		return "", err
	}
	if err := workflow.Emit(ctx, Reserved, reserved...); err != nil {
		return "", err
	}
	return o.ID, f.Created.Run(ctx, Made{o.ID, b.State.ID})
}

type tied struct {
	basket
	Order string
}

// tie ties the order to the cart, its promotions and its payment, and ends the cart. The database lets a cart have one order.
func (f *Flows) tie(ctx context.Context, t tied) (string, error) {
	if _, err := f.Carts.Attach(ctx, link.Join(t.Order, t.State.ID)); err != nil {
		return "", err
	}
	if ids := t.State.PromotionIDs(); len(ids) > 0 {
		if _, err := f.Promotions.Attach(ctx, link.Join(t.Order, ids...)); err != nil {
			return "", err
		}
	}
	if t.Method != "" {
		if _, err := f.Payment.Orders.Attach(ctx, link.Join(t.Order, t.Method)); err != nil {
			return "", err
		}
	}
	n, err := f.Cart.Cart.Carts.Update(ctx, module.Filter{"id": t.State.ID, "completed_at": nil}, module.Set{"completed_at": db.Now()})
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Cart is already being completed by another request")
	}
	return t.Order, err
}

type paid struct {
	payments.Heard
	Order string
}

// paid makes a payment of what was authorised, and books what was captured at once.
func (f *Flows) paid(ctx context.Context, p paid) (bool, error) {
	made, err := f.Payment.Payment.Authorized(ctx, p.Heard)
	if err != nil || made.CapturedAt == nil {
		return true, err
	}
	captures, err := f.Payment.Payment.Captures.List(ctx, module.Filter{"payment_id": made.ID})
	if err != nil {
		return true, err
	}
	what := "capture"
	var moved []order.Transaction
	for _, c := range captures {
		moved = append(moved, order.Transaction{Amount: c.Amount, Reference: &what, ReferenceID: &c.ID})
	}
	_, err = f.Order.Book(ctx, order.Booking{OrderID: p.Order, Transactions: moved})
	return true, err
}
