package inventory

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Deduction is a quantity of an item that leaves a location for a line of an order.
type Deduction struct {
	LineItemID     string        `json:"line_item_id"`
	ItemID         string        `json:"inventory_item_id"`
	LocationID     string        `json:"location_id"`
	Quantity       money.Decimal `json:"quantity"` // of the item
	AllowBackorder bool          `json:"allow_backorder"`
}

// A DeductionResult is what Deduct did to one reservation, so that it can be undone.
type DeductionResult struct {
	Reservation Reservation   `json:"reservation"` // as it was
	Quantity    money.Decimal `json:"quantity"`    // that was taken off it
}

// Deduct takes goods out of stock, all or none, and ends the promises that they were held by: those at the location that they leave, then those
// elsewhere. What is not held for its line must not be promised to others either, or it is fault.NotAllowed.
func (m *Module) Deduct(ctx context.Context, list []Deduction) ([]DeductionResult, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) (out []DeductionResult, err error) {
		reservations, err := m.heldFor(ctx, list)
		if err != nil {
			return nil, err
		}
		var moves []StockMove
		for _, t := range list {
			more, done := t.settle(reservations)
			moves, out = append(moves, more...), append(out, done...)
		}
		for _, d := range out {
			if err := m.shrink(ctx, d); err != nil {
				return nil, err
			}
		}
		return out, m.ApplyMoves(ctx, moves)
	})
}

// heldFor reads the reservations of lines, the oldest first.
func (m *Module) heldFor(ctx context.Context, list []Deduction) ([]*Reservation, error) {
	var lines []string
	for _, t := range list {
		lines = append(lines, t.LineItemID)
	}
	rows, err := m.Reservations.List(ctx, module.Filter{"line_item_id": lines}, module.FindOptions{Lock: true, Order: []string{"id"}})
	out := make([]*Reservation, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out, err
}

// settle finds what a take does to levels and reservations, and takes it off those that are held.
func (t Deduction) settle(reservations []*Reservation) (moves []StockMove, done []DeductionResult) {
	left, here := t.Quantity, money.Zero
	for _, local := range []bool{true, false} {
		for _, r := range reservations {
			if *r.LineItemID != t.LineItemID || r.InventoryItemID != t.ItemID || (r.LocationID == t.LocationID) != local || left.Sign() <= 0 {
				continue
			}
			n := money.Min(left, r.Quantity)
			if n.Sign() <= 0 {
				continue
			}
			done = append(done, DeductionResult{*r, n})
			r.Quantity, left = r.Quantity.Sub(n), left.Sub(n)
			if local {
				here = here.Add(n)
				continue
			}
			moves = append(moves, StockMove{ItemID: t.ItemID, LocationID: r.LocationID, Reserved: n.Neg(), AllowBackorder: true})
		}
	}
	if here.Sign() > 0 {
		moves = append(moves, StockMove{ItemID: t.ItemID, LocationID: t.LocationID, Stocked: here.Neg(), Reserved: here.Neg(), AllowBackorder: t.AllowBackorder})
	}
	if rest := t.Quantity.Sub(here); rest.Sign() > 0 {
		moves = append(moves, StockMove{ItemID: t.ItemID, LocationID: t.LocationID, Stocked: rest.Neg(), AllowBackorder: t.AllowBackorder, Spare: true})
	}
	return moves, done
}

// shrink writes what is left of a reservation; nothing removes it.
func (m *Module) shrink(ctx context.Context, d DeductionResult) error {
	now, err := m.Reservations.Retrieve(ctx, d.Reservation.ID)
	if err != nil {
		return err
	}
	left := now.Quantity.Sub(d.Quantity)
	if left.Sign() <= 0 {
		return m.Reservations.SoftDelete(ctx, now.ID)
	}
	_, err = m.Reservations.Patch(ctx, now.ID, module.Set{"quantity": left})
	return err
}

// RevertDeductions puts goods back, and holds them for their lines again as they were held before.
func (m *Module) RevertDeductions(ctx context.Context, list []Deduction, done []DeductionResult) error {
	_, err := module.InTx(ctx, m.Levels, func(ctx context.Context) (int, error) {
		var moves []StockMove
		for _, t := range list {
			moves = append(moves, StockMove{ItemID: t.ItemID, LocationID: t.LocationID, Stocked: t.Quantity})
		}
		for _, d := range slices.Backward(done) {
			if err := m.grow(ctx, d); err != nil {
				return 0, err
			}
			r := d.Reservation
			moves = append(moves, StockMove{ItemID: r.InventoryItemID, LocationID: r.LocationID, Reserved: d.Quantity, AllowBackorder: true})
		}
		return len(moves), m.ApplyMoves(ctx, moves)
	})
	return err
}

// grow gives a reservation back what was taken off it, and brings it back if nothing was left.
func (m *Module) grow(ctx context.Context, d DeductionResult) error {
	list, err := m.Reservations.List(ctx, module.Filter{"id": d.Reservation.ID}, module.FindOptions{WithDeleted: true, Lock: true})
	if err != nil || len(list) == 0 {
		return err
	}
	if list[0].DeletedAt == nil {
		_, err = m.Reservations.Patch(ctx, d.Reservation.ID, module.Set{"quantity": list[0].Quantity.Add(d.Quantity)})
		return err
	}
	if err := m.Reservations.Restore(ctx, d.Reservation.ID); err != nil {
		return err
	}
	_, err = m.Reservations.Patch(ctx, d.Reservation.ID, module.Set{"quantity": d.Quantity})
	return err
}
