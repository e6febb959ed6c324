package commerce_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	cookbook "github.com/gorgon-commerce/gorgon/examples/cookbook/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("COM-01", managers)
	t.Run("COM-02", row(promotedCart))
	t.Run("COM-03", row(taxedCart))
	t.Run("COM-04", row(promotedOrder))
	t.Run("COM-05", row(paidCart))
	t.Run("COM-06", row(prices))
	t.Run("COM-07", row(allPrices))
	t.Run("COM-08", row(pricesWithTax))
	t.Run("COM-09", row(invite))
	t.Run("COM-10", row(accept))
}

type object = map[string]any

// A market is a shop with two regions, a tax in Germany, a tee, and a promotion that takes a tenth off items and one that takes all off shipping.
type market struct {
	*gorgontest.Shop
	*cookbook.Desk
	ctx                context.Context
	home, north        string // regions
	tee, variant, cart string
}

func row(run func(*testing.T, market)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
			m := market{Shop: shop, Desk: cookbook.NewDesk(shop.Shop), ctx: shop.Context()}
			m.fill(t)
			run(t, m)
		})
	}
}

// create makes a record over the API and returns its id.
func (m market) create(t *testing.T, path, name string, body object) string {
	t.Helper()
	a := m.Admin.Post(path, body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s answers %d %s", path, a.Status, a.Body)
	}
	var got map[string]struct{ ID string }
	a.Decode(&got)
	return got[name].ID
}

func (m *market) fill(t *testing.T) {
	t.Helper()
	m.home = m.create(t, "/admin/regions", "region", object{"name": "EU", "currency_code": "eur", "countries": []string{"de"}, "automatic_taxes": false, "payment_providers": []string{"pp_system_default"}})
	m.north = m.create(t, "/admin/regions", "region", object{"name": "North", "currency_code": "eur", "countries": []string{"dk"}})
	m.create(t, "/admin/tax-regions", "tax_region", object{"country_code": "de", "provider_id": "tp_system", "default_tax_rate": object{"name": "VAT", "rate": 20, "code": "vat"}})
	var list struct {
		Channels []struct{ ID string } `json:"sales_channels"`
	}
	m.Admin.Get("/admin/sales-channels").Decode(&list)
	m.tee = m.create(t, "/admin/products", "product", object{"title": "Tee", "status": "published", "sales_channels": []object{{"id": list.Channels[0].ID}},
		"options": []object{{"title": "Size", "values": []string{"S"}}}, "variants": []object{{"title": "S", "manage_inventory": false, "options": object{"Size": "S"},
			"prices": []object{{"currency_code": "eur", "amount": 20}, {"currency_code": "usd", "amount": 25}, {"currency_code": "eur", "amount": 15, "rules": object{"region_id": m.north}}}}}})
	variants, err := m.Product.Variants.List(m.ctx, nil)
	check(t, err)
	m.variant = variants[0].ID
	for _, p := range []object{{"code": "TENTH", "application_method": object{"type": "percentage", "target_type": "items", "allocation": "across", "value": 10}},
		{"code": "FREE", "application_method": object{"type": "percentage", "target_type": "shipping_methods", "allocation": "across", "value": 100}}} {
		p["type"], p["status"] = "standard", "active"
		m.create(t, "/admin/promotions", "promotion", p)
	}
	m.cart = m.fillCart(t)
}

// fillCart makes a cart with two tees, which go to Germany by a method that costs five.
func (m market) fillCart(t *testing.T) string {
	t.Helper()
	var created struct{ Cart struct{ ID string } }
	m.Store.Post("/store/carts", object{"region_id": m.home, "email": "ada@example.com", "shipping_address": object{"country_code": "de"},
		"items": []object{{"variant_id": m.variant, "quantity": 2}}}).Decode(&created)
	_, err := m.Cart.ShippingMethods.Create(m.ctx, cart.ShippingMethod{CartID: created.Cart.ID, Name: "Post", Amount: money.Int(5)})
	check(t, err)
	return created.Cart.ID
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, name string, got money.Decimal, want string) {
	t.Helper()
	if !got.Equal(money.MustParse(want)) {
		t.Errorf("%s is %s, want %s", name, got, want)
	}
}

// now is the cart as the database has it.
func (m market) now(t *testing.T) cart.Cart {
	t.Helper()
	c, err := m.Basket(m.ctx, m.cart)
	check(t, err)
	return c
}

