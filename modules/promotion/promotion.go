// Package promotion keeps promotions and the campaigns they belong to.
package promotion

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps promotions and campaigns.
type Module struct {
	Promotions         *module.Table[Promotion]
	ApplicationMethods *module.Table[ApplicationMethod]
	Rules              *module.Table[Rule]
	RuleValues         *module.Table[RuleValue]
	Campaigns          *module.Table[Campaign]
	Budgets            *module.Table[Budget]
	BudgetUsages       *module.Table[BudgetUsage]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Promotions:         module.NewTable[Promotion]("promotion", "promotions"),
		ApplicationMethods: module.NewTable[ApplicationMethod]("promotion_application_method", "application_method", "application_methods"),
		Rules:              module.NewTable[Rule]("promotion_rule", "promotion_rules"),
		RuleValues:         module.NewTable[RuleValue]("promotion_rule_value", "promotion_rule_values"),
		Campaigns:          module.NewTable[Campaign]("promotion_campaign", "campaign", "campaigns"),
		Budgets:            module.NewTable[Budget]("promotion_campaign_budget", "campaign_budget", "campaign_budgets"),
		BudgetUsages:       module.NewTable[BudgetUsage]("promotion_campaign_budget_usage", "campaign_budget_usage", "campaign_budget_usages"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Promotions, m.ApplicationMethods, m.Rules, m.RuleValues, m.Campaigns, m.Budgets, m.BudgetUsages,
	}
}
