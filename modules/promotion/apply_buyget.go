package promotion

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/money"
)

// A bargain is one buy-and-get promotion while it is applied.
type bargain struct {
	*application
	promotion       *Promotion
	buy, get        []*Target                // eligible, dearest first
	buyLeft         map[string]money.Decimal // by item
	getLeft         map[string]money.Decimal
	given           money.Decimal // how many units so far
	amounts         map[string]money.Decimal
	order           []string // items of amounts, in the order they got one
	minimum, single money.Decimal
}

// A take is a quantity of an item.
type take struct {
	item     *Target
	quantity money.Decimal
}

// maxBargains bounds how often one promotion is applied to a basket.
const maxBargains = 1000

// buyGet gives units of some items for less because units of others are bought, again and again until there is nothing left to give.
func (a *application) buyGet(p *Promotion) {
	m := p.ApplicationMethod
	minimum := number(m.BuyRulesMinQuantity)
	if len(a.basket.Items) == 0 || minimum.Sign() <= 0 || len(m.BuyRules) == 0 {
		return
	}
	b := &bargain{application: a, promotion: p, minimum: minimum, single: number(m.ApplyToQuantity), amounts: map[string]money.Decimal{}}
	b.buy, b.get = a.eligible(m.BuyRules), a.eligible(m.TargetRules)
	b.buyLeft, b.getLeft = left(b.buy, a.bought), left(b.get, a.gotten)
	a.bought[p.Code], a.gotten[p.Code] = map[string]money.Decimal{}, map[string]money.Decimal{}
	for range maxBargains {
		bought, gotten, ok := b.next()
		if !ok {
			break
		}
		b.give(gotten)
		b.consume(bought, gotten)
	}
	for _, id := range b.order {
		a.out.Discounts = append(a.out.Discounts, Discount{PromotionID: p.ID, Code: p.Code, ItemID: id, Amount: b.amounts[id]})
	}
}

// eligible are the items that rules hold for, dearest first.
func (a *application) eligible(rules []Rule) (list []*Target) {
	for i := range a.basket.Items {
		if t := &a.basket.Items[i]; RulesMatch(rules, t.Values, "items.") {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(x, y *Target) int { return y.Subtotal.Cmp(x.Subtotal) })
	return list
}

// left is how many units of items other promotions have not used.
func left(list []*Target, used map[string]map[string]money.Decimal) map[string]money.Decimal {
	out := map[string]money.Decimal{}
	for _, t := range list {
		n := t.Quantity
		for _, items := range used {
			n = n.Sub(items[t.ID])
		}
		out[t.ID] = money.Max(n, money.Zero)
	}
	return out
}

// next chooses what counts as bought, and what is given for it.
func (b *bargain) next() (bought, gotten []take, ok bool) {
	bought, used, ok := b.choose()
	if !ok {
		return nil, nil, false
	}
	n := money.Zero
	for _, t := range b.get {
		if n.Cmp(b.single) >= 0 && len(gotten) > 0 {
			break
		}
		free := b.getLeft[t.ID].Sub(used[t.ID])
		q := money.Min(money.Min(b.single.Sub(n), free), b.promotion.most().Sub(b.given))
		if free.Sign() <= 0 || q.Sign() <= 0 {
			continue
		}
		gotten = append(gotten, take{t, q})
		n = n.Add(q)
	}
	return bought, gotten, n.Cmp(b.single) >= 0
}

// choose reserves what must be bought, first of items that cannot be given.
func (b *bargain) choose() (bought []take, used map[string]money.Decimal, ok bool) {
	var first, last []*Target
	for _, t := range b.buy {
		if slices.Contains(b.get, t) {
			last = append(last, t)
		} else {
			first = append(first, t)
		}
	}
	used = map[string]money.Decimal{}
	n := money.Zero
	for _, t := range append(first, last...) {
		q := money.Min(b.buyLeft[t.ID], b.minimum.Sub(n))
		if q.Sign() <= 0 {
			continue
		}
		bought = append(bought, take{t, q})
		used[t.ID] = used[t.ID].Add(q)
		n = n.Add(q)
	}
	return bought, used, n.Cmp(b.minimum) >= 0
}

// give takes the promotion's value off what is given.
func (b *bargain) give(gotten []take) {
	rest := b.single
	for _, g := range gotten {
		if rest.Sign() <= 0 {
			return
		}
		n := money.Min(g.quantity, rest)
		worth := g.item.Subtotal.Div(g.item.Quantity).Mul(n)
		amount := worth.Mul(value(b.promotion)).Div(hundred)
		if b.promotion.ApplicationMethod.Type == "fixed" {
			amount = money.Min(value(b.promotion).Mul(n), worth)
		}
		if amount.Sign() <= 0 {
			continue
		}
		rest = rest.Sub(n)
		if !b.affordable(b.promotion, amount) {
			continue
		}
		id := g.item.ID
		b.applied[id] = b.applied[id].Add(amount)
		if _, seen := b.amounts[id]; !seen {
			b.order = append(b.order, id)
		}
		b.amounts[id] = b.amounts[id].Add(amount)
		b.given = b.given.Add(n)
	}
}

// consume keeps later rounds, and promotions, from using the same units again.
func (b *bargain) consume(bought, gotten []take) {
	for i, list := range [][]take{bought, gotten} {
		total := []map[string]map[string]money.Decimal{b.bought, b.gotten}[i][b.promotion.Code]
		for _, t := range list {
			id := t.item.ID
			total[id] = total[id].Add(t.quantity)
			if n, ok := b.buyLeft[id]; ok {
				b.buyLeft[id] = n.Sub(t.quantity)
			}
			if n, ok := b.getLeft[id]; ok {
				b.getLeft[id] = n.Sub(t.quantity)
			}
		}
	}
}
