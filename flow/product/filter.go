package product

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
)

// FilterByOptionValues makes of a filter option_value_id one for products with a variant that has, of each option that is named by one of its values,
// one of the named values.
func FilterByOptionValues(ctx context.Context, f *Flows, filters map[string]any) error {
	ids, ok := filters["option_value_id"]
	if !ok {
		return nil
	}
	delete(filters, "option_value_id")
	values, err := f.Product.OptionValues.List(ctx, module.Filter{"id": ids}, module.Find{Select: []string{"id", "option_id"}})
	if err != nil {
		return err
	}
	byOption := map[string][]string{}
	for _, v := range values {
		if v.OptionID != nil {
			byOption[*v.OptionID] = append(byOption[*v.OptionID], v.ID)
		}
	}
	options := make([]string, 0, len(byOption))
	for id := range byOption {
		options = append(options, id)
	}
	slices.Sort(options)
	all := make([]any, len(options))
	for i, id := range options {
		all[i] = map[string]any{"options": map[string]any{"id": byOption[id]}}
	}
	with := map[string]any{"variants": map[string]any{"$and": all}}
	if len(all) == 0 {
		with = map[string]any{"id": []string{}}
	}
	and, _ := filters["$and"].([]any)
	filters["$and"] = append(and, with)
	return nil
}
