package payment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

func (p Payment) captured() (sum money.Decimal) {
	for _, c := range p.Captures {
		sum = sum.Add(c.Amount)
	}
	return sum
}

func (p Payment) refunded() (sum money.Decimal) {
	for _, r := range p.Refunds {
		sum = sum.Add(r.Amount)
	}
	return sum
}

func (p Payment) request(key string, amount money.Decimal) ProviderRequest {
	return ProviderRequest{IdempotencyKey: key, SessionID: p.SessionID, Amount: amount, CurrencyCode: p.CurrencyCode, Data: p.Data}
}

// part is what a provider moves for amount when moved went before it. It is whole units of the
// currency, and the parts of a sum add up to the rounded sum.
func (p Payment) part(moved, amount money.Decimal) money.Decimal {
	return money.Payable(moved.Add(amount), p.CurrencyCode).Sub(money.Payable(moved, p.CurrencyCode))
}

// covers reports whether amount can be taken out of left: it is compared exactly, and as a provider
// would move it, in whole units of the currency.
func (p Payment) covers(left, amount money.Decimal) bool {
	return amount.Sign() > 0 && !money.Max(left, money.Payable(left, p.CurrencyCode)).Less(amount)
}

// settled reports whether moved is all of amount but for less than a unit of the currency.
func settled(amount, moved money.Decimal, currency string) bool {
	return moved.Sign() > 0 && money.Settled(amount.Sub(moved), currency).Sign() <= 0
}

// A CaptureRequest asks for a part of a payment; nil for all that is left.
type CaptureRequest struct {
	PaymentID string         `json:"payment_id"`
	Amount    *money.Decimal `json:"amount"`
	By        string         `json:"by"` // who asks
}

// A PendingCapture is a capture that was written down. Done tells that there was nothing left to capture.
type PendingCapture struct {
	Payment Payment `json:"payment"`
	Capture Capture `json:"capture"`
	Done    bool    `json:"done"`
}

func (m *Module) locked(ctx context.Context, id string) (Payment, error) {
	if _, err := m.Payments.Retrieve(ctx, id, module.FindOptions{Lock: true}); err != nil {
		return Payment{}, err
	}
	return m.Payments.Retrieve(ctx, id, module.FindOptions{Relations: []string{"captures", "refunds"}})
}

// CreateCapture writes a capture down, before its provider is asked. Untake undoes it.
func (m *Module) CreateCapture(ctx context.Context, in CaptureRequest) (PendingCapture, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (PendingCapture, error) {
		p, err := m.locked(ctx, in.PaymentID)
		if err != nil {
			return PendingCapture{}, err
		}
		if p.CanceledAt != nil {
			return PendingCapture{}, fault.New(fault.Invalid, "The payment: %s has been canceled.", p.ID)
		}
		left := p.Amount.Sub(p.captured())
		if p.CapturedAt != nil || left.Sign() <= 0 || settled(p.Amount, p.captured(), p.CurrencyCode) {
			return PendingCapture{Payment: p, Done: true}, nil
		}
		amount := left
		if in.Amount != nil {
			amount = *in.Amount
		}
		if !p.covers(left, amount) {
			return PendingCapture{}, fault.New(fault.Invalid, "You cannot capture more than the authorized amount substracted by what is already captured.")
		}
		c, err := m.Captures.Create(ctx, Capture{Amount: amount, PaymentID: p.ID, CreatedBy: optional(in.By)})
		return PendingCapture{Payment: p, Capture: c}, err
	})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// DeleteCapture takes a capture back that its provider refused. One that the provider may have made stays, so that the money is not taken twice.
func (m *Module) DeleteCapture(ctx context.Context, t PendingCapture) error {
	if t.Done {
		return nil
	}
	return takeBack(ctx, m.captures(), t.Capture.ID, t.Payment.CollectionID)
}

// Capture has the provider capture what was taken. It works outside of the database, and may be repeated.
func (m *Module) Capture(ctx context.Context, t PendingCapture) (ProviderResult, error) {
	if t.Done {
		return ProviderResult{Data: t.Payment.Data}, nil
	}
	p, err := m.Providers.Get(t.Payment.ProviderID)
	if err != nil {
		return ProviderResult{}, err
	}
	a, err := p.Capture(ctx, t.Payment.request(t.Capture.ID, t.Payment.part(t.Payment.captured(), t.Capture.Amount)))
	return a, heard(ctx, m.captures(), t.Capture.ID, err)
}

