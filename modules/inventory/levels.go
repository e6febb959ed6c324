package inventory

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// CreateLevels saves levels. What is reserved of them comes of reservations alone, and so begins at nothing.
func (m *Module) CreateLevels(ctx context.Context, list []Level) ([]Level, error) {
	rows := slices.Clone(list)
	for i := range rows {
		rows[i].ReservedQuantity = money.Zero
	}
	return m.Levels.CreateMany(ctx, rows)
}

// A UpdateLevelInput changes the level of an item at a location: stocked_quantity, incoming_quantity, metadata.
type UpdateLevelInput struct {
	ItemID     string     `json:"inventory_item_id"`
	LocationID string     `json:"location_id"`
	Set        module.Set `json:"set"`
}

func (p UpdateLevelInput) want() Demand {
	return Demand{ItemID: p.ItemID, Locations: []string{p.LocationID}}
}

// UpdateLevels changes levels. Stock may be set below what is reserved, for a count of what is there is a fact.
func (m *Module) UpdateLevels(ctx context.Context, list []UpdateLevelInput) ([]Level, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]Level, error) {
		levels, err := m.stocked(ctx, list)
		if err != nil {
			return nil, err
		}
		out := make([]Level, len(list))
		for i, p := range list {
			delete(p.Set, "reserved_quantity")
			if out[i], err = m.Levels.Patch(ctx, levels.of(p.want())[0].ID, p.Set); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// stocked holds the levels of patches, and refuses those that do not exist, all at once.
func (m *Module) stocked(ctx context.Context, list []UpdateLevelInput) (stock, error) {
	wants := make([]Demand, len(list))
	for i, p := range list {
		wants[i] = p.want()
	}
	levels, err := m.levels(ctx, wants, module.FindOptions{Lock: true})
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, w := range wants {
		if len(levels.of(w)) == 0 {
			missing = append(missing, fault.Message(notStocked(w.ItemID, w.Locations[0])))
		}
	}
	if len(missing) > 0 {
		return nil, fault.New(fault.NotFound, "%s", strings.Join(missing, ", "))
	}
	return levels, nil
}

// DeleteLevels removes levels and returns their ids. Levels with reservations stay, and so do those with stock unless force is set.
func (m *Module) DeleteLevels(ctx context.Context, where module.Filter, force bool) ([]string, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]string, error) {
		list, err := m.Levels.List(ctx, where, module.FindOptions{Lock: true, Order: []string{"inventory_item_id", "location_id"}})
		if err != nil {
			return nil, err
		}
		if err := removable(list, force); err != nil {
			return nil, err
		}
		ids := make([]string, len(list))
		for i, l := range list {
			ids[i] = l.ID
		}
		return ids, m.Levels.SoftDelete(ctx, ids...)
	})
}

func removable(list []Level, force bool) error {
	var promised, full []string
	for _, l := range list {
		if l.ReservedQuantity.Sign() > 0 && !slices.Contains(promised, l.LocationID) {
			promised = append(promised, l.LocationID)
		}
		if !force && l.StockedQuantity.Sign() > 0 && !slices.Contains(full, l.LocationID) {
			full = append(full, l.LocationID)
		}
	}
	const words = "Cannot remove Inventory Levels for %s because there are "
	switch {
	case len(promised) > 0:
		return fault.New(fault.NotAllowed, words+"reserved or incoming items at the locations", strings.Join(promised, ", "))
	case len(full) > 0:
		return fault.New(fault.NotAllowed, words+"stocked items at the locations. Use force flag to delete anyway.", strings.Join(full, ", "))
	}
	return nil
}

// DeleteItems removes items with their levels. Items with reservations stay.
func (m *Module) DeleteItems(ctx context.Context, ids []string) error {
	_, err := module.InTx(ctx, m.Levels, func(ctx context.Context) (int, error) {
		list, err := m.Levels.List(ctx, module.Filter{"inventory_item_id": ids}, module.FindOptions{Lock: true, Order: []string{"inventory_item_id", "location_id"}})
		if err != nil {
			return 0, err
		}
		var reserved []string
		for _, l := range list {
			if l.ReservedQuantity.Sign() > 0 && !slices.Contains(reserved, l.InventoryItemID) {
				reserved = append(reserved, l.InventoryItemID)
			}
		}
		if len(reserved) > 0 {
			return 0, fault.New(fault.Invalid, "Cannot remove following inventory item(s) since they have reservations: [%s].", strings.Join(reserved, ", "))
		}
		return len(ids), m.Items.SoftDelete(ctx, ids...)
	})
	return err
}

// A UpdateItemInput changes an item. Metadata is merged into what it has.
type UpdateItemInput struct {
	ID  string     `json:"id"`
	Set module.Set `json:"set"`
}

// UpdateItems changes items. Unknown ones are fault.NotFound.
func (m *Module) UpdateItems(ctx context.Context, list []UpdateItemInput) ([]Item, error) {
	return module.InTx(ctx, m.Levels, func(ctx context.Context) ([]Item, error) {
		out := make([]Item, len(list))
		for i, p := range list {
			var err error
			if out[i], err = m.Items.Patch(ctx, p.ID, p.Set); fault.KindOf(err) == fault.NotFound {
				err = fault.New(fault.NotFound, "InventoryItem with id %q not found", p.ID)
			}
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}
