// Package money has exact decimals for amounts and quantities. A [Decimal] is never rounded unless a method says so; it is
// written to JSON as Medusa writes it, as the nearest JavaScript number.
package money

import (
	"fmt"
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// Places is how many decimal places a quotient keeps at the most, as in Medusa.
const Places = 20

// maxExponent bounds what Parse takes: beyond it JavaScript has no numbers.
const maxExponent = 308

// A Decimal is an exact number that does not change. The zero value is 0. Compare with Cmp or Equal, not with ==.
type Decimal struct{ d apd.Decimal }

// Zero is 0.
var Zero Decimal

// exact has no precision, so that sums and products are not rounded.
var exact = apd.Context{MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// Int returns a whole number.
func Int(n int64) Decimal {
	var m Decimal
	m.d.SetInt64(n)
	return m
}

// Float returns the number that f prints as, so that Float(0.1) is exactly a tenth. NaN and infinities are 0.
func Float(f float64) Decimal {
	m, err := Parse(strconv.FormatFloat(f, 'g', -1, 64))
	if err != nil {
		return Zero
	}
	return m
}

// Parse reads a number such as "12.50", "-3" or "1e-7".
func Parse(s string) (Decimal, error) {
	var m Decimal
	if len(s) > 400 {
		return Zero, fmt.Errorf("money: a number of %d characters is too long", len(s))
	}
	if _, _, err := m.d.SetString(s); err != nil || m.d.Form != apd.Finite {
		return Zero, fmt.Errorf("money: %q is not a number", s)
	}
	if e := int64(m.d.Exponent) + m.d.NumDigits(); e > maxExponent || m.d.Exponent < -2*maxExponent {
		return Zero, fmt.Errorf("money: %q is out of range", s)
	}
	if m.d.IsZero() {
		return Zero, nil
	}
	return m, nil
}

// MustParse is Parse for numbers that stand in the program; it panics on others.
func MustParse(s string) Decimal {
	m, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return m
}

// Add returns m + n.
func (m Decimal) Add(n Decimal) Decimal { return compute(exact.Add, m, n) }

// Sub returns m - n.
func (m Decimal) Sub(n Decimal) Decimal { return compute(exact.Sub, m, n) }

// Mul returns m × n.
func (m Decimal) Mul(n Decimal) Decimal { return compute(exact.Mul, m, n) }

func compute(op func(z, x, y *apd.Decimal) (apd.Condition, error), m, n Decimal) Decimal {
	var z Decimal
	// sums and products of finite numbers of at most 400 digits cannot fail
	if _, err := op(&z.d, &m.d, &n.d); err != nil {
		panic("money: " + err.Error())
	}
	return z
}

// Div returns m ÷ n with at most 20 decimal places, a half rounded away from zero. Division by zero is 0.
func (m Decimal) Div(n Decimal) Decimal {
	if n.IsZero() {
		return Zero
	}
	whole := max(0, int64(m.d.Exponent)+m.d.NumDigits()-int64(n.d.Exponent)-n.d.NumDigits()+1)
	ctx := exact.WithPrecision(uint32(whole + Places + 4))
	ctx.Rounding = apd.RoundDown
	var z Decimal
	if _, err := ctx.Quo(&z.d, &m.d, &n.d); err != nil {
		panic("money: " + err.Error())
	}
	return z.Round(Places)
}

// Round returns m with at most that many decimal places, a half rounded away from zero.
func (m Decimal) Round(places int32) Decimal {
	if m.d.Exponent >= -places {
		return m
	}
	ctx := exact.WithPrecision(uint32(max(1, m.d.NumDigits()+1)))
	ctx.Rounding = apd.RoundHalfUp
	var z Decimal
	if _, err := ctx.Quantize(&z.d, &m.d, -places); err != nil {
		panic("money: " + err.Error())
	}
	z.d.Reduce(&z.d)
	return z
}

// Neg returns -m.
func (m Decimal) Neg() Decimal {
	if m.IsZero() {
		return Zero
	}
	m.d.Negative = !m.d.Negative
	return m
}

// Abs returns m without its sign.
func (m Decimal) Abs() Decimal {
	m.d.Negative = false
	return m
}

// Cmp returns -1, 0 or 1 as m is less than, equal to or greater than n.
func (m Decimal) Cmp(n Decimal) int { return m.d.Cmp(&n.d) }

// Equal reports whether m = n: 1.0 equals 1.
func (m Decimal) Equal(n Decimal) bool { return m.Cmp(n) == 0 }

// Less reports whether m < n.
func (m Decimal) Less(n Decimal) bool { return m.Cmp(n) < 0 }

// Sign returns -1, 0 or 1.
func (m Decimal) Sign() int { return m.d.Sign() }

// IsZero reports whether m is 0.
func (m Decimal) IsZero() bool { return m.d.IsZero() }

// Min returns the smaller of two numbers.
func Min(m, n Decimal) Decimal {
	if n.Less(m) {
		return n
	}
	return m
}

// Max returns the greater of two numbers.
func Max(m, n Decimal) Decimal {
	if m.Less(n) {
		return n
	}
	return m
}

// Sum adds up numbers.
func Sum(list ...Decimal) Decimal {
	var sum Decimal
	for _, m := range list {
		sum = sum.Add(m)
	}
	return sum
}

// Float64 returns the nearest double.
func (m Decimal) Float64() float64 {
	f, err := strconv.ParseFloat(m.String(), 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0
	}
	return f
}

// Int64 returns the whole part.
func (m Decimal) Int64() int64 {
	var z apd.Decimal
	ctx := exact.WithPrecision(uint32(m.d.NumDigits() + 1))
	ctx.Rounding = apd.RoundDown
	if _, err := ctx.Quantize(&z, &m.d, 0); err != nil {
		return 0
	}
	n, _ := z.Int64() // 0 beyond int64
	return n
}

// String writes m in plain notation without superfluous zeros: "12.5".
func (m Decimal) String() string {
	if m.IsZero() {
		return "0"
	}
	if m.d.Exponent >= 0 {
		return m.d.Text('f')
	}
	var z apd.Decimal // m's digits may be shared with its copies
	z.Reduce(&m.d)
	return z.Text('f')
}

// AppendRaw appends the exact form that Medusa keeps beside a number, with 20 significant digits: {"value": "12.5", "precision": 20}.
func (m Decimal) AppendRaw(b []byte) []byte {
	z := m
	if m.d.NumDigits() > Places {
		ctx := exact.WithPrecision(Places)
		ctx.Rounding = apd.RoundHalfUp
		z = Decimal{}
		if _, err := ctx.Round(&z.d, &m.d); err != nil {
			panic("money: " + err.Error())
		}
	}
	b = append(b, `{"value": "`...)
	b = append(b, z.String()...)
	return append(b, `", "precision": 20}`...)
}
