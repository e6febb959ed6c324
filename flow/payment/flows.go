// Package payment has the workflows of payments: what carts and orders have to be paid, and the money that is taken and given back.
package payment

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/link"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to payments.
const (
	Captured = event.Topic[event.ID]("payment.captured")
	Refunded = event.Topic[event.ID]("payment.refunded")
)

// A Capture takes a part of a payment; a nil Amount is all that is left of it.
type Capture struct {
	PaymentID string
	Amount    *money.Decimal
	By        string
}

// A Refund gives money of a payment back; a nil Amount is all that was captured.
type Refund struct {
	PaymentID      string
	Amount         *money.Decimal
	By             string
	Note, ReasonID *string
	Canceling      bool // the order ends: its own credit line says what was given back
}

// A Debt is an amount of an order that is to be paid; a nil Amount is all that is owed.
type Debt struct {
	OrderID string
	Amount  *money.Decimal
}

// A Payoff says that a collection of an order was paid by other means.
type Payoff struct{ CollectionID, OrderID, By string }

// An Agreement is a session of an order that the buyer has agreed to.
type Agreement struct{ OrderID, SessionID string }

// Flows are the workflows of payments. RegionProviders are those that may be used in a region, by id.
type Flows struct {
	Payment         *payment.Module
	Order           *order.Module
	Cart            *cart.Flows
	Carts           *link.Link[carts.Cart, payment.Collection]
	Orders          *link.Link[order.Order, payment.Collection]
	RegionProviders cart.Joined
	Accounts        *link.Link[customer.Customer, payment.AccountHolder]

	CreateForCart  *workflow.Workflow[string, string]
	CreateForOrder *workflow.Workflow[Debt, string]
	FollowOrder    *workflow.Workflow[string, string] // makes what is asked for what an order owes
	CreateSession  *workflow.Workflow[payment.SessionDraft, payment.Session]
	Capture        *workflow.Workflow[Capture, string]
	Refund         *workflow.Workflow[Refund, string]
	MarkPaid       *workflow.Workflow[Payoff, string]
	Authorize      *workflow.Workflow[Agreement, payment.Payment]
	Delete         *workflow.Workflow[string, string]
	Release        *workflow.Workflow[payment.Heard, string]
}

// New returns the workflows of payments in a shop, and lets its carts keep their collections right.
func New(f *Flows) *Flows {
	atomic := workflow.Atomic()
	f.CreateForCart = workflow.New("create-payment-collection-for-cart", f.createForCart, atomic, workflow.Lock(func(id string) string { return id }))
	f.CreateForOrder = workflow.New("create-order-payment-collection", f.createForOrder, atomic)
	f.FollowOrder = workflow.New("create-or-update-order-payment-collection", f.followOrder, atomic)
	f.CreateSession = workflow.New("create-payment-session", f.createSession, atomic)
	f.Capture = workflow.New("capture-payment-workflow", f.capture, atomic)
	f.Refund = workflow.New("refund-payment-workflow", f.refund, atomic)
	f.MarkPaid = workflow.New("mark-payment-collection-as-paid", f.markPaid, atomic)
	f.Authorize = workflow.New("authorize-payment-session", f.authorize, atomic)
	f.Delete = workflow.New("delete-order-payment-collections", f.delete, atomic)
	f.Release = workflow.New("release-payment-session", f.release, workflow.IdempotencyKey(func(h payment.Heard) string { return h.ID }))
	if f.Cart != nil {
		f.Cart.Ports.Payment = f.follow
	}
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.CreateForCart, f.CreateForOrder, f.FollowOrder, f.CreateSession, f.Capture, f.Refund, f.MarkPaid, f.Authorize, f.Delete, f.Release}
}

// outside marks a step that asks a provider, unless it answers out of itself: then nothing is gained by cutting the transaction. An answer that
// is lost is asked for again, under the same key: within two seconds first, then in the background for most of a day.
func (f *Flows) outside(provider string) []workflow.StepOption {
	if f.Payment.Inside(provider) {
		return nil
	}
	return []workflow.StepOption{workflow.External(), workflow.Retry(17, 500*time.Millisecond), workflow.Timeout(time.Minute)}
}

// final makes a refusal of a provider final: asking again would not change it.
func final[In any](ask func(context.Context, In) (payment.Answer, error)) func(context.Context, In) (payment.Answer, error) {
	return func(ctx context.Context, in In) (payment.Answer, error) {
		a, err := ask(ctx, in)
		if payment.Refuses(err) {
			err = workflow.Permanent(err)
		}
		return a, err
	}
}
