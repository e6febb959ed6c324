package product

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A CreateOptionInput is an option to be created with its values, each with the rank that Ranks gives it.
type CreateOptionInput struct {
	Option
	Values []string
	Ranks  map[string]int
}

// A UpdateOptionInput changes an option. When Values is set it becomes the option's values; those that stay keep their ids.
type UpdateOptionInput struct {
	ID     string
	Set    module.Set
	Values module.Opt[[]string]
	Ranks  map[string]int
}

// ranked refuses ranks of values that there are not.
func ranked(values []string, ranks map[string]int) error {
	for value := range ranks {
		if !slices.Contains(values, value) {
			return fault.New(fault.Invalid, `Value "%s" is assigned a rank but is not defined in the list of values.`, value)
		}
	}
	return nil
}

// rank returns the rank of a value, nil when it has none.
func rank(ranks map[string]int, value string) *int {
	if n, ok := ranks[value]; ok {
		return &n
	}
	return nil
}

// CreateOptions saves new options with their values.
func (m *Module) CreateOptions(ctx context.Context, drafts []CreateOptionInput) ([]Option, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	options := make([]Option, len(drafts))
	for i, d := range drafts {
		if err := ranked(d.Values, d.Ranks); err != nil {
			return nil, err
		}
		options[i] = d.Option
	}
	out, err := m.Options.CreateMany(ctx, options)
	if err != nil {
		return nil, err
	}
	var values []OptionValue
	for i, d := range drafts {
		for _, v := range d.Values {
			values = append(values, OptionValue{Value: v, OptionID: &out[i].ID, Rank: rank(d.Ranks, v)})
		}
	}
	if len(values) == 0 {
		return out, nil
	}
	if values, err = m.OptionValues.CreateMany(ctx, values); err != nil {
		return nil, err
	}
	at := 0
	for i, d := range drafts {
		out[i].Values = values[at : at+len(d.Values)]
		at += len(d.Values)
	}
	return out, nil
}

