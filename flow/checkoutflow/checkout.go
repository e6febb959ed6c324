// Package checkoutflow makes orders of carts. An order, the stock that is promised to it, the use of its promotions, its payment and the end of the cart
// are one transaction; the money is asked for before it, outside of any.
package checkoutflow

import (
	"context"
	"fmt"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens at a checkout.
const (
	OrderPlaced   = event.Topic[event.ID]("order.placed")
	StockReserved = event.Topic[StockReservedData]("reservation-item.created")
)

// A StockReservedData tells of stock that was promised to an order.
type StockReservedData struct {
	ID      string `json:"id"`
	OrderID string `json:"order_id"`
}

// An OrderCreated is what hooks are told of a new order.
type OrderCreated struct {
	OrderID string `json:"order_id"`
	CartID  string `json:"cart_id"`
}

// Flows are the workflows of the checkout.
type Flows struct {
	Cart       *cartflow.Flows
	Payment    *paymentflow.Flows
	Order      *order.Module
	Carts      *link.Link[order.Order, cart.Cart]
	Promotions *link.Link[order.Order, promotion.Promotion]

	// Complete makes an order of a cart and returns the order's id: of a cart that was completed before, that of the order that was made then.
	Complete *workflow.Workflow[string, string]
	// Process does what follows from a call of a payment provider. It returns the payment's id, if there is one.
	Process *workflow.Workflow[payment.WebhookEvent, string]

	// Validate may refuse a cart before the money is asked for; BeforePayment is called right before that.
	Validate, BeforePayment workflow.Hook[cartflow.HookInput]
	// Created joins in the transaction of a new order.
	Created workflow.Hook[OrderCreated]
}

// New returns the workflows of a shop's checkout.
func New(f *Flows) *Flows {
	f.Complete = workflow.New("complete-cart", f.complete, workflow.Atomic(), workflow.Lock(func(id string) string { return id }))
	f.Process = workflow.New("process-payment-workflow", f.processWebhook, workflow.Durable(), workflow.IdempotencyKey(func(n payment.WebhookEvent) string {
		return fmt.Sprint(n.SessionID, " ", n.Status, " ", n.Amount)
	}))
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Complete, f.Process}
}

// A checkout is a cart on its way to the till.
type checkout struct {
	State    *cartflow.State
	OrderID  string // of the order that was made of it before
	Variants []cartflow.Variant
	Method   string           // the collection that it is paid by; empty for none
	Session  *payment.Session // what pays; nil when nothing is to be paid
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
	if err := f.Validate.Run(ctx, cartflow.HookInput{Cart: b.State, Input: id}); err != nil {
		return "", err
	}
	var result *payment.SessionResult
	if b.Session != nil {
		if err := f.BeforePayment.Run(ctx, cartflow.HookInput{Cart: b.State, Input: id}); err != nil {
			return "", err
		}
		a, err := f.authorize(ctx, b)
		if err != nil {
			return "", err
		}
		result = &payment.SessionResult{ID: b.Session.ID, ProviderResult: a}
	}
	return f.createOrder(ctx, b, result)
}

// authorize asks for the money. A local provider does so within the transaction; with any other the transaction ends before and a new one begins
// after, in which the cart must be as it was.
func (f *Flows) authorize(ctx workflow.Context, b checkout) (payment.ProviderResult, error) {
	m := f.Payment.Payment
	if m.IsLocal(b.Session.ProviderID) {
		return workflow.Step(ctx, "authorize-payment-session-step", f.authorizeSession, *b.Session)
	}
	a, err := workflow.Step(ctx, "authorize-payment-session-step", f.authorizeSession, *b.Session, workflow.External(), workflow.Retry(3, 200*time.Millisecond),
		workflow.UndoOnFailure(), workflow.Undo(func(ctx context.Context, a payment.ProviderResult) error {
			return f.Payment.CloseSession(ctx, payment.SessionResult{ID: b.Session.ID, ProviderResult: a})
		}))
	if err != nil {
		return a, err
	}
	_, err = workflow.Step(ctx, "lock-cart", f.reloadCart, b)
	return a, err
}

