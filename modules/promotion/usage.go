package promotion

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A DiscountUse is one discount that an order takes, without tax.
type DiscountUse struct {
	Code   string        `json:"code"`
	Amount money.Decimal `json:"amount"`
}

// UsageInput are what an order takes of promotions, and for whom.
type UsageInput struct {
	Discounts                 []DiscountUse `json:"computedActions"`
	CustomerID, CustomerEmail string        `json:"-"`
}

func (u UsageInput) codes() (codes []string) {
	for _, x := range u.Discounts {
		if x.Code != "" && !slices.Contains(codes, x.Code) {
			codes = append(codes, x.Code)
		}
	}
	return codes
}

// amount is what the promotion with a code takes off in all.
func (u UsageInput) amount(code string) (sum money.Decimal) {
	for _, x := range u.Discounts {
		if x.Code == code {
			sum = sum.Add(x.Amount)
		}
	}
	return sum
}

// attribute is the value that a budget counts uses by; empty where the order has none.
func (u UsageInput) attribute(b Budget) string {
	return ComputeContext{CustomerID: u.CustomerID, Email: u.CustomerEmail}.Attribute(*b.Attribute)
}

// RegisterUsage counts what an order uses of promotions' limits and campaigns' budgets. What exceeds one is fault.NotAllowed. The rows stay locked until
// the transaction ends, so that what two orders use together does not exceed it either.
func (m *Module) RegisterUsage(ctx context.Context, u UsageInput) error {
	codes := u.codes()
	if len(codes) == 0 {
		return nil
	}
	list, err := m.ListActive(ctx, codes, false)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Limit == nil && (p.Campaign == nil || p.Campaign.Budget == nil) {
			continue
		}
		if err := m.register(ctx, p, u); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) register(ctx context.Context, p Promotion, u UsageInput) error {
	if p.Limit != nil {
		locked, err := m.Promotions.Retrieve(ctx, p.ID, module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		if locked.Limit != nil && locked.Used+1 > *locked.Limit {
			return fault.New(fault.NotAllowed, "Promotion usage exceeds the limit.")
		}
		if _, err := m.Promotions.Update(ctx, module.Filter{"id": p.ID}, module.Set{"used": locked.Used + 1}); err != nil {
			return err
		}
	}
	if p.Campaign == nil || p.Campaign.Budget == nil {
		return nil
	}
	return m.spend(ctx, p.Campaign.Budget.ID, u.amount(p.Code), u)
}

// spend counts one promotion's use of a budget.
func (m *Module) spend(ctx context.Context, id string, amount money.Decimal, u UsageInput) error {
	b, err := m.Budgets.Retrieve(ctx, id, module.FindOptions{Lock: true})
	if err != nil {
		return err
	}
	switch {
	case b.Type == "usage":
		amount = money.Int(1)
	case b.attributed():
		attributeValue := u.attribute(b)
		if attributeValue == "" {
			return nil
		}
		if err := m.spendFor(ctx, b, attributeValue); err != nil {
			return err
		}
		amount = money.Int(1)
	case b.Type != "spend":
		return nil
	}
	if !b.attributed() && b.exceeded(b.Used.Add(amount)) {
		return fault.New(fault.NotAllowed, "Promotion usage exceeds the budget limit.")
	}
	_, err = m.Budgets.Update(ctx, module.Filter{"id": b.ID}, module.Set{"used": b.Used.Add(amount)})
	return err
}

func (b *Budget) exceeded(used money.Decimal) bool {
	return b.Limit != nil && !b.Limit.IsZero() && b.Limit.Less(used)
}

// spendFor counts one use of a budget for one value of its attribute.
func (m *Module) spendFor(ctx context.Context, b Budget, attributeValue string) error {
	list, err := m.BudgetUsages.List(ctx, module.Filter{"budget_id": b.ID, "attribute_value": attributeValue})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err = m.BudgetUsages.Create(ctx, BudgetUsage{BudgetID: b.ID, AttributeValue: attributeValue, Used: money.Int(1)})
		return err
	}
	used := list[0].Used.Add(money.Int(1))
	if b.exceeded(used) {
		return fault.New(fault.NotAllowed, "Promotion usage exceeds the budget limit.")
	}
	_, err = m.BudgetUsages.Update(ctx, module.Filter{"id": list[0].ID}, module.Set{"used": used})
	return err
}
