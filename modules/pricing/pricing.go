// Package pricing keeps prices and decides which of them holds for a buyer.
package pricing

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps prices, price lists and preferences.
type Module struct {
	Sets        *module.Table[Set]
	Prices      *module.Table[Price]
	Rules       *module.Table[Rule]
	Lists       *module.Table[List]
	ListRules   *module.Table[ListRule]
	Preferences *module.Table[Preference]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	m := &Module{
		Sets:        module.NewTable[Set]("price_set", "price_sets"),
		Prices:      module.NewTable[Price]("price", "prices"),
		Rules:       module.NewTable[Rule]("price_rule", "price_rules"),
		Lists:       module.NewTable[List]("price_list", "price_lists"),
		ListRules:   module.NewTable[ListRule]("price_list_rule", "price_list_rules"),
		Preferences: module.NewTable[Preference]("price_preference", "price_preferences"),
	}
	m.addRules()
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Sets, m.Prices, m.Rules, m.Lists, m.ListRules, m.Preferences,
	}
}
