package promotion

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/money"
)

func ptr[T any](v T) *T { return &v }

func dec(s string) *money.Decimal { return ptr(money.MustParse(s)) }

// promo is a standard promotion of items.
func promo(code, kind, allocation, value string) Promotion {
	return Promotion{Code: code, Type: "standard", ApplicationMethod: &ApplicationMethod{Type: kind, TargetType: "items", Allocation: &allocation, Value: dec(value)}}
}

func rule(attribute, operator string, values ...string) Rule {
	r := Rule{Attribute: attribute, Operator: operator}
	for _, v := range values {
		r.Values = append(r.Values, RuleValue{Value: v})
	}
	return r
}

type thing struct {
	Kind string   `json:"kind"`
	Tags []string `json:"tags"`
}

func basket(items ...Target) ComputeContext {
	for i := range items {
		items[i].Discountable, items[i].Total = true, items[i].Subtotal
		if items[i].Values == nil {
			items[i].Values = thing{Kind: items[i].ID}
		}
	}
	return ComputeContext{CurrencyCode: "eur", Items: items, Values: map[string]any{"region": map[string]any{"id": "reg_1"}}}
}

func target(id string, quantity int64, subtotal string) Target {
	return Target{ID: id, Quantity: money.Int(quantity), Subtotal: money.MustParse(subtotal)}
}

// off is what was taken off each target.
func off(o ComputeResult) map[string]string {
	sums := map[string]money.Decimal{}
	for _, d := range o.Discounts {
		sums[d.ItemID+d.ShippingMethodID] = sums[d.ItemID+d.ShippingMethodID].Add(d.Amount)
	}
	out := map[string]string{}
	for k, v := range sums {
		out[k] = v.String()
	}
	return out
}

func TestApply(t *testing.T) {
	t.Parallel()
	each := promo("EACH", "fixed", "each", "3")
	each.ApplicationMethod.MaxQuantity = ptr(2)
	once := promo("ONCE", "percentage", "once", "50")
	once.ApplicationMethod.MaxQuantity = ptr(3)
	mugs := promo("MUGS", "percentage", "across", "10")
	mugs.ApplicationMethod.TargetRules = []Rule{rule("items.kind", "in", "mug")}
	order := promo("ORDER", "fixed", "across", "15")
	order.ApplicationMethod.TargetType, order.ApplicationMethod.Allocation = "order", nil
	elsewhere := promo("ELSE", "percentage", "across", "10")
	elsewhere.Rules = []Rule{rule("region.id", "eq", "reg_2")}
	dollars := promo("USD", "fixed", "across", "10")
	dollars.ApplicationMethod.CurrencyCode = ptr("usd")
	used := promo("USED", "percentage", "across", "10")
	used.Limit, used.Used = ptr(1), 1
	spent := promo("SPENT", "fixed", "across", "10")
	spent.Campaign = &Campaign{Budget: &Budget{Type: "spend", Limit: dec("15"), Used: money.Int(10)}}
	for _, c := range []struct {
		name string
		list []Promotion
		want map[string]string
	}{
		{"across by share", []Promotion{order}, map[string]string{"shirt": "6.4285714285714285715", "mug": "8.5714285714285714285"}},
		{"each at most twice", []Promotion{each}, map[string]string{"shirt": "6", "mug": "6"}},
		{"once takes the cheapest", []Promotion{once}, map[string]string{"shirt": "15"}},
		{"dearest value first, then of what is left", []Promotion{promo("P10", "percentage", "across", "10"), promo("P20", "percentage", "across", "20")},
			map[string]string{"shirt": "8.4", "mug": "11.2"}},
		{"of some items", []Promotion{mugs}, map[string]string{"mug": "4"}},
		{"rules, currencies, limits and budgets", []Promotion{elsewhere, dollars, used, spent}, map[string]string{"shirt": "4.285714285714285714"}},
		{"no more than there is", []Promotion{promo("A", "fixed", "across", "1000"), promo("B", "percentage", "across", "50")}, map[string]string{"shirt": "30", "mug": "40"}},
	} {
		got, err := Apply(c.list, basket(target("shirt", 3, "30"), target("mug", 2, "40")), nil, false)
		if err != nil {
			t.Fatal(err)
		}
		have := off(got)
		for id, want := range c.want {
			if a, b := money.MustParse(have[id]), money.MustParse(want); !a.Sub(b).Abs().Less(money.MustParse("0.000000001")) {
				t.Errorf("%s: %v, want %v", c.name, have, c.want)
			}
		}
		if len(have) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, have, c.want)
		}
	}
}

