package promotion

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// The kinds of rules of a promotion: when it applies, to what, and what must be bought for it.
const (
	RuleKindPromotion = "rules"
	RuleKindTarget    = "target_rules"
	RuleKindBuy       = "buy_rules"
)

// Create saves promotions with their application methods, rules and new campaigns.
func (m *Module) Create(ctx context.Context, list []Promotion) ([]Promotion, error) {
	out := make([]Promotion, len(list))
	for i, p := range list {
		saved, err := m.create(ctx, p)
		if err != nil {
			return nil, err
		}
		out[i] = saved
	}
	return out, nil
}

func (m *Module) create(ctx context.Context, p Promotion) (Promotion, error) {
	campaign, rules := p.Campaign, p.Rules
	if err := m.checkCampaign(ctx, p); err != nil {
		return p, err
	}
	if a := p.ApplicationMethod; a != nil {
		if err := a.checkRules(p.Type); err != nil {
			return p, err
		}
		if err := a.Validate(p.Type); err != nil {
			return p, err
		}
	}
	if campaign != nil {
		c, err := m.CreateCampaigns(ctx, []Campaign{*campaign})
		if err != nil {
			return p, err
		}
		p.CampaignID = &c[0].ID
	}
	saved, err := m.Promotions.Create(ctx, p)
	if err != nil {
		return p, err
	}
	if _, err := m.addRules(ctx, rules, m.tieRules(saved.ID)); err != nil {
		return saved, err
	}
	return saved, m.createMethod(ctx, saved.ID, p.ApplicationMethod)
}

func (m *Module) createMethod(ctx context.Context, promotion string, a *ApplicationMethod) error {
	if a == nil {
		return nil
	}
	v := *a
	v.PromotionID = promotion
	saved, err := m.ApplicationMethods.Create(ctx, v)
	if err != nil {
		return err
	}
	if _, err := m.addRules(ctx, a.TargetRules, m.tieMethod(saved.ID, RuleKindTarget)); err != nil {
		return err
	}
	_, err = m.addRules(ctx, a.BuyRules, m.tieMethod(saved.ID, RuleKindBuy))
	return err
}

// checkCampaign checks the campaign that a new promotion names or brings.
func (m *Module) checkCampaign(ctx context.Context, p Promotion) error {
	if p.CampaignID != nil {
		if p.Campaign != nil {
			return fault.New(fault.Invalid, "Provide either the 'campaign' or 'campaign_id' parameter; both cannot be used simultaneously.")
		}
		n, err := m.Campaigns.Count(ctx, module.Filter{"id": *p.CampaignID})
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "Could not find campaign with id - %s", *p.CampaignID)
		}
		return err
	}
	if p.Campaign == nil || p.Campaign.Budget == nil || p.Campaign.Budget.Type != "spend" {
		return nil
	}
	var currency *string
	if p.ApplicationMethod != nil {
		currency = p.ApplicationMethod.CurrencyCode
	}
	if text(deref(p.Campaign.Budget.CurrencyCode)) != text(deref(currency)) {
		return fault.New(fault.Invalid, "Currency between promotion and campaigns should match")
	}
	return nil
}

