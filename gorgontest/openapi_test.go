package gorgontest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/blog/blog"
	"github.com/gorgon-commerce/gorgon/gorgontest"
)

func withBlog(s *commerce.Shop) gorgon.Plugin { return blog.New(s).Plugin() }

// The description of all routes, a plugin's too, is a valid one, and complete.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, withBlog)
	doc := load(t, shop)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("got version %s", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, item := range doc.Paths.Map() {
		n += len(item.Operations())
	}
	if want := len(shop.App.Router().Routes()); n != want {
		t.Errorf("%d of %d routes are described", n, want)
	}
	post := doc.Paths.Find("/admin/posts").Post.RequestBody.Value.Content["application/json"].Schema.Value
	if post.Properties["title"] == nil || fmt.Sprint(post.Required) != "[title]" {
		t.Errorf("the body of a post has %v and requires %v", post.Properties, post.Required)
	}
	var out bytes.Buffer
	if code := shop.App.Run(t.Context(), []string{"openapi"}, &out, io.Discard); code != 0 || !json.Valid(out.Bytes()) {
		t.Errorf("the command ended with %d and printed %.80s", code, out.String())
	}
}

func load(t *testing.T, shop *gorgontest.Shop) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(shop.Anonymous.Get("/openapi.json").Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// The page needs nothing from elsewhere.
func TestDocs(t *testing.T) {
	t.Parallel()
	a := gorgontest.New(t).Anonymous.Get("/docs")
	if page := string(a.Body); a.Status != 200 || !strings.Contains(page, `fetch("openapi.json")`) || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Errorf("got %d %.100s", a.Status, page)
	}
}

// What requests and answers look like is what the description says of them.
func TestOpenAPIIsTrue(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, withBlog)
	router, err := legacy.NewRouter(load(t, shop))
	if err != nil {
		t.Fatal(err)
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	for _, q := range []struct{ method, path, body string }{
		{"POST", "/admin/posts", `{"title":"On lamps","product_ids":[]}`},
		{"POST", "/admin/products", `{"title":"Lamp","options":[{"title":"Size","values":["M"]}]}`},
		{"GET", "/admin/products?limit=5&fields=id,title,*variants", ""},
		{"POST", "/admin/regions", `{"name":"Europe","currency_code":"eur"}`},
		{"GET", "/admin/regions?limit=1", ""},
		{"GET", "/admin/stores", ""},
		{"GET", "/admin/sales-channels?order=-name", ""},
		{"GET", "/admin/users", ""},
	} {
		r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
		r.Header.Set("Content-Type", "application/json")
		found, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s %s: %v", q.method, q.path, err)
			continue
		}
		in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: found, Options: options}
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("%s %s: %v", q.method, q.path, err)
		}
		var body any
		if q.body != "" {
			body = q.body
		}
		a := shop.Admin.Do(q.method, q.path, body)
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.Status, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)), Options: options}
		if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil || a.Status != http.StatusOK {
			t.Errorf("%s %s answered %d: %v", q.method, q.path, a.Status, err)
		}
	}
}
