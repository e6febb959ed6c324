package commerce_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// TestPagesAreComplete pages through products, one of which is changed after each page.
func TestPagesAreComplete(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		const count, page = 551, 50
		list := make([]product.Product, count)
		for i := range list {
			list[i] = product.Product{Title: fmt.Sprint("Product ", i%7), Handle: fmt.Sprint("product-", i), Status: "published"}
		}
		list, err := s.Product.Products.CreateMany(s.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		for _, order := range []string{"", "&order=title", "&order=-status", "&order=created_at", "&order=-created_at"} {
			seen := map[string]bool{}
			for offset := 0; offset < count; offset += page {
				var answer struct{ Products []struct{ ID string } }
				s.Admin.Get(fmt.Sprintf("/admin/products?fields=id&limit=%d&offset=%d%s", page, offset, order)).Decode(&answer)
				for _, p := range answer.Products {
					seen[p.ID] = true
				}
				if _, err := s.Product.Products.Patch(s.Context(), list[offset].ID, module.Set{"subtitle": order}); err != nil {
					t.Fatal(err)
				}
			}
			if len(seen) != count {
				t.Errorf("pages%s show %d of %d products", order, len(seen), count)
			}
		}
	})
}

// TestRelatedRecordsAreOrdered wants ranks first, then the order of insertion, whatever was updated since.
func TestRelatedRecordsAreOrdered(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		p, err := s.Product.Products.Create(s.Context(), product.Product{Title: "Lamp", Handle: "lamp", Status: "published"})
		must(t, err)
		variants := make([]product.Variant, 6)
		for i := range variants {
			rank := 0
			if i == 5 {
				rank = -1
			}
			variants[i] = product.Variant{Title: fmt.Sprint("V", i), ProductID: &p.ID, VariantRank: &rank}
		}
		variants, err = s.Product.Variants.CreateMany(s.Context(), variants)
		must(t, err)
		for _, i := range []int{0, 3} {
			_, err = s.Product.Variants.Patch(s.Context(), variants[i].ID, module.Set{"material": "wood"})
			must(t, err)
		}
		for i, rank := range []int{2, 0, 1} {
			_, err = s.Product.Images.Create(s.Context(), product.Image{URL: fmt.Sprint("image-", i), Rank: rank, ProductID: p.ID})
			must(t, err)
		}
		var answer struct {
			Product struct {
				Variants []struct{ Title string }
				Images   []struct{ URL string }
			}
		}
		s.Admin.Get("/admin/products/" + p.ID).Decode(&answer)
		if got := fmt.Sprint(answer.Product); got != "{[{V5} {V0} {V1} {V2} {V3} {V4}] [{image-1} {image-2} {image-0}]}" {
			t.Errorf("got %s", got)
		}
	})
}

