package promotion

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// details are what applying a promotion needs to know of it.
func details() []string {
	return []string{"application_method", "application_method.target_rules", "application_method.target_rules.values",
		"application_method.buy_rules", "application_method.buy_rules.values", "rules", "rules.values", "campaign", "campaign.budget"}
}

// ComputeDiscounts works out what promotions that are active take off a basket: those whose code is given, and those that are automatic. With
// free, limits and budgets are not looked at.
func (m *Module) ComputeDiscounts(ctx context.Context, active []Promotion, codes []string, basket ComputeContext, free bool) (ComputeResult, error) {
	list := slices.DeleteFunc(slices.Clone(active), func(p Promotion) bool {
		return !slices.Contains(codes, p.Code) && !(p.IsAutomatic && p.mayHold(basket.Values))
	})
	usage, err := m.usage(ctx, list, basket)
	if err != nil {
		return ComputeResult{}, err
	}
	return Apply(list, basket, usage, free)
}

// ListActive reads the promotions with these codes, and the automatic ones, that are active now and whose campaign runs.
func (m *Module) ListActive(ctx context.Context, codes []string, automatic bool) ([]Promotion, error) {
	where := module.Filter{"status": "active"}
	switch {
	case automatic && len(codes) > 0:
		where["$or"] = []any{map[string]any{"code": codes}, map[string]any{"is_automatic": true}}
	case automatic:
		where["is_automatic"] = true
	case len(codes) == 0:
		return nil, nil
	default:
		where["code"] = codes
	}
	list, err := m.Promotions.List(ctx, where, module.FindOptions{Relations: details(), Order: []string{"id"}})
	now := db.Now()
	return slices.DeleteFunc(list, func(p Promotion) bool { return !p.inCampaign(now) }), err
}

// Attributes are all that the promotion's rules ask for.
func (p *Promotion) Attributes() (names []string) {
	sets := [][]Rule{p.Rules}
	if p.ApplicationMethod != nil {
		sets = append(sets, p.ApplicationMethod.TargetRules, p.ApplicationMethod.BuyRules)
	}
	for _, rules := range sets {
		for _, r := range rules {
			names = append(names, r.Attribute)
		}
	}
	return names
}

// mayHold reports whether the basket has something of each attribute that the rules of an automatic promotion ask for.
func (p *Promotion) mayHold(values any) bool {
	for _, name := range p.Attributes() {
		if !slices.ContainsFunc(LookupPath(values, name), func(v any) bool { return v != nil }) {
			return false
		}
	}
	return true
}

// usage reads how often the basket's customer has used the budgets that are per customer.
func (m *Module) usage(ctx context.Context, list []Promotion, basket ComputeContext) (map[string]money.Decimal, error) {
	var out map[string]money.Decimal
	for _, p := range list {
		if p.Campaign == nil || p.Campaign.Budget == nil || !p.Campaign.Budget.attributed() {
			continue
		}
		b := p.Campaign.Budget
		attributeValue := basket.Attribute(*b.Attribute)
		if attributeValue == "" {
			continue
		}
		rows, err := m.BudgetUsages.List(ctx, module.Filter{"budget_id": b.ID, "attribute_value": attributeValue})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if out == nil {
				out = map[string]money.Decimal{}
			}
			out[b.ID] = r.Used
		}
	}
	return out, nil
}
