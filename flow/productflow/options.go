package productflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) createOptions(ctx workflow.Context, list []product.CreateOptionInput) ([]product.Option, error) {
	out, err := workflow.Step(ctx, "create-product-options", f.Product.CreateOptions, list)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, OptionCreated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.OptionsCreated.Run(ctx, Options{out})
}

func (f *Flows) updateOptions(ctx workflow.Context, list []product.UpdateOptionInput) ([]product.Option, error) {
	out, err := workflow.Step(ctx, "update-product-options", f.Product.UpdateOptions, list)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, OptionUpdated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.OptionsUpdated.Run(ctx, Options{out})
}

func (f *Flows) deleteOptions(ctx workflow.Context, ids []string) ([]string, error) {
	if _, err := workflow.Step(ctx, "delete-product-options", act(f.Product.RemoveOptions), ids); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, OptionDeleted, event.IDs(ids...)...); err != nil {
		return nil, err
	}
	return ids, f.OptionsDeleted.Run(ctx, IDs{ids})
}

// A UpdateOptionValueInput changes a value of an option.
type UpdateOptionValueInput struct {
	OptionID, ID string
	Set          module.Set
}

func (f *Flows) updateValue(ctx workflow.Context, in UpdateOptionValueInput) (product.OptionValue, error) {
	out, err := workflow.Step(ctx, "update-product-option-values", func(ctx context.Context, in UpdateOptionValueInput) (product.OptionValue, error) {
		return f.Product.UpdateValue(ctx, in.OptionID, in.ID, in.Set)
	}, in)
	if err != nil {
		return out, err
	}
	return out, workflow.Emit(ctx, ValueUpdated, event.ID{ID: out.ID})
}

func (f *Flows) deleteValues(ctx workflow.Context, ids []string) ([]string, error) {
	if _, err := workflow.Step(ctx, "delete-product-option-values", act(f.Product.RemoveValues), ids); err != nil {
		return nil, err
	}
	return ids, workflow.Emit(ctx, ValueDeleted, event.IDs(ids...)...)
}

// A UpdateProductOptionsInput gives a product options, takes others away, and changes which values it has of those that stay.
type UpdateProductOptionsInput struct {
	ProductID string
	Add       []OptionInput
	Remove    []string
	Update    []UpdateOptionValuesInput
}

// A UpdateOptionValuesInput changes which values of an option a product has. NewValues are created when the option does not have them.
type UpdateOptionValuesInput struct {
	OptionID                           string
	ValueIDs, NewValues, RemovedValues []string
}

func (f *Flows) setOptions(ctx workflow.Context, in UpdateProductOptionsInput) (string, error) {
	var create []product.CreateOptionInput
	var pairs []product.ProductOptionInput
	for _, o := range in.Add {
		if o.ID == "" {
			draft := o.choice().CreateOptionInput
			draft.IsExclusive = o.IsExclusive.Value // unlike those that come with a new product
			create = append(create, draft)
			continue
		}
		pairs = append(pairs, product.ProductOptionInput{ProductID: in.ProductID, OptionID: o.ID, ValueIDs: o.ValueIDs})
	}
	if len(create) > 0 {
		created, err := f.CreateOptions.Run(ctx, create)
		if err != nil {
			return "", err
		}
		for _, o := range created {
			pairs = append(pairs, product.ProductOptionInput{ProductID: in.ProductID, OptionID: o.ID})
		}
	}
	if _, err := workflow.Step(ctx, "add-product-options-to-product", act(f.Product.AddProductOptions), pairs); err != nil {
		return "", err
	}
	_, err := workflow.Step(ctx, "remove-product-options-from-product", act(func(ctx context.Context, ids []string) error {
		_, err := f.Product.RemoveProductOptions(ctx, in.ProductID, ids)
		return err
	}), in.Remove)
	if err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "update-product-option-values-on-product", act(func(ctx context.Context, list []UpdateOptionValuesInput) error {
		return f.chooseValues(ctx, in.ProductID, list)
	}), in.Update)
	return in.ProductID, err
}

// chooseValues changes which values a product has of its options.
func (f *Flows) chooseValues(ctx context.Context, id string, list []UpdateOptionValuesInput) error {
	for _, b := range list {
		if len(b.ValueIDs)+len(b.NewValues)+len(b.RemovedValues) == 0 {
			continue
		}
		pairs, err := f.Product.ProductOptions.List(ctx, module.Filter{"product_id": id, "product_option_id": b.OptionID}, module.FindOptions{Relations: []string{"values"}})
		if err != nil {
			return err
		}
		if len(pairs) == 0 {
			return fault.New(fault.Invalid, "Some product options are not linked to products: [%s:%s]", id, b.OptionID)
		}
		if err := f.dropValues(ctx, pairs[0], b.RemovedValues); err != nil {
			return err
		}
		if err := f.addValues(ctx, pairs[0], b); err != nil {
			return err
		}
	}
	return nil
}

// dropValues takes values from a product whose variants do not have them.
func (f *Flows) dropValues(ctx context.Context, p product.ProductOption, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	using, err := f.Product.Variants.List(ctx, module.Filter{"product_id": p.ProductID, "options": module.Filter{"id": ids}})
	if err != nil {
		return err
	}
	if len(using) > 0 {
		titles := make([]string, len(using))
		for i, v := range using {
			titles[i] = v.Title
		}
		return fault.New(fault.Invalid, "Cannot unassign option values from product because the following variant(s) are using it: %s", strings.Join(titles, ", "))
	}
	_, err = f.Product.ProductOptionValues.DeleteWhere(ctx, module.Filter{"product_product_option_id": p.ID, "product_option_value_id": ids})
	return err
}

// addValues gives a product values, of which the new ones are created.
func (f *Flows) addValues(ctx context.Context, p product.ProductOption, b UpdateOptionValuesInput) error {
	ids := slices.Clone(b.ValueIDs)
	option, err := f.Product.Options.Retrieve(ctx, p.ProductOptionID, module.FindOptions{Relations: []string{"values"}})
	if err != nil {
		return err
	}
	for _, name := range b.NewValues {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := slices.IndexFunc(option.Values, func(v product.OptionValue) bool { return v.Value == name })
		if i >= 0 {
			ids = append(ids, option.Values[i].ID)
			continue
		}
		v, err := f.Product.OptionValues.Create(ctx, product.OptionValue{Value: name, OptionID: &option.ID})
		if err != nil {
			return err
		}
		option.Values = append(option.Values, v)
		ids = append(ids, v.ID)
	}
	var rows []product.ProductOptionValue
	for i, id := range ids {
		has := slices.ContainsFunc(p.Values, func(v product.OptionValue) bool { return v.ID == id })
		if !has && !slices.Contains(ids[:i], id) {
			rows = append(rows, product.ProductOptionValue{ProductProductOptionID: p.ID, ProductOptionValueID: id})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err = f.Product.ProductOptionValues.CreateMany(ctx, rows)
	return err
}
