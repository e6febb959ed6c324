package checkoutflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A sessionOwner is what a session of a provider belongs to.
type sessionOwner struct {
	SessionID string // empty if it is gone
	CartID    string
	PaymentID string // once it is authorised
	Captured  bool
}

// processWebhook does what follows from a provider's notice: the cart that was paid becomes an order, also if its buyer has closed the page, and what was captured is
// booked. A notice that comes again, or after the buyer's own request, changes nothing.
func (f *Flows) processWebhook(ctx workflow.Context, n payment.WebhookEvent) (string, error) {
	if n.Status != payment.SessionAuthorized && n.Status != payment.SessionCaptured {
		return "", nil
	}
	s, err := workflow.Step(ctx, "find-payment", f.findSessionOwner, n.SessionID)
	if err != nil {
		return "", err
	}
	if s.PaymentID == "" && s.SessionID != "" {
		if err := f.completePaidCart(ctx, s); err != nil {
			return "", err
		}
		if s, err = workflow.Step(ctx, "find-new-payment", f.findSessionOwner, n.SessionID); err != nil {
			return "", err
		}
	}
	if n.Status == payment.SessionCaptured && s.PaymentID != "" && !s.Captured {
		_, err = f.Payment.Capture.Run(ctx, paymentflow.CaptureInput{PaymentID: s.PaymentID, Amount: n.Amount})
	}
	return s.PaymentID, err
}

// completePaidCart completes the cart that was paid; what an order owes besides is only noted.
func (f *Flows) completePaidCart(ctx workflow.Context, s sessionOwner) error {
	if s.CartID != "" {
		_, err := f.Complete.Run(ctx, s.CartID)
		return err
	}
	_, err := f.Payment.AuthorizeSession(ctx, s.SessionID)
	return err
}

// findSessionOwner finds what a session belongs to. One that is gone belongs to nothing.
func (f *Flows) findSessionOwner(ctx context.Context, session string) (s sessionOwner, err error) {
	m := f.Payment.Payment
	list, err := m.Sessions.List(ctx, module.Filter{"id": session})
	if err != nil || len(list) == 0 {
		return s, err
	}
	s.SessionID = session
	payments, err := m.Payments.List(ctx, module.Filter{"payment_session_id": session})
	if err != nil {
		return s, err
	}
	if len(payments) > 0 {
		s.PaymentID, s.Captured = payments[0].ID, payments[0].CapturedAt != nil
		return s, nil
	}
	carts, err := f.Payment.Carts.FromB().LinkedIDs(ctx, list[0].CollectionID)
	if err == nil && len(carts) > 0 {
		s.CartID = carts[0]
	}
	return s, err
}
