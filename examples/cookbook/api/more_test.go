package api_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/api"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/route/routetest"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func seen(t *testing.T, a *routetest.Response, want ...string) {
	t.Helper()
	if got := a.Header["X-Seen"]; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte("s3cret"))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// testStream wants two events as they come, and the handler to end when the client leaves.
func testStream(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.Clock)
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shop.App.Router().ServeHTTP(w, r)
		close(ended)
	}))
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/clock?interval=5", nil)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("got %s", got)
	}
	lines := bufio.NewScanner(res.Body)
	for range 2 {
		for _, want := range []string{"event: tick", `data: "20`, ""} {
			if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
				t.Fatalf("got %q %v, want %q", lines.Text(), lines.Err(), want)
			}
		}
	}
	leave()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the stream goes on though nobody listens")
	}
}

// brands has a workflow that makes products, and fails at its very end if they are called Doomed.
func brands(shop *commerce.Shop) gorgon.Plugin {
	b := api.NewBrands(shop)
	shop.ProductFlows.ProductsCreated.Handle(func(_ workflow.Context, input productflow.Products) error {
		if input.Products[0].Title == "Doomed" {
			return fault.New(fault.Conflict, "It was not to be")
		}
		return nil
	})
	return b.Plugin()
}

func testAdditionalData(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		var brand api.Brand
		shop.Admin.Post("/admin/brands", `{"name":"Acme"}`).Decode(&brand)
		product := func(title string, additional any) *routetest.Response {
			return shop.Admin.Post("/admin/products?fields=title,brand.name", map[string]any{"title": title, "additional_data": additional,
				"options": []any{map[string]any{"title": "Size", "values": []string{"M"}}}})
		}
		var lamp, chair struct{ Product struct{ Brand *api.Brand } }
		product("Lamp", map[string]any{"brand_id": brand.ID, "unknown": "is dropped"}).Decode(&lamp)
		product("Chair", nil).Decode(&chair)
		if lamp.Product.Brand == nil || lamp.Product.Brand.Name != "Acme" || chair.Product.Brand != nil {
			t.Errorf("the lamp is of %+v, the chair of %+v", lamp.Product.Brand, chair.Product.Brand)
		}
		product("Desk", map[string]any{"brand_id": 7}).
			Want(400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'additional_data, brand_id', got: '7'"}`)
		if a := product("Doomed", map[string]any{"brand_id": brand.ID}); a.Status != http.StatusConflict {
			t.Errorf("got %d %s", a.Status, a.Body)
		}
		n := 0
		if _, err := db.QueryRow(t.Context(), shop.App.DB(), db.Statement{SQL: "SELECT count(*) FROM brand_product WHERE deleted_at IS NULL"}, &n); err != nil || n != 1 {
			t.Errorf("%d products are tied to brands, want the lamp alone: %v", n, err)
		}
	}, brands)
}

func testAdmins(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.NewLogin)
	const path, refused = "/custom/admin/me", `{"message":"Unauthorized"}`
	shop.Anonymous.Get(path).Want(401, refused)
	shop.Customer("ada@example.com").Get(path).Want(401, refused)
	for name, c := range map[string]*routetest.Client{"bearer": shop.Admin, "session": session(shop.Admin)} {
		if got := c.Get(path).Status; got != 200 {
			t.Errorf("%s: got %d", name, got)
		}
	}
	var key struct {
		Key struct{ Token string } `json:"api_key"`
	}
	shop.Admin.Post("/admin/api-keys", map[string]any{"title": "robot", "type": "secret"}).Decode(&key)
	if got := shop.Anonymous.WithHeader("Authorization", "Basic "+key.Key.Token).Get(path).Status; got != 404 { // it is let in, and is no user
		t.Errorf("api-key: got %d", got)
	}
	shop.Anonymous.WithHeader("Authorization", "Basic sk_wrong").Get(path).Want(401, refused)
}

// session logs a client in by a cookie instead of its token.
func session(c *routetest.Client) *routetest.Client {
	cookie, _, _ := strings.Cut(c.Post("/auth/session", nil).Header.Get("Set-Cookie"), ";")
	return c.WithHeader("Authorization", "").WithHeader("Cookie", cookie)
}

func testCustomers(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.NewLogin)
	const path, refused = "/custom/customer/me", `{"message":"Unauthorized"}`
	shop.Anonymous.Get(path).Want(401, refused)
	shop.Admin.Get(path).Want(401, refused)
	ada := shop.Customer("ada@example.com")
	for name, c := range map[string]*routetest.Client{"bearer": ada, "session": session(ada)} {
		if got := c.Get(path).Status; got != 200 {
			t.Errorf("%s: got %d", name, got)
		}
	}
}

func testUser(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		var me struct{ ID, Email string }
		shop.Admin.Get("/custom/admin/me").Decode(&me)
		if !strings.HasPrefix(me.ID, "user_") || me.Email != "admin@example.com" {
			t.Errorf("got %+v", me)
		}
	}, api.NewLogin)
}

func testCustomer(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		var me struct{ ID, Email string }
		shop.Customer("ada@example.com").Get("/custom/customer/me").Decode(&me)
		if !strings.HasPrefix(me.ID, "cus_") || me.Email != "ada@example.com" {
			t.Errorf("got %+v", me)
		}
	}, api.NewLogin)
}
