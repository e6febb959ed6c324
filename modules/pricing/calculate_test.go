package pricing_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	. "github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/money"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

// a world is prices and lists as a test makes them up.
type world struct {
	lists  []PriceList
	prices []Price
	prefs  []PricePreference
}

func some(t *rapid.T, label string, values ...string) string {
	return rapid.SampledFrom(values).Draw(t, label)
}

func draw(t *rapid.T, sets []string) world {
	var w world
	now := time.Now().UTC()
	for i := range rapid.IntRange(0, 3).Draw(t, "lists") {
		l := PriceList{Model: module.Model{ID: "plist_" + strconv.Itoa(i)}, Title: "l", Status: some(t, "status", "active", "active", "draft"), Type: some(t, "type", ListTypeSale, ListTypeOverride)}
		if rapid.Bool().Draw(t, "starts") {
			at := now.Add(time.Duration(rapid.SampledFrom([]int{-1, 1}).Draw(t, "start")) * time.Hour)
			l.StartsAt = &at
		}
		for _, attribute := range []string{"region_id", "customer.groups.id"} {
			if rapid.IntRange(0, 3).Draw(t, "list rule") == 0 {
				l.Rules = append(l.Rules, PriceListRule{PriceListID: l.ID, Attribute: attribute, Value: module.JSON(some(t, "values", `["a"]`, `["b","a"]`, `["b"]`))})
			}
		}
		n := len(l.Rules)
		l.RulesCount = &n
		w.lists = append(w.lists, l)
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "prices") {
		p := Price{Model: module.Model{ID: "price_" + strconv.Itoa(i)}, PriceSetID: some(t, "set", sets...), CurrencyCode: some(t, "currency", "eur", "eur", "usd"),
			Amount: money.Int(int64(rapid.IntRange(0, 9).Draw(t, "amount"))).Div(money.Int(4))}
		if len(w.lists) > 0 && rapid.Bool().Draw(t, "listed") {
			p.PriceListID = &w.lists[rapid.IntRange(0, len(w.lists)-1).Draw(t, "list")].ID
		}
		if rapid.Bool().Draw(t, "bounded") {
			low := money.Int(int64(rapid.IntRange(0, 3).Draw(t, "min")))
			p.MinQuantity = &low
		}
		if rapid.IntRange(0, 2).Draw(t, "bounded above") == 0 {
			high := money.Int(int64(rapid.IntRange(1, 5).Draw(t, "max")))
			p.MaxQuantity = &high
		}
		if rapid.IntRange(0, 2).Draw(t, "regional") == 0 {
			p.Rules = append(p.Rules, PriceRule{PriceID: p.ID, Attribute: "region_id", Operator: "eq", Value: some(t, "region", "a", "b")})
		}
		if rapid.IntRange(0, 2).Draw(t, "total") == 0 {
			p.Rules = append(p.Rules, PriceRule{PriceID: p.ID, Attribute: "item_total", Operator: some(t, "operator", "eq", "gt", "gte", "lt", "lte"), Value: some(t, "total", "10", "20", "7.5")})
		}
		n := len(p.Rules)
		p.RulesCount = &n
		w.prices = append(w.prices, p)
	}
	for _, attribute := range []string{"region_id", "currency_code"} {
		if rapid.Bool().Draw(t, "preference") {
			value := map[string]string{"region_id": "a", "currency_code": "eur"}[attribute]
			w.prefs = append(w.prefs, PricePreference{Attribute: attribute, Value: &value, IsTaxInclusive: rapid.Bool().Draw(t, "inclusive")})
		}
	}
	return w
}

func (w world) save(t *rapid.T, m *Module, c interface{ Fatal(...any) }) {
	ctx := t.Context()
	var rules []PriceRule
	var listRules []PriceListRule
	for _, p := range w.prices {
		rules = append(rules, p.Rules...)
	}
	for _, l := range w.lists {
		listRules = append(listRules, l.Rules...)
	}
	for _, err := range []error{
		clear(m, t), insert(ctx, m.PriceLists, w.lists), insert(ctx, m.PriceListRules, listRules), insert(ctx, m.Prices, w.prices), insert(ctx, m.PriceRules, rules), insert(ctx, m.PricePreferences, w.prefs),
	} {
		if err != nil {
			c.Fatal(err)
		}
	}
}

