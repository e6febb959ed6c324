package gorgontest_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/customerflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/notification"
)

// run stands for go test, which calls functions like those below.
func run(test func(t *testing.T)) {
	for name, value := range map[string]string{"test.v": "false", "test.skip": ""} { // nothing but what the example prints, and that
		f := flag.Lookup(name).Value
		defer func(was string) { _ = f.Set(was) }(f.String())
		_ = f.Set(value)
	}
	var once sync.Once
	all := func(string, string) (bool, error) { return true, nil }
	testing.RunTests(all, []testing.InternalTest{{Name: "TestShop", F: func(t *testing.T) { once.Do(func() { test(t) }) }}})
}

// A test gets a whole shop, and clients of its API that are logged in.
func ExampleNew() {
	run(func(t *testing.T) {
		shop := gorgontest.New(t)

		var created struct{ Region struct{ ID, Name string } }
		shop.Admin.Post("/admin/regions", map[string]any{"name": "Europe", "currency_code": "eur", "countries": []string{"de"}}).Decode(&created)
		var cart struct {
			Cart struct {
				CurrencyCode string `json:"currency_code"`
			}
		}
		shop.Store.Post("/store/carts", map[string]any{"region_id": created.Region.ID}).Decode(&cart)
		fmt.Println(created.Region.Name, cart.Cart.CurrencyCode)

		fmt.Println(shop.Anonymous.Get("/admin/regions").Status, shop.CountEvents("region.created"))
	})
	// Output:
	// Europe eur
	// 401 1
}

// A Fan is a data model.
type Fan struct {
	module.Model
	Email string `json:"email"`
}

// A club remembers customers, and welcomes them.
type club struct {
	shop *commerce.Shop
	fans *module.Table[Fan]
}

func newClub(shop *commerce.Shop) club { return club{shop, module.NewTable[Fan]("fan")} }

func (c club) welcome(ctx context.Context, created event.ID) error {
	customer, err := c.shop.Customer.Customers.Retrieve(ctx, created.ID)
	if err != nil {
		return err
	}
	c.shop.App.Log().InfoContext(ctx, "a fan", "email", *customer.Email)
	if _, err := c.fans.Create(ctx, Fan{Email: *customer.Email}); err != nil {
		return err
	}
	_, err = c.shop.Notification.CreateAndSend(ctx, []notification.Notification{{To: *customer.Email, Channel: "email", Template: new("welcome")}})
	return err
}

// Plugin lists what the club adds to its shop.
func (c club) Plugin() gorgon.Plugin {
	return gorgon.Plugin{Name: "club", Tables: []module.Entity{c.fans}, Subscriptions: []event.Subscription{event.On(customerflow.Created, c.welcome)}}
}

// The parts of a plugin are at hand in its test.
func ExampleWith() {
	run(func(t *testing.T) {
		shop, club := gorgontest.With(t, newClub)
		shop.Customer("ada@example.com")
		shop.Events() // waits until all have been handled
		fans, err := club.fans.List(shop.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(fans[0].Email)
	})
	// Output: ada@example.com
}

// What would be mailed is kept for the test, and so is the log.
func ExampleShop_SentNotifications() {
	run(func(t *testing.T) {
		shop, _ := gorgontest.With(t, newClub)
		shop.Customer("ada@example.com")
		for _, mail := range shop.SentNotifications() {
			fmt.Println(mail.To, *mail.Template)
		}
		fmt.Println(strings.Contains(shop.LogOutput(), `msg="a fan" email=ada@example.com`))
	})
	// Output:
	// ada@example.com welcome
	// true
}

// The clock of a bubble goes on when the test sleeps: two days take no time.
func ExampleWithFakeClock() {
	run(func(t *testing.T) {
		var nights atomic.Int32
		nightly := func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Name: "nightly", Jobs: []job.Job{job.Cron("count", "0 3 * * *", func(context.Context) error {
				nights.Add(1)
				return nil
			})}}
		}
		gorgontest.WithFakeClock(t, func(*testing.T, *gorgontest.Shop) {
			time.Sleep(48 * time.Hour)
			fmt.Println(nights.Load())
		}, nightly)
	})
	// Output: 2
}
