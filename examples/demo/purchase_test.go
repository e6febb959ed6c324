package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/idempotency"
	"github.com/gorgon-commerce/gorgon/route"
)

// A meter counts the statements of the last request.
type meter struct {
	mu   sync.Mutex
	last []string
}

func (m *meter) Plugin() gorgon.Plugin {
	count := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, counter := db.WithStatementCounter(r.Context())
			next.ServeHTTP(w, r.WithContext(ctx))
			m.mu.Lock()
			defer m.mu.Unlock()
			m.last = counter.Statements()
		})
	}
	return gorgon.Plugin{Name: "meter", Middleware: []route.Middleware{{Matcher: "*", Handler: count}}}
}

// A customer buys what the demo sells, and no request costs the database more statements than it may.
func TestPurchase(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, func(*commerce.Shop) *meter { return &meter{} }, func(t *testing.T, shop *gorgontest.Shop, m *meter) {
		open(t, shop)
		b := &buyer{t, shop, m}
		b.buy()
	})
}

// open fills the shop as the program does, for an owner who is new.
func open(t *testing.T, shop *gorgontest.Shop) {
	const email, password = "owner@example.com", "supersecret"
	var invite struct{ Invite struct{ Token string } }
	shop.Admin.Post("/admin/invites", object{"email": email}).Decode(&invite)
	var registered struct{ Token string }
	shop.Anonymous.Post("/auth/user/emailpass/register", object{"email": email, "password": password}).Decode(&registered)
	shop.Anonymous.WithHeader("Authorization", "Bearer "+registered.Token).Post("/admin/invites/accept?token="+invite.Invite.Token, object{}).Decode(&object{})
	if err := run(shop.URL(), email, password); err != nil {
		t.Fatal(err)
	}
}

// A cart that is asked for twice with one key, for want of an answer, is one cart.
func TestRepeatedRequest(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		open(t, shop)
		var found struct{ Regions []struct{ ID string } }
		shop.Store.Get("/store/regions").Decode(&found)
		cart := object{"region_id": found.Regions[0].ID}
		var first, again struct{ Cart struct{ ID string } }
		once := shop.Store.WithHeader(idempotency.KeyHeader, "9d3c0a52-51d8-4b6f-8f2e-7f3f0f9b6c11")
		once.Post("/store/carts", cart).Decode(&first)
		once.Post("/store/carts", cart).Decode(&again)
		if n, err := shop.Cart.Carts.Count(shop.Context(), nil); err != nil || n != 1 || first != again {
			t.Errorf("there are %d carts, %v and %v: %v", n, first, again, err)
		}
	})
}

type buyer struct {
	t     *testing.T
	shop  *gorgontest.Shop
	meter *meter
}

// ask sends a request that may cost so many statements while nothing is in memory yet, and returns the one record in the answer under name, or the first of a list.
func (b *buyer) ask(budget int, name, method, path string, body any) object {
	b.t.Helper()
	var answer map[string]any
	b.shop.Store.Do(method, path, body).Decode(&answer)
	if n := len(b.meter.last); n > budget {
		b.t.Errorf("%s %s: %d statements, more than %d:\n%s", method, path, n, budget, strings.Join(b.meter.last, "\n"))
	}
	v := answer[name]
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	record, ok := v.(object)
	if !ok {
		b.t.Fatalf("%s %s has no %s: %v", method, path, name, answer)
	}
	return record
}

func (b *buyer) buy() {
	post := func(budget int, name, path string, body any) object { return b.ask(budget, name, "POST", path, body) }
	region := b.ask(3, "regions", "GET", "/store/regions?name=Europe", nil)
	product := b.ask(15, "products", "GET", "/store/products?handle=harbour-tee&fields=*variants.calculated_price&region_id="+region["id"].(string), nil)
	variant := product["variants"].([]any)[0].(object)["id"]
	cart := "/store/carts/" + post(7, "cart", "/store/carts", object{"region_id": region["id"]})["id"].(string)
	id := strings.TrimPrefix(cart, "/store/carts/")
	post(20, "cart", cart+"/line-items", object{"variant_id": variant, "quantity": 1})
	post(22, "cart", cart+"/line-items", object{"variant_id": variant, "quantity": 1})
	address := object{"first_name": "Ada", "last_name": "Lovelace", "address_1": "1 Street", "city": "Copenhagen", "country_code": "de", "postal_code": "1000"}
	post(29, "cart", cart, object{"email": "ada@example.com", "shipping_address": address, "billing_address": address})
	option := b.ask(34, "shipping_options", "GET", "/store/shipping-options?cart_id="+id, nil)
	post(41, "cart", cart+"/shipping-methods", object{"option_id": option["id"]})
	collection := post(19, "payment_collection", "/store/payment-collections", object{"cart_id": id})
	post(10, "payment_collection", "/store/payment-collections/"+collection["id"].(string)+"/payment-sessions", object{"provider_id": "pp_system_default"})
	// Three quarters of what completing costs is the transaction, which a budget of flow/checkoutflow holds to 40; the rest reads the answer.
	order := post(64, "order", cart+"/complete", nil)
	if order["total"] != 62.951 { // two shirts of 24.00, 4.90 to send them, 19 % tax
		b.t.Errorf("the order costs %v: %v", order["total"], order)
	}
}
