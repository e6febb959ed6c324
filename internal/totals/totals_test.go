package totals_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/money"
)

func dec(s string) money.Decimal { return money.MustParse(s) }

// Two shirts at 10 with a fifth off, taxed at 25 %, sent for 5.
func ExampleCalculate() {
	vat := []money.Decimal{dec("25")}
	t := totals.Calculate(
		[]totals.Line{{UnitPrice: dec("10"), Quantity: dec("2"), Rates: vat, Adjustments: []totals.Adjustment{{Amount: dec("4")}}}},
		[]totals.Method{{Amount: dec("5"), Rates: vat}}, nil, totals.Smallest(2))
	fmt.Println(t.Subtotal, t.DiscountTotal, t.Tax, t.Total)
	// Output: 25 5 5.25 26.25
}

// What a shop with prices with tax showed: 3 at 10 and 1 at 20 with a tenth off across, 25 % tax.
func TestInclusive(t *testing.T) {
	t.Parallel()
	l := totals.Line{UnitPrice: dec("10"), Quantity: dec("3"), TaxInclusive: true, Rates: []money.Decimal{dec("25")},
		Adjustments: []totals.Adjustment{{Amount: dec("2.4")}}}
	got := l.Totals()
	for name, want := range map[string]string{"subtotal": "24", "total": "27", "original_total": "30", "original_tax_total": "6", "tax_total": "5.4",
		"discount_total": "3", "discount_tax_total": "0.6", "discount_subtotal": "2.4"} {
		if v, ok := got.Get(name); !ok || !v.Equal(dec(want)) {
			t.Errorf("%s is %v, want %s", name, v, want)
		}
	}
	if v := got.Taxes[0]; !v.Subtotal.Equal(dec("6")) || !v.Total.Equal(dec("5.4")) {
		t.Errorf("tax line is %v", v)
	}
}

// Of 4 units at 10 an order got one back; what is left keeps its share of the discount.
func TestReturned(t *testing.T) {
	t.Parallel()
	l := totals.Line{UnitPrice: dec("10"), Quantity: dec("4"), Rates: []money.Decimal{dec("10")},
		Adjustments: []totals.Adjustment{{Amount: dec("8")}}, Detail: &totals.Detail{Fulfilled: dec("4"), ReturnReceived: dec("1"), ReturnRequested: dec("1")}}
	got := l.Totals()
	for name, want := range map[string]string{"subtotal": "30", "discount_subtotal": "6", "total": "26.4", "fulfilled_total": "35.2",
		"return_received_total": "8.8", "refundable_total": "17.6", "refundable_total_per_unit": "8.8"} {
		if v, ok := got.Get(name); !ok || !v.Equal(dec(want)) {
			t.Errorf("%s is %v, want %s", name, v, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	all := totals.Calculate(nil, nil, []money.Decimal{dec("0.01")}, totals.Smallest(2))
	for _, n := range totals.WholeNames() {
		if v, ok := all.Get(n); !ok || !v.IsZero() {
			t.Errorf("%s is %v, %v", n, v, ok)
		}
	}
	if _, ok := all.Get("gift_card_total"); ok {
		t.Error("there are no gift cards")
	}
	if got := totals.Display(dec("0.0001")); !got.IsZero() {
		t.Error("nearly nothing is shown as", got)
	}
}

func amount(t *rapid.T, name string, max int64) money.Decimal {
	return money.Int(rapid.Int64Range(0, max).Draw(t, name)).Div(money.Int(100))
}

func line(t *rapid.T) totals.Line {
	l := totals.Line{UnitPrice: amount(t, "price", 1e7), Quantity: money.Int(rapid.Int64Range(1, 50).Draw(t, "quantity")),
		TaxInclusive: rapid.Bool().Draw(t, "inclusive")}
	for range rapid.IntRange(0, 3).Draw(t, "taxes") {
		l.Rates = append(l.Rates, amount(t, "rate", 5000))
	}
	if rapid.Bool().Draw(t, "discounted") {
		left := l.Totals().Subtotal.Mul(amount(t, "share", 100))
		l.Adjustments = []totals.Adjustment{{Amount: left}}
	}
	return l
}

// near allows for the quotients' 20 places.
func near(a, b money.Decimal) bool { return a.Sub(b).Abs().Cmp(dec("0.0000000001")) <= 0 }

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(line), 0, 6).Draw(t, "lines")
		all := totals.Calculate(lines, nil, nil, totals.Smallest(2))
		var sum, tax, discount money.Decimal
		for i, l := range all.Lines {
			sum, tax, discount = sum.Add(l.Total), tax.Add(l.Tax), discount.Add(l.DiscountTotal)
			if l.Total.Sign() < 0 && !near(l.Total, money.Zero) || l.Subtotal.Less(l.DiscountSubtotal) && !near(l.Subtotal, l.DiscountSubtotal) {
				t.Fatalf("line %d: total %v, discount %v of %v", i, l.Total, l.DiscountSubtotal, l.Subtotal)
			}
			if !near(l.OriginalTotal, l.Total.Add(l.DiscountTotal)) {
				t.Fatalf("line %d: %v is not %v less %v", i, l.Total, l.OriginalTotal, l.DiscountTotal)
			}
			parts := money.Zero
			for _, p := range l.Taxes {
				parts = parts.Add(p.Total)
			}
			if !near(parts, l.Tax) {
				t.Fatalf("line %d: tax lines make %v, not %v", i, parts, l.Tax)
			}
		}
		if !near(sum, all.Total) || !tax.Equal(all.Tax) || !discount.Equal(all.DiscountTotal) {
			t.Fatalf("lines make %v, the whole %v", sum, all.Total)
		}
	})
}

// A price with tax in it costs what the price without it does when the tax is added.
func TestInclusiveAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := line(t)
		l.TaxInclusive = false
		gross := l
		gross.TaxInclusive = true
		rate := money.Zero
		for _, r := range l.Rates {
			rate = rate.Add(r)
		}
		gross.UnitPrice = l.UnitPrice.Mul(money.Int(1).Add(rate.Div(money.Int(100))))
		a, b := l.Totals(), gross.Totals()
		if !near(a.Total, b.Total) || !near(a.Subtotal, b.Subtotal) || !near(a.Tax, b.Tax) {
			t.Fatalf("without tax %v %v %v, with %v %v %v", a.Subtotal, a.Tax, a.Total, b.Subtotal, b.Tax, b.Total)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("10", "3", "25", "2.4", true)
	f.Add("0", "0", "0", "0", false)
	f.Add("-1", "1e5", "-100", "7", true)
	f.Fuzz(func(t *testing.T, price, quantity, rate, off string, inclusive bool) {
		var n [4]money.Decimal
		for i, s := range []string{price, quantity, rate, off} {
			var err error
			if n[i], err = money.Parse(s); err != nil {
				t.Skip()
			}
		}
		l := totals.Line{UnitPrice: n[0], Quantity: n[1], Rates: []money.Decimal{n[2]}, TaxInclusive: inclusive,
			Adjustments: []totals.Adjustment{{Amount: n[3], TaxInclusive: inclusive}}, Detail: &totals.Detail{ReturnReceived: n[3]}}
		all := totals.Calculate([]totals.Line{l}, []totals.Method{{Amount: n[0], Rates: l.Rates, Adjustments: l.Adjustments}}, n[3:], totals.Smallest(2))
		if !all.Items.Total.Equal(all.Lines[0].Total) || !all.Shipping.Total.Equal(all.Methods[0].Total) {
			t.Fatal("the whole is not its parts")
		}
	})
}
