package inventory

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// ReconcileNegative sets the reserved quantity of levels where it is below zero, deleted ones included, to the sum of their
// reservations, and returns how many there were.
func (m *Module) ReconcileNegative(ctx context.Context) (changed int, err error) {
	levels, err := m.Levels.List(ctx, module.Filter{"reserved_quantity": module.Filter{"$lt": 0}}, module.FindOptions{WithDeleted: true, Order: []string{"id"}})
	if err != nil {
		return 0, err
	}
	for _, l := range levels {
		reserved := money.Int(0)
		if l.DeletedAt == nil {
			if reserved, err = m.reservedAt(ctx, l); err != nil {
				return 0, err
			}
		}
		where := module.Filter{"id": l.ID}
		if l.DeletedAt != nil {
			where["deleted_at"] = module.Filter{"$ne": nil}
		}
		if _, err := m.Levels.Update(ctx, where, module.Set{"reserved_quantity": reserved}); err != nil {
			return 0, err
		}
	}
	return len(levels), nil
}

// reservedAt sums the reservations of a level.
func (m *Module) reservedAt(ctx context.Context, l Level) (money.Decimal, error) {
	list, err := m.Reservations.List(ctx, module.Filter{"inventory_item_id": l.InventoryItemID, "location_id": l.LocationID})
	sum := money.Int(0)
	for _, r := range list {
		sum = sum.Add(r.Quantity)
	}
	return money.Max(sum, money.Int(0)), err
}