// TestRandomIDsKeepTheirPlaces inserts what Medusa does: records of one millisecond whose ids are random.
func TestRandomIDsKeepTheirPlaces(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		p, err := s.Product.Products.Create(s.Context(), product.Product{Title: "Lamp", Handle: "lamp", Status: "published"})
		must(t, err)
		want := []string{"variant_01M8RSMBCZZZZZZZZZZZZZZZZZ", "variant_01M8RSMBCZAAAAAAAAAAAAAAAA", "variant_01M8RSMBCZMMMMMMMMMMMMMMMM"}
		var variants []product.Variant
		for _, id := range want {
			variants = append(variants, product.Variant{Model: module.Model{ID: id}, Title: id, ProductID: &p.ID})
		}
		_, err = s.Product.Variants.CreateMany(s.Context(), variants)
		must(t, err)
		var answer struct {
			Product struct{ Variants []struct{ ID string } }
		}
		s.Admin.Get("/admin/products/" + p.ID).Decode(&answer)
		var got []string
		for _, v := range answer.Product.Variants {
			got = append(got, v.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryQueryParameter sends each parameter of each GET route, and asks each for all relations that there are.
func TestEveryQueryParameter(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		s.PlaceOrder(s.AddProduct(5), 1)
		s.Admin.Post("/admin/product-categories", map[string]any{"name": "Lamps", "is_active": true})
		var relations []string
		for _, e := range graph.SchemaFromContext(s.Context()).Entities() {
			for _, r := range e.Relations {
				if r.Name != "" && !slices.Contains(relations, r.Name) {
					relations = append(relations, r.Name)
				}
			}
		}
		all := "fields=*" + strings.Join(relations, ",*")
		more := "fields=" + url.QueryEscape("+"+strings.Join(relations, ",+"))
		for _, r := range s.App.Router().Routes() {
			if r.Method != "GET" || strings.HasSuffix(r.Pattern, "/subscribe") || strings.HasPrefix(r.Pattern, "/app") {
				continue
			}
			queries := []string{all, more}
			if r.Query != nil {
				for _, f := range r.Query.Fields() {
					queries = append(queries, url.QueryEscape(f.Name)+"=true")
				}
			}
			path := filled(s, r.Pattern)
			for _, q := range queries {
				if a := client(s, path).Get(path + "?" + q); a.Status >= 500 {
					t.Errorf("GET %s?%.60s: %d %s", r.Pattern, q, a.Status, a.Body)
				}
			}
		}
	})
}

// filled puts the id of a record, if there is one, in the place of the first name in a pattern.
func filled(s *gorgontest.Shop, pattern string) string {
	list, rest, ok := strings.Cut(pattern, "/{")
	if !ok {
		return pattern
	}
	var answer map[string]any
	if a := client(s, list).Get(list); a.Status == 200 {
		a.Decode(&answer)
	}
	id := "unknown"
	for _, v := range answer {
		if records, ok := v.([]any); ok && len(records) > 0 {
			record, _ := records[0].(map[string]any)
			for _, key := range []string{"id", "code", "iso_2"} {
				if text, ok := record[key].(string); ok {
					id = text
					break
				}
			}
		}
	}
	_, rest, _ = strings.Cut(rest, "}")
	path := list + "/" + id
	for part := range strings.SplitSeq(strings.TrimPrefix(rest, "/"), "/") {
		if strings.HasPrefix(part, "{") {
			part = "unknown"
		}
		if part != "" {
			path += "/" + part
		}
	}
	return path
}

// TestSearch takes what is searched for as text, in any case and script.
func TestSearch(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		for i, title := range []string{"Half 50% off_x", "Half 500 offyx", "Crème Brûlée", `O'Neil \ back`, "ÉCLAIR"} {
			_, err := s.Product.Products.Create(s.Context(), product.Product{Title: title, Handle: fmt.Sprint("p", i), Status: "published"})
			must(t, err)
		}
		for q, want := range map[string]int{"50%": 1, "%": 1, "off_x": 1, "_": 1, `\`: 1, "CRÈME": 1, "brûLÉE": 1, "éclair": 1, "half": 2, "o'neil": 1, "": 5} {
			var answer struct{ Count int }
			s.Admin.Get("/admin/products?q=" + url.QueryEscape(q)).Decode(&answer)
			if answer.Count != want {
				t.Errorf("%q finds %d products, want %d", q, answer.Count, want)
			}
		}
		s.PlaceOrder(s.AddProduct(1), 1)
		var orders struct {
			Orders []struct {
				DisplayID int `json:"display_id"`
			}
		}
		s.Admin.Get("/admin/orders?q=1").Decode(&orders)
		if len(orders.Orders) != 1 || orders.Orders[0].DisplayID != 1 {
			t.Errorf("the number of an order finds %v", orders)
		}
	})
}

// TestRelatedProductsAreScoped looks for products that are not published, or not sold in the key's channels, below whatever leads to products.
func TestRelatedProductsAreScoped(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		id := func(path, name string, body any) string {
			var answer map[string]struct{ ID string }
			s.Admin.Post(path, body).Decode(&answer)
			return answer[name].ID
		}
		type object = map[string]any
		other := id("/admin/sales-channels", "sales_channel", object{"name": "Other"})
		var channels struct {
			SalesChannels []struct{ ID, Name string } `json:"sales_channels"`
		}
		s.Admin.Get("/admin/sales-channels").Decode(&channels)
		own := channels.SalesChannels[slices.IndexFunc(channels.SalesChannels, func(c struct{ ID, Name string }) bool { return c.ID != other })].ID
		parent := id("/admin/product-categories", "product_category", object{"name": "Parent", "is_active": true})
		category := id("/admin/product-categories", "product_category", object{"name": "Child", "is_active": true, "parent_category_id": parent})
		collection := id("/admin/collections", "collection", object{"title": "Collection"})
		tag := id("/admin/product-tags", "product_tag", object{"value": "tag"})
		kind := id("/admin/product-types", "product_type", object{"value": "type"})
		for _, p := range []struct{ title, status, channel string }{{"Shown", "published", own}, {"Draft", "draft", own}, {"Elsewhere", "published", other}} {
			id("/admin/products", "product", object{"title": p.title, "status": p.status, "sales_channels": []object{{"id": p.channel}}, "collection_id": collection, "type_id": kind,
				"tags": []object{{"id": tag}}, "categories": []object{{"id": category}}, "options": []object{{"title": "Size", "values": []string{"S"}}}})
		}
		for _, path := range []string{"/store/product-categories/" + category + "?fields=*products", "/store/product-categories?fields=*products,products.title",
			"/store/product-categories/" + parent + "?fields=category_children.products.title", "/store/collections/" + collection + "?fields=*products",
			"/store/collections?fields=*products", "/store/product-tags/" + tag + "?fields=*products", "/store/product-types?fields=*products"} {
			got := string(s.Store.Get(path).Body)
			if !strings.Contains(got, "Shown") || strings.Contains(got, "Draft") || strings.Contains(got, "Elsewhere") {
				t.Errorf("%s shows %s", path, got)
			}
		}
	})
}
