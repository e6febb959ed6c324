package payment_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider/payment/system"
)

// A cashier is a provider that adds up what it is asked to move.
type cashier struct {
	system.Provider
	captured, refunded *money.Decimal
}

func (c cashier) Capture(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	*c.captured = c.captured.Add(r.Amount)
	return c.Provider.Capture(ctx, r)
}

func (c cashier) Refund(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	*c.refunded = c.refunded.Add(r.Amount)
	return c.Provider.Refund(ctx, r)
}

// Amounts with more digits than the currency has are captured and refunded in whole units.
func TestWholeUnits(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *payment.Module) {
		for _, c := range []struct {
			currency, total, capture string
			refused                  bool
		}{
			{"eur", "17.84643", "17.84", false}, {"eur", "17.84643", "17.85", false}, {"eur", "17.84643", "17.86", true},
			{"jpy", "100.6", "101", false}, {"jpy", "100.6", "100", false}, {"jpy", "100.6", "102", true},
			{"kwd", "1.2346", "1.235", false}, {"kwd", "1.2346", "1.236", true},
		} {
			p := paidIn(t, m, c.currency, c.total)
			amount := money.MustParse(c.capture)
			err := capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID, Amount: &amount})
			if c.refused {
				if fault.KindOf(err) != fault.Invalid {
					t.Errorf("%s of %s %s: %v", c.capture, c.total, c.currency, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s of %s %s: %v", c.capture, c.total, c.currency, err)
			}
			if got := collection(t, m, p); got.Status != payment.CollectionCompleted {
				t.Errorf("%s of %s %s leaves the collection %s", c.capture, c.total, c.currency, got.Status)
			}
			if err := refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: &amount}); err != nil {
				t.Errorf("refund of %s: %v", c.capture, err)
			}
			if err := refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: &amount}); fault.KindOf(err) != fault.Invalid {
				t.Errorf("second refund of %s: %v", c.capture, err)
			}
		}
		p := paidIn(t, m, "eur", "17.84643")
		cent := money.MustParse("17.85")
		if err := capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID}); err != nil {
			t.Fatal(err)
		}
		if err := refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: &cent}); err != nil {
			t.Errorf("17.85 of 17.84643 cannot be refunded: %v", err)
		}
	})
}

// A provider moves whole units only, never more than the rounded amount, and never refunds more than it captured.
func TestProviderUnits(t *testing.T) {
	t.Parallel()
	var captured, refunded money.Decimal
	m := payment.New(payment.Provide("default", cashier{captured: &captured, refunded: &refunded}))
	moduletest.Open(t, dbtest.Open(t), []module.Entity(m.Tables()))
	rapid.Check(t, func(rt *rapid.T) {
		captured, refunded = money.Zero, money.Zero
		currency := rapid.SampledFrom([]string{"jpy", "eur", "kwd"}).Draw(rt, "currency")
		draw := func(name string) money.Decimal {
			return money.Int(rapid.Int64Range(1, 5_000_000).Draw(rt, name)).Div(money.Int(100_000))
		}
		total := draw("total").Add(money.Int(2))
		p := paidIn(t, m, currency, total.String())
		for range 4 {
			c, r := draw("capture"), draw("refund")
			_ = capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID, Amount: &c})
			_ = refund(t.Context(), m, payment.RefundRequest{PaymentID: p.ID, Amount: &r})
		}
		_ = capture(t.Context(), m, payment.CaptureRequest{PaymentID: p.ID})
		for _, moved := range []money.Decimal{captured, refunded} {
			if !money.Payable(moved, currency).Equal(moved) {
				rt.Fatalf("%s %s is not whole units", moved, currency)
			}
		}
		if money.Payable(total, currency).Less(captured) || captured.Less(refunded) {
			rt.Fatalf("of %s %s were captured %s and refunded %s", total, currency, captured, refunded)
		}
		if got := collection(t, m, p); got.Status != payment.CollectionCompleted {
			rt.Fatalf("collection of %s %s is %s after %s", total, currency, got.Status, captured)
		}
	})
}
