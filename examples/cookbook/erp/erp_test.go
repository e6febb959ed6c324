package erp_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/erp"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("PLG-02", testSync)
}

// A company makes two goods at first. Its system is down when it is first asked.
type company struct {
	mu    sync.Mutex
	asked int
	goods []erp.Good
}

func (c *company) Goods(context.Context) ([]erp.Good, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked++; c.asked == 1 {
		return nil, errors.New("down")
	}
	return slices.Clone(c.goods), nil
}

func (c *company) change(f func(*company)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}

// plugin returns a company, and the plugin that brings its goods.
func plugin() (*company, func(*commerce.Shop) gorgon.Plugin) {
	c := &company{goods: []erp.Good{{"1", "Lamp", []string{"S", "M"}}, {"2", "Sofa", []string{"L"}}}}
	return c, func(shop *commerce.Shop) gorgon.Plugin { return erp.New(shop, c).Plugin() }
}

func titles(t *testing.T, shop *gorgontest.Shop) string {
	t.Helper()
	list, err := shop.Product.Products.List(shop.Context(), nil, module.FindOptions{Order: []string{"title"}, Relations: []string{"variants"}})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range list {
		out = append(out, p.Title+strings.Repeat("*", len(p.Variants)))
	}
	return strings.Join(out, " ")
}

func testSync(t *testing.T) {
	t.Parallel()
	t.Run("schedule", func(t *testing.T) {
		t.Parallel()
		c, p := plugin()
		gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
			time.Sleep(time.Hour)
			if got := titles(t, shop); got != "" {
				t.Errorf("too early there are %s", got)
			}
			time.Sleep(90 * time.Minute)
			if got := titles(t, shop); got != "Lamp** Sofa*" {
				t.Errorf("after the night there are %q", got)
			}
			c.change(func(c *company) { c.goods[0].Title = "Lantern" })
			time.Sleep(24 * time.Hour)
			if got := titles(t, shop); got != "Lantern** Sofa*" {
				t.Errorf("after the next night there are %q", got)
			}
		}, p)
	})
	for name, each := range map[string]func(*testing.T, *gorgontest.Shop){"route": byRoute, "event": byEvent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p := plugin()
			gorgontest.EachDatabase(t, each, p)
		})
	}
}

func byRoute(t *testing.T, shop *gorgontest.Shop) {
	shop.Anonymous.Post("/admin/erp/sync", nil).Want(401, `{"message":"Unauthorized"}`)
	shop.Admin.Post("/admin/erp/sync", nil).Want(200, `{"created":2,"updated":0}`)
	shop.Admin.Post("/admin/erp/sync", nil).Want(200, `{"created":0,"updated":0}`)
	if got := titles(t, shop); got != "Lamp** Sofa*" {
		t.Errorf("there are %q", got)
	}
	if n := shop.CountEvents("product.created"); n != 2 {
		t.Errorf("product.created was told %d times", n)
	}
}

func byEvent(t *testing.T, shop *gorgontest.Shop) {
	if err := event.Emit(shop.Context(), shop.App.Bus(), erp.Changed, struct{}{}); err != nil {
		t.Fatal(err)
	}
	shop.Events()
	if got := titles(t, shop); got != "Lamp** Sofa*" {
		t.Errorf("there are %q", got)
	}
}
