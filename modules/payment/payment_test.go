package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider/payment/system"
	"pgregory.net/rapid"
)

func fresh() (*payment.Module, []module.Entity) {
	m := payment.New(payment.Provide("default", system.Provider{}))
	return m, m.Tables()
}

// paid makes an authorised payment.
func paid(t testing.TB, m *payment.Module, amount string) payment.Payment {
	t.Helper()
	return paidIn(t, m, "eur", amount)
}

func paidIn(t testing.TB, m *payment.Module, currency, amount string) payment.Payment {
	t.Helper()
	ctx := t.Context()
	c, err := m.Collections.Create(ctx, payment.Collection{CurrencyCode: currency, Amount: money.MustParse(amount)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.PrepareSession(ctx, payment.CreateSessionInput{CollectionID: c.ID, ProviderID: "pp_system_default"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = m.CreateSession(ctx, payment.InitiatedSession{Session: s}); err != nil {
		t.Fatal(err)
	}
	a, err := m.Authorize(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.RecordAuthorization(ctx, payment.SessionResult{ID: s.ID, ProviderResult: a})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func collection(t testing.TB, m *payment.Module, p payment.Payment) payment.Collection {
	t.Helper()
	c, err := m.Collections.Retrieve(t.Context(), p.CollectionID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// capture takes and captures, as the workflow does.
func capture(ctx context.Context, m *payment.Module, in payment.CaptureRequest) error {
	taken, err := m.CreateCapture(ctx, in)
	if err != nil {
		return err
	}
	a, err := m.Capture(ctx, taken)
	if err != nil {
		return errors.Join(err, m.DeleteCapture(ctx, taken))
	}
	_, err = m.RecordCapture(ctx, payment.SessionResult{ID: in.PaymentID, ProviderResult: a})
	return err
}

func refund(ctx context.Context, m *payment.Module, in payment.RefundRequest) error {
	back, err := m.CreateRefund(ctx, in)
	if err != nil {
		return err
	}
	a, err := m.Refund(ctx, back)
	if err == nil {
		_, err = m.RecordRefund(ctx, payment.SessionResult{ID: in.PaymentID, ProviderResult: a})
	}
	return err
}

func TestPayment(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *payment.Module) {
		p := paid(t, m, "62.5")
		if c := collection(t, m, p); c.Status != payment.CollectionAuthorized || c.AuthorizedAmount.String() != "62.5" || c.CapturedAmount.String() != "0" {
			t.Errorf("after the authorisation: %+v", c)
		}
		second, err := m.RecordAuthorization(t.Context(), payment.SessionResult{ID: p.SessionID, ProviderResult: payment.ProviderResult{Status: payment.SessionFailed}})
		if err != nil || second.ID != p.ID {
			t.Errorf("a second answer made %v, %v", second, err)
		}
		twenty := money.Int(20)
		if err := capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID, Amount: &twenty}); err != nil {
			t.Fatal(err)
		}
		if c := collection(t, m, p); c.Status != payment.CollectionAuthorized || c.CapturedAmount.String() != "20" {
			t.Errorf("after a part: %+v", c)
		}
		much := money.MustParse("42.51")
		if err := capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID, Amount: &much}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("too much was captured: %v", err)
		}
		if err := capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID}); err != nil {
			t.Fatal(err)
		}
		if c := collection(t, m, p); c.Status != payment.CollectionCompleted || c.CompletedAt == nil {
			t.Errorf("after all: %+v", c)
		}
		over := money.MustParse("62.51")
		if err := refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: &over}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("too much was refunded: %v", err)
		}
	})
}

// Whoever asks at the same time, no more is captured than was authorised.
func TestRacingCaptures(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *payment.Module) {
		p := paid(t, m, "70")
		ten := money.Int(10)
		var ok atomic.Int32
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if taken, err := m.CreateCapture(t.Context(), payment.CaptureRequest{PaymentID: p.ID, Amount: &ten}); err == nil && !taken.Done {
					ok.Add(1)
				}
			})
		}
		wait.Wait()
		if ok.Load() != 7 {
			t.Errorf("%d captures of 10 were taken of 70", ok.Load())
		}
	})
}

// Whatever is asked, refunds never exceed captures and captures never exceed the authorisation.
func TestSums(t *testing.T) {
	t.Parallel()
	m, tables := fresh()
	moduletest.Open(t, dbtest.Open(t), tables)
	rapid.Check(t, func(rt *rapid.T) {
		p := paid(t, m, "50")
		amount := func() *money.Decimal {
			v := money.Float(float64(rapid.IntRange(-5, 600).Draw(rt, "tenths")) / 10)
			return &v
		}
		rt.Repeat(map[string]func(*rapid.T){
			"capture": func(*rapid.T) { _ = capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID, Amount: amount()}) },
			"refund":  func(*rapid.T) { _ = refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: amount()}) },
			"": func(rt *rapid.T) {
				c := collection(t, m, p)
				if c.AuthorizedAmount.Less(*c.CapturedAmount) || c.CapturedAmount.Less(*c.RefundedAmount) || c.RefundedAmount.Sign() < 0 {
					rt.Fatalf("authorised %s, captured %s, refunded %s", c.AuthorizedAmount, c.CapturedAmount, c.RefundedAmount)
				}
			},
		})
	})
}
