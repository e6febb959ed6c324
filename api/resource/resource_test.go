package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/routetest"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

func TestParseFields(t *testing.T) {
	t.Parallel()
	defaults := []string{"id", "value", "metadata", "*products", "type.id"}
	for asked, want := range map[string]string{
		"(none)":                "id value metadata type.id products.*",
		"":                      "id",
		"value":                 "value id",
		"value,nope.deep":       "value nope.deep id",
		"id,,value":             "id value",
		"+nope":                 "id value metadata type.id nope products.*",
		" id , value":           "id value metadata type.id products.*",
		"-id":                   "value metadata type.id id products.*",
		"-products":             "id value metadata type.id",
		"-type":                 "id value metadata products.*",
		"*tags":                 "id value metadata type.id products.* tags.*",
		"tags.*,-metadata":      "id value type.id products.* tags.*",
		"value,*tags":           "value id tags.*",
		"*":                     "id value metadata type.id products.*",
		"**":                    "id value metadata type.id products.*",
		".*":                    "id value metadata type.id products.*",
		"value,+x,-y":           "value x y id",
		"variants.prices.*,-id": "value metadata type.id id products.* variants.prices.*",
	} {
		got := strings.Join(ParseFields(asked, asked != "(none)", "id", defaults), " ")
		if got != want {
			t.Errorf("%q\n got %s\nwant %s", asked, got, want)
		}
	}
}

// What is read has no doubles, always the key, and stars only at the end.
func FuzzParseFields(f *testing.F) {
	f.Add("+a,-b,*c,d.*,.*,**,  ,-")
	f.Fuzz(func(t *testing.T, asked string) {
		got := ParseFields(asked, true, "id", []string{"id", "*countries", "name"})
		if !slices.Contains(got, "id") {
			t.Fatalf("%q loses the key: %q", asked, got)
		}
		seen := map[string]bool{}
		for _, g := range got {
			if seen[g] {
				t.Fatalf("%q reads %q twice", asked, g)
			}
			seen[g] = true
		}
	})
}

// shelf is a Reader that tells what it was asked, and has one record, "a".
type shelf struct {
	query  Query
	length int
	raw    string
}

func (s *shelf) read(_ context.Context, q *Query) (Rows, error) {
	s.query = *q
	s.length = 1
	if q.Key != "" && q.Key != "a" {
		s.length = 0
	}
	b, _ := json.Marshal(struct {
		F []string
		W map[string]any
		O []string
		S [2]int
	}{q.Fields, q.Filters, q.Order, [2]int{q.Skip, q.Take}})
	s.raw = string(b)
	return s, nil
}

func (s *shelf) Len() int                         { return s.length }
func (s *shelf) Total() int                       { return 3 }
func (s *shelf) AppendRow(b []byte, _ int) []byte { return append(b, s.raw...) }
func (s *shelf) AppendList(b []byte) []byte       { return append(append(append(b, '['), s.raw...), ']') }

type newTag struct {
	Value string `json:"value"`
}

type tagPatch struct {
	ID    string  `path:"id"`
	Value *string `json:"value" valid:"optional"`
}

