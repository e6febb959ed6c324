package cartflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
)

// ruleContext are what rules may ask of beyond the cart, by id.
type ruleContext struct {
	products, variants, options map[string]any
}

// loadRuleContext reads what the rules of promotions ask for of products, variants and shipping options.
func (f *Flows) loadRuleContext(ctx context.Context, s *State, list []promotion.Promotion) (out ruleContext, err error) {
	asks := func(part string) bool {
		return slices.ContainsFunc(list, func(p promotion.Promotion) bool {
			return slices.ContainsFunc(p.Attributes(), func(a string) bool { return strings.Contains("."+a, part) })
		})
	}
	if asks(".product.") {
		if out.products, err = f.products(ctx, s); err != nil {
			return out, err
		}
	}
	if asks(".variant.") {
		if out.variants, err = f.variantsOf(ctx, s); err != nil {
			return out, err
		}
	}
	if asks(".shipping_option.") {
		out.options, err = f.optionsOf(ctx, s)
	}
	return out, err
}

func (f *Flows) products(ctx context.Context, s *State) (map[string]any, error) {
	var ids []string
	for _, l := range s.Items {
		if l.ProductID != nil {
			ids = append(ids, *l.ProductID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := f.Product.Products.List(ctx, module.Filter{"id": ids}, module.FindOptions{Relations: []string{"categories", "tags", "type", "collection"}})
	out := map[string]any{}
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, err
}

func (f *Flows) variantsOf(ctx context.Context, s *State) (map[string]any, error) {
	var ids []string
	for _, l := range s.Items {
		if l.VariantID != nil {
			ids = append(ids, *l.VariantID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := f.Product.Variants.List(ctx, module.Filter{"id": ids})
	out := map[string]any{}
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, err
}

func (f *Flows) optionsOf(ctx context.Context, s *State) (map[string]any, error) {
	list, err := f.shippingOptions(ctx, s)
	out := map[string]any{}
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, err
}

// shippingOptions reads the options that the cart's methods are of, whether the cart could still have them or not.
func (f *Flows) shippingOptions(ctx context.Context, s *State) ([]fulfillment.ShippingOption, error) {
	var ids []string
	for _, m := range s.ShippingMethods {
		if m.ShippingOptionID != nil {
			ids = append(ids, *m.ShippingOptionID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return f.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": ids})
}
