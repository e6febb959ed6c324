package bank_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/bank"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

type object = map[string]any

const secret = "s3cret"

// A counter is the bank: it does what has one key once. Money comes when the test says so.
type counter struct {
	come atomic.Bool
	mu   sync.Mutex
	keys map[string]string
	done []string
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	action := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if action == "hold" && !c.come.Load() {
		w.WriteHeader(http.StatusPaymentRequired)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	if c.keys[key] == "" {
		c.done = append(c.done, action)
		c.keys[key] = map[string]string{"transfers": `{"data":{"id":"t1"}}`, "hold": `{"status":"authorized","data":{"id":"t1"}}`}[action]
		if c.keys[key] == "" {
			c.keys[key] = `{"data":{"id":"t1"}}`
		}
	}
	io.WriteString(w, c.keys[key])
}

func (c *counter) did(action string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.done {
		if d == action {
			n++
		}
	}
	return n
}

// call tells the shop what has become of a session, as the bank does.
func call(c *routetest.Client, status, session string) *routetest.Response {
	body := fmt.Sprintf(`{"reference":%q,"status":%q}`, session, status)
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, body)
	return c.WithHeader("X-Signature", hex.EncodeToString(mac.Sum(nil))).Post("/hooks/payment/bank", body)
}

// A bank that says that it was paid makes an order of the cart, once, whether or not the buyer comes back.
func TestBank(t *testing.T) {
	t.Parallel()
	bankers := map[*bank.Bank]*counter{}
	var mu sync.Mutex
	gorgontest.EachDatabaseWith(t, func(s *commerce.Shop) *bank.Bank {
		c := &counter{keys: map[string]string{}}
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		b := (&bank.Bank{URL: server.URL, Secret: secret})
		mu.Lock()
		defer mu.Unlock()
		bankers[b] = c
		return b
	}, func(t *testing.T, shop *gorgontest.Shop, b *bank.Bank) {
		mu.Lock()
		c := bankers[b]
		mu.Unlock()
		cart, session := basket(t, shop)
		if a := shop.Store.Post("/store/carts/"+cart+"/complete", nil); len(orders(t, shop)) > 0 {
			t.Fatalf("an order without money: %s", a.Body)
		}
		c.come.Store(true)
		if a := shop.Anonymous.Post("/hooks/payment/bank", object{"status": "captured", "reference": session}); a.Status != 401 {
			t.Errorf("a stranger got %d %s", a.Status, a.Body)
		}
		for _, path := range []string{"/hooks/payment/nobody", "/hooks/payment/system_default"} {
			shop.Anonymous.Post(path, object{"status": "captured", "session_id": session}).Want(200, "OK")
		}
		for _, status := range []string{"pending", "authorized", "captured", "captured"} {
			call(shop.Anonymous, status, session).Want(200, "OK")
		}
		eventually(t, func() bool { return shop.CountEvents("payment.captured") == 1 })
		call(shop.Anonymous, "captured", session).Want(200, "OK")
		call(shop.Anonymous, "captured", "payses_gone").Want(200, "OK")
		var again struct{ Order struct{ ID string } }
		shop.Store.Post("/store/carts/"+cart+"/complete", nil).Decode(&again)
		if list := orders(t, shop); len(list) != 1 || list[0] != again.Order.ID {
			t.Errorf("orders %v, want one, %s", list, again.Order.ID)
		}
		captures, err := shop.Payment.Captures.List(shop.Context(), nil)
		if err != nil || len(captures) != 1 || captures[0].Amount.String() != "18" || c.did("hold") != 1 || c.did("take") != 1 {
			t.Errorf("captures %+v, %v; the bank did %v", captures, err, c.done)
		}
		call(shop.Anonymous, "captured", more(t, shop, again.Order.ID)).Want(200, "OK")
		eventually(t, func() bool { return shop.CountEvents("payment.captured") == 2 })
		o, err := shop.Order.Load(shop.Context(), again.Order.ID, false)
		if err != nil || !o.AmountDue().IsZero() || len(orders(t, shop)) != 1 {
			t.Errorf("%s is owed of %d orders, %v", o.AmountDue(), len(orders(t, shop)), err)
		}
	})
}

// basket is a cart that wants to be paid by the bank, and the session for that.
func basket(t *testing.T, shop *gorgontest.Shop) (cart, session string) {
	t.Helper()
	g := shop.AddProduct(5)
	shop.Admin.Post("/admin/regions/"+g.RegionID, object{"payment_providers": []string{"pp_bank"}}).Decode(&object{})
	var c struct{ Cart struct{ ID string } }
	address := object{"first_name": "Ada", "last_name": "L", "address_1": "1 Street", "city": "Berlin", "country_code": "de", "postal_code": "10115"}
	shop.Store.Post("/store/carts", object{"region_id": g.RegionID, "email": "ada@example.com", "shipping_address": address, "billing_address": address,
		"items": []object{{"variant_id": g.VariantID, "quantity": 1}}}).Decode(&c)
	at := "/store/carts/" + c.Cart.ID
	shop.Store.Post(at+"/shipping-methods", object{"option_id": g.ShippingOptionID}).Decode(&c)
	var p struct {
		Collection struct {
			ID       string
			Sessions []struct{ ID string } `json:"payment_sessions"`
		} `json:"payment_collection"`
	}
	shop.Store.Post("/store/payment-collections", object{"cart_id": c.Cart.ID}).Decode(&p)
	shop.Store.Post("/store/payment-collections/"+p.Collection.ID+"/payment-sessions", object{"provider_id": "pp_bank"}).Decode(&p)
	return c.Cart.ID, p.Collection.Sessions[0].ID
}

// more adds a lamp to an order, and returns a session for what is owed then.
func more(t *testing.T, shop *gorgontest.Shop, order string) string {
	t.Helper()
	var o struct {
		Order struct {
			Items       []struct{ ID string }
			Collections []struct{ ID, Status string } `json:"payment_collections"`
		}
	}
	at := "/admin/orders/" + order + "?fields=*items,*payment_collections"
	shop.Admin.Get(at).Decode(&o)
	shop.Admin.Post("/admin/order-edits", object{"order_id": order}).Decode(&object{})
	shop.Admin.Post("/admin/order-edits/"+order+"/items/item/"+o.Order.Items[0].ID, object{"quantity": 2}).Decode(&object{})
	shop.Admin.Post("/admin/order-edits/"+order+"/confirm", object{}).Decode(&object{})
	shop.Admin.Get(at).Decode(&o)
	for _, c := range o.Order.Collections {
		if c.Status == payment.CollectionNotPaid {
			s, err := shop.PaymentFlows.CreateSession.Run(shop.Context(), payment.CreateSessionInput{CollectionID: c.ID, ProviderID: "pp_bank"})
			if err != nil {
				t.Fatal(err)
			}
			return s.ID
		}
	}
	t.Fatalf("nothing is owed: %+v", o)
	return ""
}

func orders(t *testing.T, shop *gorgontest.Shop) (ids []string) {
	t.Helper()
	list, err := shop.Order.Orders.List(shop.Context(), module.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return module.IDs(list)
}

func eventually(t *testing.T, true func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !true(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}
