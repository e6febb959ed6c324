package promotion

import (
	"context"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

// Withdrawn lists those of the codes whose promotions can no longer be used: deleted, not active,
// outside the dates of their campaign, or used up.
func (m *Module) Withdrawn(ctx context.Context, codes []string) ([]string, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	find := module.FindOptions{Relations: []string{"campaign", "campaign.budget"}}
	list, err := m.Promotions.List(ctx, module.Filter{"code": codes, "status": "active"}, find)
	if err != nil {
		return nil, err
	}
	now := db.Now()
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool {
		return slices.ContainsFunc(list, func(p Promotion) bool { return p.Code == code && p.usable(now) })
	}), nil
}

// usable reports whether the promotion may be used once more. Budgets that depend on the buyer are
// checked when the use is registered.
func (p *Promotion) usable(now time.Time) bool {
	if p.Limit != nil && p.Used >= *p.Limit || !p.inCampaign(now) {
		return false
	}
	if p.Campaign == nil || p.Campaign.Budget == nil {
		return true
	}
	b := p.Campaign.Budget
	return b.attributed() || b.Limit == nil || b.Limit.IsZero() || b.Used.Less(*b.Limit)
}

// inCampaign reports whether the campaign of the promotion, if it has one, is running.
func (p *Promotion) inCampaign(now time.Time) bool {
	c := p.Campaign
	switch {
	case p.CampaignID == nil:
		return true
	case c == nil:
		return false
	}
	return (c.StartsAt == nil || !c.StartsAt.After(now)) && (c.EndsAt == nil || c.EndsAt.After(now))
}
