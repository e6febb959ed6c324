package product

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// A CreateInput is a product to be created, with what belongs to it but its variants.
type CreateInput struct {
	Product
	Options     []OptionChoice
	TagIDs      []string
	CategoryIDs []string
}

// An OptionChoice is an option of a product: a new one, or with an ID one that exists. ValueIDs are those of its values that the
// product has; nil stands for all.
type OptionChoice struct {
	ID       string
	ValueIDs []string
	CreateOptionInput
}

// Create saves new products. Products that say no handle, status or thumbnail get the one that follows from title and images.
func (m *Module) Create(ctx context.Context, drafts []CreateInput) ([]Product, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	if err := m.known(ctx, drafts); err != nil {
		return nil, err
	}
	products := make([]Product, len(drafts))
	var images []Image
	for i := range drafts {
		p := &drafts[i].Product
		if err := p.complete(); err != nil {
			return nil, err
		}
		for rank, img := range p.Images {
			img.ProductID, img.Rank = p.ID, rank
			images = append(images, img)
		}
		products[i] = *p
		products[i].Images = nil
	}
	out, err := m.Products.CreateMany(ctx, products)
	if err != nil {
		return nil, err
	}
	if len(images) > 0 {
		if _, err := m.Images.CreateMany(ctx, images); err != nil {
			return nil, err
		}
	}
	if err := m.sort(ctx, drafts); err != nil {
		return nil, err
	}
	return out, m.giveOptions(ctx, drafts)
}

// complete fills in what a new product does not say.
func (p *Product) complete() error {
	if err := checkHandle(p.Handle); err != nil {
		return err
	}
	if p.Title == "" {
		return fault.New(fault.Invalid, "Product title is required")
	}
	if p.ID == "" {
		p.ID = id.New("prod")
	}
	if p.Handle == "" {
		p.Handle = ProductHandle(p.Title)
	}
	if p.Status == "" {
		p.Status = "draft"
	}
	if p.IsGiftCard {
		p.Discountable = false
	}
	if (p.Thumbnail == nil || *p.Thumbnail == "") && len(p.Images) > 0 {
		url := p.Images[0].URL
		p.Thumbnail = &url
	}
	return nil
}

// known refuses options and tags that do not exist.
func (m *Module) known(ctx context.Context, drafts []CreateInput) error {
	var options, tags []string
	for _, d := range drafts {
		for _, o := range d.Options {
			if o.ID != "" {
				options = append(options, o.ID)
			}
		}
		tags = append(tags, d.TagIDs...)
	}
	unknown, err := missing(ctx, m.Options, options)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return fault.New(fault.Invalid, "Some product options were not found: [%s]", strings.Join(unknown, ", "))
	}
	if unknown, err = missing(ctx, m.Tags, tags); err != nil {
		return err
	}
	if len(unknown) > 0 {
		return fault.New(fault.Invalid, "Tag with id %s not found. Please create the tag before associating it with the product.", unknown[0])
	}
	return nil
}

// missing lists those of ids that a table does not have.
func missing[T any](ctx context.Context, t *module.Table[T], ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := t.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return nil, err
	}
	have := make(map[string]bool, len(list))
	for _, v := range list {
		have[t.Key(v)] = true
	}
	var unknown []string
	for _, id := range ids {
		if !have[id] {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}

// sort puts new products under their tags and categories.
func (m *Module) sort(ctx context.Context, drafts []CreateInput) error {
	for _, d := range drafts {
		if err := m.Products.Attach(ctx, "tags", d.ID, d.TagIDs...); err != nil {
			return err
		}
		if err := m.Products.Attach(ctx, "categories", d.ID, d.CategoryIDs...); err != nil {
			return err
		}
	}
	return nil
}

// giveOptions creates the options of new products and gives them to these.
func (m *Module) giveOptions(ctx context.Context, drafts []CreateInput) error {
	var create []CreateOptionInput
	for i := range drafts {
		for j := range drafts[i].Options {
			if o := &drafts[i].Options[j]; o.ID == "" {
				o.Option.ID = id.New("opt")
				create = append(create, o.CreateOptionInput)
			}
		}
	}
	created, err := m.CreateOptions(ctx, create)
	if err != nil {
		return err
	}
	values := make(map[string][]string, len(created))
	for _, o := range created {
		for _, v := range o.Values {
			values[o.ID] = append(values[o.ID], v.ID)
		}
	}
	var pairs []ProductOptionInput
	for _, d := range drafts {
		for _, o := range d.Options {
			p := ProductOptionInput{ProductID: d.ID, OptionID: o.ID, ValueIDs: o.ValueIDs}
			if o.ID == "" {
				p = ProductOptionInput{ProductID: d.ID, OptionID: o.Option.ID, ValueIDs: values[o.Option.ID], fresh: true}
			}
			pairs = append(pairs, p)
		}
	}
	return m.AddProductOptions(ctx, pairs)
}