func tags(s *shelf) Resource {
	return Resource{
		Path: "/admin/product-tags", Entity: "product_tag", RecordKey: "product_tag", ListKey: "product_tags", Retrievable: true,
		Fields: "id value", Limit: 20,
		Filters:         Filters{{"q", Text}, {"id", TextOrList}, {"is_disabled", Flag}, {"created_at", Dates}},
		NotFoundMessage: "Product tag with id: %s was not found", UpdateNotFoundMessage: `Product tag with id "%s" not found`,
		Read: s.read,
		Create: Do(func(_ context.Context, in newTag) (struct{ ID string }, error) {
			if in.Value == "twice" {
				return struct{ ID string }{}, fault.New(fault.Invalid, "Product tag with value: twice, already exists.")
			}
			return struct{ ID string }{"a"}, nil
		}),
		Update:  Do(func(_ context.Context, in tagPatch) (string, error) { return in.ID, nil }),
		Delete:  func(context.Context, string) error { return nil },
		Actions: []Action{Post("/{id}/products", Do(func(_ context.Context, in Link) (string, error) { return in.ID, nil }))},
		Batch: DoBatch(func(_ context.Context, in BatchInput[newTag, tagPatch]) (BatchResult, error) {
			return BatchResult{Created: []string{"a"}[:len(in.Create)], Deleted: in.Delete}, nil
		}),
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	c := routetest.New(t, tags(&shelf{}).Routes()...)
	bad := func(m string) string { return `{"type":"invalid_data","message":"` + m + `"}` }
	list := func(rest string) string { return `{"product_tags":[{"F":["id","value"],` + rest }
	for query, want := range map[string]string{
		"":                                      list(`"W":{},"O":null,"S":[0,20]}],"count":3,"offset":0,"limit":20}`),
		"?limit=2&offset=1&order=-value":        list(`"W":{},"O":["-value"],"S":[1,2]}],"count":3,"offset":1,"limit":2}`),
		"?limit=0":                              `{"product_tags":[],"count":3,"offset":0,"limit":0}`,
		"?id[]=a,b&q=x&is_disabled=TRUE":        list(`"W":{"id":["a","b"],"is_disabled":true,"q":"x"},"O":null,"S":[0,20]}],"count":3,"offset":0,"limit":20}`),
		"?created_at[$gt]=2020-01-01":           list(`"W":{"created_at":{"$gt":"2020-01-01T00:00:00Z"}},"O":null,"S":[0,20]}],"count":3,"offset":0,"limit":20}`),
		"?created_at[$nope]=1":                  list(`"W":{},"O":null,"S":[0,20]}],"count":3,"offset":0,"limit":20}`),
		"?$or[0][id]=a&$or[1][q]=b&$or[1][z]=1": list(`"W":{"$or":[{"id":"a"},{"q":"b"}]},"O":null,"S":[0,20]}],"count":3,"offset":0,"limit":20}`),
		"?created_at=notadate":                  bad("Invalid request: Expected type: 'date' for field 'created_at', got: 'notadate'"),
		"?limit=-1":                             bad("Invalid request: Value for field 'limit' too small, expected at least: '0'"),
		"?limit=abc":                            bad("Invalid request: Expected type: 'number' for field 'limit', got: 'abc'"),
		"?limit=":                               bad("Invalid request: Expected type: 'number' for field 'limit', got: ''"),
		"?bogus=1&other=2":                      bad("Invalid request: Unrecognized fields: 'bogus, other'"),
		"?with_deleted=perhaps":                 bad("Invalid request: Expected type: 'boolean' for field 'with_deleted', got: 'perhaps'"),
		"?order[x]=1":                           bad("Invalid request: Expected type: 'string' for field 'order', got: '[object Object]'"),
		"?order=--value":                        bad("Order field -value is not valid"),
		"?id[$ne]=x":                            bad("Invalid request: Expected type: 'string, array' for field 'id', got: '[object Object]'"),
		"?fields[]=id":                          bad("Invalid request: Expected type: 'string' for field 'fields', got: 'id'"),
	} {
		status := 200
		if strings.HasPrefix(want, `{"type`) {
			status = 400
		}
		c.Get("/admin/product-tags"+query).Want(status, want)
	}
}

func TestOne(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	c := routetest.New(t, tags(s).Routes()...)
	one := func(fields string) string {
		return `{"product_tag":{"F":` + fields + `,"W":{"id":"a"},"O":null,"S":[0,1]}}`
	}
	c.Get("/admin/product-tags/a").Want(200, one(`["id","value"]`))
	c.Get("/admin/product-tags/a?fields=value,products.title").Want(200, one(`["value","products.title","id"]`))
	c.Get("/admin/product-tags/a?bogus=1").Want(400, `{"type":"invalid_data","message":"Invalid request: Unrecognized fields: 'bogus'"}`)
	c.Get("/admin/product-tags/b").Want(404, `{"type":"not_found","message":"Product tag with id: b was not found"}`)
	c.Post("/admin/product-tags", `{"value":"x"}`).Want(200, one(`["id","value"]`))
	c.Post("/admin/product-tags?fields=value", `{"value":"x"}`).Want(200, one(`["value","id"]`))
	c.Post("/admin/product-tags", `{"value":"twice"}`).Want(400, `{"type":"invalid_data","message":"Product tag with value: twice, already exists."}`)
	c.Post("/admin/product-tags?bogus=1", `{"other":"x"}`).Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'value' is required; Unrecognized fields: 'other'"}`)
	c.Post("/admin/product-tags/a", `{"value":"x"}`).Want(200, one(`["id","value"]`))
	c.Post("/admin/product-tags/a", `{"value":null}`).Want(400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'value', got: 'null'"}`)
	c.Post("/admin/product-tags/b", `{}`).Want(404, `{"type":"not_found","message":"Product tag with id \"b\" not found"}`)
	c.Delete("/admin/product-tags/b").Want(200, `{"id":"b","object":"product_tag","deleted":true}`)
	c.Post("/admin/product-tags/a/products", `{"add":"x"}`).Want(400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'array' for field 'add', got: 'x'"}`)
	c.Post("/admin/product-tags/a/products", `{"add":["x"]}`).Want(200, one(`["id","value"]`))
	c.Post("/admin/product-tags/batch", `{"create":[{"value":"x"}],"delete":["z"]}`).
		Want(200, `{"created":[{"F":["id","value"],"W":{"id":["a"]},"O":null,"S":[0,0]}],"updated":[],"deleted":{"ids":["z"],"object":"product_tag","deleted":true}}`)
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	r := tags(&shelf{})
	r.Path, r.Allow = "/store/product-tags", []string{"products", "products.title"}
	c := routetest.New(t, r.Routes()...)
	c.Get("/store/product-tags/a?fields=%2Bsecret,%2Bproducts.title,*products,*orders,products.secret").
		Want(200, `{"product_tag":{"F":["products.title","id","products.*"],"W":{"id":"a"},"O":null,"S":[0,1]}}`)
	c.Get("/store/product-tags?order=secret").Want(400, `{"type":"invalid_data","message":"Order field secret is not valid"}`)
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	r := tags(&shelf{})
	r.Create = DoAndRespond(func(_ context.Context, in newTag) (map[string]string, error) {
		return map[string]string{"token": in.Value}, nil
	})
	routetest.New(t, r.Routes()...).Post("/admin/product-tags", `{"value":"sk"}`).Want(200, `{"product_tag":{"token":"sk"}}`)
}

func ExampleResource() {
	r := Resource{
		Path: "/admin/posts", Entity: "post", RecordKey: "post", ListKey: "posts", Retrievable: true, Fields: "id title", Limit: 20,
		Filters: Filters{{"q", Text}, {"title", TextOrList}, {"rank", OperatorsOf(schema.Number())}},
		Delete:  func(context.Context, string) error { return nil },
	}
	for _, route := range r.Routes() {
		fmt.Println(route.Method, route.Pattern)
	}
	// Output:
	// GET /admin/posts
	// GET /admin/posts/{id}
	// DELETE /admin/posts/{id}
}
