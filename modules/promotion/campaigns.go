package promotion

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// CreateCampaigns saves campaigns with their budgets.
func (m *Module) CreateCampaigns(ctx context.Context, list []Campaign) ([]Campaign, error) {
	out, err := m.Campaigns.CreateMany(ctx, list)
	if err != nil {
		return nil, err
	}
	for i := range out {
		b := list[i].Budget
		if b == nil {
			continue
		}
		v := *b
		v.CampaignID = out[i].ID
		saved, err := m.Budgets.Create(ctx, v)
		if err != nil {
			return nil, err
		}
		out[i].Budget = &saved
	}
	return out, nil
}

// A UpdateCampaignInput changes a campaign; Budget, when not nil, is the new state of its budget's limit.
type UpdateCampaignInput struct {
	ID     string
	Set    module.Set
	Budget module.Set
}

// UpdateCampaign changes a campaign. What a budget counts cannot be changed, so a campaign without one cannot get a limit.
func (m *Module) UpdateCampaign(ctx context.Context, p UpdateCampaignInput) (Campaign, error) {
	old, err := m.Campaigns.Retrieve(ctx, p.ID, module.FindOptions{Relations: []string{"budget"}})
	if err != nil {
		return old, err
	}
	if len(p.Budget) > 0 {
		if old.Budget == nil {
			return old, fault.New(fault.Invalid, "The campaign has no budget to change; give it one when it is created")
		}
		if _, err := m.Budgets.Patch(ctx, old.Budget.ID, p.Budget); err != nil {
			return old, err
		}
	}
	return m.Campaigns.Patch(ctx, p.ID, p.Set)
}

// AddToCampaign puts promotions into a campaign. They must be in none yet, and pay in the currency of its budget.
func (m *Module) AddToCampaign(ctx context.Context, campaign string, ids []string) error {
	c, err := m.Campaigns.Retrieve(ctx, campaign, module.FindOptions{Relations: []string{"budget"}})
	if err != nil || len(ids) == 0 {
		return err
	}
	list, err := m.Promotions.List(ctx, module.Filter{"id": ids, "campaign_id": nil}, module.FindOptions{Relations: []string{"application_method"}})
	if err != nil {
		return err
	}
	found := make([]string, len(list))
	for i, p := range list {
		found[i] = p.ID
		if b := c.Budget; b != nil && b.Type == "spend" && p.ApplicationMethod != nil &&
			text(deref(p.ApplicationMethod.CurrencyCode)) != text(deref(b.CurrencyCode)) {
			return fault.New(fault.Invalid, "Cannot add promotions to campaign where currency_code don't match.")
		}
	}
	if unknown := missing(ids, found); len(unknown) > 0 {
		return fault.New(fault.NotFound, "Cannot add promotions (%s) to campaign. These promotions are either already part of a campaign or not found.", join(unknown, ","))
	}
	_, err = m.Promotions.Update(ctx, module.Filter{"id": ids}, module.Set{"campaign_id": campaign})
	return err
}

// RemoveFromCampaign takes promotions out of their campaign.
func (m *Module) RemoveFromCampaign(ctx context.Context, campaign string, ids []string) error {
	if _, err := m.Campaigns.Retrieve(ctx, campaign); err != nil || len(ids) == 0 {
		return err
	}
	list, err := m.Promotions.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return err
	}
	found := make([]string, len(list))
	for i, p := range list {
		found[i] = p.ID
	}
	if unknown := missing(ids, found); len(unknown) > 0 {
		return fault.New(fault.NotFound, "Promotions with ids (%s) not found.", join(unknown, ","))
	}
	_, err = m.Promotions.Update(ctx, module.Filter{"id": ids}, module.Set{"campaign_id": nil})
	return err
}
