package link_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/link"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	links "github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("LNK-01", row(toCommerce))
	t.Run("LNK-02", row(list))
	t.Run("LNK-03", row(cascade))
	t.Run("LNK-04", row(extraColumns))
	t.Run("LNK-05", row(attach))
	t.Run("LNK-06", row(dismiss))
	t.Run("LNK-07", row(deleteCascades))
	t.Run("LNK-08", row(restore))
	t.Run("LNK-09", row(readOnly))
}

// A room is a showroom in a shop with a lamp and a sofa.
type room struct {
	*link.Showroom
	shop       *gorgontest.Shop
	ctx        context.Context
	lamp, sofa string
}

// row runs a row over each database.
func row(run func(*testing.T, room)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		var rooms sync.Map // by shop
		plugin := func(s *commerce.Shop) gorgon.Plugin {
			room := link.New(s, registry)
			rooms.Store(s, room)
			return room.Plugin()
		}
		gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
			s, _ := rooms.Load(shop.Shop)
			r := room{Showroom: s.(*link.Showroom), shop: shop, ctx: shop.Context()}
			list, err := shop.Product.Products.CreateMany(r.ctx, []product.Product{{Title: "Lamp", Handle: "lamp"}, {Title: "Sofa", Handle: "sofa"}})
			check(t, err)
			r.lamp, r.sofa = list[0].ID, list[1].ID
			run(t, r)
		}, plugin)
	}
}

// registry knows a brand of each product.
func registry(_ context.Context, products []string) (list []link.Brand, err error) {
	for _, p := range products {
		list = append(list, link.Brand{ID: "brand of " + p, Name: "Acme", ProductID: p})
	}
	return list, nil
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// show reads one product with all that is linked to it.
func (r room) show(t *testing.T, id string) link.Page {
	t.Helper()
	list, err := r.Show(r.ctx, id)
	if err != nil || len(list) != 1 {
		t.Fatalf("got %d products %v", len(list), err)
	}
	return list[0]
}

func (r room) manual(t *testing.T, text string) string {
	t.Helper()
	m, err := r.Manuals.Create(r.ctx, link.Manual{Text: text})
	check(t, err)
	return m.ID
}

// A product of the shop and a record of the plugin show each other, and a second one is refused.
func toCommerce(t *testing.T, r room) {
	first, second := r.manual(t, "plug it in"), r.manual(t, "sit down")
	check(t, r.Explain(r.ctx, r.lamp, first))
	if got := r.show(t, r.lamp); got.Title != "Lamp" || got.Manual == nil || got.Manual.Text != "plug it in" {
		t.Errorf("got %+v, want the lamp with its manual", got)
	}
	for name, err := range map[string]error{"a second manual": r.Explain(r.ctx, r.lamp, second), "a second product": r.Explain(r.ctx, r.sofa, first)} {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s was taken: %v", name, err)
		}
	}
	manuals, err := r.Manuals.List(r.ctx, module.Filter{"product": module.Filter{"title": "Lamp"}})
	if err != nil || len(manuals) != 1 || manuals[0].ID != first {
		t.Errorf("the manual that is found by its product is %+v %v", manuals, err)
	}
}

func list(t *testing.T, r room) {
	reviews, err := r.Reviews.CreateMany(r.ctx, []link.Review{{Stars: 5}, {Stars: 1}})
	check(t, err)
	_, err = r.About.Attach(r.ctx, links.Join(r.lamp, module.IDs(reviews)...))
	check(t, err)
	if got := r.show(t, r.lamp); len(got.Reviews) != 2 {
		t.Errorf("got %d reviews, want 2", len(got.Reviews))
	}
	if _, err := r.About.Attach(r.ctx, links.Join(r.sofa, reviews[0].ID)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a review of two products was taken: %v", err)
	}
	n, err := r.shop.Product.Products.Count(r.ctx, module.Filter{"reviews": module.Filter{"stars": module.Filter{"$gt": 4}}})
	if err != nil || n != 1 {
		t.Errorf("%d products have a good review %v", n, err)
	}
}

