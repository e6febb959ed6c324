package gorgontest_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
)

// Two shops live side by side, each with its own records and logins.
func TestShops(t *testing.T) {
	t.Parallel()
	one, two := gorgontest.New(t), gorgontest.New(t)
	one.Customer("a@example.com").Get("/store/customers/me").Decode(new(any))
	var list struct{ Count int }
	one.Admin.Get("/admin/customers").Decode(&list)
	if list.Count != 1 {
		t.Errorf("the shop has %d customers, want its own one", list.Count)
	}
	two.Admin.Get("/admin/customers").Decode(&list)
	if list.Count != 0 {
		t.Errorf("the other shop has %d customers, want none", list.Count)
	}
	if n := one.CountEvents("customer.created"); n != 1 {
		t.Errorf("customer.created was told %d times, want once", n)
	}
}

type thing struct {
	module.Model
	Name string `json:"name"`
}

// Plugins of the same name may differ from test to test.
func TestSameName(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"one_thing", "other_thing"} {
		things := module.NewTable[thing](table)
		shop := gorgontest.New(t, func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Name: "things", Tables: []module.Entity{things}}
		})
		if _, err := things.Create(shop.Context(), thing{Name: "a"}); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkNew measures what a shop costs a test.
func BenchmarkNew(b *testing.B) {
	gorgontest.New(b)
	for b.Loop() {
		gorgontest.New(b)
	}
}

// Goods can be bought until there are none.
func TestStock(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		g := shop.AddProduct(3)
		var got struct {
			Order struct {
				Total float64
				Items []struct{ Quantity int }
			}
		}
		shop.Admin.Get("/admin/orders/" + shop.PlaceOrder(g, 2)).Decode(&got)
		if got.Order.Total != 30 || len(got.Order.Items) != 1 || got.Order.Items[0].Quantity != 2 { // two lamps of 10, 5 to send them, 20 % tax
			t.Errorf("got %+v", got.Order)
		}
		levels, err := shop.Inventory.Levels.List(shop.Context(), nil)
		if err != nil || len(levels) != 1 || levels[0].Available().String() != "1" {
			t.Errorf("got %+v, %v", levels, err)
		}
	})
}
