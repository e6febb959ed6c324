package pricing

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A PriceInput is a price to be saved. With the ID of one that exists it changes that one, and what is not set stays as it is.
type PriceInput struct {
	ID                       string
	SetID                    string
	CurrencyCode             module.Opt[string]
	Amount                   module.Opt[money.Decimal]
	MinQuantity, MaxQuantity module.Opt[money.Decimal]
	Title                    module.Opt[string]
	Rules                    module.Opt[[]Condition]
}

// A Condition is one rule of a price. Operator is "eq" when it is empty.
type Condition struct{ Attribute, Operator, Value string }

// ConditionsFrom makes conditions of attributes and their values, in the order of attributes.
func ConditionsFrom(rules map[string]string) []Condition {
	out := make([]Condition, 0, len(rules))
	for attribute, value := range rules {
		out = append(out, Condition{Attribute: attribute, Value: value})
	}
	slices.SortFunc(out, func(a, b Condition) int { return strings.Compare(a.Attribute, b.Attribute) })
	return out
}

// CreateSets makes a price set of each list of prices, and returns their ids in that order.
func (m *Module) CreateSets(ctx context.Context, lists [][]PriceInput) ([]string, error) {
	if len(lists) == 0 {
		return nil, nil
	}
	sets := make([]PriceSet, len(lists))
	ids := make([]string, len(lists))
	var all []PriceInput
	for i, list := range lists {
		ids[i] = id.New("pset")
		sets[i].ID = ids[i]
		for _, p := range unique(list) {
			p.SetID = ids[i]
			all = append(all, p)
		}
	}
	if _, err := m.PriceSets.CreateMany(ctx, sets); err != nil {
		return nil, err
	}
	_, err := m.insert(ctx, all, "")
	return ids, err
}

// RemoveSets soft-deletes price sets with their prices.
func (m *Module) RemoveSets(ctx context.Context, ids []string) error {
	return m.PriceSets.SoftDelete(ctx, ids...)
}

// ReplacePrices makes the prices of each set exactly those given: ones with an id that the set has are changed, others created, and the rest
// deleted. Prices of price lists are left alone.
func (m *Module) ReplacePrices(ctx context.Context, sets map[string][]PriceInput) error {
	ids := make([]string, 0, len(sets))
	for set := range sets {
		ids = append(ids, set)
	}
	slices.Sort(ids)
	have, err := m.Prices.List(ctx, module.Filter{"price_set_id": ids, "price_list_id": nil}, module.FindOptions{Relations: []string{"price_rules"}})
	if err != nil {
		return err
	}
	old := make(map[string]Price, len(have))
	for _, p := range have {
		old[p.ID] = p
	}
	var create []PriceInput
	for _, set := range ids {
		for _, d := range unique(sets[set]) {
			d.SetID = set
			if p, ok := old[d.ID]; ok && d.ID != "" {
				delete(old, d.ID)
				if err := m.change(ctx, p, d); err != nil {
					return err
				}
				continue
			}
			create = append(create, d)
		}
	}
	removed := make([]string, 0, len(old))
	for key := range old {
		removed = append(removed, key)
	}
	if err := m.Prices.Delete(ctx, removed...); err != nil {
		return err
	}
	_, err = m.insert(ctx, create, "")
	return err
}

// insert saves new prices, of a price list if there is one.
func (m *Module) insert(ctx context.Context, drafts []PriceInput, list string) ([]Price, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	prices := make([]Price, len(drafts))
	var rules []PriceRule
	for i, d := range drafts {
		p, err := d.price(list)
		if err != nil {
			return nil, err
		}
		prices[i] = p
		for _, c := range d.Rules.Value {
			rules = append(rules, c.rule(p.ID))
		}
	}
	out, err := m.Prices.CreateMany(ctx, prices)
	if err != nil {
		return nil, err
	}
	if len(rules) > 0 {
		_, err = m.PriceRules.CreateMany(ctx, rules)
	}
	return out, err
}

// price makes a new price of a draft.
func (d PriceInput) price(list string) (Price, error) {
	for _, need := range []struct {
		name string
		set  bool
	}{{"currency_code", d.CurrencyCode.Ptr() != nil}, {"amount", d.Amount.Ptr() != nil}} {
		if !need.set {
			return Price{}, fault.New(fault.Invalid, "Cannot set field '%s' of Price to null", need.name)
		}
	}
	count := len(d.Rules.Value)
	p := Price{
		PriceSetID: d.SetID, CurrencyCode: strings.ToLower(d.CurrencyCode.Value), Amount: d.Amount.Value, Title: d.Title.Ptr(),
		MinQuantity: d.MinQuantity.Ptr(), MaxQuantity: d.MaxQuantity.Ptr(), RulesCount: &count,
	}
	if p.ID = d.ID; p.ID == "" {
		p.ID = id.New("price")
	}
	if list != "" {
		p.PriceListID = &list
	}
	return p, nil
}

func (c Condition) rule(price string) PriceRule {
	if c.Operator == "" {
		c.Operator = "eq"
	}
	return PriceRule{PriceID: price, Attribute: c.Attribute, Operator: c.Operator, Value: c.Value}
}

// change makes a price what the draft says, rules included where it has any.
func (m *Module) change(ctx context.Context, p Price, d PriceInput) error {
	set := module.Set{}
	for name, o := range map[string]interface {
		IsZero() bool
		Any() any
	}{"currency_code": d.CurrencyCode, "amount": d.Amount, "min_quantity": d.MinQuantity, "max_quantity": d.MaxQuantity, "title": d.Title} {
		if !o.IsZero() {
			set[name] = o.Any()
		}
	}
	if d.CurrencyCode.Set {
		set["currency_code"] = strings.ToLower(d.CurrencyCode.Value)
	}
	if d.Rules.Set {
		set["rules_count"] = len(d.Rules.Value)
		if err := m.replaceRules(ctx, p.ID, d.Rules.Value); err != nil {
			return err
		}
	}
	_, err := m.Prices.Update(ctx, module.Filter{"id": p.ID}, set)
	return err
}

func (m *Module) replaceRules(ctx context.Context, price string, list []Condition) error {
	if _, err := m.PriceRules.DeleteWhere(ctx, module.Filter{"price_id": price}); err != nil || len(list) == 0 {
		return err
	}
	rules := make([]PriceRule, len(list))
	for i, c := range list {
		rules[i] = c.rule(price)
	}
	_, err := m.PriceRules.CreateMany(ctx, rules)
	return err
}

// unique keeps the last of drafts for the same: currency, quantities and rules.
func unique(list []PriceInput) []PriceInput {
	at := make(map[string]int, len(list))
	out := make([]PriceInput, 0, len(list))
	for _, d := range list {
		key := d.key()
		if i, ok := at[key]; ok {
			out[i] = d
			continue
		}
		at[key] = len(out)
		out = append(out, d)
	}
	return out
}

func (d PriceInput) key() string {
	parts := []string{d.SetID, strings.ToLower(d.CurrencyCode.Value), bound(d.MinQuantity.Ptr()), bound(d.MaxQuantity.Ptr())}
	if !d.CurrencyCode.Set && d.ID != "" { // an update of the amount alone
		parts = append(parts, d.ID)
	}
	rules := make([]string, len(d.Rules.Value))
	for i, c := range d.Rules.Value {
		rules[i] = c.Attribute + "=" + c.Value
	}
	slices.Sort(rules)
	return strings.Join(append(parts, rules...), "|")
}

func bound(q *money.Decimal) string {
	if q == nil {
		return ""
	}
	return q.String()
}
