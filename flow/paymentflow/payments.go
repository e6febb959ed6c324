package paymentflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// capture writes down what is taken, has the provider take it, and books it to the order. What a provider refuses is not taken.
func (f *Flows) capture(ctx workflow.Context, in CaptureInput) (string, error) {
	t, err := workflow.Step(ctx, "capture-payment-step", f.Payment.CreateCapture, payment.CaptureRequest{PaymentID: in.PaymentID, Amount: in.Amount, By: in.By},
		workflow.Undo(f.Payment.DeleteCapture))
	if err != nil || t.Done {
		return in.PaymentID, err
	}
	answer, err := workflow.Step(ctx, "capture-payment-at-provider", final(f.Payment.Capture), t, f.providerStep(t.Payment.ProviderID)...)
	if err != nil {
		return in.PaymentID, err
	}
	p, err := workflow.Step(ctx, "note-capture", f.Payment.RecordCapture, payment.SessionResult{ID: in.PaymentID, ProviderResult: answer})
	if err != nil {
		return in.PaymentID, err
	}
	if err := f.recordOnOrder(ctx, p, "capture", t.Capture.ID, t.Capture.Amount); err != nil {
		return in.PaymentID, err
	}
	return in.PaymentID, workflow.Emit(ctx, Captured, event.ID{ID: in.PaymentID})
}

// recordOnOrder notes money that moved at the order that it was for, if there is one.
func (f *Flows) recordOnOrder(ctx workflow.Context, p payment.Payment, reference, id string, amount money.Decimal, credits ...order.CreditLine) error {
	_, err := workflow.Step(ctx, "add-order-transaction", func(ctx context.Context, amount money.Decimal) (bool, error) {
		orders, err := f.Orders.FromB().LinkedIDs(ctx, p.CollectionID)
		if err != nil || len(orders) == 0 {
			return false, err
		}
		_, err = f.Order.RecordPayments(ctx, order.RecordPaymentsInput{OrderID: orders[0], CreditLines: credits,
			Transactions: []order.Transaction{{Amount: amount, Reference: &reference, ReferenceID: &id}}})
		return true, err
	}, amount)
	return err
}

// refund writes down what is given back, has the provider do so, and books it to the order. What the order is not owed becomes a credit, so that it
// costs that much less.
func (f *Flows) refund(ctx workflow.Context, in RefundInput) (string, error) {
	r, err := workflow.Step(ctx, "refund-payment-step", f.Payment.CreateRefund, payment.RefundRequest{PaymentID: in.PaymentID, Amount: in.Amount, By: in.By,
		Note: in.Note, RefundReasonID: in.ReasonID}, workflow.Undo(f.Payment.DeleteRefund))
	if err != nil {
		return in.PaymentID, err
	}
	answer, err := workflow.Step(ctx, "refund-payment-at-provider", final(f.Payment.Refund), r, f.providerStep(r.Payment.ProviderID)...)
	if err != nil {
		return in.PaymentID, err
	}
	p, err := workflow.Step(ctx, "note-refund", f.Payment.RecordRefund, payment.SessionResult{ID: in.PaymentID, ProviderResult: answer})
	if err != nil {
		return in.PaymentID, err
	}
	id := r.Refund.ID
	var credits []order.CreditLine
	if in.Canceling {
		id = in.PaymentID
	} else if credits, err = workflow.Step(ctx, "create-order-refund-credit-lines", f.credits, r); err != nil {
		return in.PaymentID, err
	}
	if err := f.recordOnOrder(ctx, p, "refund", id, r.Refund.Amount.Neg(), credits...); err != nil {
		return in.PaymentID, err
	}
	return in.PaymentID, workflow.Emit(ctx, Refunded, event.ID{ID: in.PaymentID})
}

// credits are what a refund takes off an order beyond what the order's buyer was owed.
func (f *Flows) credits(ctx context.Context, r payment.PendingRefund) ([]order.CreditLine, error) {
	orders, err := f.Orders.FromB().LinkedIDs(ctx, r.Payment.CollectionID)
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	o, err := f.Order.Load(ctx, orders[0], true)
	if err != nil {
		return nil, err
	}
	more := r.Refund.Amount
	if owed := o.AmountDue(); owed.Sign() < 0 {
		more = more.Add(owed)
	}
	more = money.Min(more, o.Totals().Total) // a refund in whole units may be more than the order costs
	if more.Sign() <= 0 {
		return nil, nil
	}
	reference, referenceID := "payment_collection", r.Payment.CollectionID
	if r.Refund.RefundReasonID != nil {
		reason, err := f.Payment.RefundReasons.Retrieve(ctx, *r.Refund.RefundReasonID)
		if err != nil {
			return nil, err
		}
		reference, referenceID = reason.Label, reason.Code
	}
	return []order.CreditLine{{Reference: &reference, ReferenceID: &referenceID, Amount: more}}, nil
}

