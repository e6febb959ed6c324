// Package paymentflow has the workflows of payments: what carts and orders have to be paid, and the money that is taken and given back.
package paymentflow

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/modules/cart"
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

// A CaptureInput takes a part of a payment; a nil Amount is all that is left of it.
type CaptureInput struct {
	PaymentID string
	Amount    *money.Decimal
	By        string
}

// A RefundInput gives money of a payment back; a nil Amount is all that was captured.
type RefundInput struct {
	PaymentID      string
	Amount         *money.Decimal
	By             string
	Note, ReasonID *string
	Canceling      bool // the order ends: its own credit line says what was given back
}

// A CreateCollectionInput is an amount of an order that is to be paid; a nil Amount is all that is owed.
type CreateCollectionInput struct {
	OrderID string
	Amount  *money.Decimal
}

// A MarkAsPaidInput says that a collection of an order was paid by other means.
type MarkAsPaidInput struct{ CollectionID, OrderID, By string }

// An AuthorizeInput is a session of an order that the buyer has agreed to.
type AuthorizeInput struct{ OrderID, SessionID string }

// Flows are the workflows of payments. RegionProviders are those that may be used in a region, by id.
type Flows struct {
	Payment         *payment.Module
	Order           *order.Module
	Cart            *cartflow.Flows
	Carts           *link.Link[cart.Cart, payment.Collection]
	Orders          *link.Link[order.Order, payment.Collection]
	RegionProviders cartflow.IDLinks
	Accounts        *link.Link[customer.Customer, payment.AccountHolder]

	CreateForCart         *workflow.Workflow[string, string]
	CreateForOrder        *workflow.Workflow[CreateCollectionInput, string]
	UpdateOrderCollection *workflow.Workflow[string, string] // makes what is asked for what an order owes
	CreateSession         *workflow.Workflow[payment.CreateSessionInput, payment.Session]
	Capture               *workflow.Workflow[CaptureInput, string]
	Refund                *workflow.Workflow[RefundInput, string]
	MarkAsPaid            *workflow.Workflow[MarkAsPaidInput, string]
	Authorize             *workflow.Workflow[AuthorizeInput, payment.Payment]
	Delete                *workflow.Workflow[string, string]
	VoidSession           *workflow.Workflow[payment.SessionResult, string]
}

// New returns the workflows of payments in a shop, and lets its carts keep their collections right.
func New(f *Flows) *Flows {
	atomic := workflow.Atomic()
	f.CreateForCart = workflow.New("create-payment-collection-for-cart", f.createForCart, atomic, workflow.Lock(func(id string) string { return id }))
	f.CreateForOrder = workflow.New("create-order-payment-collection", f.createForOrder, atomic)
	f.UpdateOrderCollection = workflow.New("create-or-update-order-payment-collection", f.updateOrderCollection, atomic)
	f.CreateSession = workflow.New("create-payment-session", f.createSession, atomic)
	f.Capture = workflow.New("capture-payment-workflow", f.capture, atomic)
	f.Refund = workflow.New("refund-payment-workflow", f.refund, atomic)
	f.MarkAsPaid = workflow.New("mark-payment-collection-as-paid", f.markPaid, atomic)
	f.Authorize = workflow.New("authorize-payment-session", f.authorize, atomic)
	f.Delete = workflow.New("delete-order-payment-collections", f.delete, atomic)
	f.VoidSession = workflow.New("release-payment-session", f.voidSession, workflow.IdempotencyKey(func(h payment.SessionResult) string { return h.ID }))
	if f.Cart != nil {
		f.Cart.Deps.Payment = f.updateCartCollection
	}
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.CreateForCart, f.CreateForOrder, f.UpdateOrderCollection, f.CreateSession, f.Capture, f.Refund, f.MarkAsPaid, f.Authorize, f.Delete, f.VoidSession}
}

// providerStep marks a step that asks a provider, unless it answers out of itself: then nothing is gained by cutting the transaction. An answer that
// is lost is asked for again, under the same key: within two seconds first, then in the background for most of a day.
func (f *Flows) providerStep(provider string) []workflow.StepOption {
	if f.Payment.IsLocal(provider) {
		return nil
	}
	return []workflow.StepOption{workflow.External(), workflow.Retry(17, 500*time.Millisecond), workflow.Timeout(time.Minute)}
}

// final makes a refusal of a provider final: asking again would not change it.
func final[In any](ask func(context.Context, In) (payment.ProviderResult, error)) func(context.Context, In) (payment.ProviderResult, error) {
	return func(ctx context.Context, in In) (payment.ProviderResult, error) {
		a, err := ask(ctx, in)
		if payment.IsDeclined(err) {
			err = workflow.Permanent(err)
		}
		return a, err
	}
}
