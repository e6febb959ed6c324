package product

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A CreateVariantInput is a variant to be created. Options has a value for each of its product's options, by title; nil for none.
type CreateVariantInput struct {
	Variant
	Options map[string]string
}

// A UpdateVariantInput changes a variant, or in [Module.Update] creates one. Options is nil when they stay.
type UpdateVariantInput struct {
	ID      string
	Set     module.Set
	Options map[string]string
}

// title is what messages call the variant, in the words of the server that this one replaces.
func (p UpdateVariantInput) title() string {
	if t, ok := p.Set["title"].(string); ok {
		return t
	}
	return "undefined"
}

// choices are the options that products have, each with the values that it has there.
type choices map[string][]ProductOption

func (m *Module) choices(ctx context.Context, products []string) (choices, error) {
	list, err := m.ProductOptions.List(ctx, module.Filter{"product_id": products}, module.FindOptions{Relations: []string{"product_option", "values"}})
	if err != nil {
		return nil, err
	}
	out := choices{}
	for _, p := range list {
		if p.Option != nil {
			out[p.ProductID] = append(out[p.ProductID], p)
		}
	}
	return out, nil
}

// values finds the values that a variant's options name. All options of the product must be there, or none.
func (c choices) values(product, title string, options map[string]string) ([]string, error) {
	have := c[product]
	if len(options) != len(have) && (len(options) > 0 || options != nil && len(have) > 0) {
		return nil, fault.New(fault.Invalid, "Product has %d option values but there were %d provided option values for the variant: %s.", len(have), len(options), title)
	}
	out := make([]string, 0, len(options))
	for _, option := range slices.Sorted(keys(options)) {
		value := options[option]
		id := c.value(product, option, value)
		if id == "" {
			return nil, fault.New(fault.Invalid, "Option value %s does not exist for option %s", value, option)
		}
		out = append(out, id)
	}
	return out, nil
}

func keys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (c choices) value(product, option, value string) string {
	for _, p := range c[product] {
		if p.Option.Title != option {
			continue
		}
		for _, v := range p.Values {
			if v.Value == value {
				return v.ID
			}
		}
	}
	return ""
}

