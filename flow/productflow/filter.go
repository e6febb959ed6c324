package productflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// FilterByOptionValues makes of a filter option_value_id one for products with a variant that has, of each option that is named by one of its values,
// one of the named values.
func FilterByOptionValues(ctx context.Context, f *Flows, filters map[string]any) error {
	ids, ok := filters["option_value_id"]
	if !ok {
		return nil
	}
	delete(filters, "option_value_id")
	values, err := f.Product.OptionValues.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id", "option_id"}})
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

// CategoryTree replaces the next of kin among the fields of categories, where they are there, by all ancestors and descendants. Where leaves others out.
func CategoryTree(fields []string, ancestors, descendants bool, where module.Filter) ([]string, product.CategoryTree) {
	plain := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return strings.ContainsAny(f, ".*") })
	t := product.CategoryTree{Fields: plain, Where: where}
	if descendants {
		fields, t.Descendants = replace(fields, "category_children", product.DescendantsField)
	}
	if ancestors {
		fields, t.Ancestors = replace(fields, "parent_category", product.AncestorsField)
	}
	return fields, t
}

// replace puts a field in the place of a relation, if that is read at all; whole is set when all of it is.
func replace(fields []string, relation, field string) (out []string, whole bool) {
	found := false
	for _, f := range fields {
		name, under := strings.CutPrefix(f, relation+".")
		if !under && f != relation {
			out = append(out, f)
			continue
		}
		found, whole = true, whole || name == "*" || !under
	}
	if found {
		out = append(out, field)
	}
	return out, whole
}

// PublicFields hides the internal ones of the categories of products that are read.
func PublicFields(fields []string) []string {
	out := slices.Clone(fields)
	for i, f := range out {
		if rest, ok := strings.CutPrefix(f, "categories"); ok && (rest == "" || rest[0] == '.') {
			out[i] = product.PublicField + rest
		}
	}
	return out
}
