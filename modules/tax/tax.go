// Package tax keeps rates of tax and decides which of them apply to what is sold.
package tax

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps tax regions and rates.
type Module struct {
	Regions         *module.Table[Region]
	Rates           *module.Table[Rate]
	Rules           *module.Table[Rule]
	ProviderRecords *module.Table[ProviderRecord]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Regions:         module.NewTable[Region]("tax_region", "tax_regions"),
		Rates:           module.NewTable[Rate]("tax_rate", "tax_rates"),
		Rules:           module.NewTable[Rule]("tax_rate_rule", "tax_rate_rules"),
		ProviderRecords: module.NewTable[ProviderRecord]("tax_provider", "tax_providers"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Regions, m.Rates, m.Rules, m.ProviderRecords,
	}
}