// Somebody with a login registers, and is let in from then on; others are not.
func managers(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		login := object{"email": "boss@example.com", "password": "secret"}
		as := func(path string) string {
			var got struct{ Token string }
			shop.Anonymous.Post(path, login).Decode(&got)
			return "Bearer " + got.Token
		}
		fresh := shop.Anonymous.WithHeader("Authorization", as("/auth/manager/emailpass/register"))
		if a := fresh.Get("/manager/me"); a.Status != http.StatusUnauthorized {
			t.Errorf("who has not registered yet got %d %s", a.Status, a.Body)
		}
		if a := shop.Anonymous.Post("/manager", object{}); a.Status != http.StatusUnauthorized {
			t.Errorf("a stranger got %d", a.Status)
		}
		var created cookbook.Card
		fresh.Post("/manager", object{"first_name": "Ada", "last_name": "B", "email": "boss@example.com"}).Decode(&created)
		boss := shop.Anonymous.WithHeader("Authorization", as("/auth/manager/emailpass"))
		var me cookbook.Card
		boss.Get("/manager/me").Decode(&me)
		if me.Manager.ID != created.Manager.ID || me.Manager.FirstName != "Ada" {
			t.Errorf("got %+v, want %+v", me, created)
		}
		boss.Post("/manager", object{"first_name": "Ada", "last_name": "B", "email": "x@example.com"}).Want(400, `{"type":"invalid_data","message":"Request already authenticated as a manager."}`)
		if a := shop.Admin.Get("/manager/me"); a.Status != http.StatusUnauthorized {
			t.Errorf("a user got %d", a.Status)
		}
		if a := boss.Get("/admin/products"); a.Status != http.StatusUnauthorized {
			t.Errorf("in the admin the manager got %d", a.Status)
		}
	}, func(s *commerce.Shop) gorgon.Plugin { return cookbook.NewManagers(s).Plugin() })
}

func promotedCart(t *testing.T, m market) {
	same(t, "the total before", cookbook.Total(m.now(t)), "45")
	_, err := m.Promote(m.ctx, m.cart, "TENTH")
	check(t, err)
	same(t, "the total with a tenth off the items", cookbook.Total(m.now(t)), "41")
	_, err = m.Promote(m.ctx, m.cart, "FREE")
	check(t, err)
	c := m.now(t)
	same(t, "the total with free shipping, too", cookbook.Total(c), "36")
	if a := c.ShippingMethods[0].Adjustments; len(a) != 1 || *a[0].Code != "FREE" {
		t.Errorf("the adjustments of shipping are %+v", a)
	}
	if _, err := m.Promote(m.ctx, m.cart, "NONE"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a code that there is not: %v", err)
	}
}

func taxedCart(t *testing.T, m market) {
	if lines := m.now(t).Items[0].TaxLines; len(lines) != 0 {
		t.Fatalf("there are taxes already: %+v", lines)
	}
	_, err := m.Tax(m.ctx, m.cart)
	check(t, err)
	c := m.now(t)
	for name, lines := range map[string]int{"the item": len(c.Items[0].TaxLines), "shipping": len(c.ShippingMethods[0].TaxLines)} {
		if lines != 1 {
			t.Errorf("%s has %d tax lines, want one", name, lines)
		}
	}
	if l := c.Items[0].TaxLines[0]; l.Code != "vat" || l.Rate != 20 {
		t.Errorf("got %+v", l)
	}
	same(t, "the total with tax", cookbook.Total(c), "54")
}

func promotedOrder(t *testing.T, m market) {
	o, err := m.Order.Create(m.ctx, order.Order{CurrencyCode: "eur", Status: order.StatusPending, Items: []order.LineItem{{Title: "Tee", UnitPrice: money.Int(20), IsDiscountable: true,
		Metadata: module.Map{}, Detail: &order.Item{Quantity: money.Int(2)}}}, ShippingMethods: []order.ShippingMethod{{Name: "Post", Amount: money.Int(5)}}})
	check(t, err)
	got, err := m.PromoteOrder(m.ctx, o.ID, "TENTH", "FREE")
	check(t, err)
	same(t, "the total", got.Totals().Total, "36")
	same(t, "what is owed", got.AmountDue(), "36")
	again, err := m.Order.Load(m.ctx, o.ID, false)
	check(t, err)
	if len(again.Items[0].Adjustments) != 1 || len(again.ShippingMethods[0].Adjustments) != 1 {
		t.Errorf("got %+v", again)
	}
	same(t, "the total in the database", again.Totals().Total, "36")
	if _, err := m.PromoteOrder(m.ctx, "none", "TENTH"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an order that there is not: %v", err)
	}
}