func TestBuyGet(t *testing.T) {
	t.Parallel()
	p := Promotion{Code: "B2G1", Type: "buyget", ApplicationMethod: &ApplicationMethod{Type: "percentage", TargetType: "items", Allocation: ptr("each"), Value: dec("100"),
		ApplyToQuantity: ptr(1), BuyRulesMinQuantity: ptr(2), MaxQuantity: ptr(2), BuyRules: []Rule{rule("items.kind", "eq", "shirt")},
		TargetRules: []Rule{rule("items.kind", "eq", "mug")}}}
	for _, c := range []struct {
		shirts, mugs int64
		want         string
	}{{1, 3, ""}, {2, 3, "5"}, {4, 3, "10"}, {8, 3, "10"}, {4, 1, "5"}} {
		got, err := Apply([]Promotion{p}, basket(target("shirt", c.shirts, "10"), target("mug", c.mugs, money.Int(5*c.mugs).String())), nil, false)
		if err != nil || off(got)["mug"] != c.want {
			t.Errorf("%d shirts, %d mugs: %v, %v; want %q", c.shirts, c.mugs, off(got), err, c.want)
		}
	}
}

func TestBudgetPerCustomer(t *testing.T) {
	t.Parallel()
	p := promo("EACHONE", "percentage", "across", "10")
	p.Campaign = &Campaign{Budget: &Budget{Type: "use_by_attribute", Attribute: ptr("customer_email"), Limit: dec("1")}}
	p.Campaign.Budget.ID = "b"
	b := basket(target("shirt", 1, "10"))
	if _, err := Apply([]Promotion{p}, b, nil, false); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without an address: %v", err)
	}
	b.Email = "ada@example.com"
	if got, err := Apply([]Promotion{p}, b, nil, false); err != nil || len(got.Discounts) != 1 {
		t.Errorf("first: %v, %v", got, err)
	}
	got, err := Apply([]Promotion{p}, b, map[string]money.Decimal{"b": money.Int(1)}, false)
	if err != nil || len(got.Discounts) != 0 || len(got.Exhausted) != 1 || got.Exhausted[0].Reason != BudgetExceeded {
		t.Errorf("second: %v, %v", got, err)
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	v := map[string]any{"a": thing{Kind: "x", Tags: []string{"1", "2"}}, "n": money.MustParse("12.5"), "none": []string{}}
	for _, c := range []struct {
		rule Rule
		want bool
	}{
		{rule("a.kind", "eq", "x", "y"), true}, {rule("a.kind", "ne", "x"), false}, {rule("a.tags", "in", "2"), true}, {rule("a.tags", "eq", "2"), false},
		{rule("a.tags", "eq", "2", "1"), true}, {rule("n", "gt", "12"), true}, {rule("n", "lte", "12"), false}, {rule("none", "ne", "1"), true},
		{rule("none", "in", "1"), false}, {rule("b.c", "in", "1"), false}, {rule("b.c", "ne", "1"), true}, {rule("b", "lt", "1"), true}, {rule("a", "eq"), false},
	} {
		if got := RulesMatch([]Rule{c.rule}, v, ""); got != c.want {
			t.Errorf("%s %s %v: %v", c.rule.Attribute, c.rule.Operator, c.rule.Values, got)
		}
	}
}

// Promotions never take off more than there is.
func TestNeverBelowZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var items []Target
		for i := range rapid.IntRange(1, 4).Draw(t, "items") {
			items = append(items, target(string(rune('a'+i)), rapid.Int64Range(1, 9).Draw(t, "quantity"), money.Int(rapid.Int64Range(0, 100000).Draw(t, "subtotal")).Div(money.Int(100)).String()))
		}
		var list []Promotion
		for range rapid.IntRange(1, 5).Draw(t, "promotions") {
			p := promo("P", rapid.SampledFrom([]string{"fixed", "percentage"}).Draw(t, "type"), rapid.SampledFrom([]string{"each", "across", "once"}).Draw(t, "how"),
				money.Int(rapid.Int64Range(1, 100).Draw(t, "value")).String())
			p.ApplicationMethod.MaxQuantity = ptr(rapid.IntRange(1, 5).Draw(t, "most"))
			if *p.ApplicationMethod.Allocation == "across" {
				p.ApplicationMethod.MaxQuantity = nil
			}
			list = append(list, p)
		}
		b := basket(items...)
		got, err := Apply(list, b, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		left := map[string]money.Decimal{}
		for _, i := range b.Items {
			left[i.ID] = i.Subtotal
		}
		for _, d := range got.Discounts {
			if left[d.ItemID] = left[d.ItemID].Sub(d.Amount); left[d.ItemID].Less(money.MustParse("-0.000001")) || d.Amount.Sign() <= 0 {
				t.Fatalf("%v off %s leaves %v", d.Amount, d.ItemID, left[d.ItemID])
			}
		}
	})
}
