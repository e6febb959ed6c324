// Package regionflow has the workflows of regions: the countries in them, how one pays there, and whether prices are meant with tax.
package regionflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to regions.
const (
	Created = event.Topic[event.ID]("region.created")
	Updated = event.Topic[event.ID]("region.updated")
	Deleted = event.Topic[event.ID]("region.deleted")
)

// A CreateInput is a new region.
type CreateInput struct {
	Region   region.Region `json:"region"`
	Settings Settings      `json:"settings"`
}

// A UpdateInput of one region.
type UpdateInput struct {
	ID       string     `json:"id"`
	Set      module.Set `json:"set"`
	Settings Settings   `json:"settings"`
}

// Settings are what of a region is kept beside it; what is absent stays.
type Settings struct {
	Countries      module.Opt[[]string] `json:"countries,omitzero"`
	Providers      module.Opt[[]string] `json:"payment_providers,omitzero"`
	IsTaxInclusive module.Opt[bool]     `json:"is_tax_inclusive,omitzero"`
}

// Flows are the workflows of regions.
type Flows struct {
	Regions   *region.Module
	Pricing   *pricing.Module
	Payment   *payment.Module
	Providers *link.Link[region.Region, payment.ProviderRecord]

	Create *workflow.Workflow[CreateInput, region.Region]
	Update *workflow.Workflow[UpdateInput, region.Region]
	Delete *workflow.Workflow[[]string, []string]
}

// New returns the workflows of a module's regions.
func New(f Flows) *Flows {
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-regions", f.create, atomic)
	f.Update = workflow.New("update-regions", f.update, atomic)
	f.Delete = workflow.New("delete-regions", f.delete, atomic)
	return &f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete}
}

func (f *Flows) create(ctx workflow.Context, in CreateInput) (region.Region, error) {
	in.Region.CurrencyCode = strings.ToLower(in.Region.CurrencyCode)
	out, err := workflow.Step(ctx, "create-regions", f.Regions.Regions.Create, in.Region, workflow.Undo(f.Regions.Regions.Remove))
	if err == nil {
		err = f.settle(ctx, out.ID, in.Settings)
	}
	if err == nil {
		err = workflow.Emit(ctx, Created, event.ID{ID: out.ID})
	}
	return out, err
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) (region.Region, error) {
	if code, ok := in.Set["currency_code"].(string); ok {
		in.Set["currency_code"] = strings.ToLower(code)
	}
	out, err := workflow.Step(ctx, "update-regions", func(ctx context.Context, in UpdateInput) (region.Region, error) {
		return f.Regions.Regions.Patch(ctx, in.ID, in.Set)
	}, in)
	if err == nil {
		err = f.settle(ctx, out.ID, in.Settings)
	}
	if err == nil {
		err = workflow.Emit(ctx, Updated, event.ID{ID: out.ID})
	}
	return out, err
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-regions", func(ctx context.Context, ids []string) (bool, error) {
		if _, err := f.Regions.Countries.Update(ctx, module.Filter{"region_id": ids}, module.Set{"region_id": nil}); err != nil {
			return false, err
		}
		return true, f.Regions.Regions.SoftDelete(ctx, ids...)
	}, ids)
	for _, id := range event.IDs(ids...) {
		if err == nil {
			err = workflow.Emit(ctx, Deleted, id)
		}
	}
	return ids, err
}

// A setting is Settings of one region.
type setting struct {
	ID string
	Settings
}

func (f *Flows) settle(ctx workflow.Context, id string, s Settings) error {
	steps := []struct {
		name  string
		given bool
		do    func(context.Context, setting) (bool, error)
	}{
		{"set-regions-countries", s.Countries.Set, f.setCountries},
		{"set-regions-payment-providers", s.Providers.Set, f.setProviders},
		{"create-price-preferences", s.IsTaxInclusive.Set, f.setPreference},
	}
	for _, st := range steps {
		if !st.given {
			continue
		}
		if _, err := workflow.Step(ctx, st.name, st.do, setting{id, s}); err != nil {
			return err
		}
	}
	return nil
}

// setCountries makes a region's countries those that are asked for.
func (f *Flows) setCountries(ctx context.Context, s setting) (bool, error) {
	codes := make([]string, len(s.Countries.Value))
	for i, c := range s.Countries.Value {
		codes[i] = strings.ToLower(c)
	}
	if err := f.free(ctx, s.ID, codes); err != nil {
		return false, err
	}
	_, err := f.Regions.Countries.Update(ctx, module.Filter{"region_id": s.ID, "iso_2": module.Filter{"$nin": codes}}, module.Set{"region_id": nil})
	if err != nil || len(codes) == 0 {
		return true, err
	}
	fresh := module.Filter{"iso_2": codes, "region_id": nil}
	_, err = f.Regions.Countries.Update(ctx, fresh, module.Set{"region_id": s.ID})
	return true, err
}

// free refuses countries that do not exist, are named twice or belong to another region.
func (f *Flows) free(ctx context.Context, id string, codes []string) error {
	list, err := f.Regions.Countries.List(ctx, module.Filter{"iso_2": codes}, module.FindOptions{Lock: true})
	if err != nil {
		return err
	}
	var taken, unknown []string
	for i, c := range codes {
		at := slices.IndexFunc(list, func(k region.Country) bool { return k.ISO2 == c })
		switch {
		case at < 0:
			unknown = append(unknown, c)
		case slices.Contains(codes[:i], c), list[at].RegionID != nil && *list[at].RegionID != id:
			taken = append(taken, c)
		}
	}
	if len(unknown) > 0 {
		return fault.New(fault.Invalid, `Countries with codes: "%s" do not exist`, strings.Join(unknown, ", "))
	}
	if len(taken) > 0 {
		return fault.New(fault.Invalid, `Countries with codes: "%s" are already assigned to a region`, strings.Join(taken, ", "))
	}
	return nil
}

func (f *Flows) setProviders(ctx context.Context, s setting) (bool, error) {
	ids := s.Providers.Value
	have, err := f.Payment.ProviderRecords.List(ctx, module.Filter{"id": ids, "is_enabled": true})
	if err != nil {
		return false, err
	}
	known := module.IDs(have)
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(known, id) })
	if len(missing) > 0 {
		return false, fault.New(fault.NotFound, "Payment providers with ids %s not found or not enabled", strings.Join(missing, ", "))
	}
	return true, f.Providers.FromA().Set(ctx, s.ID, ids)
}

// setPreference says whether prices of the region are meant with tax.
func (f *Flows) setPreference(ctx context.Context, s setting) (bool, error) {
	return true, f.Pricing.SetPreference(ctx, "region_id", s.ID, s.IsTaxInclusive)
}
