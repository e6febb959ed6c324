package commerce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/job"
)

// TestPurchaseBehindPooler has two shops sell over one database behind a PgBouncer in transaction mode, with a direct URL beside it and without: what one changes
// the other shows, the last lamp is sold once, events and jobs are handled.
func TestPurchaseBehindPooler(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"direct", "polling"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct := gorgontest.PostgresURL(t)
			cfg := gorgon.Config{DatabaseURL: dbtest.Pooled(t, "transaction", direct)}
			if name == "direct" {
				cfg.DatabaseDirectURL = direct
			}
			ticks := make(chan struct{}, 1)
			a, b := gorgontest.NewWithConfig(t, cfg, ticking(ticks)), gorgontest.NewWithConfig(t, cfg, ticking(ticks))
			if p := a.App.DB().Pooler(); p != db.PoolerTransaction {
				t.Fatalf("the pooler was taken for %s", p)
			}
			goods := a.AddProduct(5)
			seesChanges(t, a, b, goods)
			if n := completed(t, goods, a, b); n != 5 {
				t.Errorf("%d orders of 5 lamps", n)
			}
			placed(t, a, b, 5)
			select {
			case <-ticks:
			case <-time.After(30 * time.Second):
				t.Error("no job has run")
			}
		})
	}
}

func ticking(to chan struct{}) func(*commerce.Shop) gorgon.Plugin {
	return func(*commerce.Shop) gorgon.Plugin {
		return gorgon.Plugin{Name: "ticking", Jobs: []job.Job{job.Every("tick", time.Second, func(context.Context) error {
			select {
			case to <- struct{}{}:
			default:
			}
			return nil
		})}}
	}
}

// seesChanges changes a title over one shop, and looks at it over the other, which has answered with the old one before.
func seesChanges(t *testing.T, a, b *gorgontest.Shop, goods gorgontest.ProductFixture) {
	t.Helper()
	title := func() string {
		var answer struct{ Product struct{ Title string } }
		b.Store.Get("/store/products/" + goods.ProductID).Decode(&answer)
		return answer.Product.Title
	}
	for i := range 5 {
		title()
		want := fmt.Sprint("Lamp ", i)
		a.Admin.Post("/admin/products/"+goods.ProductID, map[string]any{"title": want}).Decode(&struct{}{})
		got := title()
		for end := time.Now().Add(5 * time.Second); got != want && time.Now().Before(end); got = title() {
			time.Sleep(10 * time.Millisecond)
		}
		if got != want {
			t.Errorf("the other shop shows %q, not %q", got, want)
		}
	}
}

// completed has both shops complete carts at once, twice as many as there are lamps, and counts the orders.
func completed(t *testing.T, goods gorgontest.ProductFixture, shops ...*gorgontest.Shop) (orders int64) {
	t.Helper()
	var group sync.WaitGroup
	var placed atomic.Int64
	carts := map[string]*gorgontest.Shop{}
	for range 5 {
		for _, s := range shops {
			carts[s.CreateReadyCart(goods, 1)] = s
		}
	}
	for cart, s := range carts {
		group.Go(func() {
			var answer struct{ Type string }
			if a := s.Store.Post(cart+"/complete", nil); a.Status == http.StatusOK && json.Unmarshal(a.Body, &answer) == nil && answer.Type == "order" {
				placed.Add(1)
			}
		})
	}
	group.Wait()
	return placed.Load()
}

// placed waits until the events of all orders were handed out, to either shop.
func placed(t *testing.T, a, b *gorgontest.Shop, want int) {
	t.Helper()
	if n := a.CountEvents("order.placed") + b.CountEvents("order.placed"); n < want {
		t.Errorf("%d events of %d orders", n, want)
	}
}

// TestMigrateBehindPooler makes all tables through a PgBouncer in transaction mode, two processes at once.
func TestMigrateBehindPooler(t *testing.T) {
	t.Parallel()
	url := dbtest.Pooled(t, "transaction", dbtest.PostgresURL(t))
	var group sync.WaitGroup
	for range 2 {
		app := gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "x", CookieSecret: "x", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }})
		app.Use(commerce.New(app).Plugin())
		t.Cleanup(app.Close)
		group.Go(func() {
			if _, err := app.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
