// Package taxflow has the workflows of tax regions, of their rates, and of the rules that say what a rate is for.
package taxflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of taxes. A region is created with the rates that it has, a rate with its rules.
type Flows struct {
	Tax *tax.Module

	Regions *crudflow.Flows[tax.Region]
	Rates   *crudflow.Flows[tax.Rate]
	Rules   *crudflow.Flows[tax.Rule]

	// SetRules makes the rules of a rate exactly those given.
	SetRules *workflow.Workflow[SetRulesInput, string]
}

// A SetRulesInput is all the rules of one rate.
type SetRulesInput struct {
	RateID string     `json:"tax_rate_id"`
	Rules  []tax.Rule `json:"rules"`
}

// New returns the workflows of a module's taxes.
func New(m *tax.Module) *Flows {
	f := &Flows{Tax: m}
	f.Regions = crudflow.New(&crudflow.Flows[tax.Region]{Name: "tax-regions", Table: m.Regions, CreateRecords: f.saveRegions})
	f.Rates = crudflow.New(&crudflow.Flows[tax.Rate]{Name: "tax-rates", Table: m.Rates, CreateRecords: f.saveRates})
	f.Rules = crudflow.New(&crudflow.Flows[tax.Rule]{Name: "tax-rate-rules", Table: m.Rules})
	f.SetRules = workflow.New("set-tax-rate-rules", f.setRules, workflow.Atomic())
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return append(append(append(f.Regions.Workflows(), f.Rates.Workflows()...), f.Rules.Workflows()...), f.SetRules)
}

func (f *Flows) saveRegions(ctx context.Context, list []tax.Region) ([]tax.Region, error) {
	for _, r := range list {
		if err := f.fits(ctx, r); err != nil {
			return nil, err
		}
	}
	out, err := f.Tax.Regions.CreateMany(ctx, list)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		for j := range r.Rates {
			r.Rates[j].TaxRegionID = out[i].ID
		}
		if _, err := f.saveRates(ctx, r.Rates); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fits refuses provinces that do not belong to their parent, and ones that are not named.
func (f *Flows) fits(ctx context.Context, r tax.Region) error {
	if r.ParentID == nil {
		return nil
	}
	province := ""
	if r.ProvinceCode != nil {
		province = *r.ProvinceCode
	}
	where := "You are trying to create a province region with (country: " + r.CountryCode + ", province: " + province + ")"
	list, err := f.Tax.Regions.List(ctx, module.Filter{"id": *r.ParentID})
	switch {
	case err != nil:
		return err
	case len(list) == 0:
		return fault.New(fault.Invalid, "Province region must belong to a parent region. %s but parent does not exist", where)
	case list[0].CountryCode != r.CountryCode:
		return fault.New(fault.Invalid, "Province region must belong to a parent region with the same country code. %s but parent expects (country: %s)",
			where, list[0].CountryCode)
	case province == "":
		return fault.New(fault.Invalid, "A tax region with a parent needs a province_code")
	case r.ProviderID != nil:
		return fault.New(fault.Invalid, "Only the tax region of a country has a provider_id; provinces use that of their country")
	}
	return nil
}

func (f *Flows) saveRates(ctx context.Context, list []tax.Rate) ([]tax.Rate, error) {
	out, err := f.Tax.Rates.CreateMany(ctx, list)
	if err != nil {
		return nil, err
	}
	var rules []tax.Rule
	for i, r := range list {
		for _, rule := range r.Rules {
			rule.TaxRateID = out[i].ID
			rules = append(rules, rule)
		}
	}
	_, err = f.Tax.Rules.CreateMany(ctx, rules)
	return out, err
}

func (f *Flows) setRules(ctx workflow.Context, in SetRulesInput) (string, error) {
	return workflow.Step(ctx, "set-tax-rate-rules", func(ctx context.Context, in SetRulesInput) (string, error) {
		if _, err := f.Tax.Rules.DeleteWhere(ctx, module.Filter{"tax_rate_id": in.RateID}); err != nil {
			return "", err
		}
		for i := range in.Rules {
			in.Rules[i].TaxRateID = in.RateID
		}
		_, err := f.Tax.Rules.CreateMany(ctx, in.Rules)
		return in.RateID, err
	}, in)
}