func deref(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// checkRules refuses rules that do not go with the kind of promotion.
func (a *ApplicationMethod) checkRules(kind string) error {
	switch {
	case a.TargetType == "order" && len(a.TargetRules) > 0:
		return fault.New(fault.Invalid, "Target rules for application method with target type (order) is not allowed")
	case kind == "buyget" && len(a.BuyRules) == 0:
		return fault.New(fault.Invalid, "Buy rules are required for buyget promotion type")
	case kind == "buyget" && len(a.TargetRules) == 0:
		return fault.New(fault.Invalid, "Target rules are required for buyget promotion type")
	case kind == "standard" && len(a.BuyRules) > 0:
		return fault.New(fault.Invalid, "Can't add buy rules to a standard promotion")
	}
	return nil
}

// Validate refuses an application method that contradicts itself, or does not go with the kind of promotion.
func (a *ApplicationMethod) Validate(kind string) error {
	value := money.Zero
	if a.Value != nil {
		value = *a.Value
	}
	if a.Type == "percentage" && (value.Sign() <= 0 || hundred.Less(value)) {
		return fault.New(fault.Invalid, "Application Method value should be a percentage number between 0 and 100")
	}
	if kind == "buyget" {
		if err := a.checkQuantities(); err != nil {
			return err
		}
	}
	problem := ""
	if a.Allocation != nil {
		problem = *a.Allocation
	}
	each := problem == "each" || problem == "once"
	switch {
	case problem == "across" && filled(a.MaxQuantity):
		return fault.New(fault.Invalid, "application_method.max_quantity is not allowed to be set for allocation (across)")
	case !slices.Contains([]string{"order", "shipping_methods", "items"}, a.TargetType):
		return fault.New(fault.Invalid, "application_method.target_type should be one of order, shipping_methods, items")
	case a.Type != "fixed" && a.Type != "percentage":
		return fault.New(fault.Invalid, "application_method.type should be one of fixed, percentage")
	case a.TargetType != "order" && problem != "across" && !each:
		return fault.New(fault.Invalid, "application_method.allocation should be either 'across OR each OR once' when application_method.target_type is either 'shipping_methods OR items'")
	case each && !filled(a.MaxQuantity):
		return fault.New(fault.Invalid, "application_method.max_quantity is required when application_method.allocation is 'each OR once'")
	case problem == "once" && a.TargetType == "order":
		return fault.New(fault.Invalid, "application_method.allocation 'once' is not compatible with target_type 'order'")
	}
	return nil
}

func filled(n *int) bool { return n != nil && *n != 0 }

// checkQuantities is about what buy-and-get promotions need.
func (a *ApplicationMethod) checkQuantities() error {
	for _, f := range []struct {
		name  string
		value *int
	}{{"apply_to_quantity", a.ApplyToQuantity}, {"buy_rules_min_quantity", a.BuyRulesMinQuantity}, {"application_method.max_quantity", a.MaxQuantity}} {
		if !filled(f.value) {
			return fault.New(fault.Invalid, "%s is a required field for Promotion type of buyget", f.name)
		}
	}
	if *a.MaxQuantity < *a.ApplyToQuantity {
		return fault.New(fault.Invalid, "max_quantity (%d) must be greater than or equal to apply_to_quantity (%d) for BUYGET promotions.", *a.MaxQuantity, *a.ApplyToQuantity)
	}
	return nil
}

// A UpdateInput changes a promotion: Set its own columns, ApplicationMethod those of its application method.
type UpdateInput struct {
	ID                     string     `json:"id"`
	Set, ApplicationMethod module.Set `json:"-"`
}

// Update changes a promotion.
func (m *Module) Update(ctx context.Context, p UpdateInput) (Promotion, error) {
	old, err := m.Promotions.Retrieve(ctx, p.ID, module.FindOptions{Relations: []string{"application_method"}})
	if err != nil {
		return old, err
	}
	if n, ok := p.Set["limit"].(int); ok && n < old.Used {
		return old, fault.New(fault.Invalid, "Promotion limit (%d) cannot be less than current usage (%d)", n, old.Used)
	}
	if err := m.checkMove(ctx, old, p); err != nil {
		return old, err
	}
	if a := old.ApplicationMethod; a != nil && len(p.ApplicationMethod) > 0 {
		if allocation, ok := p.ApplicationMethod["allocation"].(string); ok && allocation == "across" {
			p.ApplicationMethod["max_quantity"] = nil
			a.MaxQuantity = nil
		}
		if err := a.with(p.ApplicationMethod).Validate(old.Type); err != nil {
			return old, err
		}
		if _, err := m.ApplicationMethods.Patch(ctx, a.ID, p.ApplicationMethod); err != nil {
			return old, err
		}
	}
	return m.Promotions.Patch(ctx, p.ID, p.Set)
}

// checkMove checks the campaign that a promotion is put into.
func (m *Module) checkMove(ctx context.Context, old Promotion, p UpdateInput) error {
	id, ok := p.Set["campaign_id"].(string)
	if !ok || id == "" {
		return nil
	}
	list, err := m.Campaigns.List(ctx, module.Filter{"id": id}, module.FindOptions{Relations: []string{"budget"}})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Invalid, "Could not find campaign with id %s", id)
	}
	if err != nil || list[0].Budget == nil || list[0].Budget.Type != "spend" {
		return err
	}
	currency := any(nil)
	if a := old.ApplicationMethod; a != nil && a.CurrencyCode != nil && *a.CurrencyCode != "" {
		currency = *a.CurrencyCode
	} else if c, ok := p.ApplicationMethod["currency_code"]; ok {
		currency = c
	}
	if text(currency) != text(deref(list[0].Budget.CurrencyCode)) {
		return fault.New(fault.Invalid, "Currency code doesn't match for campaign (%s) and promotion (%s)", id, old.ID)
	}
	return nil
}

// with is the method as it would be after a change.
func (a ApplicationMethod) with(set module.Set) *ApplicationMethod {
	number := func(name string, to **int) {
		if n, ok := set[name].(int); ok && n != 0 {
			*to = &n
		}
	}
	number("max_quantity", &a.MaxQuantity)
	number("apply_to_quantity", &a.ApplyToQuantity)
	number("buy_rules_min_quantity", &a.BuyRulesMinQuantity)
	if v, ok := set["value"].(money.Decimal); ok {
		a.Value = &v
	}
	for name, to := range map[string]*string{"type": &a.Type, "target_type": &a.TargetType} {
		if s, ok := set[name].(string); ok {
			*to = s
		}
	}
	if s, ok := set["allocation"].(string); ok {
		a.Allocation = &s
	}
	return &a
}

// missing is fault.NotFound for ids that are not in found.
func missing(ids, found []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(found, id) {
			out = append(out, id)
		}
	}
	return out
}

func join(ids []string, sep string) string { return strings.Join(ids, sep) }
