package reviews_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"

	"github.com/gorgon-commerce/gorgon/examples/starter/shop/reviews"
)

// A review is submitted by a buyer, seen by the admin at once and by others after a day, and goes with its product.
func TestReview(t *testing.T) {
	t.Parallel()
	var plugin *reviews.Reviews
	shop := gorgontest.New(t, func(s *commerce.Shop) gorgon.Plugin {
		plugin = reviews.New(s)
		return plugin.Plugin()
	})
	lamp, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp", Status: "published"})
	if err != nil {
		t.Fatal(err)
	}
	path := "/products/" + lamp.ID + "/reviews"
	if a := shop.Store.Post("/store"+path, map[string]any{"stars": 6}); a.Status != http.StatusBadRequest {
		t.Errorf("six stars got %d", a.Status)
	}
	var review reviews.Review
	shop.Store.Post("/store"+path, map[string]any{"stars": 5, "text": "Bright."}).Decode(&review)
	if n := shop.CountEvents("review.submitted"); n != 1 {
		t.Errorf("review.submitted was told %d times, want once", n)
	}
	count := func(path string) int {
		var list reviews.List
		shop.Store.Get(path).Decode(&list)
		return len(list.Reviews)
	}
	admin := func() int {
		var list reviews.List
		shop.Admin.Get("/admin" + path).Decode(&list)
		return len(list.Reviews)
	}
	if public, internal := count("/store"+path), admin(); public != 0 || internal != 1 {
		t.Errorf("a new review is seen by %d buyers and %d admins", public, internal)
	}
	if _, err := plugin.Reviews.Update(shop.Context(), module.Filter{"id": review.ID}, module.Set{"created_at": db.Now().Add(-25 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if _, err := shop.App.Jobs().Trigger(shop.Context(), "publish-reviews"); err != nil {
		t.Fatal(err)
	}
	if n := count("/store" + path); n != 1 {
		t.Errorf("after a day the review is seen %d times", n)
	}
	if err := event.Emit(shop.Context(), shop.App.Bus(), productflow.Deleted, event.ID{ID: lamp.ID}); err != nil {
		t.Fatal(err)
	}
	shop.Events()
	if n := admin(); n != 0 {
		t.Errorf("%d reviews are left of a product that was deleted", n)
	}
}
