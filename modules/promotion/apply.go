package promotion

import (
	"slices"
	"strconv"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/money"
)

// A ComputeContext is what promotions are applied to. Values, of the basket, its items and methods, are what rules ask about by path: a struct with
// JSON names, or a map.
type ComputeContext struct {
	CurrencyCode, CustomerID, Email string
	Items, ShippingMethods          []Target
	Values                          any
}

// A Target is an item or a shipping method that a promotion may take money off: Subtotal is without tax and before discounts, Total with
// tax. Shipping methods have no quantity.
type Target struct {
	ID                        string
	Quantity, Subtotal, Total money.Decimal
	Discountable              bool
	Values                    any
}

// A Discount is what a promotion takes off one target. With TaxInclusive, Amount is meant with tax.
type Discount struct {
	PromotionID, Code        string
	ItemID, ShippingMethodID string // one of them
	Amount                   money.Decimal
	TaxInclusive             bool
}

// An ExhaustedPromotion tells that a promotion holds but has been used up.
type ExhaustedPromotion struct{ Code, Reason string }

// The reasons.
const (
	LimitExceeded  = "promotion_limit_exceeded"
	BudgetExceeded = "campaign_budget_exceeded"
)

// A ComputeResult is what promotions do to a basket.
type ComputeResult struct {
	Discounts []Discount
	Exhausted []ExhaustedPromotion
}

// Codes lists the promotions that have taken something off, each once.
func (o ComputeResult) Codes() (codes []string) {
	for _, d := range o.Discounts {
		if !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
	}
	return codes
}

// An application applies promotions one after the other.
type application struct {
	basket  ComputeContext
	free    bool // of limits and budgets
	applied map[string]money.Decimal
	bought  map[string]map[string]money.Decimal // by promotion and item: what it took as bought
	gotten  map[string]map[string]money.Decimal // and as given
	out     ComputeResult
}

// Apply works out what promotions take off a basket: buy-and-get ones first, then by value from high to low. Usage says how often the basket's
// customer has used budgets that are per customer, by budget. With free, limits and budgets are not looked at.
func Apply(list []Promotion, basket ComputeContext, usage map[string]money.Decimal, free bool) (ComputeResult, error) {
	a := &application{basket: basket, free: free, applied: map[string]money.Decimal{},
		bought: map[string]map[string]money.Decimal{}, gotten: map[string]map[string]money.Decimal{}}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, rank)
	for i := range sorted {
		p := &sorted[i]
		if p.ApplicationMethod == nil {
			continue
		}
		if !free {
			if refused, err := a.usedUp(p, usage); err != nil {
				return ComputeResult{}, err
			} else if refused {
				continue
			}
		}
		if c := p.ApplicationMethod.CurrencyCode; c != nil && *c != "" && *c != basket.CurrencyCode || !RulesMatch(p.Rules, basket.Values, "") {
			continue
		}
		a.apply(p)
	}
	return a.out, nil
}

// rank orders promotions as they are applied.
func rank(a, b Promotion) int {
	if x, y := a.Type == "buyget", b.Type == "buyget"; x != y {
		if x {
			return -1
		}
		return 1
	}
	if c := value(&b).Cmp(value(&a)); c != 0 || a.Type != "buyget" {
		return c
	}
	if c := number(b.ApplicationMethod.BuyRulesMinQuantity).Cmp(number(a.ApplicationMethod.BuyRulesMinQuantity)); c != 0 {
		return c
	}
	return number(b.ApplicationMethod.ApplyToQuantity).Cmp(number(a.ApplicationMethod.ApplyToQuantity))
}

func value(p *Promotion) money.Decimal {
	if p.ApplicationMethod == nil || p.ApplicationMethod.Value == nil {
		return money.Zero
	}
	return *p.ApplicationMethod.Value
}

func number(n *int) money.Decimal {
	if n == nil {
		return money.Zero
	}
	return money.Int(int64(*n))
}

// attributed reports whether a budget is counted for each customer.
func (b *Budget) attributed() bool { return b.Type == "use_by_attribute" && b.Attribute != nil }

// Attribute is the basket's value of what a budget counts by.
func (b ComputeContext) Attribute(name string) string {
	switch name {
	case "customer_id":
		return b.CustomerID
	case "customer_email":
		return b.Email
	}
	return ""
}

// usedUp reports whether a promotion may not be used any more, and notes why.
func (a *application) usedUp(p *Promotion, usage map[string]money.Decimal) (bool, error) {
	if p.Campaign != nil && p.Campaign.Budget != nil && p.Campaign.Budget.attributed() {
		b := p.Campaign.Budget
		if a.basket.Attribute(*b.Attribute) == "" {
			return false, fault.New(fault.Invalid, `Attribute value for %s is required by promotion campaing budget`, strconv.Quote(*b.Attribute))
		}
		used, known := usage[b.ID]
		if known && b.Limit != nil && !b.Limit.IsZero() && b.Limit.Less(used.Add(money.Int(1))) {
			a.refuse(p, BudgetExceeded)
			return true, nil
		}
	}
	if p.Limit != nil && p.Used >= *p.Limit {
		a.refuse(p, LimitExceeded)
		return true, nil
	}
	return false, nil
}

func (a *application) refuse(p *Promotion, reason string) {
	a.out.Exhausted = append(a.out.Exhausted, ExhaustedPromotion{p.Code, reason})
}

// affordable reports whether the campaign can bear one more discount.
func (a *application) affordable(p *Promotion, amount money.Decimal) bool {
	if p.Campaign == nil || p.Campaign.Budget == nil || p.Campaign.Budget.Type == "use_by_attribute" {
		return true
	}
	b := p.Campaign.Budget
	if b.Type != "spend" {
		amount = money.Int(1)
	}
	if b.Limit != nil && !b.Limit.IsZero() && b.Limit.Less(b.Used.Add(amount)) {
		a.refuse(p, BudgetExceeded)
		return false
	}
	return true
}

func (a *application) apply(p *Promotion) {
	target := p.ApplicationMethod.TargetType
	switch {
	case p.Type == "buyget":
		a.buyGet(p)
	case target == "shipping_methods":
		a.shipping(p)
	case target == "items" || target == "order":
		a.items(p)
	}
}

// allocation is how a promotion is spread over its targets.
func allocation(p *Promotion) string {
	if s := p.ApplicationMethod.Allocation; s != nil && *s != "" {
		return *s
	}
	if p.ApplicationMethod.TargetType == "order" {
		return "across"
	}
	return ""
}
