package fulfillment

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// CreateFulfillmentSets saves fulfillment sets with their zones.
func (m *Module) CreateFulfillmentSets(ctx context.Context, list []FulfillmentSet) ([]FulfillmentSet, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) ([]FulfillmentSet, error) {
		out, err := m.FulfillmentSets.CreateMany(ctx, list)
		if err != nil {
			return nil, err
		}
		for i := range out {
			zones := slices.Clone(list[i].ServiceZones)
			for j := range zones {
				zones[j].FulfillmentSetID = out[i].ID
			}
			if out[i].ServiceZones, err = m.CreateZones(ctx, zones); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// CreateZones saves service zones with their geo zones.
func (m *Module) CreateZones(ctx context.Context, list []ServiceZone) ([]ServiceZone, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) ([]ServiceZone, error) {
		for _, z := range list {
			if err := checkGeoZones(z.GeoZones); err != nil {
				return nil, err
			}
		}
		out, err := m.ServiceZones.CreateMany(ctx, list)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].GeoZones, err = m.createGeoZones(ctx, out[i].ID, list[i].GeoZones); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func (m *Module) createGeoZones(ctx context.Context, zone string, list []GeoZone) ([]GeoZone, error) {
	rows := slices.Clone(list)
	for i := range rows {
		rows[i].ServiceZoneID = zone
	}
	return m.GeoZones.CreateMany(ctx, rows)
}

func checkGeoZones(list []GeoZone) error {
	for _, z := range list {
		parts := []string{"country_code", "province_code", "city", "postal_expression"}
		n := slices.Index([]string{"", "country", "province", "city", "zip"}, z.Type)
		if n < 1 {
			return fault.New(fault.Invalid, "Invalid geo zone type: %s", z.Type)
		}
		have := []bool{z.CountryCode != "", filled(z.ProvinceCode), filled(z.City), len(z.PostalExpression) > 0}
		for i, ok := range have[:n] {
			if !ok {
				return fault.New(fault.Invalid, "Missing required property %s for geo zone type %s", parts[i], z.Type)
			}
		}
	}
	return nil
}

func filled(s *string) bool { return s != nil && *s != "" }

// A UpdateZoneInput changes a service zone. GeoZones, when set, are all that it has afterwards: those with an id stay, the others are new.
type UpdateZoneInput struct {
	ID       string                `json:"id"`
	Set      module.Set            `json:"set"`
	GeoZones module.Opt[[]GeoZone] `json:"geo_zones,omitzero"`
}

// UpdateZone changes a service zone.
func (m *Module) UpdateZone(ctx context.Context, p UpdateZoneInput) (ServiceZone, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (ServiceZone, error) {
		list, err := m.ServiceZones.List(ctx, module.Filter{"id": p.ID}, module.FindOptions{Relations: []string{"geo_zones"}})
		if err == nil && len(list) == 0 {
			err = fault.New(fault.NotFound, "The following service zones does not exists: %s", p.ID)
		}
		if err != nil {
			return ServiceZone{}, err
		}
		if p.GeoZones.Set {
			if err := m.replaceGeoZones(ctx, list[0], p.GeoZones.Value); err != nil {
				return ServiceZone{}, err
			}
		}
		return m.ServiceZones.Patch(ctx, p.ID, p.Set)
	})
}

func (m *Module) replaceGeoZones(ctx context.Context, zone ServiceZone, list []GeoZone) error {
	old := map[string]GeoZone{}
	for _, g := range zone.GeoZones {
		old[g.ID] = g
	}
	var fresh []GeoZone
	var missing []string
	for _, g := range list {
		have, known := old[g.ID]
		switch {
		case g.ID == "":
			fresh = append(fresh, g)
		case !known:
			missing = append(missing, g.ID)
		default:
			delete(old, g.ID)
			if err := m.updateGeoZone(ctx, have, g); err != nil {
				return err
			}
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.NotFound, "The following geo zones does not exists: %s", strings.Join(missing, ", "))
	}
	if err := checkGeoZones(fresh); err != nil {
		return err
	}
	removed := make([]string, 0, len(old))
	for id := range old {
		removed = append(removed, id)
	}
	if err := m.GeoZones.Delete(ctx, removed...); err != nil {
		return err
	}
	_, err := m.createGeoZones(ctx, zone.ID, fresh)
	return err
}

// updateGeoZone writes what a request says about a geo zone that stays; what it leaves out stays too.
func (m *Module) updateGeoZone(ctx context.Context, old, now GeoZone) error {
	set := module.Set{}
	if now.Type != "" {
		set["type"] = now.Type
	}
	if now.CountryCode != "" {
		set["country_code"] = now.CountryCode
	}
	if now.ProvinceCode != nil {
		set["province_code"] = now.ProvinceCode
	}
	if now.City != nil {
		set["city"] = now.City
	}
	if now.PostalExpression != nil {
		set["postal_expression"] = now.PostalExpression
	}
	if now.Metadata != nil {
		set["metadata"] = now.Metadata
	}
	if len(set) == 0 {
		return nil
	}
	_, err := m.GeoZones.Patch(ctx, old.ID, set)
	return err
}

// A Destination is where the goods of a shipping option go, as far as it is known.
type Destination struct {
	CountryCode  string `json:"country_code"`
	ProvinceCode string `json:"province_code"`
	City         string `json:"city"`
	PostalCode   string `json:"postal_expression"`
}

// zones is the filter of the geo zones that an address lies in, from the narrowest kind to the widest; nil for an address that says nothing.
func (d Destination) zones() module.Filter {
	parts := []struct{ column, value, kind string }{
		{"country_code", d.CountryCode, "country"}, {"province_code", d.ProvinceCode, "province"}, {"city", d.City, "city"}, {"postal_expression", d.PostalCode, "zip"},
	}
	var branches []any
	for i, p := range parts {
		if p.value == "" {
			continue
		}
		f := module.Filter{"type": p.kind}
		for _, q := range parts[:i+1] {
			if q.value != "" {
				f[q.column] = q.value
			}
		}
		branches = append(branches, f)
	}
	if branches == nil {
		return nil
	}
	return module.Filter{"$or": branches}
}
