package query_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/query"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("QRY-01", row(chosenFields))
	t.Run("QRY-02", row(linkedRecords))
	t.Run("QRY-03", row(filters))
	t.Run("QRY-04", row(pages))
	t.Run("QRY-05", row(computed))
}

// A world is a shop with three customs, the nearest of which is linked to a tee of two prices.
type world struct {
	*gorgontest.Shop
	ids          []string // of Antwerp, Bremen and Calais
	region, home string   // a region with a price of its own, and one without
}

// row runs a row over each database.
func row(run func(*testing.T, world)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		var made sync.Map // customs, by shop
		gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
			c, _ := made.Load(shop.Shop)
			run(t, fill(t, shop, c.(*query.Customs)))
		}, func(s *commerce.Shop) gorgon.Plugin {
			c := query.New(s)
			made.Store(s, c)
			return c.Plugin()
		})
	}
}

type object = map[string]any

func fill(t *testing.T, shop *gorgontest.Shop, c *query.Customs) world {
	t.Helper()
	w := world{Shop: shop}
	list, err := c.Customs.CreateMany(shop.Context(), []query.Custom{{Name: "Antwerp", Miles: 10}, {Name: "Bremen", Miles: 20}, {Name: "Calais", Miles: 30}})
	if err != nil {
		t.Fatal(err)
	}
	w.ids = module.IDs(list)
	w.home, w.region = id(t, shop, "/admin/regions", "region", object{"name": "EU", "currency_code": "eur"}), id(t, shop, "/admin/regions", "region", object{"name": "North", "currency_code": "eur"})
	tee := id(t, shop, "/admin/products", "product", object{"title": "Tee", "options": []object{{"title": "Size", "values": []string{"S"}}}, "variants": []object{{"title": "S",
		"options": object{"Size": "S"}, "prices": []object{{"currency_code": "eur", "amount": 20}, {"currency_code": "eur", "amount": 15, "rules": object{"region_id": w.region}}}}}})
	if _, err := c.Product.Attach(shop.Context(), link.Join(tee, w.ids[0])); err != nil {
		t.Fatal(err)
	}
	return w
}

// id creates a record over the API.
func id(t *testing.T, shop *gorgontest.Shop, path, name string, body object) string {
	t.Helper()
	var got map[string]struct{ ID string }
	a := shop.Admin.Post(path, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s answers %d %s", path, a.Status, a.Body)
	}
	a.Decode(&got)
	return got[name].ID
}

// An answer is what the routes answer.
type answer struct {
	MyCustoms []map[string]any `json:"my_customs"`
	Count     int
	Take      int
	Skip      int
}

func (w world) get(path string) (a answer) {
	w.Anonymous.Get(path).Decode(&a)
	return a
}

func chosenFields(t *testing.T, w world) {
	w.Anonymous.Get("/customs").Want(200, `{"my_customs":[{"id":"`+w.ids[0]+`","name":"Antwerp"},{"id":"`+w.ids[1]+`","name":"Bremen"},{"id":"`+w.ids[2]+`","name":"Calais"}]}`)
}

func linkedRecords(t *testing.T, w world) {
	got := w.get("/customs/linked").MyCustoms
	p, _ := got[0]["product"].(map[string]any)
	if p["title"] != "Tee" || p["status"] != "draft" {
		t.Errorf("Antwerp has the product %v, want all columns of the tee", p)
	}
	if _, there := got[1]["product"]; there {
		t.Errorf("Bremen has a product: %v", got[1])
	}
}

func filters(t *testing.T, w world) {
	got := w.get("/customs/some?id[]=" + w.ids[0] + "&id[]=" + w.ids[2] + "&id[]=none").MyCustoms
	if len(got) != 2 {
		t.Errorf("got %v, want Antwerp and Calais", got)
	}
	list, count, err := query.Far(w.Context(), "Tee")
	if err != nil || count != 1 || list[0].Name != "Antwerp" {
		t.Errorf("by the title of the product: %v %d %v", list, count, err)
	}
	if list, count, err = query.Far(w.Context(), "Sofa"); err != nil || count != 0 || len(list) != 0 {
		t.Errorf("by a title that no product has: %v %d %v", list, count, err)
	}
}

func pages(t *testing.T, w world) {
	a := w.get("/customs/page?skip=1")
	if a.Count != 3 || a.Take != 10 || a.Skip != 1 || len(a.MyCustoms) != 2 || a.MyCustoms[0]["name"] != "Bremen" || a.MyCustoms[1]["name"] != "Antwerp" {
		t.Errorf("got %+v, want the last two in descending order", a)
	}
}

// The price is that of the region, if there is one, and the distance is in the unit that was asked for.
func computed(t *testing.T, w world) {
	for _, c := range []struct {
		region, unit, price string
		distance            float64
	}{{w.home, "mi", "20", 10}, {w.region, "km", "15", 16.09344}} {
		list, err := query.Visits(w.Context(), c.region, "eur", c.unit)
		if err != nil || len(list) != 3 || list[1].Product != nil {
			t.Fatalf("got %+v %v", list, err)
		}
		price := list[0].Product.Variants[0].CalculatedPrice
		if price == nil || price.Amount.String() != c.price || price.Currency != "eur" || list[0].Distance != c.distance {
			t.Errorf("got %+v and %v, want %+v", price, list[0].Distance, c)
		}
	}
	if list, err := query.Visits(w.Context(), w.home, "usd", ""); err != nil || list[0].Product.Variants[0].CalculatedPrice != nil {
		t.Errorf("a price in a currency that has none: %+v %v", list, err)
	}
	if _, err := query.Visits(w.Context(), "", "", ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("prices without a currency: %v", err)
	}
}
