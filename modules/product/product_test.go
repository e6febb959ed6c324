package product_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	. "github.com/gorgon-commerce/gorgon/modules/product"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

func TestHandle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Wire Shirt": "wire-shirt", "  Straße_42!  ": "strasse-42", "私の 製品": "私の-製品", "a--b": "a-b", "L'été": "lété", "Über & Unter": "über-unter",
		"हिन्दी किताब": "हिन्दी-किताब", "เสื้อยืด สีแดง": "เสื้อยืด-สีแดง", "كتاب عربي": "كتاب-عربي",
	} {
		if got := ProductHandle(title); got != want {
			t.Errorf("%q: got %q, want %q", title, got, want)
		}
	}
	if got := ProductHandle("?!"); !strings.HasPrefix(got, "product-") || len(got) != 14 {
		t.Errorf("a title of nothing: %q", got)
	}
}

func FuzzHandle(f *testing.F) {
	f.Add("A b")
	f.Fuzz(func(t *testing.T, title string) {
		h := ProductHandle(title)
		if h == "" || strings.ContainsAny(h, " _/?&") || strings.HasPrefix(h, "-") || strings.HasSuffix(h, "-") || strings.Contains(h, "--") {
			t.Errorf("%q makes %q", title, h)
		}
	})
}

func wants(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.Message(err) != words {
		t.Errorf("got %v, want %q", err, words)
	}
}

func shirt(title string) CreateInput {
	return CreateInput{Product: Product{Title: title, Discountable: true}, Options: []OptionChoice{
		{CreateOptionInput: CreateOptionInput{Option: Option{Title: "Size", IsExclusive: true}, Values: []string{"S", "M"}}},
		{CreateOptionInput: CreateOptionInput{Option: Option{Title: "Color", IsExclusive: true}, Values: []string{"red", "blue"}}},
	}}
}

func make(t *testing.T, m *Module, d CreateInput) Product {
	t.Helper()
	list, err := m.Create(t.Context(), []CreateInput{d})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// Variants have one value of each option of their product, and no two the same.
func TestVariants(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		p := make(t, m, shirt("Shirt"))
		add := func(title string, options map[string]string) error {
			_, err := m.CreateVariants(ctx, []CreateVariantInput{{Variant: Variant{Title: title, ProductID: &p.ID}, Options: options}})
			return err
		}
		if err := add("S / red", map[string]string{"Size": "S", "Color": "red"}); err != nil {
			t.Fatal(err)
		}
		wants(t, add("again", map[string]string{"Size": "S", "Color": "red"}), fault.Invalid, "Variant (S / red) with provided options already exists.")
		wants(t, add("half", map[string]string{"Size": "S"}), fault.Invalid, "Product has 2 option values but there were 1 provided option values for the variant: half.")
		wants(t, add("none", map[string]string{"Size": "XL", "Color": "red"}), fault.Invalid, "Option value XL does not exist for option Size")
		wants(t, add("other", map[string]string{"Size": "S", "Kolor": "red"}), fault.Invalid, "Option value red does not exist for option Kolor")
		both := []CreateVariantInput{{Variant: Variant{Title: "c", ProductID: &p.ID}, Options: map[string]string{"Size": "M", "Color": "red"}},
			{Variant: Variant{Title: "d", ProductID: &p.ID}, Options: map[string]string{"Color": "red", "Size": "M"}}}
		_, err := m.CreateVariants(ctx, both)
		wants(t, err, fault.Invalid, `Variant "c" has same combination of option values as "d".`)
		if n, err := m.Variants.Count(ctx, module.Filter{"product_id": p.ID}); err != nil || n != 1 {
			t.Errorf("%d variants, %v", n, err)
		}
		twice := []UpdateVariantInput{{Set: module.Set{"title": "a"}, Options: map[string]string{"Size": "M", "Color": "red"}},
			{Set: module.Set{"title": "b"}, Options: map[string]string{"Size": "M", "Color": "red"}}}
		_, err = m.Update(ctx, []UpdateInput{{ID: p.ID, Variants: module.Some(twice)}})
		wants(t, err, fault.Invalid, `Variant "a" has same combination of option values as "b".`)
		changes, err := m.Update(ctx, []UpdateInput{{ID: p.ID, Variants: module.Some(twice[:1])}})
		if err != nil || len(changes[0].Removed) != 1 || len(changes[0].Variants) != 1 {
			t.Errorf("%+v %v", changes, err)
		}
		_, err = m.Update(ctx, []UpdateInput{{ID: "prod_none"}})
		wants(t, err, fault.NotFound, "Unable to update the products with ids: prod_none")
	})
}