// What the link says goes with its product goes, and nothing else does.
func cascade(t *testing.T, r room) {
	check(t, r.Explain(r.ctx, r.lamp, r.manual(t, "gone")))
	check(t, r.Explain(r.ctx, r.sofa, r.manual(t, "kept")))
	badge, err := r.Badges.Create(r.ctx, link.Badge{Name: "new"})
	check(t, err)
	check(t, r.Wear(r.ctx, r.lamp, badge.ID, nil))
	check(t, r.shop.Product.Products.SoftDelete(r.ctx, r.lamp))
	left, err := r.Manuals.List(r.ctx, nil)
	if err != nil || len(left) != 1 || left[0].Text != "kept" {
		t.Errorf("the manuals that are left: %+v %v", left, err)
	}
	_, err = r.Badges.Retrieve(r.ctx, badge.ID)
	check(t, err)
}

func extraColumns(t *testing.T, r room) {
	badge, err := r.Badges.Create(r.ctx, link.Badge{Name: "new"})
	check(t, err)
	check(t, r.Wear(r.ctx, r.lamp, badge.ID, module.Map{"since": "May"}))
	check(t, r.Wear(r.ctx, r.sofa, badge.ID, nil))
	check(t, r.Wear(r.ctx, r.lamp, badge.ID, module.Map{"since": "June"}))
	got, err := r.WornBy(r.ctx, r.lamp)
	if err != nil || len(got) != 1 || got[0].Metadata["since"] != "June" || got[0].Product.Title != "Lamp" || got[0].Badge.Name != "new" {
		t.Errorf("got %+v %v", got, err)
	}
	if got, err = r.WornBy(r.ctx, r.sofa); err != nil || len(got) != 1 || got[0].Metadata != nil {
		t.Errorf("got %+v %v, want the sofa's badge without metadata", got, err)
	}
}

func attach(t *testing.T, r room) {
	m := r.manual(t, "sit down")
	check(t, r.Explain(r.ctx, r.sofa, m))
	check(t, r.Explain(r.ctx, r.sofa, m)) // again changes nothing
	if got := r.show(t, r.sofa); got.Manual == nil || got.Manual.ID != m {
		t.Errorf("got %+v", got.Manual)
	}
	if got := r.show(t, r.lamp); got.Manual != nil {
		t.Errorf("the lamp got the manual of the sofa: %+v", got.Manual)
	}
}

func dismiss(t *testing.T, r room) {
	m := r.manual(t, "sit down")
	check(t, r.Explain(r.ctx, r.sofa, m))
	check(t, r.Unexplain(r.ctx, r.sofa, m))
	if got := r.show(t, r.sofa); got.Manual != nil {
		t.Errorf("got %+v, want no manual", got.Manual)
	}
	_, err := r.Manuals.Retrieve(r.ctx, m)
	check(t, err)
	check(t, r.Explain(r.ctx, r.lamp, m)) // it is free for others now
}

// A product that is deleted over the API takes its manual along.
func deleteCascades(t *testing.T, r room) {
	m := r.manual(t, "sit down")
	check(t, r.Explain(r.ctx, r.sofa, m))
	if a := r.shop.Admin.Delete("/admin/products/" + r.sofa); a.Status != http.StatusOK {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	if _, err := r.Manuals.Retrieve(r.ctx, m); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the manual is still there: %v", err)
	}
}

func restore(t *testing.T, r room) {
	m := r.manual(t, "sit down")
	check(t, r.Explain(r.ctx, r.sofa, m))
	products := r.shop.Product.Products
	check(t, products.SoftDelete(r.ctx, r.sofa))
	check(t, products.Restore(r.ctx, r.sofa))
	if got := r.show(t, r.sofa); got.Manual == nil || got.Manual.ID != m {
		t.Errorf("got %+v, want the manual back", got.Manual)
	}
}

// What another system keeps is read along in one query, and over the API.
func readOnly(t *testing.T, r room) {
	list, err := r.Show(r.ctx, r.lamp, r.sofa)
	if err != nil || len(list) != 2 || list[0].Brand == nil || list[0].Brand.ID != "brand of "+r.lamp || list[1].Brand.ID != "brand of "+r.sofa {
		t.Fatalf("got %+v %v", list, err)
	}
	var got struct{ Product link.Page }
	r.shop.Admin.Get("/admin/products/" + r.lamp + "?fields=title,brand.name").Decode(&got)
	if b := got.Product.Brand; b == nil || b.Name != "Acme" {
		t.Errorf("over the API the brand is %+v", b)
	}
	_, err = r.shop.Product.Products.List(r.ctx, module.Filter{"brand": module.Filter{"name": "Acme"}})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("a filter over what another system keeps: %v", err)
	}
}
