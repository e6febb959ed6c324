// Package inventory keeps what is in stock where, and what of it is promised. Stock is never sold twice: every change of a level is one
// statement whose condition the database checks, and a change of several levels is a transaction that takes them in a fixed order.
package inventory

import (
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Module keeps stock.
type Module struct {
	Items        *module.Table[Item]
	Levels       *module.Table[Level]
	Reservations *module.Table[Reservation]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	m := &Module{
		Items:        module.NewTable[Item]("inventory_item", "inventory_items", "inventory"),
		Levels:       module.NewTable[Level]("inventory_level", "inventory_levels"),
		Reservations: module.NewTable[Reservation]("reservation_item", "reservation_items", "reservation", "reservations"),
	}
	m.Levels.Entity().AddComputed(&graph.Computed{Name: "available_quantity", Needs: []string{"stocked_quantity", "reserved_quantity"}, Whole: true, Value: available})
	for _, name := range []string{"stocked_quantity", "reserved_quantity"} {
		m.Items.Entity().AddComputed(&graph.Computed{Name: name, Needs: []string{"location_levels." + name}, Whole: true, Value: total(name)})
	}
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Items, m.Levels, m.Reservations,
	}
}
