package shippingflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A PriceInput is a price of a shipping option: in a currency, or for a region, whose currency it is in.
type PriceInput struct {
	ID           string                    `json:"id"` // of the price that it changes; empty for a new one
	CurrencyCode string                    `json:"currency_code"`
	RegionID     string                    `json:"region_id"`
	Amount       module.Opt[money.Decimal] `json:"amount,omitzero"`
	Rules        []PriceRule               `json:"rules"`
}

// A PriceRule is a condition of a price: what items cost together stands in Operator to Value.
type PriceRule struct {
	Attribute string        `json:"attribute"`
	Operator  string        `json:"operator"`
	Value     money.Decimal `json:"value"`
}

// prices makes prices of drafts. Unknown regions are fault.Invalid.
func (f *Flows) prices(ctx context.Context, list []PriceInput) ([]pricing.PriceInput, error) {
	currencies, err := f.currencies(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make([]pricing.PriceInput, len(list))
	for i, d := range list {
		p := pricing.PriceInput{ID: d.ID, Amount: d.Amount}
		p.Rules.Set = d.RegionID != "" || d.CurrencyCode != "" || d.Rules != nil
		switch {
		case d.RegionID != "":
			p.CurrencyCode = module.Some(currencies[d.RegionID])
			p.Rules.Value = append(p.Rules.Value, pricing.Condition{Attribute: "region_id", Value: d.RegionID})
		case d.CurrencyCode != "":
			p.CurrencyCode = module.Some(d.CurrencyCode)
		}
		for _, r := range d.Rules {
			p.Rules.Value = append(p.Rules.Value, pricing.Condition{Attribute: r.Attribute, Operator: r.Operator, Value: r.Value.String()})
		}
		out[i] = p
	}
	return out, nil
}

func (f *Flows) currencies(ctx context.Context, list []PriceInput) (map[string]string, error) {
	var ids, missing []string
	for _, d := range list {
		if d.RegionID != "" && !slices.Contains(ids, d.RegionID) {
			ids = append(ids, d.RegionID)
		}
	}
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	regions, err := f.Region.Regions.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return nil, err
	}
	for _, r := range regions {
		out[r.ID] = r.CurrencyCode
	}
	for _, id := range ids {
		if out[id] == "" {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return nil, fault.New(fault.Invalid, "Cannot create prices for non-existent regions. Region with ids [%s] were not found.", strings.Join(missing, ", "))
	}
	return out, nil
}

// createPrices gives a new option its price set. One whose provider has the prices gets an empty set, so that it may change its mind.
func (f *Flows) createPrices(ctx workflow.Context, option string, list []PriceInput) error {
	set, err := workflow.Step(ctx, "add-shipping-options-prices-step", func(ctx context.Context, list []PriceInput) (string, error) {
		prices, err := f.prices(ctx, list)
		if err != nil {
			return "", err
		}
		ids, err := f.Pricing.CreateSets(ctx, [][]pricing.PriceInput{prices})
		if err != nil {
			return "", err
		}
		return ids[0], nil
	}, list)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "set-shipping-options-price-sets-step", func(ctx context.Context, set string) (string, error) {
		return set, f.LinkPrices(ctx, option, set)
	}, set)
	return err
}

// replacePrices makes prices all that an option has: those with an id are changed, the others are new, and what is left goes.
func (f *Flows) replacePrices(ctx workflow.Context, option string, list []PriceInput) error {
	_, err := workflow.Step(ctx, "set-shipping-options-prices-step", func(ctx context.Context, list []PriceInput) (bool, error) {
		sets, err := f.priceSets(ctx, []string{option})
		if err != nil || sets[option] == "" {
			return false, err
		}
		next, err := f.prices(ctx, list)
		if err != nil {
			return false, err
		}
		return true, f.Pricing.ReplacePrices(ctx, map[string][]pricing.PriceInput{sets[option]: next})
	}, list)
	return err
}