// AuthorizeSession makes a payment of a session that a provider says is authorised.
func (f *Flows) AuthorizeSession(ctx workflow.Context, id string) (payment.Payment, error) {
	s, err := workflow.Step(ctx, "find-payment-session", func(ctx context.Context, id string) (payment.Session, error) {
		return f.Payment.Sessions.Retrieve(ctx, id)
	}, id)
	if err != nil {
		return payment.Payment{}, err
	}
	return f.authorizeSession(ctx, s)
}

// authorizeSession has the provider of a session authorise it, and makes a payment of it.
func (f *Flows) authorizeSession(ctx workflow.Context, s payment.Session) (payment.Payment, error) {
	answer, err := workflow.Step(ctx, "authorize-payment-session-at-provider", final(f.Payment.Authorize), s, f.providerStep(s.ProviderID)...)
	if err != nil {
		return payment.Payment{}, err
	}
	return workflow.Step(ctx, "authorize-payment-session-step", f.Payment.RecordAuthorization, payment.SessionResult{ID: s.ID, ProviderResult: answer})
}

// authorize authorises a session whose buyer has agreed to it elsewhere, and which waits for the shop since.
func (f *Flows) authorize(ctx workflow.Context, in AuthorizeInput) (payment.Payment, error) {
	s, err := workflow.Step(ctx, "validate-payment-session", f.pendingSession, in)
	if err != nil {
		return payment.Payment{}, err
	}
	return f.authorizeSession(ctx, s)
}

func (f *Flows) pendingSession(ctx context.Context, in AuthorizeInput) (payment.Session, error) {
	list, err := f.Payment.Sessions.List(ctx, module.Filter{"id": in.SessionID})
	if err != nil {
		return payment.Session{}, err
	}
	if len(list) == 0 {
		return payment.Session{}, fault.New(fault.NotFound, "PaymentSession id not found: %s", in.SessionID)
	}
	if list[0].Status != payment.SessionPendingAuthorization {
		return list[0], fault.New(fault.NotAllowed, "Payment session %s is not in pending_authorization status", in.SessionID)
	}
	orders, err := f.Orders.FromB().LinkedIDs(ctx, list[0].CollectionID)
	if err == nil && !slices.Contains(orders, in.OrderID) {
		err = fault.New(fault.NotFound, "Order id not found: %s", in.OrderID)
	}
	return list[0], err
}

// markPaid has a collection paid by other means, at the system's provider.
func (f *Flows) markPaid(ctx workflow.Context, in MarkAsPaidInput) (string, error) {
	c, err := f.Payment.Collections.Retrieve(ctx, in.CollectionID)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "PaymentCollection id not found: %s", in.CollectionID)
	}
	if err != nil {
		return "", err
	}
	if c.Status != payment.CollectionNotPaid {
		return "", fault.New(fault.NotAllowed, "Can only mark 'not_paid' payment collection as paid")
	}
	s, err := f.CreateSession.Run(ctx, payment.CreateSessionInput{CollectionID: in.CollectionID, ProviderID: "pp_system_default"})
	if err != nil {
		return "", err
	}
	p, err := f.authorizeSession(ctx, s)
	if err != nil {
		return "", err
	}
	_, err = f.Capture.Run(ctx, CaptureInput{PaymentID: p.ID, By: in.By})
	return in.CollectionID, err
}

// Cancel gives up all that was authorised for an order that ends, and gives all that was captured back. It returns the credit that the order gets for that.
func (f *Flows) Cancel(ctx workflow.Context, id, by string) ([]order.CreditLine, error) {
	list, err := f.OrderCollections(ctx, id)
	if err != nil {
		return nil, err
	}
	credits := make([]order.CreditLine, len(list))
	for i, c := range list {
		reference := "payment_collection"
		credits[i] = order.CreditLine{Reference: &reference, ReferenceID: &c.ID}
		for _, p := range c.Payments {
			credits[i].Amount = credits[i].Amount.Add(p.RefundableAmount())
			if err := f.cancelOrRefund(ctx, p, RefundInput{By: by, Canceling: true}); err != nil {
				return nil, err
			}
		}
		if _, err := f.cancelCollection(ctx, c.ID); err != nil {
			return nil, err
		}
	}
	return credits, nil
}

// cancelOrRefund cancels a payment that nothing was captured of, and refunds any other, in the way that r says.
func (f *Flows) cancelOrRefund(ctx workflow.Context, p payment.Payment, r RefundInput) error {
	if len(p.Captures) > 0 {
		if p.RefundableAmount().Sign() <= 0 {
			return nil
		}
		r.PaymentID = p.ID
		_, err := f.Refund.Run(ctx, r)
		return err
	}
	if p.CanceledAt != nil {
		return nil
	}
	answer, err := workflow.Step(ctx, "cancel-payment-"+p.ID, final(f.Payment.Cancel), p, f.providerStep(p.ProviderID)...)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "note-cancel-"+p.ID, f.Payment.RecordCancellation, payment.SessionResult{ID: p.ID, ProviderResult: answer})
	return err
}