// UpdateOptions changes options. Values that products have cannot be taken away.
func (m *Module) UpdateOptions(ctx context.Context, patches []UpdateOptionInput) ([]Option, error) {
	ids := make([]string, len(patches))
	for i, p := range patches {
		ids[i] = p.ID
	}
	if unknown, err := missing(ctx, m.Options, ids); err != nil || len(unknown) > 0 {
		if err == nil {
			err = fault.New(fault.NotFound, "ProductOption with id: %s was not found", unknown[0])
		}
		return nil, err
	}
	out := make([]Option, len(patches))
	for i, p := range patches {
		old, err := m.Options.Retrieve(ctx, p.ID, module.FindOptions{Relations: []string{"values"}})
		if err == nil && !old.IsExclusive && p.Set["is_exclusive"] == true {
			err = fault.New(fault.Invalid, "Cannot change product option: %s from global to exclusive.", p.ID)
		}
		if err == nil {
			err = m.updateValues(ctx, old, p)
		}
		if err == nil {
			out[i], err = patch(ctx, m.Options, p.ID, p.Set)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// patch changes a record whose metadata is replaced, not merged.
func patch[T any](ctx context.Context, t *module.Table[T], key string, set module.Set) (T, error) {
	meta, given := set["metadata"]
	delete(set, "metadata")
	if given {
		if _, err := t.Update(ctx, module.Filter{"id": key}, module.Set{"metadata": meta}); err != nil {
			var none T
			return none, err
		}
	}
	return t.Patch(ctx, key, set)
}

// UpdateValue changes a value of an option.
func (m *Module) UpdateValue(ctx context.Context, option, key string, set module.Set) (v OptionValue, err error) {
	if err := m.CheckOptionValue(ctx, option, key); err != nil {
		return v, err
	}
	if name, ok := set["value"].(string); ok {
		n, err := m.OptionValues.Count(ctx, module.Filter{"option_id": option, "value": name, "id": module.Filter{"$ne": key}})
		if err == nil && n > 0 {
			err = fault.New(fault.Invalid, "Product option value with option_id: %s, value: %s, already exists.", option, name)
		}
		if err != nil {
			return v, err
		}
	}
	return patch(ctx, m.OptionValues, key, set)
}

// CheckOptionValue refuses a value that is not of an option.
func (m *Module) CheckOptionValue(ctx context.Context, option, key string) error {
	n, err := m.OptionValues.Count(ctx, module.Filter{"id": key, "option_id": option})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, `Product option value with id "%s" was not found for option with id "%s"`, key, option)
	}
	return err
}

// updateValues makes the values of an option what a patch says.
func (m *Module) updateValues(ctx context.Context, old Option, p UpdateOptionInput) error {
	values := make([]string, len(old.Values))
	for i, v := range old.Values {
		values[i] = v.Value
	}
	if p.Values.Set {
		values = p.Values.Value
	}
	if err := ranked(values, p.Ranks); err != nil {
		return err
	}
	var removed, have []string
	for _, v := range old.Values {
		if !slices.Contains(values, v.Value) {
			removed = append(removed, v.ID)
			continue
		}
		have = append(have, v.Value)
		if n := rank(p.Ranks, v.Value); n != nil {
			if _, err := m.OptionValues.Patch(ctx, v.ID, module.Set{"rank": *n}); err != nil {
				return err
			}
		}
	}
	if err := m.unused(ctx, removed); err != nil {
		return err
	}
	if err := m.OptionValues.Delete(ctx, removed...); err != nil {
		return err
	}
	var create []OptionValue
	for _, v := range values {
		if !slices.Contains(have, v) {
			create = append(create, OptionValue{Value: v, OptionID: &old.ID, Rank: rank(p.Ranks, v)})
		}
	}
	if len(create) == 0 {
		return nil
	}
	_, err := m.OptionValues.CreateMany(ctx, create)
	return err
}

// unused refuses to lose values that products have.
func (m *Module) unused(ctx context.Context, values []string) error {
	if len(values) == 0 {
		return nil
	}
	n, err := m.ProductOptionValues.Count(ctx, module.Filter{"product_option_value_id": values})
	if err == nil && n > 0 {
		err = fault.New(fault.Invalid, "Cannot delete product option values that are associated with products.")
	}
	return err
}

// RemoveValues soft-deletes values of options that no product has.
func (m *Module) RemoveValues(ctx context.Context, ids []string) error {
	if err := m.unused(ctx, ids); err != nil {
		return err
	}
	return m.OptionValues.SoftDelete(ctx, ids...)
}

// RemoveOptions soft-deletes options that no product has, with their values.
func (m *Module) RemoveOptions(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	pairs, err := m.ProductOptions.List(ctx, module.Filter{"product_option_id": ids}, module.FindOptions{Relations: []string{"product"}})
	if err != nil {
		return err
	}
	removed := make([]string, len(pairs))
	for i, p := range pairs {
		if removed[i] = p.ID; p.Product != nil && p.Product.ID != "" && p.Product.DeletedAt == nil {
			return fault.New(fault.Invalid, "Cannot delete product options that are associated with products.")
		}
	}
	if err := m.unpair(ctx, removed); err != nil {
		return err
	}
	return m.Options.SoftDelete(ctx, ids...)
}

// unpair soft-deletes what ties products to options.
func (m *Module) unpair(ctx context.Context, pairs []string) error {
	if len(pairs) == 0 {
		return nil
	}
	values, err := m.ProductOptionValues.List(ctx, module.Filter{"product_product_option_id": pairs}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return err
	}
	if err := m.ProductOptionValues.RemoveMany(ctx, values); err != nil {
		return err
	}
	return m.ProductOptions.SoftDelete(ctx, pairs...)
}

// A ProductOptionInput gives a product an option, with some of its values; with nil ValueIDs all that it has.
type ProductOptionInput struct {
	ProductID, OptionID string
	ValueIDs            []string
	fresh               bool // the option was created just now
}

// AddProductOptions gives products options. An exclusive option can be of one product only.
func (m *Module) AddProductOptions(ctx context.Context, pairs []ProductOptionInput) error {
	if len(pairs) == 0 {
		return nil
	}
	pairs, err := m.pairable(ctx, pairs)
	if err != nil {
		return err
	}
	rows := make([]ProductOption, len(pairs))
	for i, p := range pairs {
		rows[i] = ProductOption{ProductID: p.ProductID, ProductOptionID: p.OptionID}
	}
	if rows, err = m.ProductOptions.CreateMany(ctx, rows); err != nil {
		return err
	}
	var values []ProductOptionValue
	for i, p := range pairs {
		for _, v := range p.ValueIDs {
			values = append(values, ProductOptionValue{ProductProductOptionID: rows[i].ID, ProductOptionValueID: v})
		}
	}
	if len(values) == 0 {
		return nil
	}
	_, err = m.ProductOptionValues.CreateMany(ctx, values)
	return err
}

// pairable refuses what cannot be paired, and fills in the values of options that are taken whole.
func (m *Module) pairable(ctx context.Context, pairs []ProductOptionInput) ([]ProductOptionInput, error) {
	out := slices.Clone(pairs)
	var ids, twice []string
	seen := map[string]string{}
	for _, p := range pairs {
		if p.fresh {
			continue
		}
		ids = append(ids, p.OptionID)
		key := p.ProductID + "_" + p.OptionID
		if seen[key] != "" {
			twice = append(twice, key)
		}
		seen[key] = p.OptionID
	}
	if len(twice) > 0 {
		return nil, fault.New(fault.Invalid, "Duplicate product option assignments are not allowed; remove duplicate pairs: %s", strings.Join(twice, ", "))
	}
	if len(ids) == 0 {
		return out, nil
	}
	if err := m.conflicts(ctx, pairs, ids, seen); err != nil {
		return nil, err
	}
	values, err := m.OptionValues.List(ctx, module.Filter{"option_id": ids})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if p := &out[i]; !p.fresh && p.ValueIDs == nil {
			for _, v := range values {
				if *v.OptionID == p.OptionID {
					p.ValueIDs = append(p.ValueIDs, v.ID)
				}
			}
		}
	}
	return out, nil
}

// conflicts refuses options that the product has already, and exclusive ones of another product.
func (m *Module) conflicts(ctx context.Context, pairs []ProductOptionInput, ids []string, wanted map[string]string) error {
	have, err := m.ProductOptions.List(ctx, module.Filter{"product_option_id": ids}, module.FindOptions{Relations: []string{"product_option"}})
	if err != nil {
		return err
	}
	var linked, taken []string
	for _, h := range have {
		switch {
		case wanted[h.ProductID+"_"+h.ProductOptionID] != "":
			linked = append(linked, h.ProductOptionID)
		case h.Option != nil && h.Option.IsExclusive:
			taken = append(taken, h.ProductOptionID)
		}
	}
	if len(linked) > 0 {
		return fault.New(fault.Invalid, "Product options are already linked to products: %s", strings.Join(linked, ", "))
	}
	if len(taken) > 0 {
		return fault.New(fault.Invalid, "Product options are already assigned to another product: %s", strings.Join(taken, ", "))
	}
	return nil
}
