package productflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) createVariants(ctx workflow.Context, in CreateVariantsInput) ([]product.Variant, error) {
	if len(in.Variants) == 0 {
		return nil, nil
	}
	out, err := workflow.Step(ctx, "create-product-variants", func(ctx context.Context, in []CreateVariantInput) ([]product.Variant, error) {
		drafts := make([]product.CreateVariantInput, len(in))
		for i, v := range in {
			drafts[i] = v.draft()
		}
		return f.Product.CreateVariants(ctx, drafts)
	}, in.Variants)
	if err != nil {
		return nil, err
	}
	if err := f.takeFromStock(ctx, in.Variants, out); err != nil {
		return nil, err
	}
	lists := make([][]pricing.PriceInput, len(out))
	for i, v := range in.Variants {
		lists[i] = drafts(v.Prices)
	}
	if err := f.createPrices(ctx, module.IDs(out), lists); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, VariantCreated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.VariantsCreated.Run(ctx, Variants{out, in.AdditionalData})
}

// createPrices gives each of new variants a price set.
func (f *Flows) createPrices(ctx workflow.Context, variants []string, lists [][]pricing.PriceInput) error {
	if len(variants) == 0 {
		return nil
	}
	sets, err := workflow.Step(ctx, "create-price-sets", f.Pricing.CreateSets, lists)
	if err != nil {
		return err
	}
	pairs := make([]pair, len(sets))
	for i, set := range sets {
		pairs[i] = pair{near: variants[i], far: set}
	}
	_, err = workflow.Step(ctx, "create-variant-pricing-link", act(func(ctx context.Context, pairs []pair) error { return f.attach(ctx, priceSet, pairs) }), pairs)
	return err
}

// UpdatePricesInput are new prices of variants, some of which may have been removed.
type UpdatePricesInput struct {
	Variants []VariantPrices `json:"variantPrices"`
	Removed  []string        `json:"removedVariantIds"`
}

// VariantPrices are the prices of one variant; those that are not set stay.
type VariantPrices struct {
	VariantID string
	Prices    module.Opt[[]pricing.PriceInput]
}

// variantPrices replaces the prices of variants. Those without a price set get one.
func (f *Flows) variantPrices(ctx workflow.Context, in UpdatePricesInput) ([]string, error) {
	if _, err := workflow.Step(ctx, "remove-variant-link-step", act(f.untie), in.Removed); err != nil {
		return nil, err
	}
	ids := make([]string, len(in.Variants))
	for i, v := range in.Variants {
		ids[i] = v.VariantID
	}
	sets, err := f.PriceSets(ctx, ids)
	if err != nil {
		return nil, err
	}
	change := map[string][]pricing.PriceInput{}
	var fresh []string
	var lists [][]pricing.PriceInput
	for _, v := range in.Variants {
		switch set, ok := sets[v.VariantID]; {
		case !ok:
			fresh, lists = append(fresh, v.VariantID), append(lists, v.Prices.Value)
		case v.Prices.Set:
			change[set] = v.Prices.Value
		}
	}
	if len(change) > 0 {
		if _, err := workflow.Step(ctx, "update-price-sets", act(f.Pricing.ReplacePrices), change); err != nil {
			return nil, err
		}
	}
	return ids, f.createPrices(ctx, fresh, lists)
}

// PriceSets finds the price sets of variants.
func (f *Flows) PriceSets(ctx context.Context, variants []string) (map[string]string, error) {
	pairs, err := f.pairs(ctx, priceSet, priceSet.near, variants)
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		out[p.near] = p.far
	}
	return out, err
}

// untie removes the price sets of variants, and what ties variants to others.
func (f *Flows) untie(ctx context.Context, variants []string) error {
	sets, err := f.pairs(ctx, priceSet, priceSet.near, variants)
	if err != nil {
		return err
	}
	if err := f.Pricing.RemoveSets(ctx, fars(sets)); err != nil {
		return err
	}
	if err := f.detach(ctx, priceSet, variants); err != nil {
		return err
	}
	return f.detach(ctx, items, variants)
}

func (f *Flows) updateVariants(ctx workflow.Context, in UpdateVariantsInput) ([]product.Variant, error) {
	if len(in.Variants) == 0 {
		return nil, nil
	}
	out, err := workflow.Step(ctx, "update-product-variants", func(ctx context.Context, in []UpdateVariantInput) ([]product.Variant, error) {
		patches := make([]product.UpdateVariantInput, len(in))
		for i, v := range in {
			patches[i] = v.patch()
		}
		return f.Product.UpdateVariants(ctx, patches)
	}, in.Variants)
	if err != nil {
		return nil, err
	}
	if err := f.stock(ctx, in.Variants); err != nil {
		return nil, err
	}
	var prices UpdatePricesInput
	for _, v := range in.Variants {
		if v.Prices.Set {
			prices.Variants = append(prices.Variants, VariantPrices{v.ID, module.Some(drafts(v.Prices.Value))})
		}
	}
	if len(prices.Variants) > 0 {
		if _, err := f.VariantPrices.Run(ctx, prices); err != nil {
			return nil, err
		}
	}
	if err := workflow.Emit(ctx, VariantUpdated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.VariantsUpdated.Run(ctx, Variants{out, in.AdditionalData})
}

func (f *Flows) deleteVariants(ctx workflow.Context, ids []string) ([]string, error) {
	variants, err := f.Product.Variants.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return nil, err
	}
	if err := f.dropItems(ctx, variants); err != nil {
		return nil, err
	}
	_, err = workflow.Step(ctx, "delete-product-variants", act(func(ctx context.Context, ids []string) error {
		if err := f.untie(ctx, ids); err != nil {
			return err
		}
		return f.Product.Variants.SoftDelete(ctx, ids...)
	}), ids)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, VariantDeleted, event.IDs(ids...)...); err != nil {
		return nil, err
	}
	return ids, f.VariantsDeleted.Run(ctx, IDs{ids})
}

func (f *Flows) batchVariants(ctx workflow.Context, in BatchInput[CreateVariantInput, UpdateVariantInput]) (out BatchResult, err error) {
	created, err := f.CreateVariants.Run(ctx, CreateVariantsInput{Variants: in.Create})
	if err != nil {
		return out, err
	}
	updated, err := f.UpdateVariants.Run(ctx, UpdateVariantsInput{Variants: in.Update})
	if err != nil {
		return out, err
	}
	out = BatchResult{module.IDs(created), module.IDs(updated), in.Delete}
	if len(in.Delete) > 0 {
		_, err = f.DeleteVariants.Run(ctx, in.Delete)
	}
	return out, err
}

// known refuses inventory items that do not exist.
func (f *Flows) known(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := f.Inventory.Items.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, item := range list {
		have[item.ID] = true
	}
	var missing []string
	for _, id := range ids {
		if !have[id] {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Inventory Items with ids: %s was not found", strings.Join(missing, ", "))
	}
	return nil
}
