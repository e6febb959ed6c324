package checkout_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/checkout"
	"github.com/gorgon-commerce/gorgon/flow/inventory"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	stock "github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider/payment/system"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A bank is a payment provider outside of the shop. It remembers what it was asked, by key, and can be made to refuse.
type bank struct {
	mu         sync.Mutex
	authorized map[string]int // by key: how often it was asked
	canceled   map[string]bool
	say        string // the status of its answers
	fail       error
}

func (*bank) ID() string { return "pp_bank" }

func (*bank) Initiate(context.Context, payments.Request) (payments.Answer, error) {
	return payments.Answer{Status: payments.Pending, Data: module.Map{"id": "x"}}, nil
}

func (b *bank) Authorize(_ context.Context, r payments.Request) (payments.Answer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.authorized[r.Key]++
	return payments.Answer{Status: b.say, Data: module.Map{"id": "x"}}, b.fail
}

func (*bank) Capture(context.Context, payments.Request) (payments.Answer, error) {
	return payments.Answer{}, nil
}

func (*bank) Refund(context.Context, payments.Request) (payments.Answer, error) {
	return payments.Answer{}, nil
}

func (b *bank) Cancel(_ context.Context, r payments.Request) (payments.Answer, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.canceled[r.Key] = true
	return payments.Answer{}, nil
}

// A shop is all that a checkout needs, in a database of its own. Of one variant there are 3 in stock.
type shop struct {
	*checkout.Flows
	bank    *bank
	stock   *stock.Module
	channel string
	variant string
	tables  []module.Entity
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := &shop{stock: stock.New(), bank: &bank{authorized: map[string]int{}, canceled: map[string]bool{}, say: payments.Authorized}}
	f := &cart.Flows{Cart: carts.New(), Region: region.New(), Customer: customer.New(), Store: store.New(), Channel: saleschannel.New(), Product: product.New(),
		Promotion: promotion.New(), Pricing: pricing.New(), Tax: tax.New(), Fulfillment: fulfillment.New(), Stock: &inventory.Flows{Inventory: s.stock}}
	f = cart.New(f)
	o, m := order.New(), payments.New(system.Provider{}, s.bank)
	pay := payment.New(&payment.Flows{Payment: m, Order: o, Cart: f, Carts: link.Many(f.Cart.Carts, m.Collections, link.OneA(), link.OneB(), link.Fields("payment_collection", "cart")),
		Orders: link.Many(o.Orders, m.Collections, link.OneA())})
	s.Flows = checkout.New(&checkout.Flows{Cart: f, Payment: pay, Order: o, Carts: link.Many(o.Orders, f.Cart.Carts, link.OneA(), link.OneB()),
		Promotions: link.Many(o.Orders, f.Promotion.Promotions)})
	parts := []module.Entity{pay.Carts, pay.Orders, s.Carts, s.Promotions,
		link.Many(f.Product.Variants, s.stock.Items, link.Table("product_variant_inventory_item"), link.Columns("variant_id", "inventory_item_id"), link.Number("required_quantity", "1")),
		link.Many(f.Product.Variants, f.Pricing.Sets, link.Table("product_variant_price_set"), link.Columns("variant_id", "price_set_id")),
		link.Many(f.Product.Products, f.Fulfillment.ShippingProfiles, link.Table("product_shipping_profile"), link.Columns("product_id", "shipping_profile_id"))}
	for _, list := range [][]module.Entity{f.Cart.Tables(), f.Region.Tables(), f.Customer.Tables(), f.Store.Tables(), f.Channel.Tables(), f.Product.Tables(),
		f.Promotion.Tables(), f.Pricing.Tables(), f.Tax.Tables(), f.Fulfillment.Tables(), s.stock.Tables(), o.Tables(), m.Tables()} {
		parts = append(parts, list...)
	}
	moduletest.Open(t, d, parts)
	must(d.Exec(t.Context(), db.Statement{SQL: "CREATE TABLE sales_channel_stock_location (id text, sales_channel_id text, stock_location_id text, created_at text, deleted_at text)"}))(t)
	if _, err := db.Migrate(t.Context(), d, []db.Set{workflow.Migrations(), event.Migrations()}); err != nil {
		t.Fatal(err)
	}
	if err := workflow.NewEngine(d, nil, slog.Default()).Bind(append(append(f.Workflows(), pay.Workflows()...), s.Workflows()...)...); err != nil {
		t.Fatal(err)
	}
	s.seed(t, d)
	return s
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *shop) seed(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := t.Context()
	s.channel = must(s.Cart.Channel.Channels.Create(ctx, saleschannel.Channel{Name: "Web"}))(t).ID
	p := must(s.Cart.Product.Products.Create(ctx, product.Product{Title: "Thing", Handle: "thing", Status: "published", Discountable: true}))(t)
	s.variant = must(s.Cart.Product.Variants.Create(ctx, product.Variant{Title: "One", ProductID: &p.ID, ManageInventory: true}))(t).ID
	item := must(s.stock.Items.Create(ctx, stock.Item{RequiresShipping: true}))(t)
	must(s.stock.Levels.Create(ctx, stock.Level{InventoryItemID: item.ID, LocationID: "sloc_1", StockedQuantity: money.Int(3)}))(t)
	for _, sql := range []string{"INSERT INTO product_variant_inventory_item (variant_id, inventory_item_id, id, required_quantity) VALUES ('" + s.variant + "', '" + item.ID + "', 'l', 1)",
		"INSERT INTO sales_channel_stock_location (id, sales_channel_id, stock_location_id) VALUES ('l', '" + s.channel + "', 'sloc_1')"} {
		must(d.Exec(ctx, db.Statement{SQL: sql}))(t)
	}
}

