package commerce_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// Lists that anybody may ask for anything, and what a body can be sent to.
var (
	lists = []string{"/admin/products", "/admin/orders", "/admin/customers", "/admin/regions", "/admin/price-lists", "/admin/inventory-items", "/admin/promotions",
		"/store/products", "/store/product-categories", "/store/collections", "/store/regions"}
	creations = []string{"/store/carts", "/store/customers", "/admin/products", "/admin/regions", "/admin/customers", "/admin/promotions", "/admin/price-lists",
		"/admin/shipping-options", "/admin/inventory-items", "/admin/tax-rates", "/admin/api-keys", "/admin/stock-locations", "/auth/user/emailpass"}
)

func client(s *gorgontest.Shop, path string) *routetest.Client {
	switch {
	case strings.HasPrefix(path, "/store"):
		return s.Store
	case strings.HasPrefix(path, "/auth"):
		return s.Anonymous
	}
	return s.Admin
}

// Whatever a query asks for, it is answered or refused, and never breaks anything.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		"limit=5&offset=0&order=-created_at", "fields=id,*variants,-title,+x.y", "q=%25_'", "created_at[$gte]=2020-01-01", "id[]=a&id[]=b", "id[$in][]=a",
		"$and[0][id]=x&$or[0][title][$ilike]=%25", "limit=-1", "offset=99999999999999999999", "order=nope", "fields=***,,..", "title[$re]=(", "created_at[$gt]=x",
		"with_deleted=maybe", "variants[options][value]=x", "a[b][c][d][e][f][g]=1", "limit[]=1", "%00=%00", "status[]=draft&status[]=nope", "q[]=a", "id[$nope]=1",
		"tags[value][$like]=x", "sales_channel_id[]=sc", "fields=variants.prices.price_set.prices.x", "region_id=x", "metadata[a]=1", "order=variants.title",
	} {
		f.Add(q)
	}
	s := gorgontest.New(f)
	f.Fuzz(func(t *testing.T, q string) {
		for _, path := range lists {
			if _, err := url.Parse(path + "?" + q); err != nil || strings.ContainsAny(q, " \t\r\n#") || !printable(q) {
				return
			}
			if a := client(s, path).WithT(t).Get(path + "?" + q); a.Status >= 500 {
				t.Errorf("GET %s?%s: %d %s", path, q, a.Status, a.Body)
			}
		}
	})
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e }) < 0
}

// Whatever a body holds, it is taken or refused.
func FuzzBody(f *testing.F) {
	for _, b := range []string{
		`{}`, `[]`, `null`, `"x"`, `1`, `{`, ``, `{"title":null}`, `{"title":{"a":1},"options":[null]}`, `{"email":"a@b.c","password":1}`, `{"items":[{"variant_id":"x","quantity":-1}]}`,
		`{"name":"x","currency_code":"eur","countries":["zz"]}`, `{"title":"x","variants":[{"prices":[{"amount":"x"}]}]}`, `{"region_id":[]}`, `{"metadata":{"a":"` + strings.Repeat("x", 200) + `"}}`,
		`{"title":"a\u0000b","name":"a\u0000b","email":"a\u0000@b.c","region_id":"\u0000"}`, `{"code":"X","type":"standard","application_method":{"type":"fixed","value":1e999}}`,
		`{"title":"x","options":[{"title":"a","values":["b"]}],"variants":[{"title":"v","prices":[{"amount":1e400,"currency_code":"eur"}]}]}`,
		`{"sku":"x","weight":1e99}`, `{"tax_region_id":"x","rate":1e300,"name":"n","code":"c"}`, `{"unknown":1}`, `{"title":"x","type":"publishable"}`, `{"a":` + strings.Repeat("[", 300) + `}`,
	} {
		f.Add(b)
	}
	s := gorgontest.New(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range creations {
			if a := client(s, path).WithT(t).Post(path, body); a.Status >= 500 {
				t.Errorf("POST %s %s: %d %s", path, body, a.Status, a.Body)
			}
		}
	})
}
