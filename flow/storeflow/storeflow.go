// Package storeflow has the workflows of a shop's settings.
package storeflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CurrencyInput is one that a store is to sell in.
type CurrencyInput struct {
	Code           string           `json:"currency_code"`
	IsDefault      bool             `json:"is_default"`
	IsTaxInclusive module.Opt[bool] `json:"is_tax_inclusive,omitzero"`
}

// A UpdateInput of one store. Currencies and locales, where given, are all that it has afterwards.
type UpdateInput struct {
	ID         string                      `json:"id"`
	Set        module.Set                  `json:"set"`
	Currencies module.Opt[[]CurrencyInput] `json:"supported_currencies,omitzero"`
	Locales    module.Opt[[]string]        `json:"supported_locales,omitzero"`
}

// Flows are the workflows of stores.
type Flows struct {
	Store   *store.Module
	Pricing *pricing.Module

	Create *workflow.Workflow[store.Store, store.Store]
	Update *workflow.Workflow[UpdateInput, string]
	Delete *workflow.Workflow[[]string, []string]
}

// New returns the workflows of a module's stores.
func New(s *store.Module, p *pricing.Module) *Flows {
	f := &Flows{Store: s, Pricing: p}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-stores", f.create, atomic)
	f.Update = workflow.New("update-stores", f.update, atomic)
	f.Delete = workflow.New("delete-stores", f.delete, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete}
}

func (f *Flows) create(ctx workflow.Context, s store.Store) (store.Store, error) {
	return workflow.Step(ctx, "create-stores", f.Store.Stores.Create, s, workflow.Undo(f.Store.Stores.Remove))
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-stores", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Store.Stores.SoftDelete(ctx, ids...)
	}, ids)
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) (string, error) {
	_, err := workflow.Step(ctx, "update-stores", f.change, in)
	if err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "update-price-preferences", f.prefer, in)
	return in.ID, err
}

func (f *Flows) change(ctx context.Context, in UpdateInput) (bool, error) {
	if in.Currencies.Set {
		if err := oneDefault(in.Currencies.Value); err != nil {
			return false, err
		}
		if err := f.setCurrencies(ctx, in.ID, in.Currencies.Value); err != nil {
			return false, err
		}
	}
	if in.Locales.Set {
		if err := f.setLocales(ctx, in.ID, in.Locales.Value); err != nil {
			return false, err
		}
	}
	_, err := f.Store.Stores.Patch(ctx, in.ID, in.Set)
	return true, err
}

// oneDefault refuses currencies that are named twice, and lists of some without one default.
func oneDefault(list []CurrencyInput) error {
	seen, defaults := map[string]bool{}, 0
	for _, c := range list {
		code := strings.ToLower(c.Code)
		if seen[code] {
			return fault.New(fault.Invalid, "Duplicate currency codes: %s", code)
		}
		seen[code] = true
		if c.IsDefault {
			defaults++
		}
	}
	switch {
	case len(list) == 0 || defaults == 1:
		return nil
	case defaults == 0:
		return fault.New(fault.Invalid, "There should be a default currency set for the store")
	}
	return fault.New(fault.Invalid, "Only one default currency is allowed")
}

func (f *Flows) setCurrencies(ctx context.Context, id string, list []CurrencyInput) error {
	if _, err := f.Store.Currencies.DeleteWhere(ctx, module.Filter{"store_id": id}); err != nil {
		return err
	}
	rows := make([]store.Currency, len(list))
	for i, c := range list {
		rows[i] = store.Currency{CurrencyCode: strings.ToLower(c.Code), IsDefault: c.IsDefault, StoreID: &id}
	}
	_, err := f.Store.Currencies.CreateMany(ctx, rows)
	return err
}

func (f *Flows) setLocales(ctx context.Context, id string, list []string) error {
	if _, err := f.Store.Locales.DeleteWhere(ctx, module.Filter{"store_id": id}); err != nil {
		return err
	}
	rows := make([]store.Locale, len(list))
	for i, code := range list {
		rows[i] = store.Locale{LocaleCode: code, StoreID: &id}
	}
	_, err := f.Store.Locales.CreateMany(ctx, rows)
	return err
}

// prefer says whether prices in the currencies are meant with tax.
func (f *Flows) prefer(ctx context.Context, in UpdateInput) (bool, error) {
	for _, c := range in.Currencies.Value {
		if err := f.Pricing.SetPreference(ctx, "currency_code", c.Code, c.IsTaxInclusive); err != nil {
			return false, err
		}
	}
	return true, nil
}
