package productflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) create(ctx workflow.Context, in CreateProductsInput) ([]product.Product, error) {
	if _, err := workflow.Step(ctx, "validate-product-input", act(optioned), in.Products); err != nil {
		return nil, err
	}
	out, err := workflow.Step(ctx, "create-products", func(ctx context.Context, in []CreateProductInput) ([]product.Product, error) {
		drafts := make([]product.CreateInput, len(in))
		for i, p := range in {
			drafts[i] = p.draft()
		}
		return f.Product.Create(ctx, drafts)
	}, in.Products)
	if err != nil {
		return nil, err
	}
	if _, err := workflow.Step(ctx, "create-remote-links", act(f.place), placings(in.Products, out)); err != nil {
		return nil, err
	}
	var variants []CreateVariantInput
	for i, p := range in.Products {
		for _, v := range p.Variants {
			v.ProductID = out[i].ID
			variants = append(variants, v)
		}
	}
	if _, err := f.CreateVariants.Run(ctx, CreateVariantsInput{Variants: variants}); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, Created, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.ProductsCreated.Run(ctx, Products{out, in.AdditionalData})
}

// optioned refuses products without options.
func optioned(_ context.Context, list []CreateProductInput) error {
	var bare []string
	for _, p := range list {
		if len(p.Options) == 0 {
			bare = append(bare, p.Title)
		}
	}
	if len(bare) > 0 {
		return fault.New(fault.Invalid, "Product options are not provided for: [%s].", strings.Join(bare, ", "))
	}
	return nil
}

// A placing says where a product is sold and how it is shipped; what is not set stays.
type placing struct {
	ID       string
	Channels module.Opt[[]string]
	Profile  module.Opt[string]
}

func placings(in []CreateProductInput, out []product.Product) []placing {
	list := make([]placing, len(in))
	for i, p := range in {
		list[i] = placing{ID: out[i].ID, Channels: module.Some(refs(p.SalesChannels))}
		if p.ShippingProfileID.Value != "" {
			list[i].Profile = p.ShippingProfileID
		}
	}
	return list
}

// place ties new products to sales channels and shipping profiles.
func (f *Flows) place(ctx context.Context, list []placing) error {
	var sold, shipped []pair
	for _, p := range list {
		for _, c := range p.Channels.Value {
			sold = append(sold, pair{near: p.ID, far: c})
		}
		if p.Profile.Ptr() != nil {
			shipped = append(shipped, pair{near: p.ID, far: p.Profile.Value})
		}
	}
	if err := f.attach(ctx, channels, sold); err != nil {
		return err
	}
	return f.attach(ctx, profiles, shipped)
}

// move ties products anew.
func (f *Flows) move(ctx context.Context, list []placing) error {
	var sold, shipped []string
	for _, p := range list {
		if p.Channels.Set {
			sold = append(sold, p.ID)
		}
		if p.Profile.Set {
			shipped = append(shipped, p.ID)
		}
	}
	if err := f.detach(ctx, channels, sold); err != nil {
		return err
	}
	if err := f.detach(ctx, profiles, shipped); err != nil {
		return err
	}
	return f.place(ctx, list)
}

func (f *Flows) update(ctx workflow.Context, in UpdateProductsInput) ([]product.Product, error) {
	changes, err := workflow.Step(ctx, "update-products", func(ctx context.Context, in []UpdateProductInput) ([]product.UpdateResult, error) {
		patches := make([]product.UpdateInput, len(in))
		for i, p := range in {
			patches[i] = p.patch()
		}
		return f.Product.Update(ctx, patches)
	}, in.Products)
	if err != nil {
		return nil, err
	}
	out := make([]product.Product, len(changes))
	places := make([]placing, len(changes))
	var removed []string
	for i, c := range changes {
		p := in.Products[i]
		out[i] = c.Product
		places[i] = placing{ID: p.ID, Channels: optRefs(p.SalesChannels), Profile: p.ShippingProfileID}
		removed = append(removed, c.Removed...)
	}
	if err := f.stock(ctx, kept(in.Products)); err != nil {
		return nil, err
	}
	if err := f.prices(ctx, in.Products, changes, removed); err != nil {
		return nil, err
	}
	if _, err := workflow.Step(ctx, "create-sales-channel-links-step", act(f.move), places); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, Updated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.ProductsUpdated.Run(ctx, Products{out, in.AdditionalData})
}

// kept are the variants of patches that exist and say whether they are counted.
func kept(list []UpdateProductInput) (out []UpdateVariantInput) {
	for _, p := range list {
		for _, v := range p.Variants.Value {
			if v.ID != "" && v.ManageInventory.Set {
				out = append(out, v)
			}
		}
	}
	return out
}

// prices gives the variants of changed products their prices.
func (f *Flows) prices(ctx workflow.Context, in []UpdateProductInput, changes []product.UpdateResult, removed []string) error {
	prices := UpdatePricesInput{Removed: removed}
	for i, c := range changes {
		for j, v := range c.Variants {
			p := VariantPrices{VariantID: v.ID}
			if list := in[i].Variants.Value[j].Prices; list.Set {
				p.Prices = module.Some(drafts(list.Value))
			}
			prices.Variants = append(prices.Variants, p)
		}
	}
	if len(prices.Variants) == 0 && len(removed) == 0 {
		return nil
	}
	_, err := f.VariantPrices.Run(ctx, prices)
	return err
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	products, err := f.Product.Products.List(ctx, module.Filter{"id": ids}, module.FindOptions{Relations: []string{"variants", "options"}})
	if err != nil {
		return nil, err
	}
	var variants []product.Variant
	var options []string
	for _, p := range products {
		variants = append(variants, p.Variants...)
		for _, o := range p.Options {
			if o.IsExclusive {
				options = append(options, o.ID)
			}
		}
	}
	if err := f.dropItems(ctx, variants); err != nil {
		return nil, err
	}
	_, err = workflow.Step(ctx, "delete-products", act(func(ctx context.Context, ids []string) error {
		return f.remove(ctx, ids, module.IDs(variants))
	}), ids)
	if err != nil {
		return nil, err
	}
	if _, err := f.DeleteOptions.Run(ctx, options); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, Deleted, event.IDs(ids...)...); err != nil {
		return nil, err
	}
	return ids, f.ProductsDeleted.Run(ctx, IDs{ids})
}

// remove soft-deletes products and what ties them and their variants to others.
func (f *Flows) remove(ctx context.Context, ids, variants []string) error {
	if err := f.untie(ctx, variants); err != nil {
		return err
	}
	for _, t := range []tie{channels, profiles} {
		if err := f.detach(ctx, t, ids); err != nil {
			return err
		}
	}
	return f.Product.Products.SoftDelete(ctx, ids...)
}

func (f *Flows) batch(ctx workflow.Context, in BatchInput[CreateProductInput, UpdateProductInput]) (out BatchResult, err error) {
	if len(in.Create) > 0 {
		created, err := f.Create.Run(ctx, CreateProductsInput{Products: in.Create})
		if err != nil {
			return out, err
		}
		out.Created = module.IDs(created)
	}
	if len(in.Update) > 0 {
		updated, err := f.Update.Run(ctx, UpdateProductsInput{Products: in.Update})
		if err != nil {
			return out, err
		}
		out.Updated = module.IDs(updated)
	}
	if len(in.Delete) > 0 {
		out.Deleted = in.Delete
		_, err = f.Delete.Run(ctx, in.Delete)
	}
	return out, err
}
