package totals

import "github.com/gorgon-commerce/gorgon/money"

// Totals works out one line. What an order got back no longer counts; discounts shrink along.
func (l Line) Totals() Detailed {
	rate := sumRate(l.Rates)
	adjusted, adjustments := adjust(l.Adjustments, rate)
	left := l.Quantity
	if l.Detail != nil {
		left = left.Sub(l.Detail.ReturnReceived).Sub(l.Detail.ReturnDismissed)
	}
	price := l.UnitPrice.Mul(left)
	perUnit := adjusted.Subtotal
	if quantity := nonZero(l.Quantity); !quantity.Equal(one) {
		perUnit = perUnit.Div(quantity)
	}
	out := Detailed{Sums: charge(price, perUnit.Mul(left), l.TaxInclusive, rate), Adjustments: adjustments}
	out.DiscountTax = out.OriginalTax.Sub(out.Tax)
	out.DiscountTotal = out.DiscountSubtotal.Add(out.DiscountTax)
	out.Taxes = taxParts(l.Rates, out.Subtotal, out.DiscountSubtotal)
	if l.Detail != nil {
		l.lifecycle(&out.Sums, rate, adjusted)
	}
	return out
}

// Totals works out one shipping method.
func (m Method) Totals() Detailed {
	rate := sumRate(m.Rates)
	adjusted, adjustments := adjust(m.Adjustments, rate)
	out := Detailed{Sums: charge(m.Amount, adjusted.Subtotal, m.TaxInclusive, rate), Adjustments: adjustments}
	out.DiscountTotal = adjusted.Total
	out.DiscountTax = adjusted.Total.Sub(adjusted.Subtotal)
	out.Taxes = taxParts(m.Rates, out.Subtotal, out.DiscountSubtotal)
	return out
}

// charge is the arithmetic that lines and methods share: price is before discount, which is without tax.
func charge(price, discount money.Decimal, inclusive bool, rate money.Decimal) Sums {
	s := Sums{Subtotal: untaxed(price, inclusive, rate), DiscountSubtotal: discount}
	s.OriginalTax = s.Subtotal.Mul(rate)
	s.OriginalTotal = s.Subtotal.Add(s.OriginalTax)
	if inclusive {
		s.OriginalTotal = price
	}
	s.OriginalSubtotal = s.OriginalTotal.Sub(s.OriginalTax)
	net := s.Subtotal.Sub(discount)
	s.Tax = net.Mul(rate)
	s.Total = net.Add(s.Tax)
	return s
}

// untaxed takes the tax out of a price that has it.
func untaxed(price money.Decimal, inclusive bool, rate money.Decimal) money.Decimal {
	if !inclusive || rate.IsZero() {
		return price
	}
	return price.Div(one.Add(rate))
}

func sumRate(rates []money.Decimal) money.Decimal { return money.Sum(rates...).Div(hundred) }

func taxParts(rates []money.Decimal, subtotal, discount money.Decimal) []Part {
	parts := make([]Part, len(rates))
	for i, r := range rates {
		r = r.Div(hundred)
		parts[i] = Part{Subtotal: subtotal.Mul(r), Total: subtotal.Sub(discount).Mul(r)}
	}
	return parts
}

// adjust adds up adjustments without and with tax.
func adjust(list []Adjustment, rate money.Decimal) (sum Part, parts []Part) {
	parts = make([]Part, len(list))
	for i, a := range list {
		net := untaxed(a.Amount, a.TaxInclusive, rate)
		parts[i] = Part{Subtotal: net, Total: net.Add(net.Mul(rate))}
		sum.Subtotal, sum.Total = sum.Subtotal.Add(parts[i].Subtotal), sum.Total.Add(parts[i].Total)
	}
	return sum, parts
}

// lifecycle values what has become of an order's line, each unit at its share of the whole line's total.
func (l Line) lifecycle(s *Sums, rate money.Decimal, adjusted Part) {
	net := untaxed(l.UnitPrice.Mul(l.Quantity), l.TaxInclusive, rate).Sub(adjusted.Subtotal)
	perUnit := net.Add(net.Mul(rate)).Div(nonZero(l.Quantity))
	d := l.Detail
	s.Fulfilled, s.Shipped = perUnit.Mul(d.Fulfilled), perUnit.Mul(d.Shipped)
	s.ReturnRequested, s.ReturnReceived = perUnit.Mul(d.ReturnRequested), perUnit.Mul(d.ReturnReceived)
	s.ReturnDismissed, s.WrittenOff = perUnit.Mul(d.ReturnDismissed), perUnit.Mul(d.WrittenOff)

	discount := adjusted.Subtotal
	if l.TaxInclusive {
		discount = adjusted.Total
	}
	left := l.Quantity.Sub(d.ReturnRequested).Sub(d.ReturnReceived).Sub(d.ReturnDismissed)
	s.RefundableTotal = left.Mul(l.UnitPrice).Sub(left.Mul(discount.Div(nonZero(l.Quantity))))
	if !l.TaxInclusive {
		s.RefundableTotal = s.RefundableTotal.Add(s.RefundableTotal.Mul(rate))
	}
	if !left.IsZero() {
		s.RefundableTotalPerUnit = s.RefundableTotal.Div(left)
	}
}

func nonZero(m money.Decimal) money.Decimal {
	if m.IsZero() {
		return one
	}
	return m
}
