package inventory

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Demand is a quantity of an item that a line of a cart or an order needs.
type Demand struct {
	LineItemID     string        `json:"id"`
	ItemID         string        `json:"inventory_item_id"`
	Quantity       money.Decimal `json:"quantity"`     // of the item, which is the line's quantity × what one unit takes of it
	Locations      []string      `json:"location_ids"` // where it may come from, best first
	AllowBackorder bool          `json:"allow_backorder"`
}

// CheckAvailability reports whether each want, by itself, can be met from its locations together. The answer may be outdated when it arrives; only
// Reserve holds. Too little stock is fault.NotAllowed with the code insufficient_inventory.
func (m *Module) CheckAvailability(ctx context.Context, wants []Demand) error {
	levels, err := m.levels(ctx, wants, module.FindOptions{})
	if err != nil {
		return err
	}
	for _, w := range wants {
		var sum money.Decimal
		for _, l := range levels.of(w) {
			sum = sum.Add(l.Available())
		}
		if !w.AllowBackorder && sum.Less(w.Quantity) {
			return fault.New(fault.NotAllowed, "Some variant does not have the required inventory").WithCode("insufficient_inventory")
		}
	}
	return nil
}

// Reserve promises all wants or none, each at one location: the first that has enough, or else the first that has the item at all.
func (m *Module) Reserve(ctx context.Context, wants []Demand) (out []Reservation, err error) {
	if len(wants) == 0 {
		return nil, nil
	}
	d, err := m.Levels.Entity().DB()
	if err != nil {
		return nil, err
	}
	err = d.InTx(ctx, func(ctx context.Context) error {
		levels, err := m.levels(ctx, wants, module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		rows := make([]Reservation, len(wants))
		for i, w := range wants {
			rows[i] = Reservation{InventoryItemID: w.ItemID, LocationID: levels.place(w), Quantity: w.Quantity, AllowBackorder: &wants[i].AllowBackorder}
			if w.LineItemID != "" {
				rows[i].LineItemID = &wants[i].LineItemID
			}
		}
		out, err = m.CreateReservations(ctx, rows)
		return err
	})
	return out, err
}

// stock is the levels that wants may be met from.
type stock []Level

func (m *Module) levels(ctx context.Context, wants []Demand, find module.FindOptions) (stock, error) {
	var items, locations []string
	for _, w := range wants {
		items, locations = append(items, w.ItemID), append(locations, w.Locations...)
	}
	slices.Sort(items)
	slices.Sort(locations)
	find.Order = []string{"inventory_item_id", "location_id"}
	return m.Levels.List(ctx, module.Filter{"inventory_item_id": slices.Compact(items), "location_id": slices.Compact(locations)}, find)
}

// of lists the levels of a want, in the order of its locations.
func (s stock) of(w Demand) (out []*Level) {
	for _, at := range w.Locations {
		for i := range s {
			if s[i].InventoryItemID == w.ItemID && s[i].LocationID == at {
				out = append(out, &s[i])
			}
		}
	}
	return out
}

// place chooses the location of a want, and takes what it needs off the level.
func (s stock) place(w Demand) string {
	levels := s.of(w)
	if len(levels) == 0 {
		if len(w.Locations) == 0 {
			return ""
		}
		return w.Locations[0]
	}
	at := max(0, slices.IndexFunc(levels, func(l *Level) bool { return !l.Available().Less(w.Quantity) }))
	levels[at].ReservedQuantity = levels[at].ReservedQuantity.Add(w.Quantity)
	return levels[at].LocationID
}

// Available is what of the level is not promised. It is negative where more is promised than there is.
func (l Level) Available() money.Decimal { return l.StockedQuantity.Sub(l.ReservedQuantity) }

// CreateReservations saves reservations at the locations that they name, and takes their quantities off what is available, all or none.
func (m *Module) CreateReservations(ctx context.Context, rows []Reservation) (out []Reservation, err error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]Reservation, error) {
		if err := m.ApplyMoves(ctx, promises(rows)); err != nil {
			return nil, err
		}
		return m.Reservations.CreateMany(ctx, rows)
	})
}

