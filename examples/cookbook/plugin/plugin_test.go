package plugin_test

import (
	"io/fs"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/blog/blog"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("PLG-01", testPlugin)
}

// testPlugin installs the blog by one line, blog.New, and uses its model and link, workflow, routes, event, subscriber, job and widget.
func testPlugin(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, blog.New, func(t *testing.T, shop *gorgontest.Shop, b *blog.Blog) {
		lamp, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp"})
		if err != nil {
			t.Fatal(err)
		}
		var post blog.Post
		shop.Admin.Post("/admin/posts", blog.Draft{Title: "On lamps", ProductIDs: []string{lamp.ID}}).Decode(&post)
		if n := shop.CountEvents("post.created"); n != 1 {
			t.Errorf("post.created was told %d times", n)
		}
		page := read(shop, post.ID)
		if page.Title != "On lamps" || len(page.Products) != 1 || page.Products[0].Title != "Lamp" {
			t.Errorf("got %+v", page)
		}
		shop.Admin.Delete("/admin/products/" + lamp.ID).Decode(new(any))
		shop.Events()
		if tied, err := b.Products.LinkedIDs(shop.Context(), post.ID); err != nil || len(tied) != 0 {
			t.Errorf("the post is still tied to %v: %v", tied, err)
		}
		if widgets, err := fs.Glob(b.Plugin().Admin, "admin/widgets/*.tsx"); err != nil || len(widgets) == 0 {
			t.Errorf("the admin gets no widget: %v", err)
		}
	})
	t.Run("job", testJob)
}

func read(shop *gorgontest.Shop, id string) (page blog.Page) {
	shop.Store.Get("/store/posts/" + id).Decode(&page)
	return page
}

// testJob wants a draft to be public after a day.
func testJob(t *testing.T) {
	t.Parallel()
	gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
		var post blog.Post
		shop.Admin.Post("/admin/posts", blog.Draft{Title: "On lamps", ProductIDs: []string{}}).Decode(&post)
		time.Sleep(23 * time.Hour)
		if got := read(shop, post.ID).PublishedAt; got != nil {
			t.Errorf("it was public at %v already", got)
		}
		time.Sleep(time.Hour + 10*time.Minute)
		if read(shop, post.ID).PublishedAt == nil {
			t.Error("it is not public after a day")
		}
	}, plugin)
}

func plugin(shop *commerce.Shop) gorgon.Plugin { return blog.New(shop).Plugin() }
