package promotion

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Campaign runs promotions for a time, within a budget.
type Campaign struct {
	module.Model       `model:"prefix=procamp"`
	Name               string      `json:"name" model:"searchable"`
	Description        *string     `json:"description" model:"searchable"`
	CampaignIdentifier string      `json:"campaign_identifier" model:"unique"`
	StartsAt           *time.Time  `json:"starts_at"`
	EndsAt             *time.Time  `json:"ends_at"`
	Budget             *Budget     `json:"budget,omitempty" rel:"has=campaign_id,cascade"`
	Promotions         []Promotion `json:"promotions,omitempty" rel:"has=campaign_id"`
}

// A Budget limits what a campaign may cost or how often it may be used, in all or for each value of Attribute.
type Budget struct {
	module.Model `model:"prefix=probudg"`
	Type         string         `json:"type" model:"enum=spend|usage|use_by_attribute|spend_by_attribute"`
	CampaignID   string         `json:"campaign_id" model:"unique"`
	Limit        *money.Decimal `json:"limit"`
	Used         money.Decimal  `json:"used" model:"default=0,rawdefault="`
	CurrencyCode *string        `json:"currency_code"`
	Attribute    *string        `json:"attribute"`
	Campaign     *Campaign      `json:"campaign,omitempty" rel:"belongs=campaign_id,ondelete=cascade"`
	Usages       []BudgetUsage  `json:"usages,omitempty" rel:"has=budget_id,cascade"`
}

// Indexes find budgets by type.
func (Budget) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_campaign_budget_type", Columns: []string{"type"}},
	}
}

// A BudgetUsage is what one value of a budget's attribute, such as a customer, has used.
type BudgetUsage struct {
	module.Model   `model:"prefix=probudgus"`
	AttributeValue string        `json:"attribute_value"`
	Used           money.Decimal `json:"used" model:"default=0,rawdefault="`
	BudgetID       string        `json:"budget_id" model:"index"`
	Budget         *Budget       `json:"budget,omitempty" rel:"belongs=budget_id,ondelete=cascade"`
}

// Indexes let each value of the attribute have one usage.
func (BudgetUsage) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_promotion_campaign_budget_usage_attribute_value_budget_id_u", Columns: []string{"attribute_value", "budget_id"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}
