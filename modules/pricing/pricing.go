// Package pricing keeps prices and decides which of them holds for a buyer.
package pricing

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps prices, price lists and preferences.
type Module struct {
	PriceSets        *module.Table[PriceSet]
	Prices           *module.Table[Price]
	PriceRules       *module.Table[PriceRule]
	PriceLists       *module.Table[PriceList]
	PriceListRules   *module.Table[PriceListRule]
	PricePreferences *module.Table[PricePreference]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	m := &Module{
		PriceSets:        module.NewTable[PriceSet]("price_set", "price_sets"),
		Prices:           module.NewTable[Price]("price", "prices"),
		PriceRules:       module.NewTable[PriceRule]("price_rule", "price_rules"),
		PriceLists:       module.NewTable[PriceList]("price_list", "price_lists"),
		PriceListRules:   module.NewTable[PriceListRule]("price_list_rule", "price_list_rules"),
		PricePreferences: module.NewTable[PricePreference]("price_preference", "price_preferences"),
	}
	m.addRules()
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.PriceSets, m.Prices, m.PriceRules, m.PriceLists, m.PriceListRules, m.PricePreferences,
	}
}
