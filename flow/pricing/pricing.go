// Package pricing has the workflows of price lists.
package pricing

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Price is a price of a variant in a list.
type Price struct {
	VariantID string
	pricing.Draft
}

// A NewList is a price list to be created, with prices of variants.
type NewList struct {
	pricing.ListDraft
	Prices []Price
}

// A Batch changes the prices of one list.
type Batch struct {
	ID             string
	Create, Update []Price
	Delete         []string
}

// Batched tells by id what a batch did.
type Batched struct{ Created, Updated, Deleted []string }

// Flows are the workflows of price lists.
type Flows struct {
	Pricing *pricing.Module
	// Sets finds the price sets of variants.
	Sets func(ctx context.Context, variants []string) (map[string]string, error)

	Create       *workflow.Workflow[[]NewList, []pricing.List]
	Update       *workflow.Workflow[[]pricing.ListPatch, []pricing.List]
	Delete       *workflow.Workflow[[]string, []string]
	CreatePrices *workflow.Workflow[Batch, []string]
	UpdatePrices *workflow.Workflow[Batch, []string]
	RemovePrices *workflow.Workflow[Batch, []string]
	Batch        *workflow.Workflow[Batch, Batched]
}

// New returns the workflows of a module's price lists.
func New(m *pricing.Module, sets func(ctx context.Context, variants []string) (map[string]string, error)) *Flows {
	f := &Flows{Pricing: m, Sets: sets}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-price-lists", f.create, atomic)
	f.Update = workflow.New("update-price-lists", f.update, atomic)
	f.Delete = workflow.New("delete-price-lists", f.delete, atomic)
	f.CreatePrices = workflow.New("create-price-list-prices", f.createPrices, atomic)
	f.UpdatePrices = workflow.New("update-price-list-prices", f.updatePrices, atomic)
	f.RemovePrices = workflow.New("remove-price-list-prices", f.removePrices, atomic)
	f.Batch = workflow.New("batch-price-list-prices", f.batch, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.Create, f.Update, f.Delete, f.CreatePrices, f.UpdatePrices, f.RemovePrices, f.Batch}
}

// drafts gives prices the price sets of their variants.
func (f *Flows) drafts(ctx context.Context, list []Price) ([]pricing.Draft, error) {
	variants := make([]string, len(list))
	for i, p := range list {
		variants[i] = p.VariantID
	}
	sets, err := f.Sets(ctx, variants)
	if err != nil {
		return nil, err
	}
	gone := slices.DeleteFunc(variants, func(id string) bool { return sets[id] != "" })
	if len(gone) > 0 {
		return nil, fault.New(fault.Invalid, "No price set exist for variants: %s", strings.Join(gone, ", "))
	}
	out := make([]pricing.Draft, len(list))
	for i, p := range list {
		out[i] = p.Draft
		out[i].SetID = sets[p.VariantID]
	}
	return out, nil
}

func (f *Flows) create(ctx workflow.Context, in []NewList) ([]pricing.List, error) {
	lists, err := workflow.Step(ctx, "validate-variant-price-links", func(ctx context.Context, in []NewList) ([]pricing.ListDraft, error) {
		out := make([]pricing.ListDraft, len(in))
		for i, l := range in {
			out[i] = l.ListDraft
			var err error
			if out[i].Drafts, err = f.drafts(ctx, l.Prices); err != nil {
				return nil, err
			}
		}
		return out, nil
	}, in)
	if err != nil {
		return nil, err
	}
	return workflow.Step(ctx, "create-price-lists", f.Pricing.CreateLists, lists)
}

// exist refuses price lists that there are not.
func (f *Flows) exist(ctx workflow.Context, ids ...string) error {
	_, err := workflow.Step(ctx, "validate-price-lists", func(ctx context.Context, ids []string) (bool, error) { return true, f.Pricing.HaveLists(ctx, ids) }, ids)
	return err
}

func (f *Flows) update(ctx workflow.Context, in []pricing.ListPatch) ([]pricing.List, error) {
	ids := make([]string, len(in))
	for i, p := range in {
		ids[i] = p.ID
	}
	if err := f.exist(ctx, ids...); err != nil {
		return nil, err
	}
	return workflow.Step(ctx, "update-price-lists", f.Pricing.UpdateLists, in)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-price-lists", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Pricing.Lists.SoftDelete(ctx, ids...)
	}, ids)
}

// save adds prices to a list or changes them.
func (f *Flows) save(ctx workflow.Context, step, list string, prices []Price) ([]string, error) {
	if err := f.exist(ctx, list); err != nil {
		return nil, err
	}
	drafts, err := workflow.Step(ctx, "validate-variant-price-links", f.drafts, prices)
	if err != nil {
		return nil, err
	}
	return workflow.Step(ctx, step, func(ctx context.Context, drafts []pricing.Draft) ([]string, error) {
		return f.Pricing.SavePrices(ctx, list, drafts)
	}, drafts)
}

func (f *Flows) createPrices(ctx workflow.Context, in Batch) ([]string, error) {
	return f.save(ctx, "create-price-list-prices", in.ID, in.Create)
}

func (f *Flows) updatePrices(ctx workflow.Context, in Batch) ([]string, error) {
	return f.save(ctx, "update-price-list-prices", in.ID, in.Update)
}

func (f *Flows) removePrices(ctx workflow.Context, in Batch) ([]string, error) {
	return workflow.Step(ctx, "remove-price-list-prices", func(ctx context.Context, in Batch) ([]string, error) {
		return in.Delete, f.Pricing.RemovePrices(ctx, in.ID, in.Delete)
	}, in)
}

func (f *Flows) batch(ctx workflow.Context, in Batch) (out Batched, err error) {
	if out.Created, err = f.CreatePrices.Run(ctx, in); err != nil {
		return out, err
	}
	if out.Updated, err = f.UpdatePrices.Run(ctx, in); err != nil {
		return out, err
	}
	out.Deleted, err = f.RemovePrices.Run(ctx, in)
	return out, err
}

// OfVariants finds the prices of a list that are of some variants.
func (f *Flows) OfVariants(ctx context.Context, list string, variants []string) ([]string, error) {
	sets, err := f.Sets(ctx, variants)
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	ids := make([]string, 0, len(sets))
	for _, set := range sets {
		ids = append(ids, set)
	}
	prices, err := f.Pricing.Prices.List(ctx, module.Filter{"price_list_id": list, "price_set_id": ids}, module.Find{Select: []string{"id"}})
	return module.IDs(prices), err
}