// authorizeSession has the provider authorise the session. Anything but a yes is an error, and noted. If the answer is lost for good, what may have been
// authorised is given back.
func (f *Flows) authorizeSession(ctx context.Context, s payment.Session) (payment.ProviderResult, error) {
	m := f.Payment.Payment
	if err := workflow.RecordIntent(ctx, payment.ProviderResult{}); err != nil {
		return payment.ProviderResult{}, err
	}
	a, err := m.Authorize(ctx, s)
	if err == nil {
		err = m.RecordDecline(ctx, payment.SessionResult{ID: s.ID, ProviderResult: a})
	}
	if payment.IsDeclined(err) {
		workflow.DiscardIntent(ctx)
		err = workflow.Permanent(err)
	}
	return a, err
}

// reloadCart reads a cart again, after the money was asked for, and holds it. What it costs must be what was authorised.
func (f *Flows) reloadCart(ctx context.Context, b checkout) (bool, error) {
	now, err := f.Cart.Load(ctx, b.State.ID, true)
	if err != nil {
		return false, err
	}
	if !totals.Stored(now.Totals().Total).Equal(totals.Stored(b.State.Totals().Total)) || len(now.Items) != len(b.State.Items) || !now.UpdatedAt.Equal(b.State.UpdatedAt) {
		return false, fault.New(fault.Conflict, "The cart has changed while it was being completed. Try again.")
	}
	if b.Variants, err = f.Cart.LineVariants(ctx, now); err != nil {
		return false, err
	}
	out, err := f.outdated(ctx, b)
	if err == nil && len(out.Reasons) > 0 {
		err = changed(out)
	}
	return err == nil, err
}

// createOrder makes the order.
func (f *Flows) createOrder(ctx workflow.Context, b checkout, result *payment.SessionResult) (string, error) {
	o, err := workflow.Step(ctx, "create-orders", func(ctx context.Context, b checkout) (order.Order, error) {
		return f.Order.Create(ctx, orderOf(b.State))
	}, b)
	if err != nil {
		return "", err
	}
	if _, err := workflow.Step(ctx, "create-remote-links", f.linkOrder, orderLinks{b, o.ID}); err != nil {
		return "", err
	}
	reserved, err := workflow.Step(ctx, "reserve-inventory-step", f.reserve, requestedStock{b, o})
	if err != nil {
		return "", err
	}
	if _, err := workflow.Step(ctx, "register-usage", f.register, b); err != nil {
		return "", err
	}
	if result != nil {
		if _, err := workflow.Step(ctx, "add-order-transaction", f.recordPayment, authorizedPayment{*result, o.ID}); err != nil {
			return "", err
		}
	}
	if err := workflow.Emit(ctx, OrderPlaced, event.ID{ID: o.ID}); err != nil {
		return "", err
	}
	if err := workflow.Emit(ctx, StockReserved, reserved...); err != nil {
		return "", err
	}
	return o.ID, f.Created.Run(ctx, OrderCreated{o.ID, b.State.ID})
}

type orderLinks struct {
	checkout
	Order string
}

// linkOrder ties the order to the cart, its promotions and its payment, and ends the cart. The database lets a cart have one order.
func (f *Flows) linkOrder(ctx context.Context, t orderLinks) (string, error) {
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

type authorizedPayment struct {
	payment.SessionResult
	Order string
}

// recordPayment makes a payment of what was authorised, and books what was captured at once.
func (f *Flows) recordPayment(ctx context.Context, p authorizedPayment) (bool, error) {
	payment, err := f.Payment.Payment.RecordAuthorization(ctx, p.SessionResult)
	if err != nil || payment.CapturedAt == nil {
		return true, err
	}
	captures, err := f.Payment.Payment.Captures.List(ctx, module.Filter{"payment_id": payment.ID})
	if err != nil {
		return true, err
	}
	reference := "capture"
	var moved []order.Transaction
	for _, c := range captures {
		moved = append(moved, order.Transaction{Amount: c.Amount, Reference: &reference, ReferenceID: &c.ID})
	}
	_, err = f.Order.RecordPayments(ctx, order.RecordPaymentsInput{OrderID: p.Order, Transactions: moved})
	return true, err
}
