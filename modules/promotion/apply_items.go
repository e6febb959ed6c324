package promotion

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/money"
)

var (
	hundred = money.Int(100)
	// epsilon is what is not worth taking off.
	epsilon = money.MustParse("0.0001")
)

// base is what a promotion takes from: with tax if it is meant so.
func base(p *Promotion, t *Target) money.Decimal {
	if p.IsTaxInclusive {
		return t.Total
	}
	return t.Subtotal
}

// taken is what promotions have taken off a target so far, in the same terms as base. It is kept without tax.
func (a *application) taken(p *Promotion, t *Target) money.Decimal {
	got := a.applied[t.ID]
	if p.IsTaxInclusive && !got.IsZero() {
		return got.Mul(t.Total.Div(t.Subtotal))
	}
	return got
}

// targets are the items that a promotion is about.
func (a *application) targets(p *Promotion) (list []*Target) {
	for i := range a.basket.Items {
		t := &a.basket.Items[i]
		if t.Discountable && t.Subtotal.Sign() > 0 && RulesMatch(p.ApplicationMethod.TargetRules, t.Values, "items.") {
			list = append(list, t)
		}
	}
	return list
}

func (a *application) items(p *Promotion) {
	list := a.targets(p)
	allocationType := allocation(p)
	whole := money.Zero
	switch allocationType {
	case "once":
		slices.SortStableFunc(list, func(x, y *Target) int { return x.Subtotal.Div(x.Quantity).Cmp(y.Subtotal.Div(y.Quantity)) })
	case "across":
		for _, t := range list {
			whole = whole.Add(base(p, t)).Sub(a.taken(p, t))
		}
		if whole.Sign() <= 0 {
			return
		}
	}
	quota := number(p.ApplicationMethod.MaxQuantity)
	for _, t := range list {
		most := p.most()
		if allocationType == "once" {
			if quota.Sign() <= 0 {
				return
			}
			most = money.Min(quota, t.Quantity)
		}
		if a.item(p, t, allocationType, most, whole) && allocationType == "once" {
			quota = quota.Sub(money.Min(most, t.Quantity))
		}
	}
}

// most is how many units of each item a promotion is for.
func (p *Promotion) most() money.Decimal {
	if p.ApplicationMethod.MaxQuantity == nil {
		return money.Int(1)
	}
	return number(p.ApplicationMethod.MaxQuantity)
}

// item takes a promotion's share off one item, and reports whether it did.
func (a *application) item(p *Promotion, t *Target, allocationType string, most, whole money.Decimal) bool {
	if base(p, t).Sign() <= 0 {
		return false
	}
	var amount money.Decimal
	if allocationType == "across" {
		amount = a.across(p, t, whole)
	} else {
		amount = a.each(p, t, most)
	}
	if amount.Sign() <= 0 || !a.affordable(p, amount) {
		return false
	}
	net := amount
	if p.IsTaxInclusive {
		net = amount.Mul(t.Subtotal.Div(t.Total))
	}
	a.applied[t.ID] = a.applied[t.ID].Add(net)
	a.out.Discounts = append(a.out.Discounts, Discount{PromotionID: p.ID, Code: p.Code, ItemID: t.ID, Amount: amount, TaxInclusive: p.IsTaxInclusive})
	return true
}

// across is an item's share of a promotion for all items together.
func (a *application) across(p *Promotion, t *Target, whole money.Decimal) money.Decimal {
	quantity := t.Quantity
	if m := number(p.ApplicationMethod.MaxQuantity); !m.IsZero() {
		quantity = money.Min(quantity, m)
	}
	left := base(p, t).Div(t.Quantity).Mul(quantity).Sub(a.taken(p, t))
	if !epsilon.Less(left) {
		return money.Zero
	}
	share := left.Div(whole).Mul(value(p))
	if p.ApplicationMethod.Type == "percentage" {
		share = value(p).Div(hundred).Mul(left)
	}
	return worth(money.Min(share, left))
}

// each is what a promotion takes off an item, for at most so many units of it.
func (a *application) each(p *Promotion, t *Target, most money.Decimal) money.Decimal {
	left := money.Min(base(p, t).Sub(a.taken(p, t)), base(p, t).Div(t.Quantity).Mul(most))
	if !epsilon.Less(left) {
		return money.Zero
	}
	share := value(p).Mul(money.Min(t.Quantity, most))
	if p.ApplicationMethod.Type == "percentage" {
		share = value(p).Div(hundred).Mul(left)
	}
	return worth(money.Min(share, left))
}

func worth(m money.Decimal) money.Decimal {
	if !epsilon.Less(m) {
		return money.Zero
	}
	return m
}

func (a *application) shipping(p *Promotion) {
	var list []*Target
	whole := money.Zero
	for i := range a.basket.ShippingMethods {
		if t := &a.basket.ShippingMethods[i]; RulesMatch(p.ApplicationMethod.TargetRules, t.Values, "shipping_methods.") {
			list = append(list, t)
			whole = whole.Add(t.Subtotal).Sub(a.applied[t.ID])
		}
	}
	allocationType := allocation(p)
	if allocationType == "once" {
		slices.SortStableFunc(list, func(x, y *Target) int { return x.Subtotal.Cmp(y.Subtotal) })
	}
	if allocationType == "across" && whole.Sign() <= 0 {
		return
	}
	quota := number(p.ApplicationMethod.MaxQuantity)
	for _, t := range list {
		if allocationType == "once" && quota.Sign() <= 0 {
			return
		}
		if a.method(p, t, allocationType, whole) && allocationType == "once" {
			quota = quota.Sub(money.Int(1))
		}
	}
}

// method takes a promotion's share off one shipping method, and reports whether it did.
func (a *application) method(p *Promotion, t *Target, allocationType string, whole money.Decimal) bool {
	left := t.Subtotal.Sub(a.applied[t.ID])
	share := value(p)
	switch {
	case p.ApplicationMethod.Type == "percentage":
		share = share.Div(hundred).Mul(left)
	case allocationType == "across":
		share = left.Div(whole).Mul(share)
	}
	amount := money.Min(share, left)
	if amount.Sign() <= 0 || allocationType == "" || !a.affordable(p, amount) {
		return false
	}
	a.applied[t.ID] = a.applied[t.ID].Add(amount)
	a.out.Discounts = append(a.out.Discounts, Discount{PromotionID: p.ID, Code: p.Code, ShippingMethodID: t.ID, Amount: amount})
	return true
}
