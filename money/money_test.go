package money_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/money"
)

func ExampleDecimal() {
	price, third := money.MustParse("19.99"), money.Int(1).Div(money.Int(3))
	fmt.Println(price.Mul(money.Int(3)), third.Round(2), money.Sum(price, price.Neg()))
	// Output: 59.97 0.33 0
}

func TestParse(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"12.50": "12.5", "-3": "-3", "1e-7": "0.0000001", "1E2": "100", "0.000": "0", "-0": "0", "+5": "5",
		"": "!", "1,5": "!", "NaN": "!", "Infinity": "!", "1e400": "!", "1e-700": "!", "0x10": "!", "1 ": "!",
	} {
		m, err := money.Parse(s)
		switch {
		case want == "!" && err == nil:
			t.Errorf("%q is %s, want an error", s, m)
		case want != "!" && (err != nil || m.String() != want):
			t.Errorf("%q is %s %v, want %s", s, m, err, want)
		}
	}
}

func TestRound(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"1.005": "1.01", "-1.005": "-1.01", "0.004": "0", "2.5": "2.5", "99.995": "100"} {
		if got := money.MustParse(s).Round(2); !got.Equal(money.MustParse(want)) {
			t.Errorf("%s rounded is %s, want %s", s, got, want)
		}
	}
}

// JSON has what JavaScript prints for the nearest double.
func TestJSON(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"12.50": "12.50", "0.1": "0.1", "2.14285714285714285714": "2.142857142857143", "1e21": "1e+21", "1e-7": "1e-7", "123456789012345678": "123456789012345680",
	} {
		b, err := json.Marshal(money.MustParse(s))
		var f, g float64
		if err != nil || json.Unmarshal(b, &f) != nil || json.Unmarshal([]byte(want), &g) != nil || f != g {
			t.Errorf("%s is written %s (%v), want %s", s, b, err, want)
		}
	}
	for _, s := range []string{`12.5`, `"12.5"`, `{"value":"12.5","precision":20}`, `{"value":12.5}`} {
		var m money.Decimal
		if err := json.Unmarshal([]byte(s), &m); err != nil || !m.Equal(money.MustParse("12.5")) {
			t.Errorf("%s is read as %s: %v", s, m, err)
		}
	}
	for _, s := range []string{`"x"`, `true`, `[1]`, `{}`, `{"value":{}}`} {
		var m money.Decimal
		if err := json.Unmarshal([]byte(s), &m); err == nil {
			t.Errorf("%s is read as %s, want an error", s, m)
		}
	}
}

func decimal() *rapid.Generator[money.Decimal] {
	return rapid.Custom(func(t *rapid.T) money.Decimal {
		return money.MustParse(fmt.Sprintf("%de%d", rapid.Int64().Draw(t, "digits"), rapid.IntRange(-20, 20).Draw(t, "exponent")))
	})
}

// Sums and products are exact; quotients are off by less than their last place.
func TestArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := decimal().Draw(t, "a"), decimal().Draw(t, "b"), decimal().Draw(t, "c")
		if got := a.Add(b).Sub(b); !got.Equal(a) {
			t.Fatalf("%s + %s - %[2]s = %s", a, b, got)
		}
		if l, r := a.Add(b).Mul(c), a.Mul(c).Add(b.Mul(c)); !l.Equal(r) {
			t.Fatalf("(%s + %s) × %s is %s and %s", a, b, c, l, r)
		}
		if !b.IsZero() {
			off := a.Sub(a.Div(b).Mul(b)).Abs()
			if limit := money.MustParse("1e-20").Mul(b.Abs()); limit.Less(off) {
				t.Fatalf("%s / %s × %[2]s is off by %s", a, b, off)
			}
		}
		if a.Less(b) != (a.Cmp(b) < 0) || !money.Min(a, b).Equal(money.Max(a, b)) && !money.Min(a, b).Less(money.Max(a, b)) {
			t.Fatalf("%s and %s have no order", a, b)
		}
	})
}

// What is a number stays the same number as text, and the nearest double as JSON.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.50", "-3", "1e-7", "99999999999999999999.99", ".5", "5.", "1e308", "١"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := money.Parse(s)
		if err != nil {
			return
		}
		if again, err := money.Parse(m.String()); err != nil || !again.Equal(m) {
			t.Fatalf("%q is %s, which is read as %s: %v", s, m, again, err)
		}
		b, err := json.Marshal(m)
		var v float64
		if err != nil || json.Unmarshal(b, &v) != nil || math.IsInf(v, 0) || v != m.Float64() {
			t.Fatalf("%q is written %s: %v", s, b, err)
		}
	})
}
