// Package stocklocation keeps the places that stock is kept at.
package stocklocation

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps stock locations.
type Module struct {
	Locations *module.Table[Location]
	Addresses *module.Table[Address]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Locations: module.NewTable[Location]("stock_location", "stock_locations"),
		Addresses: module.NewTable[Address]("stock_location_address", "stock_location_addresses"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Locations, m.Addresses,
	}
}
