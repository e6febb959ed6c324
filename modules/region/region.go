// Package region keeps regions, and which countries are in them.
package region

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps regions and countries.
type Module struct {
	Regions   *module.Table[Region]
	Countries *module.Table[Country]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Regions:   module.NewTable[Region]("region", "regions"),
		Countries: module.NewTable[Country]("region_country", "country", "countries"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Regions, m.Countries,
	}
}
