package subscriber_test

import (
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/subscriber"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/order"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("SUB-01", row(created))
	t.Run("SUB-02", row(resources))
	t.Run("SUB-03", row(forgotten))
	t.Run("SUB-04", row(confirmed))
}

func row(run func(*testing.T, *gorgontest.Shop)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		gorgontest.EachDatabase(t, run, subscriber.New)
	}
}

// product makes a product over the API and returns its id.
func product(t *testing.T, shop *gorgontest.Shop) string {
	t.Helper()
	var created struct{ Product struct{ ID string } }
	shop.Admin.Post("/admin/products", `{"title":"Lamp","options":[{"title":"Size","values":["M"]}]}`).Decode(&created)
	shop.Events()
	return created.Product.ID
}

func created(t *testing.T, shop *gorgontest.Shop) {
	id := product(t, shop)
	if n := strings.Count(shop.LogOutput(), "a product was created"); n != 1 || !strings.Contains(shop.LogOutput(), "id="+id) {
		t.Errorf("it was heard %d times:\n%s", n, shop.LogOutput())
	}
}

func resources(t *testing.T, shop *gorgontest.Shop) {
	product(t, shop)
	if !strings.Contains(shop.LogOutput(), "title=Lamp") {
		t.Errorf("logged\n%s", shop.LogOutput())
	}
}

func forgotten(t *testing.T, shop *gorgontest.Shop) {
	shop.Anonymous.Post("/auth/customer/emailpass/register", `{"email":"ada@example.com","password":"supersecret"}`).Decode(new(any))
	shop.Anonymous.Post("/auth/customer/emailpass/reset-password", `{"identifier":"ada@example.com"}`).Want(201, "Created")
	sent := shop.SentNotifications()
	if len(sent) != 1 || sent[0].To != "ada@example.com" || sent[0].Channel != "email" || *sent[0].Template != "reset-password" {
		t.Fatalf("sent %+v", sent)
	}
	if link, _ := sent[0].Data["url"].(string); !strings.HasPrefix(link, "https://shop.example.com/reset-password?email=ada%40example.com&token=ey") {
		t.Errorf("got %s", link)
	}
}

func confirmed(t *testing.T, shop *gorgontest.Shop) {
	o, err := shop.Order.Orders.Create(shop.Context(), order.Order{Email: new("ada@example.com"), CurrencyCode: "eur"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // as events may come twice
		if err := event.Emit(shop.Context(), shop.App.Bus(), checkoutflow.OrderPlaced, event.ID{ID: o.ID}); err != nil {
			t.Fatal(err)
		}
	}
	sent := shop.SentNotifications()
	if len(sent) != 1 || sent[0].To != "ada@example.com" || *sent[0].Template != "order-placed" {
		t.Fatalf("sent %+v", sent)
	}
	if got, _ := sent[0].Data["order"].(map[string]any); got["currency_code"] != "eur" {
		t.Errorf("the mail has %v", sent[0].Data)
	}
}
