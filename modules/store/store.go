// Package store keeps the shop's own settings: its name, currencies, languages and defaults.
package store

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps stores; a shop has one.
type Module struct {
	Stores     *module.Table[Store]
	Currencies *module.Table[Currency]
	Locales    *module.Table[Locale]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Stores:     module.NewTable[Store]("store", "stores"),
		Currencies: module.NewTable[Currency]("store_currency", "store_currencies"),
		Locales:    module.NewTable[Locale]("store_locale", "store_locales"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Stores, m.Currencies, m.Locales,
	}
}
