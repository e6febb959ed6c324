// Package totals works out what a cart or an order costs: of its lines and shipping methods, with tax and discounts, and of the
// whole. All amounts are exact; nothing is rounded but quotients, which keep 20 places.
package totals

import "github.com/gorgon-commerce/gorgon/money"

// An Adjustment takes money off a line or a shipping method. With TaxInclusive, Amount is meant with tax.
type Adjustment struct {
	Amount       money.Decimal
	TaxInclusive bool
}

// A Line is a quantity of something at a price. Rates are the percentages of tax; they add up.
type Line struct {
	UnitPrice, Quantity money.Decimal
	TaxInclusive        bool // the price is meant with tax
	Rates               []money.Decimal
	Adjustments         []Adjustment
	Detail              *Detail // of an order's line
}

// Detail says what has become of a line's quantity.
type Detail struct {
	Fulfilled, Shipped, ReturnRequested, ReturnReceived, ReturnDismissed, WrittenOff money.Decimal
}

// A Method is a way of shipping at a price.
type Method struct {
	Amount       money.Decimal
	TaxInclusive bool
	Rates        []money.Decimal
	Adjustments  []Adjustment
}

// Sums are the totals of a line, of a shipping method, or of several. Subtotals are without tax; Original ones are before discounts.
type Sums struct {
	Subtotal, Total, Tax                                money.Decimal
	OriginalSubtotal, OriginalTotal, OriginalTax        money.Decimal
	DiscountSubtotal, DiscountTotal, DiscountTax        money.Decimal
	Fulfilled, Shipped                                  money.Decimal // worth of what was, as of an order's lines
	ReturnRequested, ReturnReceived, ReturnDismissed    money.Decimal
	WrittenOff, RefundableTotal, RefundableTotalPerUnit money.Decimal
}

// A Part is what one tax line or adjustment amounts to: of a tax line, Subtotal is before discounts; of an adjustment, without tax.
type Part struct{ Subtotal, Total money.Decimal }

// Detailed are the totals of one line or shipping method, with those of its tax lines and adjustments in their order.
type Detailed struct {
	Sums
	Taxes, Adjustments []Part
}

// Totals are those of a whole cart or order.
type Totals struct {
	Sums
	Items, Shipping Sums
	Lines           []Detailed // of the lines, in their order
	Methods         []Detailed // of the shipping methods, in their order
	Credit          money.Decimal
}

var (
	one     = money.Int(1)
	hundred = money.Int(100)
	epsilon = money.MustParse("0.0001")
)

// Display is the number that clients see of m: what is nearly nothing is 0.
func Display(m money.Decimal) money.Decimal {
	if !epsilon.Less(m.Abs()) {
		return money.Zero
	}
	return m
}

// Float64 is m as JavaScript's numbers have it, which is how Medusa hands amounts on.
func Float64(m money.Decimal) money.Decimal { return money.Float(m.Float64()) }

// Stored is the number that is stored of m: 20 significant digits, which mends what quotients have lost.
func Stored(m money.Decimal) money.Decimal {
	var z money.Decimal
	if err := z.UnmarshalJSON(m.AppendRaw(nil)); err != nil {
		return m
	}
	return z
}

// Calculate adds up a cart or an order. Credits are amounts already paid by other means; below smallest, the smallest amount of the currency,
// they count as nothing.
func Calculate(lines []Line, methods []Method, credits []money.Decimal, smallest money.Decimal) Totals {
	t := Totals{Lines: make([]Detailed, len(lines)), Methods: make([]Detailed, len(methods))}
	for i, l := range lines {
		t.Lines[i] = l.Totals()
		t.Items.add(t.Lines[i].Sums)
	}
	for i, m := range methods {
		t.Methods[i] = m.Totals()
		t.Shipping.add(t.Methods[i].Sums)
	}
	t.Sums = t.Items
	t.Sums.add(t.Shipping)
	if t.Credit = money.Sum(credits...); !smallest.Less(t.Credit.Abs()) {
		t.Credit = money.Zero
	}
	t.Total = t.Subtotal.Add(t.Tax).Sub(t.DiscountSubtotal).Sub(t.Credit)
	return t
}

// Smallest is the smallest amount of a currency with that many decimal places.
func Smallest(places int) money.Decimal {
	m := one
	for range places {
		m = m.Div(money.Int(10))
	}
	return m
}

func (s *Sums) add(o Sums) {
	for _, p := range [][2]*money.Decimal{
		{&s.Subtotal, &o.Subtotal}, {&s.Total, &o.Total}, {&s.Tax, &o.Tax},
		{&s.OriginalSubtotal, &o.Subtotal}, // not o.OriginalSubtotal, which may differ by a rounded quotient
		{&s.OriginalTotal, &o.OriginalTotal}, {&s.OriginalTax, &o.OriginalTax},
		{&s.DiscountSubtotal, &o.DiscountSubtotal}, {&s.DiscountTotal, &o.DiscountTotal}, {&s.DiscountTax, &o.DiscountTax},
		{&s.Fulfilled, &o.Fulfilled}, {&s.Shipped, &o.Shipped}, {&s.ReturnRequested, &o.ReturnRequested},
		{&s.ReturnReceived, &o.ReturnReceived}, {&s.ReturnDismissed, &o.ReturnDismissed}, {&s.WrittenOff, &o.WrittenOff},
	} {
		*p[0] = p[0].Add(*p[1])
	}
}
