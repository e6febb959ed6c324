package fulfillment

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// CreateOptions saves shipping options with their rules, and with a type of their own where they bring one.
func (m *Module) CreateOptions(ctx context.Context, list []ShippingOption) ([]ShippingOption, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) ([]ShippingOption, error) {
		rows := slices.Clone(list)
		for i := range rows {
			if err := ValidateRules(rows[i].Rules); err != nil {
				return nil, err
			}
			if err := m.ownType(ctx, &rows[i]); err != nil {
				return nil, err
			}
		}
		out, err := m.ShippingOptions.CreateMany(ctx, rows)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if out[i].Rules, err = m.createRules(ctx, out[i].ID, list[i].Rules); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func (m *Module) ownType(ctx context.Context, o *ShippingOption) error {
	if o.Type == nil {
		return nil
	}
	t, err := m.ShippingOptionTypes.Create(ctx, *o.Type)
	o.ShippingOptionTypeID, o.Type = t.ID, &t
	return err
}

func (m *Module) createRules(ctx context.Context, option string, list []ShippingOptionRule) ([]ShippingOptionRule, error) {
	rows := slices.Clone(list)
	for i := range rows {
		rows[i].ShippingOptionID = option
	}
	return m.ShippingOptionRules.CreateMany(ctx, rows)
}

// A UpdateOptionInput changes a shipping option. Rules, when set, are all that it has afterwards: those with an id stay.
type UpdateOptionInput struct {
	ID    string                           `json:"id"`
	Set   module.Set                       `json:"set"`
	Type  *ShippingOptionType              `json:"type"`
	Rules module.Opt[[]ShippingOptionRule] `json:"rules,omitzero"`
}

// UpdateOption changes a shipping option. Metadata is merged into what it has.
func (m *Module) UpdateOption(ctx context.Context, p UpdateOptionInput) (ShippingOption, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (ShippingOption, error) {
		old, err := m.RetrieveOption(ctx, p.ID)
		if err != nil {
			return old, err
		}
		if p.Rules.Set {
			if err := m.replaceRules(ctx, old, p.Rules.Value); err != nil {
				return old, err
			}
		}
		if p.Type != nil {
			own := ShippingOption{Type: p.Type}
			if err := m.ownType(ctx, &own); err != nil {
				return old, err
			}
			p.Set["shipping_option_type_id"] = own.ShippingOptionTypeID
		}
		return m.ShippingOptions.Patch(ctx, p.ID, p.Set)
	})
}

// RetrieveOption reads a shipping option with its rules and type, for a change.
func (m *Module) RetrieveOption(ctx context.Context, id string) (ShippingOption, error) {
	list, err := m.ShippingOptions.List(ctx, module.Filter{"id": id}, module.FindOptions{Relations: []string{"rules", "type"}})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "The following shipping options do not exist: %s", id)
	}
	if err != nil {
		return ShippingOption{}, err
	}
	return list[0], nil
}

func (m *Module) replaceRules(ctx context.Context, o ShippingOption, list []ShippingOptionRule) error {
	old := map[string]bool{}
	for _, r := range o.Rules {
		old[r.ID] = true
	}
	var fresh, existing []ShippingOptionRule
	var missing []string
	for _, r := range list {
		switch {
		case r.ID == "":
			fresh = append(fresh, r)
		case !old[r.ID]:
			missing = append(missing, r.ID)
		default:
			existing = append(existing, r)
			delete(old, r.ID)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.NotFound, "The following rules does not exists: %s on shipping option %s", strings.Join(missing, ", "), o.ID)
	}
	removed := make([]string, 0, len(old))
	for id := range old {
		removed = append(removed, id)
	}
	if err := m.ShippingOptionRules.Delete(ctx, removed...); err != nil {
		return err
	}
	if _, err := m.UpdateRules(ctx, existing); err != nil {
		return err
	}
	_, err := m.CreateRules(ctx, o.ID, fresh)
	return err
}

// CreateRules adds rules to a shipping option.
func (m *Module) CreateRules(ctx context.Context, option string, list []ShippingOptionRule) ([]ShippingOptionRule, error) {
	if err := ValidateRules(list); err != nil {
		return nil, err
	}
	return m.createRules(ctx, option, list)
}

// UpdateRules changes rules as a whole.
func (m *Module) UpdateRules(ctx context.Context, list []ShippingOptionRule) ([]ShippingOptionRule, error) {
	if err := ValidateRules(list); err != nil {
		return nil, err
	}
	out := make([]ShippingOptionRule, len(list))
	for i, r := range list {
		var err error
		if out[i], err = m.ShippingOptionRules.Patch(ctx, r.ID, module.Set{"attribute": r.Attribute, "operator": r.Operator, "value": r.Value}); fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "ShippingOptionRule with id %q not found", r.ID)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// An OptionQuery says which shipping options are asked for.
type OptionQuery struct {
	IDs     []string       `json:"id"`                 // none for all
	Sets    []string       `json:"fulfillment_set_id"` // of these fulfillment sets
	Address Destination    `json:"address"`
	Context map[string]any `json:"context"` // that the options' rules are about; nil asks for no rule to hold
}

// FindOptions lists the shipping options whose zones an address lies in and whose rules hold, with their type, provider and zone.
func (m *Module) FindOptions(ctx context.Context, c OptionQuery) ([]ShippingOption, error) {
	zone := module.Filter{}
	if c.Sets != nil {
		zone["fulfillment_set_id"] = c.Sets
	}
	if f := c.Address.zones(); f != nil {
		zone["geo_zones"] = f
	}
	where := module.Filter{}
	if len(c.IDs) > 0 {
		where["id"] = c.IDs
	}
	if len(zone) > 0 {
		where["service_zone"] = zone
	}
	list, err := m.ShippingOptions.List(ctx, where, module.FindOptions{Relations: []string{"rules", "type", "provider", "service_zone", "service_zone.fulfillment_set"}})
	if err != nil || c.Context == nil {
		return list, err
	}
	return slices.DeleteFunc(list, func(o ShippingOption) bool { return !allHold(o.Rules, c.Context) }), nil
}

// DeleteProfiles removes shipping profiles. Those with shipping options stay.
func (m *Module) DeleteProfiles(ctx context.Context, ids []string) error {
	used, err := m.ShippingOptions.List(ctx, module.Filter{"shipping_profile_id": ids}, module.FindOptions{Select: []string{"id", "shipping_profile_id"}})
	if err != nil {
		return err
	}
	var inUse []string
	for _, id := range ids {
		if slices.ContainsFunc(used, func(o ShippingOption) bool { return *o.ShippingProfileID == id }) {
			inUse = append(inUse, id)
		}
	}
	if len(inUse) > 0 {
		return fault.New(fault.Invalid, "Cannot delete Shipping Profiles %s with associated Shipping Options. Delete Shipping Options first and try again.", strings.Join(inUse, ","))
	}
	return m.ShippingProfiles.SoftDelete(ctx, ids...)
}

// DeleteTypes removes types of shipping options. Those in use stay.
func (m *Module) DeleteTypes(ctx context.Context, ids []string) error {
	n, err := m.ShippingOptions.Count(ctx, module.Filter{"shipping_option_type_id": ids})
	if err == nil && n > 0 {
		err = fault.New(fault.Invalid, "Cannot delete shipping option type because some shipping options are using it.")
	}
	if err != nil {
		return err
	}
	return m.ShippingOptionTypes.SoftDelete(ctx, ids...)
}
