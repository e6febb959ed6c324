package stocklocation

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// Create saves a location. Its address is a new one when it brings one, whatever AddressID says.
func (m *Module) Create(ctx context.Context, l Location) (Location, error) {
	if l.Address != nil {
		a, err := m.Addresses.Create(ctx, *l.Address)
		if err != nil {
			return l, err
		}
		l.AddressID, l.Address = &a.ID, nil
	}
	return m.Locations.Create(ctx, l)
}

// A UpdateInput changes a location and the address that it has. Columns that are absent stay.
type UpdateInput struct {
	ID      string     `json:"id"`
	Set     module.Set `json:"set"`     // name, metadata
	Address module.Set `json:"address"` // nil for no change
}

// Update changes a location. The address of one that has none is not set by that: clients make locations with their addresses.
func (m *Module) Update(ctx context.Context, p UpdateInput) (Location, error) {
	l, err := m.Locations.Patch(ctx, p.ID, p.Set)
	if err == nil && p.Address != nil && l.AddressID != nil {
		_, err = m.Addresses.Patch(ctx, *l.AddressID, p.Address)
	}
	return l, err
}
