package checkout

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/module"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A sale is what a session of a provider belongs to.
type sale struct {
	SessionID string // empty if it is gone
	CartID    string
	PaymentID string // once it is authorised
	Captured  bool
}

// process does what follows from a provider's notice: the cart that was paid becomes an order, also if its buyer has closed the page, and what was captured is
// booked. A notice that comes again, or after the buyer's own request, changes nothing.
func (f *Flows) process(ctx workflow.Context, n payments.Notice) (string, error) {
	if n.Status != payments.Authorized && n.Status != payments.Captured {
		return "", nil
	}
	s, err := workflow.Step(ctx, "find-payment", f.sale, n.SessionID)
	if err != nil {
		return "", err
	}
	if s.PaymentID == "" && s.SessionID != "" {
		if err := f.authorized(ctx, s); err != nil {
			return "", err
		}
		if s, err = workflow.Step(ctx, "find-new-payment", f.sale, n.SessionID); err != nil {
			return "", err
		}
	}
	if n.Status == payments.Captured && s.PaymentID != "" && !s.Captured {
		_, err = f.Payment.Capture.Run(ctx, payment.Capture{PaymentID: s.PaymentID, Amount: n.Amount})
	}
	return s.PaymentID, err
}

// authorized completes the cart that was paid; what an order owes besides is only noted.
func (f *Flows) authorized(ctx workflow.Context, s sale) error {
	if s.CartID != "" {
		_, err := f.Complete.Run(ctx, s.CartID)
		return err
	}
	_, err := f.Payment.AuthorizeSession(ctx, s.SessionID)
	return err
}

// sale finds what a session belongs to. One that is gone belongs to nothing.
func (f *Flows) sale(ctx context.Context, session string) (s sale, err error) {
	m := f.Payment.Payment
	list, err := m.Sessions.List(ctx, module.Filter{"id": session})
	if err != nil || len(list) == 0 {
		return s, err
	}
	s.SessionID = session
	made, err := m.Payments.List(ctx, module.Filter{"payment_session_id": session})
	if err != nil {
		return s, err
	}
	if len(made) > 0 {
		s.PaymentID, s.Captured = made[0].ID, made[0].CapturedAt != nil
		return s, nil
	}
	carts, err := f.Payment.Carts.Far().Others(ctx, list[0].CollectionID)
	if err == nil && len(carts) > 0 {
		s.CartID = carts[0]
	}
	return s, err
}
