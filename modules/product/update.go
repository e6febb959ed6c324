package product

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// A UpdateInput changes a product. Lists that are set become what the product has: others go, and what has an id that the product knows is changed.
type UpdateInput struct {
	ID          string
	Set         module.Set
	OptionIDs   module.Opt[[]string]
	Variants    module.Opt[[]UpdateVariantInput]
	Images      module.Opt[[]Image]
	TagIDs      module.Opt[[]string]
	CategoryIDs module.Opt[[]string]
}

// A UpdateResult is what an update did to a product.
type UpdateResult struct {
	Product  Product
	Variants []Variant // those of the patch, in its order
	Removed  []string  // variants that are gone
	Options  []string  // exclusive options that no product has any more
}

// Update changes products, in order.
func (m *Module) Update(ctx context.Context, patches []UpdateInput) ([]UpdateResult, error) {
	ids := make([]string, len(patches))
	for i, p := range patches {
		ids[i] = p.ID
	}
	unknown, err := missing(ctx, m.Products, ids)
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.NotFound, "Unable to update the products with ids: %s", strings.Join(unknown, ", "))
	}
	out := make([]UpdateResult, len(patches))
	for i, p := range patches {
		if out[i], err = m.update(ctx, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *Module) update(ctx context.Context, p UpdateInput) (out UpdateResult, err error) {
	if h, ok := p.Set["handle"].(string); ok {
		if err := checkHandle(h); err != nil {
			return out, err
		}
	}
	if p.Set["is_giftcard"] == true {
		p.Set["discountable"] = false
	}
	unwanted, err := m.chooseOptions(ctx, p)
	if err != nil {
		return out, err
	}
	if out.Product, err = m.Products.Patch(ctx, p.ID, p.Set); err != nil {
		return out, err
	}
	if p.Variants.Set {
		if err := m.replaceVariants(ctx, p, &out); err != nil {
			return out, err
		}
	}
	if out.Options, err = m.RemoveProductOptions(ctx, p.ID, unwanted); err != nil {
		return out, err
	}
	if p.Images.Set {
		if err := m.replaceImages(ctx, p.ID, p.Images.Value); err != nil {
			return out, err
		}
	}
	for relation, list := range map[string]module.Opt[[]string]{"tags": p.TagIDs, "categories": p.CategoryIDs} {
		if list.Set {
			if err := m.Products.SetRelation(ctx, relation, p.ID, list.Value...); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// chooseOptions gives a product the options of a patch that it does not have, and returns those that it has too much.
func (m *Module) chooseOptions(ctx context.Context, p UpdateInput) (unwanted []string, err error) {
	if !p.OptionIDs.Set {
		return nil, nil
	}
	unknown, err := missing(ctx, m.Options, p.OptionIDs.Value)
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.Invalid, "Some product options were not found: [%s]", strings.Join(unknown, ", "))
	}
	have, err := m.ProductOptions.List(ctx, module.Filter{"product_id": p.ID})
	if err != nil {
		return nil, err
	}
	var add []ProductOptionInput
	for _, id := range p.OptionIDs.Value {
		if !slices.ContainsFunc(have, func(h ProductOption) bool { return h.ProductOptionID == id }) {
			add = append(add, ProductOptionInput{ProductID: p.ID, OptionID: id})
		}
	}
	for _, h := range have {
		if !slices.Contains(p.OptionIDs.Value, h.ProductOptionID) {
			unwanted = append(unwanted, h.ProductOptionID)
		}
	}
	return unwanted, m.AddProductOptions(ctx, add)
}

// RemoveProductOptions takes options from a product, which must have no variants with them. It returns the exclusive ones, which it soft-deletes.
func (m *Module) RemoveProductOptions(ctx context.Context, product string, options []string) ([]string, error) {
	if len(options) == 0 {
		return nil, nil
	}
	n, err := m.Variants.Count(ctx, module.Filter{"product_id": product, "options": module.Filter{"option_id": options}})
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return nil, fault.New(fault.Invalid, "Cannot unassign product option from product which has variants for that option")
	}
	pairs, err := m.ProductOptions.List(ctx, module.Filter{"product_id": product, "product_option_id": options}, module.FindOptions{Relations: []string{"product_option"}})
	if err != nil {
		return nil, err
	}
	var ids, orphans []string
	for _, p := range pairs {
		ids = append(ids, p.ID)
		if p.Option != nil && p.Option.IsExclusive {
			orphans = append(orphans, p.ProductOptionID)
		}
	}
	if len(ids) > 0 {
		if _, err := m.ProductOptionValues.DeleteWhere(ctx, module.Filter{"product_product_option_id": ids}); err != nil {
			return nil, err
		}
	}
	if err := m.ProductOptions.Delete(ctx, ids...); err != nil {
		return nil, err
	}
	return orphans, m.Options.SoftDelete(ctx, orphans...)
}

// replaceVariants makes the variants of a product those of a patch.
func (m *Module) replaceVariants(ctx context.Context, p UpdateInput, out *UpdateResult) error {
	have, err := m.Variants.List(ctx, module.Filter{"product_id": p.ID}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return err
	}
	choices, err := m.choices(ctx, []string{p.ID})
	if err != nil {
		return err
	}
	if p.OptionIDs.Set {
		choices[p.ID] = slices.DeleteFunc(choices[p.ID], func(o ProductOption) bool { return !slices.Contains(p.OptionIDs.Value, o.ProductOptionID) })
	}
	values, err := combinations(choices, p)
	if err != nil {
		return err
	}
	stay := map[string]bool{}
	for _, v := range p.Variants.Value {
		stay[v.ID] = true
	}
	for _, v := range have {
		if !stay[v.ID] {
			out.Removed = append(out.Removed, v.ID)
		}
	}
	if err := m.Variants.Delete(ctx, out.Removed...); err != nil {
		return err
	}
	for i, v := range p.Variants.Value {
		known := slices.ContainsFunc(have, func(h Variant) bool { return h.ID == v.ID })
		saved, err := m.saveVariant(ctx, p.ID, v, known, values[i])
		if err != nil {
			return err
		}
		out.Variants = append(out.Variants, saved)
	}
	return nil
}

// combinations finds the option values of a patch's variants, nil where they stay; no two may be alike.
func combinations(c choices, p UpdateInput) ([][]string, error) {
	out := make([][]string, len(p.Variants.Value))
	for i, v := range p.Variants.Value {
		if v.Options == nil {
			continue
		}
		values, err := c.values(p.ID, v.title(), v.Options)
		if err != nil {
			return nil, err
		}
		out[i] = values
		for j, other := range out[:i] {
			if len(values) > 0 && slices.Equal(other, values) {
				return nil, fault.New(fault.Invalid, `Variant "%s" has same combination of option values as "%s".`, p.Variants.Value[j].title(), v.title())
			}
		}
	}
	return out, nil
}

// saveVariant changes a variant that is known, or else creates it.
func (m *Module) saveVariant(ctx context.Context, product string, p UpdateVariantInput, known bool, values []string) (v Variant, err error) {
	if known {
		v, err = m.Variants.Patch(ctx, p.ID, p.Set)
	} else {
		v = Variant{ProductID: &product, ManageInventory: true}
		if v.ID = p.ID; v.ID == "" {
			v.ID = id.New("variant")
		}
		if v, err = m.Variants.Create(ctx, v); err == nil {
			v, err = m.Variants.UpdateOne(ctx, v.ID, p.Set)
		}
	}
	if err == nil && values != nil {
		err = m.Variants.SetRelation(ctx, "options", v.ID, values...)
	}
	return v, err
}

// replaceImages makes the images of a product those given, in their order.
func (m *Module) replaceImages(ctx context.Context, product string, list []Image) error {
	have, err := m.Images.List(ctx, module.Filter{"product_id": product})
	if err != nil {
		return err
	}
	var create []Image
	stay := map[string]bool{}
	for i, img := range list {
		stay[img.ID] = true
		if img.ID != "" && slices.ContainsFunc(have, func(h Image) bool { return h.ID == img.ID }) {
			if _, err := m.Images.Patch(ctx, img.ID, module.Set{"url": img.URL, "rank": i}); err != nil {
				return err
			}
			continue
		}
		img.ProductID, img.Rank = product, i
		create = append(create, img)
	}
	var removed []string
	for _, h := range have {
		if !stay[h.ID] {
			removed = append(removed, h.ID)
		}
	}
	if err := m.Images.Delete(ctx, removed...); err != nil || len(create) == 0 {
		return err
	}
	_, err = m.Images.CreateMany(ctx, create)
	return err
}