// ReserveReturned promises goods that have come back to what they were promised to before, whatever else is promised: more by the reservation that there is for a line at
// a location, or by a new one.
func (m *Module) ReserveReturned(ctx context.Context, rows []Reservation) error {
	_, err := module.InTx(ctx, m.Levels, func(ctx context.Context) (int, error) {
		moves := promises(rows)
		for i := range moves {
			moves[i].AllowBackorder = true
		}
		if err := m.ApplyMoves(ctx, moves); err != nil {
			return 0, err
		}
		for _, r := range rows {
			existing, err := m.Reservations.List(ctx, module.Filter{"line_item_id": r.LineItemID, "location_id": r.LocationID, "inventory_item_id": r.InventoryItemID},
				module.FindOptions{Lock: true, Take: 1})
			if err != nil {
				return 0, err
			}
			if len(existing) == 0 || r.LineItemID == nil {
				_, err = m.Reservations.Create(ctx, r)
			} else {
				_, err = m.Reservations.UpdateOne(ctx, existing[0].ID, module.Set{"quantity": existing[0].Quantity.Add(r.Quantity)})
			}
			if err != nil {
				return 0, err
			}
		}
		return len(rows), nil
	})
	return err
}

func promises(rows []Reservation) []StockMove {
	moves := make([]StockMove, len(rows))
	for i, r := range rows {
		moves[i] = StockMove{ItemID: r.InventoryItemID, LocationID: r.LocationID, Reserved: r.Quantity, AllowBackorder: r.AllowBackorder != nil && *r.AllowBackorder}
	}
	return moves
}

// returns are the moves that undo promises.
func returns(rows []Reservation) []StockMove {
	moves := promises(rows)
	for i := range moves {
		moves[i].Reserved, moves[i].AllowBackorder = moves[i].Reserved.Neg(), true
	}
	return moves
}

// Release gives back what the reservations of these ids hold, and deletes them. It returns those that there were.
func (m *Module) Release(ctx context.Context, ids []string) ([]Reservation, error) {
	return m.release(ctx, module.Filter{"id": ids})
}

// ReleaseByLineItems does as Release for all reservations of lines.
func (m *Module) ReleaseByLineItems(ctx context.Context, lines []string) ([]Reservation, error) {
	return m.release(ctx, module.Filter{"line_item_id": lines})
}

// ReleaseByLocations does as Release for all reservations at locations.
func (m *Module) ReleaseByLocations(ctx context.Context, locations []string) ([]Reservation, error) {
	return m.release(ctx, module.Filter{"location_id": locations})
}

func (m *Module) release(ctx context.Context, where module.Filter) ([]Reservation, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]Reservation, error) {
		rows, err := m.Reservations.List(ctx, where, module.FindOptions{Lock: true, Order: []string{"id"}})
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		if err := m.Reservations.RemoveMany(ctx, rows); err != nil {
			return nil, err
		}
		return rows, m.ApplyMoves(ctx, returns(rows))
	})
}

// RestoreReservations undoes Release. What has been sold since is fault.NotAllowed.
func (m *Module) RestoreReservations(ctx context.Context, rows []Reservation) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	_, err := module.InTx(ctx, m.Levels, func(ctx context.Context) (int, error) {
		if err := m.ApplyMoves(ctx, promises(rows)); err != nil {
			return 0, err
		}
		return len(ids), m.Reservations.Restore(ctx, ids...)
	})
	return err
}

// A UpdateReservationInput changes a reservation. Columns that are absent from Set stay.
type UpdateReservationInput struct {
	ID  string     `json:"id"`
	Set module.Set `json:"set"` // location_id, quantity, description, metadata, allow_backorder
}

// UpdateReservations changes reservations, all or none, and moves what they hold along.
func (m *Module) UpdateReservations(ctx context.Context, list []UpdateReservationInput) ([]Reservation, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]Reservation, error) {
		out := make([]Reservation, len(list))
		var moves []StockMove
		for i, p := range list {
			old, err := m.held(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			if out[i], err = m.Reservations.Patch(ctx, p.ID, p.Set); err != nil {
				return nil, err
			}
			moves = append(moves, shift(old, out[i])...)
		}
		return out, m.ApplyMoves(ctx, moves)
	})
}

func (m *Module) held(ctx context.Context, id string) (Reservation, error) {
	list, err := m.Reservations.List(ctx, module.Filter{"id": id}, module.FindOptions{Lock: true})
	if err != nil {
		return Reservation{}, err
	}
	if len(list) == 0 {
		return Reservation{}, fault.New(fault.Invalid, "Reservation item with id %s not found", id)
	}
	return list[0], nil
}

// shift is how levels change when a reservation does.
func shift(old, now Reservation) []StockMove {
	if old.LocationID != now.LocationID {
		return append(returns([]Reservation{old}), promises([]Reservation{now})...)
	}
	grown := promises([]Reservation{now})
	grown[0].Reserved = now.Quantity.Sub(old.Quantity)
	grown[0].AllowBackorder = grown[0].AllowBackorder || grown[0].Reserved.Sign() < 0
	if grown[0].Reserved.IsZero() {
		return nil
	}
	return grown
}
