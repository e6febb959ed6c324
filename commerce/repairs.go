package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db"
)

// repairs correct what Medusa's databases may have and ours refuse.
func (s *Shop) repairs() []gorgon.Repair {
	return []gorgon.Repair{
		{Constraint: "gorgon_inventory_level_reserved", Help: "sets their reserved quantity to the sum of their reservations", Run: s.Inventory.ReconcileNegative},
		{Constraint: "gorgon_order_item_quantity_check", Help: "sets negative quantities of items to zero", Run: s.Order.ClampQuantities},
		{Constraint: orderOfCart, Help: "keeps the tie of each cart to its first order that is not canceled, and deletes the others; the orders stay", Run: s.untieRepeatedOrders},
	}
}

// untieRepeatedOrders leaves each cart tied to one order, and returns how many ties it has deleted.
func (s *Shop) untieRepeatedOrders(ctx context.Context) (int, error) {
	d := s.App.DB()
	n, err := d.Exec(ctx, db.Statement{SQL: `UPDATE order_cart SET deleted_at = ` + d.Dialect().Now() + ` WHERE deleted_at IS NULL AND order_id <> (
		SELECT c.order_id FROM order_cart c LEFT JOIN "order" o ON o.id = c.order_id WHERE c.cart_id = order_cart.cart_id AND c.deleted_at IS NULL
		ORDER BY CASE WHEN o.id IS NULL THEN 2 WHEN o.canceled_at IS NOT NULL THEN 1 ELSE 0 END, o.created_at, c.created_at, c.order_id LIMIT 1)`})
	return int(n), err
}
