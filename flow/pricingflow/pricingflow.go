// Package pricingflow has the workflows of price lists.
package pricingflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A PriceInput is a price of a variant in a list.
type PriceInput struct {
	VariantID string
	pricing.PriceInput
}

// A CreateListInput is a price list to be created, with prices of variants.
type CreateListInput struct {
	pricing.CreateListInput
	Prices []PriceInput
}

// A BatchInput changes the prices of one list.
type BatchInput struct {
	ID             string
	Create, Update []PriceInput
	Delete         []string
}

// BatchResult tells by id what a batch did.
type BatchResult struct{ Created, Updated, Deleted []string }

// Flows are the workflows of price lists.
type Flows struct {
	Pricing *pricing.Module
	// PriceSets finds the price sets of variants.
	PriceSets func(ctx context.Context, variants []string) (map[string]string, error)

	Create       *workflow.Workflow[[]CreateListInput, []pricing.PriceList]
	Update       *workflow.Workflow[[]pricing.UpdateListInput, []pricing.PriceList]
	Delete       *workflow.Workflow[[]string, []string]
	CreatePrices *workflow.Workflow[BatchInput, []string]
	UpdatePrices *workflow.Workflow[BatchInput, []string]
	RemovePrices *workflow.Workflow[BatchInput, []string]
	Batch        *workflow.Workflow[BatchInput, BatchResult]
}

// New returns the workflows of a module's price lists.
func New(m *pricing.Module, sets func(ctx context.Context, variants []string) (map[string]string, error)) *Flows {
	f := &Flows{Pricing: m, PriceSets: sets}
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
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.CreatePrices, f.UpdatePrices, f.RemovePrices, f.Batch}
}

// drafts gives prices the price sets of their variants.
func (f *Flows) drafts(ctx context.Context, list []PriceInput) ([]pricing.PriceInput, error) {
	variants := make([]string, len(list))
	for i, p := range list {
		variants[i] = p.VariantID
	}
	sets, err := f.PriceSets(ctx, variants)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(variants, func(id string) bool { return sets[id] != "" })
	if len(missing) > 0 {
		return nil, fault.New(fault.Invalid, "No price set exist for variants: %s", strings.Join(missing, ", "))
	}
	out := make([]pricing.PriceInput, len(list))
	for i, p := range list {
		out[i] = p.PriceInput
		out[i].SetID = sets[p.VariantID]
	}
	return out, nil
}

func (f *Flows) create(ctx workflow.Context, in []CreateListInput) ([]pricing.PriceList, error) {
	lists, err := workflow.Step(ctx, "validate-variant-price-links", func(ctx context.Context, in []CreateListInput) ([]pricing.CreateListInput, error) {
		out := make([]pricing.CreateListInput, len(in))
		for i, l := range in {
			out[i] = l.CreateListInput
			var err error
			if out[i].Prices, err = f.drafts(ctx, l.Prices); err != nil {
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
	_, err := workflow.Step(ctx, "validate-price-lists", func(ctx context.Context, ids []string) (bool, error) {
		return true, f.Pricing.CheckListsExist(ctx, ids)
	}, ids)
	return err
}

func (f *Flows) update(ctx workflow.Context, in []pricing.UpdateListInput) ([]pricing.PriceList, error) {
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
		return ids, f.Pricing.PriceLists.SoftDelete(ctx, ids...)
	}, ids)
}

// save adds prices to a list or changes them.
func (f *Flows) save(ctx workflow.Context, step, list string, prices []PriceInput) ([]string, error) {
	if err := f.exist(ctx, list); err != nil {
		return nil, err
	}
	drafts, err := workflow.Step(ctx, "validate-variant-price-links", f.drafts, prices)
	if err != nil {
		return nil, err
	}
	return workflow.Step(ctx, step, func(ctx context.Context, drafts []pricing.PriceInput) ([]string, error) {
		return f.Pricing.SavePrices(ctx, list, drafts)
	}, drafts)
}

func (f *Flows) createPrices(ctx workflow.Context, in BatchInput) ([]string, error) {
	return f.save(ctx, "create-price-list-prices", in.ID, in.Create)
}

func (f *Flows) updatePrices(ctx workflow.Context, in BatchInput) ([]string, error) {
	return f.save(ctx, "update-price-list-prices", in.ID, in.Update)
}

func (f *Flows) removePrices(ctx workflow.Context, in BatchInput) ([]string, error) {
	return workflow.Step(ctx, "remove-price-list-prices", func(ctx context.Context, in BatchInput) ([]string, error) {
		return in.Delete, f.Pricing.RemovePrices(ctx, in.ID, in.Delete)
	}, in)
}

func (f *Flows) batch(ctx workflow.Context, in BatchInput) (out BatchResult, err error) {
	if out.Created, err = f.CreatePrices.Run(ctx, in); err != nil {
		return out, err
	}
	if out.Updated, err = f.UpdatePrices.Run(ctx, in); err != nil {
		return out, err
	}
	out.Deleted, err = f.RemovePrices.Run(ctx, in)
	return out, err
}

// PricesOfVariants finds the prices of a list that are of some variants.
func (f *Flows) PricesOfVariants(ctx context.Context, list string, variants []string) ([]string, error) {
	sets, err := f.PriceSets(ctx, variants)
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	ids := make([]string, 0, len(sets))
	for _, set := range sets {
		ids = append(ids, set)
	}
	prices, err := f.Pricing.Prices.List(ctx, module.Filter{"price_list_id": list, "price_set_id": ids}, module.FindOptions{Select: []string{"id"}})
	return module.IDs(prices), err
}
