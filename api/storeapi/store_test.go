package storeapi_test

import (
	"context"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/api/storeapi"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// seen remembers the fields that were read.
type seen struct{ fields string }

func (s *seen) read(_ context.Context, q *resource.Query) (resource.Rows, error) {
	s.fields = strings.Join(q.Fields, " ")
	return s, nil
}
func (s *seen) Len() int                         { return 1 }
func (s *seen) Total() int                       { return 1 }
func (s *seen) AppendRow(b []byte, _ int) []byte { return append(b, "{}"...) }
func (s *seen) AppendList(b []byte) []byte       { return append(b, "[]"...) }

// Buyers must not reach what is not theirs by way of a relation.
func TestAllowed(t *testing.T) {
	t.Parallel()
	s := &seen{}
	r := storeapi.Catalog{}.ProductTags()
	r.Read = s.read
	c := routetest.New(t, r.Routes()...)
	for asked, want := range map[string]string{
		"value,products.title":                            "value products.title id",
		"products.orders.email,products.sales_channels":   "id",
		"*orders,*products.variants.inventory_items":      "id value external_id created_at updated_at metadata products.* products.variants.inventory_items.*",
		"-products,products.variants.price_set.*,*secret": "id",
	} {
		c.Get("/store/product-tags/a?fields=" + asked)
		if asked[0] == '-' {
			want = "id value external_id created_at updated_at metadata"
		}
		if s.fields != want {
			t.Errorf("%s reads %s, want %s", asked, s.fields, want)
		}
	}
	c.Get("/store/product-tags?order=products.status").Want(200, `{"product_tags":[],"count":1,"offset":0,"limit":50}`)
	c.Get("/store/product-tags?order=nope").Want(400, `{"type":"invalid_data","message":"Order field nope is not valid"}`)
}