func clear(m *Module, t *rapid.T) error {
	for _, del := range []func() (int64, error){
		func() (int64, error) { return m.PriceRules.DeleteWhere(t.Context(), module.Filter{}) },
		func() (int64, error) { return m.Prices.DeleteWhere(t.Context(), module.Filter{}) },
		func() (int64, error) { return m.PriceListRules.DeleteWhere(t.Context(), module.Filter{}) },
		func() (int64, error) { return m.PriceLists.DeleteWhere(t.Context(), module.Filter{}) },
		func() (int64, error) { return m.PricePreferences.DeleteWhere(t.Context(), module.Filter{}) },
	} {
		if _, err := del(); err != nil {
			return err
		}
	}
	return nil
}

// naive works out what a set costs from the records in memory, one by one.
func (w world) naive(set string, c Context) *CalculatedPrice {
	type scored struct {
		Price
		list  *PriceList
		score int
	}
	var hold []scored
	for _, p := range w.prices {
		s := scored{Price: p, score: len(p.Rules)}
		if p.PriceSetID != set || p.CurrencyCode != c.CurrencyCode || !bounds(p, c) || !allHold(p.Rules, c) {
			continue
		}
		if p.PriceListID != nil {
			i := slices.IndexFunc(w.lists, func(l PriceList) bool { return l.ID == *p.PriceListID })
			l := &w.lists[i]
			if l.Status != "active" || l.StartsAt != nil && l.StartsAt.After(time.Now()) || !listHolds(l.Rules, c) {
				continue
			}
			s.list, s.score = l, s.score+len(l.Rules)
		}
		hold = append(hold, s)
	}
	best := func(ok func(scored) bool) *scored {
		var out *scored
		for i := range hold {
			h := &hold[i]
			if !ok(*h) {
				continue
			}
			if out == nil || h.score > out.score || h.score == out.score && (h.Amount.Less(out.Amount) || h.Amount.Equal(out.Amount) && h.ID < out.ID) {
				out = h
			}
		}
		return out
	}
	plain := best(func(s scored) bool { return s.list == nil })
	listed := best(func(s scored) bool { return s.list != nil })
	original := best(func(s scored) bool { return s.list != nil && s.list.Type == ListTypeOverride })
	if original == nil {
		original = plain
	}
	price := plain
	if listed != nil {
		if listed.list.Type == ListTypeOverride {
			price, original = listed, listed
		} else if plain == nil || plain.Amount.IsZero() || listed.Amount.IsZero() || !plain.Amount.Less(listed.Amount) {
			price = listed
		}
	}
	if price == nil {
		return nil
	}
	chosen := func(s *scored) SelectedPrice {
		out := SelectedPrice{ID: s.ID, Amount: s.Amount, TaxInclusive: w.inclusive(s.Rules, c)}
		if s.list != nil {
			out.ListID, out.ListType = s.list.ID, s.list.Type
		}
		return out
	}
	out := &CalculatedPrice{SetID: set, Price: chosen(price)}
	if original != nil {
		o := chosen(original)
		out.OriginalPrice = &o
	}
	return out
}

func (w world) inclusive(rules []PriceRule, c Context) bool {
	regional := slices.ContainsFunc(rules, func(r PriceRule) bool { return r.Attribute == "region_id" && r.Value == c.RegionID() })
	for _, by := range []string{"region_id", "currency_code"} {
		for _, p := range w.prefs {
			if p.Attribute == by && (by == "region_id" && regional && *p.Value == c.RegionID() || by == "currency_code" && *p.Value == c.CurrencyCode) {
				return p.IsTaxInclusive
			}
		}
	}
	return false
}

func bounds(p Price, c Context) bool {
	q := money.Int(1)
	if c.Quantity != nil {
		q = *c.Quantity
	}
	return (p.MinQuantity == nil || !q.Less(*p.MinQuantity)) && (c.Quantity == nil || p.MaxQuantity == nil || !p.MaxQuantity.Less(q))
}

func allHold(rules []PriceRule, c Context) bool {
	for _, r := range rules {
		n, number := c.NumberAttributes[r.Attribute]
		ok := slices.Contains(c.TextAttributes[r.Attribute], r.Value)
		if number {
			d := n.Cmp(money.MustParse(r.Value))
			ok = map[string]bool{"eq": d == 0, "gt": d > 0, "gte": d >= 0, "lt": d < 0, "lte": d <= 0}[r.Operator]
		}
		if !ok {
			return false
		}
	}
	return true
}

