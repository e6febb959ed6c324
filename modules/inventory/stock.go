package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A StockMove changes one level by amounts of either sign.
type StockMove struct {
	ItemID, LocationID string
	Stocked, Reserved  money.Decimal
	// AllowBackorder lets more be promised, or taken, than there is: backorders, and the giving back of what was promised.
	AllowBackorder bool
	// Spare lets nothing be taken that is promised to others. It is for goods that leave without a promise of their own.
	Spare bool
}

// ApplyMoves makes moves, all or none. Levels are taken in the order of items and locations, whatever the order of the moves, so that no two
// callers wait for each other. More than is available is fault.NotAllowed, a level that does not exist fault.NotFound.
func (m *Module) ApplyMoves(ctx context.Context, moves []StockMove) error {
	d, err := m.Levels.Entity().DB()
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		for _, v := range merge(moves) {
			n, err := d.Exec(ctx, v.statement(d.Dialect()))
			if err == nil && n == 0 && !v.givesBack() {
				err = m.refused(ctx, v)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// merge adds up the moves of a level, and sorts them. Free ones of a level come last, for they may use up what others need.
func merge(moves []StockMove) []StockMove {
	out := slices.Clone(moves)
	slices.SortStableFunc(out, func(a, b StockMove) int {
		if c := strings.Compare(a.ItemID, b.ItemID); c != 0 {
			return c
		}
		if c := strings.Compare(a.LocationID, b.LocationID); c != 0 || a.AllowBackorder == b.AllowBackorder {
			return c
		}
		if b.AllowBackorder {
			return -1
		}
		return 1
	})
	n := 0
	for i, v := range out {
		if i > 0 && out[n-1].ItemID == v.ItemID && out[n-1].LocationID == v.LocationID && out[n-1].AllowBackorder == v.AllowBackorder && out[n-1].Spare == v.Spare {
			out[n-1].Stocked, out[n-1].Reserved = out[n-1].Stocked.Add(v.Stocked), out[n-1].Reserved.Add(v.Reserved)
			continue
		}
		out[n] = v
		n++
	}
	return out[:n]
}

// givesBack reports whether the move does nothing but end promises; then a level that is gone is no mistake.
func (v StockMove) givesBack() bool {
	return v.AllowBackorder && v.Reserved.Sign() < 0 && v.Stocked.IsZero()
}

// statement changes the level if what the move takes is there: what is promised anew must be in stock, what is sent away as well. SQLite has
// no exact decimals, so that its sums are brought back to ten places.
func (v StockMove) statement(d db.Dialect) db.Statement {
	stocked, reserved := sum(d, "stocked_quantity", "$1"), sum(d, "reserved_quantity", "$2")
	floor := "max(" + reserved + ", 0)"
	if d == db.Postgres {
		floor = "greatest(" + reserved + ", 0)"
	}
	sql := "UPDATE inventory_level SET stocked_quantity = " + stocked + ", raw_stocked_quantity = " + raw(d, stocked) +
		", reserved_quantity = " + floor + ", raw_reserved_quantity = " + raw(d, floor) +
		", updated_at = $3 WHERE inventory_item_id = $4 AND location_id = $5 AND deleted_at IS NULL"
	switch {
	case v.AllowBackorder:
	case v.Reserved.Sign() > 0:
		sql += " AND " + reserved + " <= " + stocked
	case v.Reserved.Sign() < 0:
		sql += " AND " + reserved + " >= 0"
	}
	if !v.AllowBackorder && v.Stocked.Sign() < 0 {
		sql += " AND " + stocked + " >= 0"
	}
	if !v.AllowBackorder && v.Spare {
		sql += " AND " + reserved + " <= " + stocked
	}
	return db.Statement{SQL: sql, Args: []any{argument(d, v.Stocked), argument(d, v.Reserved), db.Now(), v.ItemID, v.LocationID}}
}

func sum(d db.Dialect, column, arg string) string {
	if d == db.Postgres {
		return column + " + " + arg + "::numeric"
	}
	return "round(" + column + " + " + arg + ", 10)"
}

// raw writes a number as Medusa keeps it beside itself.
func raw(d db.Dialect, number string) string {
	if d == db.Postgres {
		return `('{"value": "' || trim_scale(` + number + `)::text || '", "precision": 20}')::jsonb`
	}
	return `'{"value": "' || rtrim(rtrim(printf('%.10f', ` + number + `), '0'), '.') || '", "precision": 20}'`
}

// argument is a quantity as the database is given it: exact text, or a number where text would not count as one.
func argument(d db.Dialect, m money.Decimal) any {
	if d == db.Postgres {
		return m.String()
	}
	if n := m.Int64(); m.Equal(money.Int(n)) {
		return n
	}
	return m.Float64()
}

// refused tells why a move changed nothing.
func (m *Module) refused(ctx context.Context, v StockMove) error {
	n, err := m.Levels.Count(ctx, module.Filter{"inventory_item_id": v.ItemID, "location_id": v.LocationID})
	switch {
	case err != nil:
		return err
	case n == 0:
		return notStocked(v.ItemID, v.LocationID)
	}
	return notEnough(v.ItemID, v.LocationID)
}

func notStocked(item, location string) error {
	return fault.New(fault.NotFound, "Item %s is not stocked at location %s", item, location)
}

func notEnough(item, location string) error {
	return fault.New(fault.NotAllowed, "Not enough stock available for item %s at location %s", item, location)
}

// An Adjustment adds to what is in stock of an item at a location, or takes away from it.
type Adjustment struct {
	ItemID         string        `json:"inventory_item_id"`
	LocationID     string        `json:"location_id"`
	Quantity       money.Decimal `json:"adjustment"`
	AllowBackorder bool          `json:"allow_backorder"` // stock may become less than nothing
}

// AdjustStock changes what is in stock, whatever is promised of it. Stock does not fall below nothing unless an adjustment says so.
func (m *Module) AdjustStock(ctx context.Context, list []Adjustment) error {
	moves := make([]StockMove, len(list))
	for i, a := range list {
		moves[i] = StockMove{ItemID: a.ItemID, LocationID: a.LocationID, Stocked: a.Quantity, AllowBackorder: a.AllowBackorder}
	}
	return m.ApplyMoves(ctx, moves)
}
