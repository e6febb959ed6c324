package commerce_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
)

// TestNegativeReturnPrice ignores a price below zero that a buyer sends for the shipping of a
// return: the order would cost less.
func TestNegativeReturnPrice(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		g := shop.AddProduct(5)
		id := shop.PlaceOrder(g, 1)
		var o struct {
			Order struct {
				Total float64
				Items []struct{ ID string }
			}
		}
		at := "/admin/orders/" + id
		shop.Admin.Get(at).Decode(&o)
		before, item := o.Order.Total, object{"id": o.Order.Items[0].ID, "quantity": 1}
		shop.Admin.Post(at+"/fulfillments", object{"items": []object{item}, "location_id": g.LocationID}).Decode(&object{})
		shop.Store.Post("/store/returns", object{"order_id": id, "items": []object{item},
			"return_shipping": object{"option_id": g.ShippingOptionID, "price": -100}}).Decode(&object{})
		shop.Admin.Get(at).Decode(&o)
		if want := before + 5; o.Order.Total != want {
			t.Errorf("the order costs %v, want %v with the return's shipping", o.Order.Total, want)
		}
	})
}