// CreateVariants saves new variants of products that exist. Two variants of a product must differ in some option.
func (m *Module) CreateVariants(ctx context.Context, drafts []CreateVariantInput) ([]Variant, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	products := []string{}
	for _, d := range drafts {
		if d.ProductID == nil || *d.ProductID == "" {
			return nil, fault.New(fault.Invalid, "Unable to create variants without specifying a product_id")
		}
		if !slices.Contains(products, *d.ProductID) {
			products = append(products, *d.ProductID)
		}
	}
	choices, err := m.choices(ctx, products)
	if err != nil {
		return nil, err
	}
	values := make([][]string, len(drafts))
	variants := make([]Variant, len(drafts))
	for i, d := range drafts {
		if values[i], err = choices.values(*d.ProductID, d.Title, d.Options); err != nil {
			return nil, err
		}
		variants[i] = d.Variant
	}
	for i, d := range drafts {
		if err := m.distinct(ctx, *d.ProductID, "", values[i]); err != nil {
			return nil, err
		}
		if j := twin(drafts[:i], values, *d.ProductID, values[i]); j >= 0 {
			return nil, fault.New(fault.Invalid, `Variant "%s" has same combination of option values as "%s".`, drafts[j].Title, d.Title)
		}
	}
	out, err := m.Variants.CreateMany(ctx, variants)
	if err != nil {
		return nil, err
	}
	for i, v := range out {
		if err := m.Variants.Attach(ctx, "options", v.ID, values[i]...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// distinct refuses the values that another variant of a product has already.
func (m *Module) distinct(ctx context.Context, product, self string, values []string) error {
	if len(values) == 0 {
		return nil
	}
	all := make([]module.Filter, 0, len(values)+1)
	for _, v := range values {
		all = append(all, module.Filter{"options": module.Filter{"id": v}})
	}
	where := module.Filter{"product_id": product, "$and": all}
	if self != "" {
		where["id"] = module.Filter{"$ne": self}
	}
	twins, err := m.Variants.List(ctx, where, module.FindOptions{Select: []string{"id", "title"}, Order: []string{"id"}, Take: 1})
	if err == nil && len(twins) > 0 {
		err = fault.New(fault.Invalid, "Variant (%s) with provided options already exists.", twins[0].Title)
	}
	return err
}

// twin finds the draft of a product that has all of the option values, -1 if there is none. Without
// it two drafts of one request could be the same variant.
func twin(drafts []CreateVariantInput, values [][]string, product string, wanted []string) int {
	if len(wanted) == 0 {
		return -1
	}
	for i, d := range drafts {
		differs := func(v string) bool { return !slices.Contains(values[i], v) }
		if *d.ProductID == product && !slices.ContainsFunc(wanted, differs) {
			return i
		}
	}
	return -1
}

// UpdateVariants changes variants and returns them in that order.
func (m *Module) UpdateVariants(ctx context.Context, patches []UpdateVariantInput) ([]Variant, error) {
	ids := make([]string, len(patches))
	for i, p := range patches {
		ids[i] = p.ID
	}
	if unknown, err := missing(ctx, m.Variants, ids); err != nil || len(unknown) > 0 {
		if err == nil {
			err = fault.New(fault.Invalid, "Cannot update non-existing variants with ids: %s", strings.Join(unknown, ", "))
		}
		return nil, err
	}
	out := make([]Variant, len(patches))
	for i, p := range patches {
		v, err := m.Variants.Patch(ctx, p.ID, p.Set)
		if err == nil && p.Options != nil && v.ProductID != nil {
			err = m.chooseAnew(ctx, v, p)
		}
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// chooseAnew gives a variant other options.
func (m *Module) chooseAnew(ctx context.Context, v Variant, p UpdateVariantInput) error {
	if len(p.Options) == 0 {
		return m.Variants.SetRelation(ctx, "options", v.ID)
	}
	choices, err := m.choices(ctx, []string{*v.ProductID})
	if err != nil {
		return err
	}
	values, err := choices.values(*v.ProductID, p.title(), p.Options)
	if err == nil {
		err = m.distinct(ctx, *v.ProductID, v.ID, values)
	}
	if err == nil {
		err = m.Variants.SetRelation(ctx, "options", v.ID, values...)
	}
	return err
}

// A VariantImagesInput ties variants and images together and apart, from the side of ID.
type VariantImagesInput struct {
	ID          string
	Add, Remove []string
}

// UpdateVariantImages ties images to a variant.
func (m *Module) UpdateVariantImages(ctx context.Context, in VariantImagesInput) error {
	return m.picture(ctx, in, "variant_id", "image_id", func(other string) VariantImage { return VariantImage{VariantID: in.ID, ImageID: other} })
}

// UpdateImageVariants ties variants to an image.
func (m *Module) UpdateImageVariants(ctx context.Context, in VariantImagesInput) error {
	return m.picture(ctx, in, "image_id", "variant_id", func(other string) VariantImage { return VariantImage{ImageID: in.ID, VariantID: other} })
}

func (m *Module) picture(ctx context.Context, in VariantImagesInput, near, far string, pair func(string) VariantImage) error {
	if len(in.Remove) > 0 {
		if _, err := m.VariantImages.DeleteWhere(ctx, module.Filter{near: in.ID, far: in.Remove}); err != nil {
			return err
		}
	}
	if len(in.Add) == 0 {
		return nil
	}
	have, err := m.VariantImages.List(ctx, module.Filter{near: in.ID, far: in.Add})
	if err != nil {
		return err
	}
	var create []VariantImage
	for _, other := range in.Add {
		p := pair(other)
		if !slices.ContainsFunc(have, func(h VariantImage) bool { return h.VariantID == p.VariantID && h.ImageID == p.ImageID }) {
			create = append(create, p)
		}
	}
	if len(create) == 0 {
		return nil
	}
	_, err = m.VariantImages.CreateMany(ctx, create)
	return err
}
