package promotion

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A UpdateRulesInput adds rules of one kind to a promotion, changes rules, and takes some away.
type UpdateRulesInput struct {
	PromotionID string
	Kind        string // Rules, RuleKindTarget or RuleKindBuy
	Add         []Rule
	Update      []UpdateRuleInput
	Remove      []string
}

// A UpdateRuleInput changes a rule; Values replace those that it has.
type UpdateRuleInput struct {
	ID     string
	Set    module.Set
	Values []string
}

// UpdateRulesResult tells by id what a UpdateRulesInput did.
type UpdateRulesResult struct{ Created, Updated, Deleted []string }

// tie puts new rules to what they are of.
type tie = func(ctx context.Context, ids []string) error

func (m *Module) tieRules(promotion string) tie {
	return func(ctx context.Context, ids []string) error {
		return m.Promotions.Attach(ctx, RuleKindPromotion, promotion, ids...)
	}
}

func (m *Module) tieMethod(method, kind string) tie {
	return func(ctx context.Context, ids []string) error {
		return m.ApplicationMethods.Attach(ctx, kind, method, ids...)
	}
}

// addRules saves rules with their values, and returns their ids.
func (m *Module) addRules(ctx context.Context, list []Rule, to tie) ([]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	saved, err := m.Rules.CreateMany(ctx, list)
	if err != nil {
		return nil, err
	}
	var ids []string
	var values []RuleValue
	for i, r := range saved {
		ids = append(ids, r.ID)
		for _, v := range list[i].Values {
			values = append(values, RuleValue{PromotionRuleID: r.ID, Value: v.Value})
		}
	}
	if _, err := m.RuleValues.CreateMany(ctx, values); err != nil {
		return nil, err
	}
	return ids, to(ctx, ids)
}

// UpdateRules makes a change of a promotion's rules.
func (m *Module) UpdateRules(ctx context.Context, c UpdateRulesInput) (out UpdateRulesResult, err error) {
	p, err := m.Promotions.Retrieve(ctx, c.PromotionID, module.FindOptions{Relations: []string{"rules", "application_method", "application_method.target_rules",
		"application_method.buy_rules"}})
	if err != nil {
		return out, err
	}
	to := m.tieRules(p.ID)
	have := p.Rules
	if c.Kind != RuleKindPromotion {
		a := p.ApplicationMethod
		if a == nil {
			return out, fault.New(fault.Invalid, "application_method for promotion not found")
		}
		to, have = m.tieMethod(a.ID, c.Kind), a.TargetRules
		if c.Kind == RuleKindBuy {
			have = a.BuyRules
		}
	}
	if c.Kind == RuleKindBuy && p.Type == "standard" && len(c.Add) > 0 {
		return out, fault.New(fault.Invalid, "Can't add buy rules to a standard promotion")
	}
	if out.Created, err = m.addRules(ctx, c.Add, to); err != nil {
		return out, err
	}
	if out.Updated, err = m.updateRules(ctx, c.Update); err != nil {
		return out, err
	}
	out.Deleted = c.Remove
	return out, m.removeRules(ctx, have, c.Remove)
}

func (m *Module) updateRules(ctx context.Context, list []UpdateRuleInput) ([]string, error) {
	var ids []string
	for _, p := range list {
		if !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := m.Rules.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return nil, err
	}
	found := make([]string, len(rows))
	for i, r := range rows {
		found[i] = r.ID
	}
	if unknown := missing(ids, found); len(unknown) > 0 {
		return nil, fault.New(fault.Invalid, "Promotion rules with id - %s not found", join(unknown, ", "))
	}
	for _, p := range list {
		if err := m.updateRule(ctx, p); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (m *Module) updateRule(ctx context.Context, p UpdateRuleInput) error {
	if len(p.Set) > 0 {
		if _, err := m.Rules.Patch(ctx, p.ID, p.Set); err != nil {
			return err
		}
	}
	if _, err := m.RuleValues.DeleteWhere(ctx, module.Filter{"promotion_rule_id": p.ID}); err != nil {
		return err
	}
	values := make([]RuleValue, len(p.Values))
	for i, v := range p.Values {
		values[i] = RuleValue{PromotionRuleID: p.ID, Value: v}
	}
	_, err := m.RuleValues.CreateMany(ctx, values)
	return err
}

// removeRules deletes those of the rules that are the promotion's.
func (m *Module) removeRules(ctx context.Context, have []Rule, ids []string) error {
	var ruleIDs []string
	for _, r := range have {
		if slices.Contains(ids, r.ID) {
			ruleIDs = append(ruleIDs, r.ID)
		}
	}
	if len(ruleIDs) == 0 {
		return nil
	}
	return m.Rules.Delete(ctx, ruleIDs...)
}
