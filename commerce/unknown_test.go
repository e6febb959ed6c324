package commerce_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// TestUnknownIDs asks each route that has an id in its path for one that does not exist. The answers
// stand in testdata/unknown-ids.tsv, one a line: method, route, path, body, status, type, message
// (of an answer that is no error, its body), and what Medusa answers where that is not the same.
func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/unknown-ids.tsv")
	if err != nil {
		t.Fatal(err)
	}
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		buyer := s.Customer("buyer@example.com")
		for line := range strings.Lines(string(file)) {
			f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(f) != 8 {
				t.Fatalf("%q has %d columns", line, len(f))
			}
			c := client(s, f[2])
			switch {
			case strings.HasPrefix(f[2], "/store"):
				c = buyer
			case strings.HasPrefix(f[2], "/auth"): // factors are a login's own
				c = s.Admin
			}
			if got := refusal(c.WithT(t), f[0], f[2], f[3]); got != f[4]+"\t"+f[5]+"\t"+f[6] {
				t.Errorf("%s %s %s\n got %s\nwant %s\t%s\t%s", f[0], f[2], f[3], got, f[4], f[5], f[6])
			}
		}
	})
}

// refusal is the status, the type and the message of an answer, or the body of one that is no error.
func refusal(c *routetest.Client, method, path, body string) string {
	var sent any
	if body != "" {
		sent = json.RawMessage(body)
	}
	a := c.Do(method, path, sent)
	var e struct{ Type, Message string }
	if err := json.Unmarshal(a.Body, &e); err != nil || e.Message == "" {
		e.Message = strings.TrimSpace(string(a.Body))
	}
	return strconv.Itoa(a.Status) + "\t" + e.Type + "\t" + e.Message
}

// Of many records that are created at once, the error names the one whose value is taken.
func TestDuplicateInBatch(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		s.Admin.Post("/admin/products", `{"title":"Fresh","options":[{"title":"a","values":["b"]}]}`)
		const want = `{"type":"invalid_data","message":"Product with handle: %s, already exists."}`
		s.Admin.Post("/admin/products/batch", `{"create":[{"title":"New","options":[{"title":"a","values":["b"]}]},{"title":"Fresh","options":[{"title":"a","values":["b"]}]}]}`).
			Want(400, strings.ReplaceAll(want, "%s", "fresh"))
		s.Admin.Post("/admin/products/batch", `{"create":[{"title":"New","options":[{"title":"a","values":["b"]}]},{"title":"Twin","options":[{"title":"a","values":["b"]}]},`+
			`{"title":"Twin","options":[{"title":"a","values":["b"]}]}]}`).Want(400, strings.ReplaceAll(want, "%s", "twin"))
	})
}
