package changeflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
)

// changedLines are the lines that a change adds, or has more or less of.
func changedLines(c *order.Change) (ids []string) {
	for i := range c.Actions {
		if a := &c.Actions[i]; (a.Action == order.ActionItemAdd || a.Action == order.ActionItemUpdate) && !slices.Contains(ids, a.TargetID()) {
			ids = append(ids, a.TargetID())
		}
	}
	return ids
}

// reserve promises what lines still have to get from stock, in place of what was promised to them before. What is not there is fault.NotAllowed.
func (k *Deps) reserve(ctx context.Context, o *order.Order, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	stock := k.Cart.Inventory.Inventory
	if _, err := stock.ReleaseByLineItems(ctx, ids); err != nil {
		return err
	}
	s := &cartflow.State{}
	var variants []string
	for _, id := range ids {
		l := o.FindLineItem(id)
		if l == nil || l.VariantID == nil {
			continue
		}
		if left := l.Detail.Quantity.Sub(l.Detail.FulfilledQuantity); left.Sign() > 0 {
			item := lineOf(l)
			item.Quantity = int(left.Round(0).Int64())
			s.Items, variants = append(s.Items, item), append(variants, *l.VariantID)
		}
	}
	if len(variants) == 0 {
		return nil
	}
	goods, err := k.Cart.Variants(ctx, variants)
	if err != nil {
		return err
	}
	wants, err := k.Cart.Inventory.Demands(ctx, text(o.SalesChannelID), s.ManagedLines(goods))
	if err != nil || len(wants) == 0 {
		return err
	}
	_, err = stock.Reserve(ctx, wants)
	return err
}

// stockLocationOf is a location at which what a line is of is kept; empty for none.
func (k *Deps) stockLocationOf(ctx context.Context, l *order.LineItem) (string, error) {
	if l == nil || l.VariantID == nil {
		return "", nil
	}
	d, err := k.Cart.Inventory.Inventory.Levels.Entity().DB()
	if err != nil {
		return "", err
	}
	rows, err := d.Query(ctx, db.Statement{SQL: stockLocationSQL, Args: []any{*l.VariantID}})
	if err != nil {
		return "", err
	}
	defer rows.Close()
	at := ""
	for rows.Next() {
		at = string(rows.Value(0))
	}
	return at, rows.Err()
}

const stockLocationSQL = `SELECT l.location_id FROM product_variant_inventory_item v JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id AND l.deleted_at IS NULL
	WHERE v.variant_id = $1 AND v.deleted_at IS NULL ORDER BY l.id LIMIT 1`

// restock puts what has come back into stock at a location.
func (k *Deps) restock(ctx context.Context, o *order.Order, location string, back map[string]money.Decimal) error {
	var variants []string
	for id := range back {
		if l := o.FindLineItem(id); l != nil && l.VariantID != nil {
			variants = append(variants, *l.VariantID)
		}
	}
	if location == "" || len(variants) == 0 {
		return nil
	}
	goods, err := k.Cart.Variants(ctx, variants)
	if err != nil {
		return err
	}
	var moves []inventory.StockMove
	for id, quantity := range back {
		l := o.FindLineItem(id)
		n := slices.IndexFunc(goods, func(v cartflow.Variant) bool { return l != nil && v.ID == text(l.VariantID) })
		if n < 0 || !goods[n].ManageInventory {
			continue
		}
		for _, p := range goods[n].InventoryRequirements {
			moves = append(moves, inventory.StockMove{ItemID: p.InventoryItemID, LocationID: location, Stocked: quantity.Mul(p.RequiredQuantity)})
		}
	}
	return k.Cart.Inventory.Inventory.ApplyMoves(ctx, moves)
}
