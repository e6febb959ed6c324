// Package currency keeps the currencies of the world.
package currency

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps currencies.
type Module struct {
	Currencies *module.Table[Currency]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Currencies: module.NewTable[Currency]("currency", "currencies"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Currencies,
	}
}
