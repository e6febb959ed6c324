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
	c, err := m.Collections.Create(ctx, payment.Collection{CurrencyCode: currency, Amount: money.Must(amount)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Prepare(ctx, payment.SessionDraft{CollectionID: c.ID, ProviderID: "pp_system_default"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = m.OpenSession(ctx, payment.Begun{Session: s}); err != nil {
		t.Fatal(err)
	}
	a, err := m.Authorize(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.Authorized(ctx, payment.Heard{ID: s.ID, Answer: a})
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
func capture(ctx context.Context, m *payment.Module, in payment.Taking) error {
	taken, err := m.Take(ctx, in)
	if err != nil {
		return err
	}
	a, err := m.Capture(ctx, taken)
	if err != nil {
		return errors.Join(err, m.Untake(ctx, taken))
	}
	_, err = m.Captured(ctx, payment.Heard{ID: in.PaymentID, Answer: a})
	return err
}

func refund(ctx context.Context, m *payment.Module, in payment.Return) error {
	back, err := m.GiveBack(ctx, in)
	if err != nil {
		return err
	}
	a, err := m.Refund(ctx, back)
	if err == nil {
		_, err = m.Refunded(ctx, payment.Heard{ID: in.PaymentID, Answer: a})
	}
	return err
}

func TestPayment(t *testing.T) {
	moduletest.Each(t, fresh, func(t *testing.T, m *payment.Module) {
		p := paid(t, m, "62.5")
		if c := collection(t, m, p); c.Status != payment.AllAuthorized || c.AuthorizedAmount.String() != "62.5" || c.CapturedAmount.String() != "0" {
			t.Errorf("after the authorisation: %+v", c)
		}
		again, err := m.Authorized(t.Context(), payment.Heard{ID: p.SessionID, Answer: payment.Answer{Status: payment.Failed}})
		if err != nil || again.ID != p.ID {
			t.Errorf("a second answer made %v, %v", again, err)
		}
		twenty := money.Int(20)
		if err := capture(t.Context(), m, payment.Taking{PaymentID: p.ID, Amount: &twenty}); err != nil {
			t.Fatal(err)
		}
		if c := collection(t, m, p); c.Status != payment.AllAuthorized || c.CapturedAmount.String() != "20" {
			t.Errorf("after a part: %+v", c)
		}
		much := money.Must("42.51")
		if err := capture(t.Context(), m, payment.Taking{PaymentID: p.ID, Amount: &much}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("too much was captured: %v", err)
		}
		if err := capture(t.Context(), m, payment.Taking{PaymentID: p.ID}); err != nil {
			t.Fatal(err)
		}
		if c := collection(t, m, p); c.Status != payment.Completed || c.CompletedAt == nil {
			t.Errorf("after all: %+v", c)
		}
		over := money.Must("62.51")
		if err := refund(t.Context(), m, payment.Return{PaymentID: p.ID, Amount: &over}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("too much was refunded: %v", err)
		}
	})
}

// Whoever asks at the same time, no more is captured than was authorised.
func TestRacingCaptures(t *testing.T) {
	moduletest.Each(t, fresh, func(t *testing.T, m *payment.Module) {
		p := paid(t, m, "70")
		ten := money.Int(10)
		var ok atomic.Int32
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if taken, err := m.Take(t.Context(), payment.Taking{PaymentID: p.ID, Amount: &ten}); err == nil && !taken.Done {
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
			"capture": func(*rapid.T) { _ = capture(t.Context(), m, payment.Taking{PaymentID: p.ID, Amount: amount()}) },
			"refund":  func(*rapid.T) { _ = refund(t.Context(), m, payment.Return{PaymentID: p.ID, Amount: amount()}) },
			"": func(rt *rapid.T) {
				c := collection(t, m, p)
				if c.AuthorizedAmount.Less(*c.CapturedAmount) || c.CapturedAmount.Less(*c.RefundedAmount) || c.RefundedAmount.Sign() < 0 {
					rt.Fatalf("authorised %s, captured %s, refunded %s", c.AuthorizedAmount, c.CapturedAmount, c.RefundedAmount)
				}
			},
		})
	})
}
