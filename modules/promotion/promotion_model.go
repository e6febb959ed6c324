package promotion

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Promotion takes money off a cart, by a code or by itself.
type Promotion struct {
	module.Model      `model:"prefix=promo"`
	Code              string             `json:"code" model:"searchable,unique=IDX_unique_promotion_code"`
	CampaignID        *string            `json:"campaign_id" model:"index"`
	IsAutomatic       bool               `json:"is_automatic" model:"default=false,index"`
	Type              string             `json:"type" model:"enum=standard|buyget"`
	Status            string             `json:"status" model:"enum=draft|active|inactive,default=draft,index"`
	IsTaxInclusive    bool               `json:"is_tax_inclusive" model:"default=false"`
	Limit             *int               `json:"limit"`
	Used              int                `json:"used" model:"default=0"`
	Metadata          module.Map         `json:"metadata"`
	Campaign          *Campaign          `json:"campaign,omitempty" rel:"belongs=campaign_id,ondelete=set null,shown,stub"`
	ApplicationMethod *ApplicationMethod `json:"application_method,omitempty" rel:"has=promotion_id,cascade,stub"`
	Rules             []Rule             `json:"rules,omitempty" rel:"pivot=promotion_promotion_rule,promotion_id,promotion_rule_id"`
}

// Indexes find promotions by type.
func (Promotion) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_promotion_type", Columns: []string{"type"}},
	}
}

// An ApplicationMethod says what a promotion takes off of what, and how often.
type ApplicationMethod struct {
	module.Model        `model:"prefix=proappmet"`
	Value               *money.Decimal `json:"value"`
	MaxQuantity         *int           `json:"max_quantity"`
	ApplyToQuantity     *int           `json:"apply_to_quantity"`
	BuyRulesMinQuantity *int           `json:"buy_rules_min_quantity"`
	Type                string         `json:"type" model:"enum=fixed|percentage"`
	TargetType          string         `json:"target_type" model:"enum=order|shipping_methods|items"`
	Allocation          *string        `json:"allocation" model:"enum=each|across|once"`
	PromotionID         string         `json:"promotion_id" model:"unique"`
	CurrencyCode        *string        `json:"currency_code" model:"index,gone"`
	Promotion           *Promotion     `json:"promotion,omitempty" rel:"belongs=promotion_id,ondelete=cascade"`
	TargetRules         []Rule         `json:"target_rules,omitempty" rel:"pivot=application_method_target_rules,application_method_id,promotion_rule_id"`
	BuyRules            []Rule         `json:"buy_rules,omitempty" rel:"pivot=application_method_buy_rules,application_method_id,promotion_rule_id"`
}

// Indexes find methods by what they do.
func (ApplicationMethod) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_application_method_allocation", Columns: []string{"allocation"}},
		{Name: "IDX_application_method_target_type", Columns: []string{"target_type"}},
		{Name: "IDX_application_method_type", Columns: []string{"type"}},
	}
}

// A Rule is a condition: the context's value of Attribute stands in Operator to one or all of Values.
type Rule struct {
	module.Model  `model:"prefix=prorul"`
	Description   *string             `json:"description"`
	Attribute     string              `json:"attribute"`
	Operator      string              `json:"operator" model:"enum=gte|lte|gt|lt|eq|ne|in"`
	Values        []RuleValue         `json:"values,omitempty" rel:"has=promotion_rule_id,cascade"`
	Promotions    []Promotion         `json:"promotions,omitempty" rel:"pivot=promotion_promotion_rule,promotion_rule_id,promotion_id"`
	TargetMethods []ApplicationMethod `json:"method_target_rules,omitempty" rel:"pivot=application_method_target_rules,promotion_rule_id,application_method_id"`
	BuyMethods    []ApplicationMethod `json:"method_buy_rules,omitempty" rel:"pivot=application_method_buy_rules,promotion_rule_id,application_method_id"`
}

// Indexes find rules by attribute and operator.
func (Rule) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_promotion_rule_attribute", Columns: []string{"attribute"}},
		{Name: "IDX_promotion_rule_attribute_operator", Columns: []string{"attribute", "operator"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_promotion_rule_attribute_operator_id", Columns: []string{"operator", "attribute", "id"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_promotion_rule_operator", Columns: []string{"operator"}},
	}
}

// A RuleValue is one value of a rule.
type RuleValue struct {
	module.Model    `model:"prefix=prorulval"`
	PromotionRuleID string `json:"promotion_rule_id" model:"index"`
	Value           string `json:"value" model:"index"`
	Rule            *Rule  `json:"promotion_rule,omitempty" rel:"belongs=promotion_rule_id,ondelete=cascade"`
}

// Indexes find the rules that name a value.
func (RuleValue) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_promotion_rule_value_rule_id_value", Columns: []string{"promotion_rule_id", "value"}, Where: "deleted_at IS NULL"},
	}
}
