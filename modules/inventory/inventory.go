// Package inventory keeps what is in stock where, and what of it is promised.
package inventory

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps stock.
type Module struct {
	Items        *module.Table[Item]
	Levels       *module.Table[Level]
	Reservations *module.Table[Reservation]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Items:        module.NewTable[Item]("inventory_item", "inventory_items", "inventory"),
		Levels:       module.NewTable[Level]("inventory_level", "inventory_levels"),
		Reservations: module.NewTable[Reservation]("reservation_item", "reservation_items", "reservation", "reservations"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Items, m.Levels, m.Reservations,
	}
}
