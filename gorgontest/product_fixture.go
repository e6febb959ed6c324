package gorgontest

import (
	"strings"

	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// ProductFixture are something that a shop sells, and what it takes to sell it, by their ids: a product of one variant that costs 10 euros before taxes of 20 %, and goes to Germany for 5.
type ProductFixture struct {
	RegionID, SalesChannelID, LocationID, ShippingOptionID string
	ProductID, VariantID, InventoryItemID                  string
}

type object = map[string]any

// AddProduct gives the shop goods, of which there are so many.
func (s *Shop) AddProduct(quantity int) ProductFixture {
	s.t.Helper()
	g := ProductFixture{SalesChannelID: s.first("/admin/sales-channels", "sales_channels")}
	s.made("", "/admin/stores/"+s.first("/admin/stores", "stores"), object{"supported_currencies": []object{{"currency_code": "eur", "is_default": true}}})
	g.RegionID = s.made("region", "/admin/regions", object{"name": "Europe", "currency_code": "eur", "countries": []string{"de"}, "payment_providers": []string{"pp_system_default"}})
	s.made("", "/admin/tax-regions", object{"country_code": "de", "provider_id": "tp_system", "default_tax_rate": object{"rate": 20, "name": "VAT", "code": "vat"}})
	s.shipping(&g)
	s.product(&g)
	s.made("", "/admin/inventory-items/"+g.InventoryItemID+"/location-levels", object{"location_id": g.LocationID, "stocked_quantity": quantity})
	return g
}

// shipping sends goods from a warehouse to Germany, and back.
func (s *Shop) shipping(g *ProductFixture) {
	s.t.Helper()
	g.LocationID = s.made("stock_location", "/admin/stock-locations", object{"name": "Warehouse"})
	at := "/admin/stock-locations/" + g.LocationID
	s.made("", at+"/sales-channels", object{"add": []string{g.SalesChannelID}})
	s.made("", at+"/fulfillment-providers", object{"add": []string{"manual_manual"}})
	set := s.made("stock_location.fulfillment_sets", at+"/fulfillment-sets?fields=*fulfillment_sets", object{"name": "Parcels", "type": "shipping"})
	zone := s.made("fulfillment_set.service_zones", "/admin/fulfillment-sets/"+set+"/service-zones", object{"name": "Germany", "geo_zones": []object{{"type": "country", "country_code": "de"}}})
	g.ShippingOptionID = s.made("shipping_option", "/admin/shipping-options", object{"name": "Parcel", "service_zone_id": zone, "shipping_profile_id": s.first("/admin/shipping-profiles", "shipping_profiles"),
		"provider_id": "manual_manual", "price_type": "flat", "type": object{"label": "Parcel", "description": "A few days", "code": "parcel"}, "prices": []object{{"currency_code": "eur", "amount": 5}}})
}

func (s *Shop) product(g *ProductFixture) {
	s.t.Helper()
	var created struct {
		Product struct {
			ID       string
			Variants []struct {
				ID             string
				InventoryItems []struct {
					ID string `json:"inventory_item_id"`
				} `json:"inventory_items"`
			}
		}
	}
	s.Admin.Post("/admin/products?fields=*variants,*variants.inventory_items", object{"title": "Lamp", "status": "published", "sales_channels": []object{{"id": g.SalesChannelID}},
		"shipping_profile_id": s.first("/admin/shipping-profiles", "shipping_profiles"), "options": []object{{"title": "Size", "values": []string{"One"}}},
		"variants": []object{{"title": "One", "sku": "LAMP", "manage_inventory": true, "options": object{"Size": "One"}, "prices": []object{{"currency_code": "eur", "amount": 10}}}}}).Decode(&created)
	v := created.Product.Variants[0]
	g.ProductID, g.VariantID, g.InventoryItemID = created.Product.ID, v.ID, v.InventoryItems[0].ID
}

// PlaceOrder orders so many of the goods, as anybody in the store does, and returns the order's id. The payment is authorised, and not captured yet.
func (s *Shop) PlaceOrder(g ProductFixture, quantity int) string {
	s.t.Helper()
	return s.by(s.Store, "order", s.CreateReadyCart(g, quantity)+"/complete", nil)
}

// CreateReadyCart fills a cart with so many of the goods, up to the payment, and returns the path of its route: what is left is to complete it.
func (s *Shop) CreateReadyCart(g ProductFixture, quantity int) string {
	s.t.Helper()
	address := object{"first_name": "Ada", "last_name": "Lovelace", "address_1": "1 Street", "city": "Berlin", "country_code": "de", "postal_code": "10115"}
	id := s.by(s.Store, "cart", "/store/carts", object{"region_id": g.RegionID, "email": "ada@example.com", "shipping_address": address, "billing_address": address})
	s.by(s.Store, "cart", "/store/carts/"+id+"/line-items", object{"variant_id": g.VariantID, "quantity": quantity})
	s.by(s.Store, "cart", "/store/carts/"+id+"/shipping-methods", object{"option_id": g.ShippingOptionID})
	payment := s.by(s.Store, "payment_collection", "/store/payment-collections", object{"cart_id": id})
	s.by(s.Store, "payment_collection", "/store/payment-collections/"+payment+"/payment-sessions", object{"provider_id": "pp_system_default"})
	return "/store/carts/" + id
}

// made posts as the admin and returns the id of what the answer has at a path of names; the first, where that is a list.
func (s *Shop) made(path, url string, body any) string {
	s.t.Helper()
	return s.by(s.Admin, path, url, body)
}

func (s *Shop) by(c *routetest.Client, path, url string, body any) string {
	s.t.Helper()
	var answer any
	c.Do("POST", url, body).Decode(&answer)
	return idAt(answer, path)
}

// first is the id of the first of a list.
func (s *Shop) first(url, name string) string {
	s.t.Helper()
	var answer any
	s.Admin.Get(url).Decode(&answer)
	return idAt(answer, name)
}

func idAt(v any, path string) string {
	for name := range strings.SplitSeq(path+".id", ".") {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, _ := v.(object)
		v = m[name]
	}
	id, _ := v.(string)
	return id
}
