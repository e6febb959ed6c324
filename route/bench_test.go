package route_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

type answer struct{}

func (answer) AppendJSON(b []byte) []byte { return append(b, `{"tag":{"id":"ptag_1"}}`...) }

// sink is a ResponseWriter that keeps nothing.
type sink struct{ h http.Header }

func (s sink) Header() http.Header         { return s.h }
func (s sink) Write(b []byte) (int, error) { return len(b), nil }
func (s sink) WriteHeader(int)             {}

// table is as large as Medusa's, with one handler.
func table(b *testing.B) *route.Router {
	var routes []route.Route
	for i := range 150 {
		for _, p := range []string{"", "/{id}", "/{id}/items/{item_id}"} {
			routes = append(routes, route.Get(fmt.Sprintf("/admin/resource-%d%s", i, p), func(context.Context, struct {
				ID string `path:"id"`
			}) (answer, error) {
				return answer{}, nil
			}))
		}
	}
	routes = append(routes, route.Post("/admin/product-tags", func(context.Context, tag) (answer, error) { return answer{}, nil }))
	rt, err := route.NewRouter(route.Config{}, routes)
	if err != nil {
		b.Fatal(err)
	}
	return rt
}

func BenchmarkRoute(b *testing.B) {
	rt := table(b)
	r := httptest.NewRequest("GET", "/admin/resource-77/res_01M80D4FGY1AWZXN1S591D5D4G/items/item_1", nil)
	b.ReportAllocs()
	for b.Loop() {
		rt.ServeHTTP(sink{http.Header{}}, r)
	}
}

func BenchmarkPost(b *testing.B) {
	rt := table(b)
	const body = `{"value":"summer","external_id":"x1","metadata":{"a":1,"b":"two"}}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/admin/product-tags", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		rt.ServeHTTP(sink{http.Header{}}, r)
	}
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"value":"summer","external_id":"x1","metadata":{"a":1,"b":"two"}}`)
	d := schema.DecoderFor[tag]()
	b.ReportAllocs()
	for b.Loop() {
		v, err := schema.ParseBody(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Decode(v); err != nil {
			b.Fatal(err)
		}
	}
}
