package promotion

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// Release gives back what RegisterUsage counted, for an order that is canceled. Promotions that are
// inactive or have ended by then get their use back, too. No counter falls below zero.
func (m *Module) Release(ctx context.Context, u UsageInput) error {
	codes := u.codes()
	if len(codes) == 0 {
		return nil
	}
	list, err := m.Promotions.List(ctx, module.Filter{"code": codes},
		module.FindOptions{Relations: []string{"campaign", "campaign.budget"}, Order: []string{"id"}})
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := m.release(ctx, p, u); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) release(ctx context.Context, p Promotion, u UsageInput) error {
	if p.Limit != nil {
		locked, err := m.Promotions.Retrieve(ctx, p.ID, module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		if _, err := m.Promotions.Update(ctx, module.Filter{"id": p.ID}, module.Set{"used": max(0, locked.Used-1)}); err != nil {
			return err
		}
	}
	if p.Campaign == nil || p.Campaign.Budget == nil {
		return nil
	}
	return m.releaseBudget(ctx, p.Campaign.Budget.ID, u.amount(p.Code), u)
}

// releaseBudget takes one promotion's use off a budget.
func (m *Module) releaseBudget(ctx context.Context, id string, amount money.Decimal, u UsageInput) error {
	b, err := m.Budgets.Retrieve(ctx, id, module.FindOptions{Lock: true})
	if err != nil {
		return err
	}
	switch {
	case b.attributed():
		value := u.attribute(b)
		if value == "" {
			return nil
		}
		if err := m.releaseUsage(ctx, b, value); err != nil {
			return err
		}
		amount = money.Int(1)
	case b.Type == "usage":
		amount = money.Int(1)
	case b.Type != "spend":
		return nil
	}
	_, err = m.Budgets.Update(ctx, module.Filter{"id": b.ID}, module.Set{"used": money.Max(money.Zero, b.Used.Sub(amount))})
	return err
}

// releaseUsage takes one use off what a value of the budget's attribute has used.
func (m *Module) releaseUsage(ctx context.Context, b Budget, value string) error {
	list, err := m.BudgetUsages.List(ctx, module.Filter{"budget_id": b.ID, "attribute_value": value})
	if err != nil || len(list) == 0 {
		return err
	}
	left := money.Max(money.Zero, list[0].Used.Sub(money.Int(1)))
	_, err = m.BudgetUsages.Update(ctx, module.Filter{"id": list[0].ID}, module.Set{"used": left})
	return err
}
