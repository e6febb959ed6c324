package commerce_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

// TestCatalogueIsCached wants each list of the catalogue to be answered from memory, until something in it changes, and never what is not the same
// for everybody.
func TestCatalogueIsCached(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		p, err := s.Product.Products.Create(s.Context(), product.Product{Title: "Lamp", Handle: "lamp", Status: "published"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Product.Variants.Create(s.Context(), product.Variant{Title: "One", ProductID: &p.ID, ManageInventory: true}); err != nil {
			t.Fatal(err)
		}
		channels, err := s.SalesChannel.Channels.List(s.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Admin.Post("/admin/sales-channels/"+channels[0].ID+"/products", map[string]any{"add": []string{p.ID}})
		var region struct{ Region struct{ ID string } }
		s.Admin.Post("/admin/regions", map[string]any{"name": "Here", "currency_code": "eur", "countries": []string{"de"}}).Decode(&region)
		hits := func(path string) int64 {
			before := s.App.Cache().Stats().Hits
			s.Store.Get(path)
			return s.App.Cache().Stats().Hits - before
		}
		for end := time.Now().Add(5 * time.Second); hits("/store/regions") == 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		for path := range strings.FieldsSeq("/store/regions /store/currencies /store/collections /store/product-tags /store/product-types /store/product-categories /store/product-variants" +
			" /store/products?region_id=" + region.Region.ID + "&fields=*variants.calculated_price /store/product-options") {
			// Of prices an answer is kept for a second, in which a busy machine may not come back.
			if s.Store.Get(path); hits(path)+hits(path)+hits(path) == 0 {
				t.Errorf("%s is read again", path)
			}
		}
		if path := "/store/products?fields=*variants.inventory_quantity"; hits(path)+hits(path) > 0 {
			t.Error("the stock is kept in memory")
		}
		buyer := s.Customer("a@example.com")
		before := s.App.Cache().Stats().Hits
		buyer.Get("/store/products")
		buyer.Get("/store/products")
		if s.App.Cache().Stats().Hits != before {
			t.Error("somebody who is logged in is answered from memory")
		}
		for _, title := range []string{"Light", "Lantern"} {
			s.Store.Get("/store/products")
			s.Admin.Post("/admin/products/"+p.ID, map[string]any{"title": title})
			if got := string(s.Store.Get("/store/products").Body); !strings.Contains(got, title) {
				t.Errorf("after it was named %s it is %s", title, got)
			}
		}
	})
}
