package shipping

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

// A PriceDraft is a price of a shipping option: in a currency, or for a region, whose currency it is in.
type PriceDraft struct {
	ID           string                    `json:"id"` // of the price that it changes; empty for a new one
	CurrencyCode string                    `json:"currency_code"`
	RegionID     string                    `json:"region_id"`
	Amount       module.Opt[money.Decimal] `json:"amount"`
	Rules        []PriceRule               `json:"rules"`
}

// A PriceRule is a condition of a price: what items cost together stands in Operator to Value.
type PriceRule struct {
	Attribute string        `json:"attribute"`
	Operator  string        `json:"operator"`
	Value     money.Decimal `json:"value"`
}

// prices makes prices of drafts. Unknown regions are fault.Invalid.
func (f *Flows) prices(ctx context.Context, list []PriceDraft) ([]pricing.Price, error) {
	currencies, err := f.currencies(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make([]pricing.Price, len(list))
	for i, d := range list {
		p := pricing.Price{Model: module.Model{ID: d.ID}, CurrencyCode: strings.ToLower(d.CurrencyCode), Amount: d.Amount.Value}
		if d.RegionID != "" {
			p.CurrencyCode = currencies[d.RegionID]
			p.Rules = append(p.Rules, pricing.Rule{Attribute: "region_id", Operator: "eq", Value: d.RegionID})
		}
		for _, r := range d.Rules {
			p.Rules = append(p.Rules, pricing.Rule{Attribute: r.Attribute, Operator: r.Operator, Value: r.Value.String()})
		}
		n := len(p.Rules)
		p.RulesCount = &n
		out[i] = p
	}
	return out, nil
}

func (f *Flows) currencies(ctx context.Context, list []PriceDraft) (map[string]string, error) {
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
func (f *Flows) createPrices(ctx workflow.Context, option string, list []PriceDraft) error {
	set, err := workflow.Step(ctx, "add-shipping-options-prices-step", func(ctx context.Context, list []PriceDraft) (string, error) {
		prices, err := f.prices(ctx, list)
		if err != nil {
			return "", err
		}
		set, err := f.Pricing.Sets.Create(ctx, pricing.Set{})
		if err != nil {
			return "", err
		}
		return set.ID, f.addPrices(ctx, set.ID, prices)
	}, list)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "set-shipping-options-price-sets-step", func(ctx context.Context, set string) (string, error) {
		return set, f.LinkPrices(ctx, option, set)
	}, set)
	return err
}

func (f *Flows) addPrices(ctx context.Context, set string, list []pricing.Price) error {
	for i := range list {
		list[i].PriceSetID = set
	}
	saved, err := f.Pricing.Prices.CreateMany(ctx, list)
	if err != nil {
		return err
	}
	var rules []pricing.Rule
	for i, p := range saved {
		for _, r := range list[i].Rules {
			r.PriceID = p.ID
			rules = append(rules, r)
		}
	}
	_, err = f.Pricing.Rules.CreateMany(ctx, rules)
	return err
}

// replacePrices makes prices all that an option has: those with an id are changed, the others are new, and what is left goes.
func (f *Flows) replacePrices(ctx workflow.Context, option string, list []PriceDraft) error {
	_, err := workflow.Step(ctx, "set-shipping-options-prices-step", func(ctx context.Context, list []PriceDraft) (bool, error) {
		sets, err := f.priceSets(ctx, []string{option})
		if err != nil || sets[option] == "" {
			return false, err
		}
		old, err := f.Pricing.Prices.List(ctx, module.Filter{"price_set_id": sets[option], "price_list_id": nil})
		if err != nil {
			return false, err
		}
		next, err := f.prices(ctx, list)
		if err != nil {
			return false, err
		}
		return true, f.fitPrices(ctx, sets[option], old, next, list)
	}, list)
	return err
}

func (f *Flows) fitPrices(ctx context.Context, set string, old, next []pricing.Price, drafts []PriceDraft) error {
	gone := module.IDs(old)
	var fresh []pricing.Price
	for i, p := range next {
		k := slices.Index(gone, p.ID)
		if k < 0 {
			p.ID = ""
			fresh = append(fresh, p)
			continue
		}
		gone = slices.Delete(gone, k, k+1)
		if err := f.changePrice(ctx, p, drafts[i]); err != nil {
			return err
		}
	}
	if err := f.Pricing.Prices.SoftDelete(ctx, gone...); err != nil {
		return err
	}
	return f.addPrices(ctx, set, fresh)
}

// changePrice writes what a draft says about a price; what it leaves out stays.
func (f *Flows) changePrice(ctx context.Context, p pricing.Price, d PriceDraft) error {
	set := module.Set{}
	if d.Amount.Set {
		set["amount"] = p.Amount
	}
	if p.CurrencyCode != "" {
		set["currency_code"] = p.CurrencyCode
	}
	named := d.RegionID != "" || d.CurrencyCode != "" || d.Rules != nil
	if named {
		set["rules_count"] = len(p.Rules)
	}
	if _, err := f.Pricing.Prices.Patch(ctx, p.ID, set); err != nil || !named {
		return err
	}
	return f.fitRules(ctx, p)
}

// fitRules keeps the rules of a price that stay as they are, and replaces the others.
func (f *Flows) fitRules(ctx context.Context, p pricing.Price) error {
	old, err := f.Pricing.Rules.List(ctx, module.Filter{"price_id": p.ID})
	if err != nil {
		return err
	}
	fresh := slices.Clone(p.Rules)
	var gone []string
	for _, r := range old {
		k := slices.IndexFunc(fresh, func(n pricing.Rule) bool {
			return n.Attribute == r.Attribute && n.Operator == r.Operator && n.Value == r.Value
		})
		if k < 0 {
			gone = append(gone, r.ID)
		} else {
			fresh = slices.Delete(fresh, k, k+1)
		}
	}
	for i := range fresh {
		fresh[i].PriceID = p.ID
	}
	if err := f.Pricing.Rules.SoftDelete(ctx, gone...); err != nil {
		return err
	}
	_, err = f.Pricing.Rules.CreateMany(ctx, fresh)
	return err
}
