package blog_test

import (
	"net/http"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/examples/blog/blog"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func plugin(s *commerce.Shop) gorgon.Plugin { return blog.New(s).Plugin() }

// A post is made by the admin, read by buyers with its products, and loses those that are deleted.
func TestPost(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, plugin)
	p, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp", Status: "published"})
	if err != nil {
		t.Fatal(err)
	}
	var post blog.Post
	shop.Admin.Post("/admin/posts", blog.Draft{Title: "On lamps", ProductIDs: []string{p.ID}}).Decode(&post)
	if n := shop.CountEvents("post.created"); n != 1 {
		t.Errorf("post.created was told %d times, want once", n)
	}
	read := func() (page blog.Page) {
		shop.Store.Get("/store/posts/" + post.ID).Decode(&page)
		return page
	}
	if got := read(); got.Title != "On lamps" || len(got.Products) != 1 || got.Products[0].Title != "Lamp" {
		t.Errorf("got %+v, want the post with its lamp", got)
	}
	if err := event.Emit(shop.Context(), shop.App.Bus(), productflow.Deleted, event.ID{ID: p.ID}); err != nil {
		t.Fatal(err)
	}
	shop.Events()
	if got := read(); len(got.Products) != 0 {
		t.Errorf("the post still has %d products after the lamp was deleted", len(got.Products))
	}
}

// A post about a product that cannot be linked is not kept, and nobody is told of it.
func TestNothingHalfDone(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, plugin)
	if a := shop.Admin.Post("/admin/posts", map[string]any{"title": 7}); a.Status != http.StatusBadRequest {
		t.Errorf("a title that is a number got %d", a.Status)
	}
	if a := shop.Anonymous.Post("/admin/posts", blog.Draft{Title: "Spam"}); a.Status != http.StatusUnauthorized {
		t.Errorf("a stranger got %d", a.Status)
	}
	if n := shop.CountEvents("post.created"); n != 0 {
		t.Errorf("post.created was told %d times", n)
	}
}
