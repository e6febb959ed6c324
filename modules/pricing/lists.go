package pricing

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// A CreateListInput is a price list to be created, with its rules by attribute and its prices.
type CreateListInput struct {
	PriceList
	Conditions map[string][]string
	Prices     []PriceInput
}

// A UpdateListInput changes a price list. Conditions, when they are set, become all of its rules.
type UpdateListInput struct {
	ID         string
	Set        module.Set
	Conditions module.Opt[map[string][]string]
}

// CreateLists saves new price lists.
func (m *Module) CreateLists(ctx context.Context, drafts []CreateListInput) ([]PriceList, error) {
	lists := make([]PriceList, len(drafts))
	for i, d := range drafts {
		n := len(d.Conditions)
		lists[i] = d.PriceList
		lists[i].RulesCount = &n
	}
	out, err := m.PriceLists.CreateMany(ctx, lists)
	if err != nil {
		return nil, err
	}
	for i, d := range drafts {
		if err := m.addConditions(ctx, out[i].ID, d.Conditions); err != nil {
			return nil, err
		}
		if _, err := m.insert(ctx, unique(d.Prices), out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *Module) addConditions(ctx context.Context, list string, by map[string][]string) error {
	if len(by) == 0 {
		return nil
	}
	rows := make([]PriceListRule, 0, len(by))
	for attribute, values := range by {
		value, err := json.Marshal(values)
		if err != nil {
			return err
		}
		rows = append(rows, PriceListRule{PriceListID: list, Attribute: attribute, Value: value})
	}
	slices.SortFunc(rows, func(a, b PriceListRule) int { return strings.Compare(a.Attribute, b.Attribute) })
	_, err := m.PriceListRules.CreateMany(ctx, rows)
	return err
}

// CheckListsExist refuses ids of price lists that do not exist.
func (m *Module) CheckListsExist(ctx context.Context, ids []string) error {
	have, err := m.PriceLists.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return err
	}
	known := module.IDs(have)
	unknown := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(known, id) })
	if len(unknown) > 0 {
		return fault.New(fault.NotFound, "Price lists with id: %s was not found", strings.Join(unknown, ", "))
	}
	return nil
}

// UpdateLists changes price lists.
func (m *Module) UpdateLists(ctx context.Context, patches []UpdateListInput) ([]PriceList, error) {
	out := make([]PriceList, len(patches))
	for i, p := range patches {
		if p.Conditions.Set {
			if _, err := m.PriceListRules.DeleteWhere(ctx, module.Filter{"price_list_id": p.ID}); err != nil {
				return nil, err
			}
			if err := m.addConditions(ctx, p.ID, p.Conditions.Value); err != nil {
				return nil, err
			}
			p.Set["rules_count"] = len(p.Conditions.Value)
		}
		var err error
		if out[i], err = m.PriceLists.Patch(ctx, p.ID, p.Set); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SavePrices adds prices to a list, or changes those that they name. A price for what the list has one for already takes its place.
func (m *Module) SavePrices(ctx context.Context, list string, drafts []PriceInput) ([]string, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	have, err := m.Prices.List(ctx, module.Filter{"price_list_id": list}, module.FindOptions{Relations: []string{"price_rules"}})
	if err != nil {
		return nil, err
	}
	var ids []string
	var create []PriceInput
	for _, d := range unique(drafts) {
		i := slices.IndexFunc(have, func(p Price) bool { return d.ID == p.ID || d.ID == "" && d.key() == p.draft().key() })
		if i < 0 {
			create = append(create, d)
			continue
		}
		ids = append(ids, have[i].ID)
		if err := m.change(ctx, have[i], d); err != nil {
			return nil, err
		}
	}
	created, err := m.insert(ctx, create, list)
	return append(ids, module.IDs(created)...), err
}

// draft is what would make this price.
func (p Price) draft() PriceInput {
	d := PriceInput{SetID: p.PriceSetID, CurrencyCode: module.Some(p.CurrencyCode)}
	if p.MinQuantity != nil {
		d.MinQuantity = module.Some(*p.MinQuantity)
	}
	if p.MaxQuantity != nil {
		d.MaxQuantity = module.Some(*p.MaxQuantity)
	}
	for _, r := range p.Rules {
		d.Rules.Value = append(d.Rules.Value, Condition{r.Attribute, r.Operator, r.Value})
	}
	return d
}

// RemovePrices deletes prices of a list.
func (m *Module) RemovePrices(ctx context.Context, list string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := m.Prices.DeleteWhere(ctx, module.Filter{"id": ids, "price_list_id": list})
	return err
}

// addRules adds the field rules of price lists: values by attribute.
func (m *Module) addRules() {
	m.PriceLists.Entity().AddComputed(&graph.Computed{Name: "rules", Needs: []string{"price_list_rules.attribute", "price_list_rules.value"}, Value: rulesOf})
}

func rulesOf(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		b := []byte{'{'}
		set, rows := s.Related(i, "price_list_rules")
		for _, r := range rows {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = append(graph.AppendString(b, set.Text(int(r), "attribute")), ':')
			if v := set.Text(int(r), "value"); v != nil {
				b = append(b, v...)
			} else {
				b = append(b, '[', ']')
			}
		}
		out[i] = append(b, '}')
	}
	return nil
}