// RecordCapture notes the provider's answer to Capture.
func (m *Module) RecordCapture(ctx context.Context, h SessionResult) (Payment, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (Payment, error) {
		p, err := m.locked(ctx, h.ID)
		if err != nil {
			return p, err
		}
		set := module.Set{"data": orEmpty(h.ProviderResult.Data)}
		if p.CapturedAt == nil && settled(p.Amount, p.captured(), p.CurrencyCode) {
			set["captured_at"] = db.Now()
		}
		if p, err = m.Payments.UpdateOne(ctx, p.ID, set); err != nil {
			return p, err
		}
		return p, m.settle(ctx, p.CollectionID)
	})
}

// A RefundRequest gives money of a payment back; a nil amount is all that was captured and not given back.
type RefundRequest struct {
	PaymentID      string         `json:"payment_id"`
	Amount         *money.Decimal `json:"amount"`
	By             string         `json:"by"`
	Note           *string        `json:"note"`
	RefundReasonID *string        `json:"refund_reason_id"`
}

// A PendingRefund is a refund that was written down.
type PendingRefund struct {
	Payment Payment `json:"payment"`
	Refund  Refund  `json:"refund"`
}

// CreateRefund writes a refund down, before its provider is asked. Ungive undoes it.
func (m *Module) CreateRefund(ctx context.Context, in RefundRequest) (PendingRefund, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (PendingRefund, error) {
		p, err := m.locked(ctx, in.PaymentID)
		if err != nil {
			return PendingRefund{}, err
		}
		left := p.captured().Sub(p.refunded())
		amount := left
		if in.Amount != nil {
			amount = *in.Amount
		}
		if !p.covers(left, amount) {
			return PendingRefund{}, fault.New(fault.Invalid, "You are not allowed to refund more than the captured amount")
		}
		r, err := m.Refunds.Create(ctx, Refund{Amount: amount, PaymentID: p.ID, CreatedBy: optional(in.By), Note: in.Note, RefundReasonID: in.RefundReasonID})
		return PendingRefund{p, r}, err
	})
}

// DeleteRefund takes a refund back that its provider refused. One that the provider may have made stays, so that the money is not given twice.
func (m *Module) DeleteRefund(ctx context.Context, r PendingRefund) error {
	return takeBack(ctx, m.refunds(), r.Refund.ID, r.Payment.CollectionID)
}

// Refund has the provider give the money back. It works outside of the database, and may be repeated.
func (m *Module) Refund(ctx context.Context, r PendingRefund) (ProviderResult, error) {
	p, err := m.Providers.Get(r.Payment.ProviderID)
	if err != nil {
		return ProviderResult{}, err
	}
	a, err := p.Refund(ctx, r.Payment.request(r.Refund.ID, r.Payment.part(r.Payment.refunded(), r.Refund.Amount)))
	return a, heard(ctx, m.refunds(), r.Refund.ID, err)
}

// RecordRefund notes the provider's answer to Refund.
func (m *Module) RecordRefund(ctx context.Context, h SessionResult) (Payment, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (Payment, error) {
		p, err := m.Payments.UpdateOne(ctx, h.ID, module.Set{"data": orEmpty(h.ProviderResult.Data)})
		if err != nil {
			return p, err
		}
		return p, m.settle(ctx, p.CollectionID)
	})
}

// RetrieveCancelable finds a payment that may still be cancelled: nothing of it was captured.
func (m *Module) RetrieveCancelable(ctx context.Context, id string) (Payment, error) {
	p, err := m.locked(ctx, id)
	if err == nil && p.captured().Sign() > 0 {
		err = fault.New(fault.NotAllowed, "Payment %s was captured and cannot be canceled", id)
	}
	return p, err
}

// Cancel has the provider give the authorised money free. It works outside of the database, and may be repeated.
func (m *Module) Cancel(ctx context.Context, p Payment) (ProviderResult, error) {
	v, err := m.Providers.Get(p.ProviderID)
	if err != nil {
		return ProviderResult{}, err
	}
	if c, ok := v.(PaymentCanceler); ok {
		return c.CancelPayment(ctx, p.request("cancel-"+p.ID, money.Payable(p.Amount, p.CurrencyCode)))
	}
	return ProviderResult{Data: p.Data}, nil
}

// RecordCancellation notes that a payment is cancelled.
func (m *Module) RecordCancellation(ctx context.Context, h SessionResult) (Payment, error) {
	return m.Payments.UpdateOne(ctx, h.ID, module.Set{"canceled_at": db.Now()})
}
