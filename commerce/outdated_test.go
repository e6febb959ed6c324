package commerce_test

import (
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
)

// A paidCart is a cart with one line item, a shipping method and a payment session.
type paidCart struct {
	shop  *gorgontest.Shop
	goods gorgontest.ProductFixture
	at    string // its address
}

func newPaidCart(t *testing.T, shop *gorgontest.Shop, g gorgontest.ProductFixture, code string) paidCart {
	t.Helper()
	var c struct{ Cart struct{ ID string } }
	address := object{"first_name": "Ada", "last_name": "L", "address_1": "1 Street", "city": "Berlin", "country_code": "de", "postal_code": "10115"}
	in := object{"region_id": g.RegionID, "email": "ada@example.com", "shipping_address": address, "billing_address": address,
		"items": []object{{"variant_id": g.VariantID, "quantity": 2}}}
	if code != "" {
		in["promo_codes"] = []string{code}
	}
	shop.Store.Post("/store/carts", in).Decode(&c)
	p := paidCart{shop, g, "/store/carts/" + c.Cart.ID}
	shop.Store.Post(p.at+"/shipping-methods", object{"option_id": g.ShippingOptionID}).Decode(&c)
	p.pay(t)
	return p
}

func (p paidCart) pay(t *testing.T) {
	t.Helper()
	var c struct {
		Collection struct{ ID string } `json:"payment_collection"`
	}
	p.shop.Store.Post("/store/payment-collections", object{"cart_id": strings.TrimPrefix(p.at, "/store/carts/")}).Decode(&c)
	p.shop.Store.Post("/store/payment-collections/"+c.Collection.ID+"/payment-sessions", object{"provider_id": "pp_system_default"}).Decode(&c)
}

// refused completes the cart, which has to fail with all of the words and leave no order behind.
func (p paidCart) refused(t *testing.T, words ...string) {
	t.Helper()
	a := p.shop.Store.Post(p.at+"/complete", nil)
	for _, w := range words {
		if a.Status != 400 || !strings.Contains(string(a.Body), w) {
			t.Errorf("got %d %s, want 400 with %q", a.Status, a.Body, w)
		}
	}
	if n, err := p.shop.Order.Orders.Count(p.shop.Context(), nil); err != nil || n != 0 {
		t.Errorf("%d orders, %v", n, err)
	}
}

// total is what the cart says that it costs.
func (p paidCart) total(t *testing.T) float64 {
	t.Helper()
	var c struct{ Cart struct{ Total float64 } }
	p.shop.Store.Get(p.at).Decode(&c)
	return c.Cart.Total
}

// completed pays and completes the cart and returns the total of the order.
func (p paidCart) completed(t *testing.T) float64 {
	t.Helper()
	p.pay(t)
	var o struct{ Order struct{ Total float64 } }
	p.shop.Store.Post(p.at+"/complete", nil).Decode(&o)
	return o.Order.Total
}

// TestDeletedVariant does not sell a line item whose product was deleted, and sells the rest.
func TestDeletedVariant(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		g := shop.AddProduct(5)
		p := newPaidCart(t, shop, g, "")
		var other struct {
			Product struct{ Variants []struct{ ID string } }
		}
		shop.Admin.Post("/admin/products", object{"title": "Mug", "status": "published", "sales_channels": []object{{"id": g.SalesChannelID}},
			"options": []object{{"title": "Size", "values": []string{"One"}}}, "variants": []object{{"title": "One", "manage_inventory": false,
				"options": object{"Size": "One"}, "prices": []object{{"currency_code": "eur", "amount": 7}}}}}).Decode(&other)
		var c struct {
			Cart struct{ Items []struct{ ID string } }
		}
		shop.Store.Post(p.at+"/line-items", object{"variant_id": other.Product.Variants[0].ID, "quantity": 1}).Decode(&c)
		p.pay(t)
		shop.Admin.Delete("/admin/products/" + g.ProductID).Decode(&object{})
		line := c.Cart.Items[0].ID
		p.refused(t, "No longer for sale", line)
		shop.Store.Delete(p.at + "/line-items/" + line).Decode(&object{})
		if p.completed(t) <= 0 {
			t.Error("the rest of the cart was not sold")
		}
	})
}

// TestWithdrawnPromotion refuses to complete a cart whose code was withdrawn, and shows its new
// price before it is sold at that.
func TestWithdrawnPromotion(t *testing.T) {
	t.Parallel()
	for name, withdraw := range map[string]func(*gorgontest.Shop, string){
		"inactive": func(s *gorgontest.Shop, id string) {
			s.Admin.Post("/admin/promotions/"+id, object{"status": "inactive"}).Decode(&object{})
		},
		"deleted": func(s *gorgontest.Shop, id string) { s.Admin.Delete("/admin/promotions/" + id).Decode(&object{}) },
		"used up": func(s *gorgontest.Shop, id string) {
			if _, err := s.Promotion.Promotions.Update(s.Context(), module.Filter{"id": id}, module.Set{"limit": 1, "used": 1}); err != nil {
				panic(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
				g := shop.AddProduct(5)
				var made struct{ Promotion struct{ ID string } }
				shop.Admin.Post("/admin/promotions", object{"code": "HALF", "type": "standard", "status": "active",
					"application_method": object{"type": "percentage", "value": 50, "target_type": "items", "allocation": "across"}}).Decode(&made)
				p := newPaidCart(t, shop, g, "HALF")
				reduced := p.total(t)
				withdraw(shop, made.Promotion.ID)
				p.refused(t, "The promotion code HALF can no longer be used.")
				full := p.total(t)
				if full <= reduced {
					t.Errorf("the cart costs %v, and %v with the code", full, reduced)
				}
				if got := p.completed(t); got != full {
					t.Errorf("sold at %v, want %v", got, full)
				}
			})
		})
	}
}

// TestEndedPriceList refuses to complete a cart at the price of a list that has ended.
func TestEndedPriceList(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		g := shop.AddProduct(5)
		var list struct {
			List struct{ ID string } `json:"price_list"`
		}
		shop.Admin.Post("/admin/price-lists", object{"title": "Sale", "description": "Sale", "type": "sale", "status": "active",
			"prices": []object{{"variant_id": g.VariantID, "amount": 1, "currency_code": "eur"}}}).Decode(&list)
		p := newPaidCart(t, shop, g, "")
		sale := p.total(t)
		shop.Admin.Post("/admin/price-lists/"+list.List.ID, object{"status": "draft"}).Decode(&object{})
		p.refused(t, "The price of", "has changed")
		if full := p.total(t); full <= sale || p.completed(t) != full {
			t.Errorf("costs %v after the sale, %v during it", full, sale)
		}
	})
}

// TestDeletedShippingOption refuses to complete a cart whose shipping option was deleted.
func TestDeletedShippingOption(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		p := newPaidCart(t, shop, shop.AddProduct(5), "")
		shop.Admin.Delete("/admin/shipping-options/" + p.goods.ShippingOptionID).Decode(&object{})
		p.refused(t, "The shipping option", "is no longer available")
	})
}
