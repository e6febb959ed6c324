package brand

import (
	"net/http"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func plugin(s *commerce.Shop) gorgon.Plugin { return New(s).Plugin() }

// A product shows the brand that was made for it; a brand without a name is refused.
func TestBrand(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, plugin)
	lamp, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp"})
	if err != nil {
		t.Fatal(err)
	}
	shop.Admin.Post("/admin/brands", Draft{Name: "Acme", ProductIDs: []string{lamp.ID}})
	var list List
	shop.Admin.Get("/admin/products/" + lamp.ID + "/brands").Decode(&list)
	if len(list.Brands) != 1 || list.Brands[0].Name != "Acme" {
		t.Errorf("got %+v, want the brand of the lamp", list)
	}
	if a := shop.Admin.Post("/admin/brands", Draft{}); a.Status != http.StatusBadRequest {
		t.Errorf("a brand without a name got %d", a.Status)
	}
}
