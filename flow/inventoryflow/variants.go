package inventoryflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/money"
)

// A VariantQuantity is a quantity of a variant that a cart or an order needs.
type VariantQuantity struct {
	ID                    string
	VariantID             string
	Quantity              money.Decimal
	Managed               bool // the variant is counted
	AllowBackorder        bool
	InventoryRequirements []InventoryRequirement
}

// An InventoryRequirement is an item that one unit of a variant takes from stock, and how much of it.
type InventoryRequirement struct {
	ItemID   string
	Required money.Decimal
}

// Demands are what lines take from stock at the locations of a sales channel, in the locations' order; lines that are not counted take nothing.
// Counted variants need items, and a level at one of the channel's locations, which is fault.Invalid otherwise.
func (f *Flows) Demands(ctx context.Context, channel string, lines []VariantQuantity) ([]inventory.Demand, error) {
	lines = slices.DeleteFunc(slices.Clone(lines), func(l VariantQuantity) bool { return !l.Managed })
	if len(lines) == 0 {
		return nil, nil
	}
	places, err := f.places(ctx, channel, lines)
	if err != nil {
		return nil, err
	}
	var out []inventory.Demand
	for _, l := range lines {
		if len(l.InventoryRequirements) == 0 {
			return nil, fault.New(fault.Invalid, "Variant %s does not have any inventory items associated with it.", l.VariantID)
		}
		if channel != "" && !l.AllowBackorder && !slices.ContainsFunc(l.InventoryRequirements, func(p InventoryRequirement) bool { return places.has[p.ItemID] }) {
			return nil, fault.New(fault.Invalid, "Sales channel %s is not associated with any stock location for variant %s.", channel, l.VariantID)
		}
		for _, p := range l.InventoryRequirements {
			out = append(out, inventory.Demand{LineItemID: l.ID, ItemID: p.ItemID, Quantity: p.Required.Mul(l.Quantity), Locations: places.ids, AllowBackorder: l.AllowBackorder})
		}
	}
	return out, nil
}

// places are the locations of a channel at which any of the wanted items is kept, and which items are.
type places struct {
	ids []string
	has map[string]bool
}

func (f *Flows) places(ctx context.Context, channel string, lines []VariantQuantity) (places, error) {
	out := places{has: map[string]bool{}}
	d, err := f.Inventory.Levels.Entity().DB()
	if err != nil {
		return out, err
	}
	var items []string
	for _, l := range lines {
		for _, p := range l.InventoryRequirements {
			items = append(items, p.ItemID)
		}
	}
	rows, err := d.Query(ctx, db.Statement{SQL: `SELECT l.location_id, l.inventory_item_id FROM inventory_level l
		JOIN sales_channel_stock_location s ON s.stock_location_id = l.location_id AND s.deleted_at IS NULL
		WHERE s.sales_channel_id = $1 AND l.deleted_at IS NULL AND l.inventory_item_id ` + among(d, "$2") + ` ORDER BY s.created_at, s.id, l.id`,
		Args: []any{channel, items}})
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		at := string(rows.Value(0))
		out.has[string(rows.Value(1))] = true
		if !slices.Contains(out.ids, at) {
			out.ids = append(out.ids, at)
		}
	}
	return out, rows.Err()
}

// among is the condition that a column is in a list that is one argument.
func among(d *db.DB, arg string) string {
	if d.Dialect() == db.Postgres {
		return "= ANY(" + arg + ")"
	}
	return "IN (SELECT value FROM json_each(" + arg + "))"
}

// AvailableQuantities finds how many units of variants can be sold: of each part, what the locations of a sales channel have and have not promised, by what one unit
// takes, rounded down; and of those the least. All locations count when the channel is empty. Variants without parts are left out. It is one statement for
// any number of variants.
func (f *Flows) AvailableQuantities(ctx context.Context, channel string, variants []string) (map[string]int64, error) {
	d, err := f.Inventory.Levels.Entity().DB()
	if err != nil || len(variants) == 0 {
		return nil, err
	}
	s := db.Statement{SQL: `SELECT p.variant_id, p.required_quantity, coalesce(sum(l.stocked_quantity - l.reserved_quantity), 0)
		FROM product_variant_inventory_item p LEFT JOIN inventory_level l ON l.inventory_item_id = p.inventory_item_id AND l.deleted_at IS NULL`, Args: []any{}}
	if channel != "" {
		s.SQL += ` AND l.location_id IN (SELECT stock_location_id FROM sales_channel_stock_location WHERE sales_channel_id = $1 AND deleted_at IS NULL)`
		s.Args = append(s.Args, channel)
	}
	arg := map[bool]string{true: "$2", false: "$1"}[channel != ""]
	s.SQL += ` WHERE p.deleted_at IS NULL AND p.variant_id ` + among(d, arg) + ` GROUP BY p.variant_id, p.inventory_item_id, p.required_quantity`
	s.Args = append(s.Args, variants)
	rows, err := d.Query(ctx, s)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[string]int64, len(variants))
	for rows.Next() {
		if err := least(out, rows); err != nil {
			return nil, err
		}
	}
	return out, rows.Err()
}

// least notes how many units a part allows, if that is the least so far.
func least(out map[string]int64, rows db.Rows) error {
	required, err := money.Parse(string(rows.Value(1)))
	if err != nil {
		return err
	}
	have, err := money.Parse(string(rows.Value(2)))
	if err != nil {
		return err
	}
	n := floor(have.Round(10).Div(required))
	id := string(rows.Value(0))
	if old, ok := out[id]; !ok || n < old {
		out[id] = n
	}
	return nil
}

func floor(m money.Decimal) int64 {
	n := m.Int64()
	if m.Less(money.Int(n)) {
		n--
	}
	return n
}

// LocationsWithStock reports whether the parts of lines are in stock at one location, as buyers are told with its shipping options; those that
// are not shipped do not count.
func (f *Flows) LocationsWithStock(ctx context.Context, lines []VariantQuantity, locations []string) (map[string]bool, error) {
	out := make(map[string]bool, len(locations))
	for _, at := range locations {
		out[at] = true
	}
	var items []string
	for _, l := range lines {
		for _, p := range l.InventoryRequirements {
			items = append(items, p.ItemID)
		}
	}
	if len(items) == 0 || len(locations) == 0 {
		return out, nil
	}
	list, err := f.Inventory.Items.List(ctx, module.Filter{"id": items}, module.FindOptions{Relations: []string{"location_levels"}})
	if err != nil {
		return nil, err
	}
	for _, at := range locations {
		out[at] = !slices.ContainsFunc(lines, func(l VariantQuantity) bool { return short(l, at, list) })
	}
	return out, nil
}

// short reports whether some part of a line is not in stock at a location in the line's quantity.
func short(l VariantQuantity, at string, items []inventory.Item) bool {
	if !l.Managed || l.AllowBackorder {
		return false
	}
	return slices.ContainsFunc(l.InventoryRequirements, func(p InventoryRequirement) bool {
		i := slices.IndexFunc(items, func(i inventory.Item) bool { return i.ID == p.ItemID })
		if i < 0 || !items[i].RequiresShipping {
			return false
		}
		k := slices.IndexFunc(items[i].Levels, func(l inventory.Level) bool { return l.LocationID == at })
		return k < 0 || items[i].Levels[k].Available().Less(l.Quantity)
	})
}
