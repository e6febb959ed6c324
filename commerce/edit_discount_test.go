package commerce_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
)

// TestEditScalesDiscounts edits an order of two lamps with a discount to one lamp and back. The
// discount follows the line item although nobody asked to carry promotions over, so that no line
// item costs less than nothing. All amounts include 20 % tax, and shipping of 6.
func TestEditScalesDiscounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method         object
		two, one, back float64
	}{
		"percentage":               {object{"type": "percentage", "value": 50, "target_type": "items", "allocation": "across"}, 18, 12, 18},
		"more than what is left":   {object{"type": "fixed", "value": 15, "target_type": "items", "allocation": "across", "currency_code": "eur"}, 12, 6, 18},
		"fixed, less than is left": {object{"type": "fixed", "value": 5, "target_type": "items", "allocation": "across", "currency_code": "eur"}, 24, 12, 24},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
				g := shop.AddProduct(5)
				shop.Admin.Post("/admin/promotions", object{"code": "LESS", "type": "standard", "status": "active", "application_method": c.method}).Decode(&object{})
				p := newPaidCart(t, shop, g, "LESS")
				var o struct {
					Order struct {
						ID    string
						Total float64
						Items []struct{ ID string }
					}
				}
				shop.Store.Post(p.at+"/complete", nil).Decode(&o)
				total := func(quantity int) float64 {
					at := "/admin/order-edits/" + o.Order.ID
					shop.Admin.Post("/admin/order-edits", object{"order_id": o.Order.ID}).Decode(&object{})
					shop.Admin.Post(at+"/items/item/"+o.Order.Items[0].ID, object{"quantity": quantity}).Decode(&object{})
					shop.Admin.Post(at+"/confirm", object{}).Decode(&object{})
					shop.Admin.Get("/admin/orders/" + o.Order.ID).Decode(&o)
					return o.Order.Total
				}
				two := o.Order.Total
				if one, back := total(1), total(2); two != c.two || one != c.one || back != c.back {
					t.Errorf("costs %v, %v with one lamp and %v with two again; want %v, %v and %v", two, one, back, c.two, c.one, c.back)
				}
			})
		})
	}
}