// cart is a cart of n units at 10, ready to be completed.
func (s *shop) cart(t *testing.T, n int, provider string) string {
	t.Helper()
	ctx := t.Context()
	c := must(s.Cart.Cart.Carts.Create(ctx, carts.Cart{CurrencyCode: "eur", SalesChannelID: &s.channel}))(t)
	l := carts.LineItem{CartID: c.ID, Title: "Thing", Quantity: n, VariantID: &s.variant, UnitPrice: money.Int(10), RequiresShipping: false}
	must(s.Cart.Cart.Items.Create(ctx, l))(t)
	must(s.Cart.Cart.Items.Update(ctx, module.Filter{"cart_id": c.ID}, module.Set{"requires_shipping": false}))(t)
	col := must(s.Payment.CreateForCart.Run(ctx, c.ID))(t)
	must(s.Payment.CreateSession.Run(ctx, payments.SessionDraft{CollectionID: col, ProviderID: provider}))(t)
	return c.ID
}

func each(t *testing.T, run func(*testing.T, *shop)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		run(t, open(t, d))
	})
}

func (s *shop) left(t *testing.T) string {
	t.Helper()
	return must(s.stock.Levels.List(t.Context(), nil))(t)[0].Available().String()
}

func TestComplete(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for provider, budget := range map[string]int{"pp_system_default": 40, "pp_bank": 55} { // the cut costs a record of the run, and a second look
			id := s.cart(t, 1, provider)
			ctx, counter := db.WithCounter(t.Context())
			made := must(s.Complete.Run(ctx, id))(t)
			if n := counter.Count(); n > budget {
				t.Errorf("%s: %d statements:\n%s", provider, n, strings.Join(counter.Statements(), "\n"))
			}
			o := must(s.Order.Load(t.Context(), made, false))(t)
			if got := o.Totals().Total; got.String() != "10" || len(o.Items) != 1 || o.DisplayID == 0 || o.Sum == nil {
				t.Errorf("%s: the order is %+v and costs %s", provider, o, got)
			}
			list := must(s.Payment.OfOrder(t.Context(), made))(t)
			if len(list) != 1 || list[0].Status != payments.AllAuthorized || len(list[0].Payments) != 1 {
				t.Errorf("%s: paid by %+v", provider, list)
			}
			if again := must(s.Complete.Run(t.Context(), id))(t); again != made {
				t.Errorf("%s: completed again it is %s, not %s", provider, again, made)
			}
		}
		if got := s.left(t); got != "1" {
			t.Errorf("%s are left", got)
		}
	})
}

// However often and by however many a cart is completed, it becomes one order, and the money is asked for under one key.
func TestCompleteTogether(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t, 1, "pp_bank")
		var wait sync.WaitGroup
		made := make([]string, 50)
		for i := range made {
			wait.Go(func() {
				var err error
				if made[i], err = s.Complete.Run(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, m := range made {
			if m != made[0] || m == "" {
				t.Fatalf("orders %v", made)
			}
		}
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); n != 1 || len(s.bank.authorized) != 1 || len(s.bank.canceled) != 0 {
			t.Errorf("%d orders, authorised %v, cancelled %v", n, s.bank.authorized, s.bank.canceled)
		}
	})
}

// Of ten carts that want one unit of three, three get it; what the others were authorised for is given back.
func TestLastUnits(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ids := make([]string, 10)
		for i := range ids {
			ids[i] = s.cart(t, 1, "pp_bank")
		}
		var wait sync.WaitGroup
		var won, lost atomic.Int32
		for _, id := range ids {
			wait.Go(func() {
				switch _, err := s.Complete.Run(t.Context(), id); {
				case err == nil:
					won.Add(1)
				case fault.KindOf(err) == fault.NotAllowed && strings.Contains(fault.Message(err), "Not enough stock"):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); won.Load() != 3 || lost.Load() != 7 || n != 3 || len(s.bank.canceled) != 7 {
			t.Errorf("%d won, %d lost, %d orders, %d authorisations given back", won.Load(), lost.Load(), n, len(s.bank.canceled))
		}
		if got := s.left(t); got != "0" {
			t.Errorf("%s are left", got)
		}
		if n := must(s.Cart.Cart.Carts.Count(t.Context(), module.Filter{"completed_at": nil}))(t); n != 7 {
			t.Errorf("%d carts are open", n)
		}
	})
}

// A provider that refuses, wants more, or cannot be reached leaves no order and no promise.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t, 1, "pp_bank")
		s.bank.fail = errors.New("the line is dead")
		if _, err := s.Complete.Run(t.Context(), id); !errors.Is(err, s.bank.fail) {
			t.Errorf("got %v", err)
		}
		s.bank.fail, s.bank.say = nil, payments.RequiresMore
		if _, err := s.Complete.Run(t.Context(), id); fault.KindOf(err) != fault.PaymentPending {
			t.Errorf("got %v", err)
		}
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); n != 0 || s.left(t) != "3" {
			t.Errorf("%d orders, %s left", n, s.left(t))
		}
		s.bank.say = payments.Authorized
		must(s.Complete.Run(t.Context(), id))(t)
		s.bank.say = payments.Failed
		if _, err := s.Complete.Run(t.Context(), s.cart(t, 1, "pp_bank")); fault.KindOf(err) != fault.PaymentFailed {
			t.Errorf("got %v", err)
		}
	})
}