func paidCart(t *testing.T, m market) {
	pay := m.Pay()
	check(t, m.App.Engine().Bind(workflow.AnyWorkflow(pay)))
	p, err := pay.Run(m.ctx, m.now(t))
	check(t, err)
	same(t, "the payment", p.Amount, "45")
	collections, err := m.Payment.Collections.With("payment_sessions").List(m.ctx, module.Filter{"cart": module.Filter{"id": m.cart}})
	check(t, err)
	if len(collections) != 1 || collections[0].Status != "authorized" || collections[0].ID != p.CollectionID || len(collections[0].Sessions) != 1 || collections[0].Sessions[0].Status != "authorized" {
		t.Errorf("got %+v", collections)
	}
}

func prices(t *testing.T, m market) {
	for _, c := range []struct{ region, currency, want string }{{m.home, "eur", "20"}, {m.north, "eur", "15"}, {"", "usd", "25"}} {
		p, err := m.Prices(m.ctx, m.tee, c.region, c.currency)
		check(t, err)
		got := p.Variants[0].CalculatedPrice
		if p.Title != "Tee" || p.Variants[0].Title != "S" || got == nil || got.Currency != c.currency {
			t.Fatalf("got %+v", p)
		}
		same(t, "the price in "+c.currency, got.Amount, c.want)
	}
	p, err := m.Prices(m.ctx, m.tee, "", "gbp")
	if err != nil || p.Variants[0].CalculatedPrice != nil {
		t.Errorf("a price in a currency that has none: %+v %v", p.Variants, err)
	}
}

func allPrices(t *testing.T, m market) {
	p, err := m.AllPrices(m.ctx, m.tee)
	check(t, err)
	got := map[string]string{}
	for _, x := range p.Variants[0].Prices {
		got[x.Currency+x.Rules["region_id"]] = x.Amount.String()
	}
	if len(got) != 3 || got["eur"] != "20" || got["usd"] != "25" || got["eur"+m.north] != "15" {
		t.Errorf("got %v", got)
	}
}

func pricesWithTax(t *testing.T, m market) {
	p, err := m.Taxed(m.ctx, m.tee, m.home, "eur", "de")
	check(t, err)
	got := p.Variants[0].CalculatedPrice
	same(t, "the price with tax", *got.WithTax, "24")
	same(t, "the price without", *got.WithoutTax, "20")
	if p, err = m.Taxed(m.ctx, m.tee, m.home, "eur", "dk"); err != nil || !p.Variants[0].CalculatedPrice.WithTax.Equal(money.Int(20)) {
		t.Errorf("where there is no tax: %+v %v", p.Variants[0].CalculatedPrice, err)
	}
}

func invite(t *testing.T, m market) {
	i, err := m.Invite(m.ctx, "new@example.com")
	check(t, err)
	if i.Email != "new@example.com" || i.Token == "" || i.Accepted || m.CountEvents("invite.created") != 1 {
		t.Errorf("got %+v", i)
	}
	if _, err := m.Invite(m.ctx, "admin@example.com"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("somebody who is a user already: %v", err)
	}
}

func accept(t *testing.T, m market) {
	i, err := m.Invite(m.ctx, "new@example.com")
	check(t, err)
	identity, err := m.Auth.Identities.Create(m.ctx, auth.AuthIdentity{})
	check(t, err)
	if _, err := m.Accept(m.ctx, i.Token+"x", identity.ID); fault.KindOf(err) != fault.Unauthorized {
		t.Errorf("a wrong token: %v", err)
	}
	u, err := m.Accept(m.ctx, i.Token, identity.ID)
	check(t, err)
	users, err := m.User.Users.List(m.ctx, module.Filter{"email": "new@example.com"})
	if err != nil || len(users) != 1 || users[0].ID != u.ID {
		t.Errorf("got %+v %v", users, err)
	}
	if _, err := m.Accept(m.ctx, i.Token, identity.ID); err == nil {
		t.Error("the invite was accepted twice")
	}
}