func listHolds(rules []PriceListRule, c Context) bool {
	for _, r := range rules {
		ok := false
		for _, v := range c.TextAttributes[r.Attribute] {
			ok = ok || slices.Contains([]byte(r.Value), v[0])
		}
		if !ok {
			return false
		}
	}
	return true
}

// What the database chooses is what one would choose by going through all prices.
func TestCalculate(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		sets, err := m.CreateSets(t.Context(), [][]PriceInput{nil, nil})
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			w := draw(rt, sets)
			w.save(rt, m, rt)
			c := Context{CurrencyCode: "eur"}
			if rapid.Bool().Draw(rt, "in a region") {
				c = c.With("region_id", some(rt, "region", "a", "b"))
			}
			if rapid.Bool().Draw(rt, "in a group") {
				c = c.With("customer.groups.id", "a", "c")
			}
			if rapid.Bool().Draw(rt, "with a total") {
				c.NumberAttributes = map[string]money.Decimal{"item_total": money.MustParse(some(rt, "total", "10", "15.5", "20", "7.5"))}
			}
			if rapid.Bool().Draw(rt, "quantity") {
				q := money.Int(int64(rapid.IntRange(1, 6).Draw(rt, "n")))
				c.Quantity = &q
			}
			got, err := m.Calculate(rt.Context(), sets, c)
			if err != nil {
				rt.Fatal(err)
			}
			for _, set := range sets {
				same(rt, got[set], w.naive(set, c))
			}
		})
	})
}

func same(t *rapid.T, got, want *CalculatedPrice) {
	t.Helper()
	if (got == nil) != (want == nil) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if got == nil {
		return
	}
	pick := func(c *SelectedPrice) SelectedPrice {
		if c == nil {
			return SelectedPrice{}
		}
		return SelectedPrice{ID: c.ID, Amount: c.Amount, ListID: c.ListID, ListType: c.ListType, TaxInclusive: c.TaxInclusive}
	}
	for _, x := range [][2]SelectedPrice{{pick(&got.Price), pick(&want.Price)}, {pick(got.OriginalPrice), pick(want.OriginalPrice)}} {
		if x[0].ID != x[1].ID || x[0].ListID != x[1].ListID || x[0].ListType != x[1].ListType || x[0].TaxInclusive != x[1].TaxInclusive || !x[0].Amount.Equal(x[1].Amount) {
			t.Fatalf("got %+v, want %+v", x[0], x[1])
		}
	}
}

func insert[T any](ctx context.Context, table *module.Table[T], list []T) error {
	if len(list) == 0 {
		return nil
	}
	_, err := table.CreateMany(ctx, list)
	return err
}

// Replacing prices keeps those that are named, and leaves price lists alone.
func TestReplace(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		eur := func(n int64) PriceInput {
			return PriceInput{CurrencyCode: module.Some("EUR"), Amount: module.Some(money.Int(n))}
		}
		usd := PriceInput{CurrencyCode: module.Some("usd"), Amount: module.Some(money.Int(7)), Rules: module.Some(ConditionsFrom(map[string]string{"region_id": "us"}))}
		sets, err := m.CreateSets(ctx, [][]PriceInput{{eur(10), eur(11), usd}})
		if err != nil {
			t.Fatal(err)
		}
		list := func() []Price {
			out, err := m.Prices.List(ctx, module.Filter{"price_set_id": sets[0]}, module.FindOptions{Order: []string{"amount"}, Relations: []string{"price_rules"}})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		had := list()
		if len(had) != 2 || had[1].CurrencyCode != "eur" || !had[1].Amount.Equal(money.Int(11)) || len(had[0].Rules) != 1 {
			t.Fatalf("of two prices for the same the last counts: %+v", had)
		}
		err = m.ReplacePrices(ctx, map[string][]PriceInput{sets[0]: {{ID: had[0].ID, Amount: module.Some(money.Int(8))}, eur(12)}})
		if err != nil {
			t.Fatal(err)
		}
		have := list()
		if len(have) != 2 || have[0].ID != had[0].ID || !have[0].Amount.Equal(money.Int(8)) || len(have[0].Rules) != 1 || have[1].ID == had[1].ID {
			t.Fatalf("%+v", have)
		}
		err = m.ReplacePrices(ctx, map[string][]PriceInput{sets[0]: {{Amount: module.Some(money.Int(1))}}})
		if err == nil || err.Error() != "Cannot set field 'currency_code' of Price to null" {
			t.Fatal(err)
		}
	})
}