// An exclusive option is of one product, and what products have is not deleted.
func TestOptions(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		p := make(t, m, shirt("One"))
		pairs, err := m.ProductOptions.List(ctx, module.Filter{"product_id": p.ID}, module.FindOptions{Relations: []string{"values"}})
		if err != nil || len(pairs) != 2 || len(pairs[0].Values) != 2 {
			t.Fatalf("%+v %v", pairs, err)
		}
		mine := pairs[0].ProductOptionID
		other := CreateInput{Product: Product{Title: "Two"}, Options: []OptionChoice{{ID: mine}}}
		_, err = m.Create(ctx, []CreateInput{other})
		wants(t, err, fault.Invalid, "Product options are already assigned to another product: "+mine)
		wants(t, m.RemoveOptions(ctx, []string{mine}), fault.Invalid, "Cannot delete product options that are associated with products.")
		other.Options[0].ID = "opt_none"
		_, err = m.Create(ctx, []CreateInput{other})
		wants(t, err, fault.Invalid, "Some product options were not found: [opt_none]")
		if err := m.Products.SoftDelete(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
		if err := m.RemoveOptions(ctx, []string{mine}); err != nil {
			t.Error(err)
		}
	})
}

// Whatever is done to categories, children have the ranks from 0 on, and paths lead from the root.
func TestCategories(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx := rt.Context()
			if _, err := m.Categories.DeleteWhere(ctx, module.Filter{"parent_category_id": module.Filter{"$ne": nil}}); err != nil {
				rt.Fatal(err)
			}
			if _, err := m.Categories.DeleteWhere(ctx, module.Filter{}); err != nil {
				rt.Fatal(err)
			}
			var ids []string
			any := func() *string {
				if len(ids) == 0 || rapid.Bool().Draw(rt, "root") {
					return nil
				}
				id := rapid.SampledFrom(ids).Draw(rt, "category")
				return &id
			}
			for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
				act := rapid.IntRange(0, 3).Draw(rt, "act")
				one := any()
				switch {
				case act < 2 || one == nil:
					list, err := m.CreateCategories(ctx, []Category{{Name: "c" + strings.Repeat("x", i), ParentCategoryID: one, Rank: rapid.IntRange(-1, 4).Draw(rt, "rank")}})
					if err != nil {
						rt.Fatal(err)
					}
					ids = append(ids, list[0].ID)
				case act == 2:
					set := module.Set{"rank": rapid.IntRange(0, 5).Draw(rt, "rank")}
					if to := any(); to != nil {
						set["parent_category_id"] = *to
					} else {
						set["parent_category_id"] = nil
					}
					_, err := m.UpdateCategories(ctx, []UpdateCategoryInput{{ID: *one, Set: set}})
					if err != nil && fault.KindOf(err) != fault.Invalid {
						rt.Fatal(err)
					}
				default:
					if err := m.RemoveCategories(ctx, []string{*one}); err == nil {
						ids = slices.DeleteFunc(ids, func(id string) bool { return id == *one })
					} else if fault.KindOf(err) != fault.NotAllowed {
						rt.Fatal(err)
					}
				}
				sound(rt, m)
			}
		})
	})
}

func sound(t *rapid.T, m *Module) {
	t.Helper()
	list, err := m.Categories.List(t.Context(), nil, module.FindOptions{Order: []string{"rank"}})
	if err != nil {
		t.Fatal(err)
	}
	next, paths := map[string]int{}, map[string]string{"": ""}
	for _, c := range list {
		paths[c.ID] = c.MPath
	}
	for _, c := range list {
		parent := ""
		if c.ParentCategoryID != nil {
			parent = *c.ParentCategoryID
		}
		if c.Rank != next[parent] {
			t.Fatalf("%s under %q has rank %d, want %d", c.ID, parent, c.Rank, next[parent])
		}
		next[parent]++
		if want := strings.TrimPrefix(paths[parent]+"."+c.ID, "."); c.MPath != want {
			t.Fatalf("%s has path %s, want %s", c.ID, c.MPath, want)
		}
	}
}
