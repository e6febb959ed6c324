package checkoutflow_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
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

func (*bank) Identifier() string { return "bank" }

func (*bank) Initiate(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Status: payment.SessionPending, Data: module.Map{"id": "x"}}, nil
}

func (b *bank) Authorize(_ context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.authorized[r.IdempotencyKey]++
	return payment.ProviderResult{Status: b.say, Data: module.Map{"id": "x"}}, b.fail
}

func (*bank) Capture(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{}, nil
}

func (*bank) Refund(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{}, nil
}

func (b *bank) CancelPayment(_ context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.canceled[r.IdempotencyKey] = true
	return payment.ProviderResult{}, nil
}

// A shop is all that a checkout needs, in a database of its own. It sells one variant, of which there are 3.
type shop struct {
	*checkoutflow.Flows
	bank    *bank
	stock   *inventory.Module
	channel string
	variant string
}

// assemble returns a shop that is not bound to a database yet, with all its tables.
func assemble(bank payment.Provider) (*shop, []module.Entity) {
	s := &shop{stock: inventory.New()}
	f := &cartflow.Flows{Cart: cart.New(), Region: region.New(), Customer: customer.New(), Store: store.New(), SalesChannel: saleschannel.New(), Product: product.New(),
		Promotion: promotion.New(), Pricing: pricing.New(), Tax: tax.New(), Fulfillment: fulfillment.New(), Inventory: &inventoryflow.Flows{Inventory: s.stock}}
	f = cartflow.New(f)
	o, m := order.New(), payment.New(payment.Provide("default", system.Provider{}), payment.Provide("", bank))
	pay := paymentflow.New(&paymentflow.Flows{Payment: m, Order: o, Cart: f, Carts: link.ManyToMany(f.Cart.Carts, m.Collections, link.SingleA(), link.SingleB(), link.FieldNames("payment_collection", "cart")),
		Orders: link.ManyToMany(o.Orders, m.Collections, link.SingleA())})
	s.Flows = checkoutflow.New(&checkoutflow.Flows{Cart: f, Payment: pay, Order: o, Carts: link.ManyToMany(o.Orders, f.Cart.Carts, link.SingleA(), link.SingleB()),
		Promotions: link.ManyToMany(o.Orders, f.Promotion.Promotions)})
	parts := []module.Entity{pay.Carts, pay.Orders, s.Carts, s.Promotions,
		link.ManyToMany(f.Product.Variants, s.stock.Items, link.TableName("product_variant_inventory_item"), link.ColumnNames("variant_id", "inventory_item_id"), link.NumberColumn("required_quantity", "1")),
		link.ManyToMany(f.Product.Variants, f.Pricing.PriceSets, link.TableName("product_variant_price_set"), link.ColumnNames("variant_id", "price_set_id")),
		link.ManyToMany(f.Product.Products, f.Fulfillment.ShippingProfiles, link.TableName("product_shipping_profile"), link.ColumnNames("product_id", "shipping_profile_id"))}
	for _, list := range [][]module.Entity{f.Cart.Tables(), f.Region.Tables(), f.Customer.Tables(), f.Store.Tables(), f.SalesChannel.Tables(), f.Product.Tables(),
		f.Promotion.Tables(), f.Pricing.Tables(), f.Tax.Tables(), f.Fulfillment.Tables(), s.stock.Tables(), o.Tables(), m.Tables()} {
		parts = append(parts, list...)
	}
	return s, parts
}

// open makes a shop in an empty database, with an engine at work.
func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	bank := &bank{authorized: map[string]int{}, canceled: map[string]bool{}, say: payment.SessionAuthorized}
	s, parts := assemble(bank)
	s.bank = bank
	s.migrate(t, d, parts)
	work(t, s.engine(d))
	s.seed(t, d, 3)
	return s
}

func (s *shop) migrate(t *testing.T, d *db.DB, parts []module.Entity) {
	t.Helper()
	moduletest.Open(t, d, parts)
	must(d.Exec(t.Context(), db.Statement{SQL: "CREATE TABLE sales_channel_stock_location (id text, sales_channel_id text, stock_location_id text, created_at text, deleted_at text)"}))(t)
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{workflow.Migrations(), event.Migrations()}); err != nil {
		t.Fatal(err)
	}
}

// engine returns an engine that hurries.
func (s *shop) engine(d *db.DB) *workflow.Engine {
	e := workflow.NewEngine(d, event.NewBus(d, slog.Default()), slog.New(slog.DiscardHandler))
	e.Lease, e.Poll = time.Second, 20*time.Millisecond
	if err := e.Bind(append(append(s.Cart.Workflows(), s.Payment.Workflows()...), s.Workflows()...)...); err != nil {
		panic(err)
	}
	return e
}

// work runs an engine until the test ends.
func work(t *testing.T, e *workflow.Engine) {
	t.Helper()
	proctest.Background(t, e.Run)
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

// seed puts one thing with a stock of n on sale.
func (s *shop) seed(t *testing.T, d *db.DB, n int64) {
	t.Helper()
	ctx := t.Context()
	s.channel = must(s.Cart.SalesChannel.Channels.Create(ctx, saleschannel.Channel{Name: "Web"}))(t).ID
	p := must(s.Cart.Product.Products.Create(ctx, product.Product{Title: "Thing", Handle: "thing", Status: "published", Discountable: true}))(t)
	s.variant = must(s.Cart.Product.Variants.Create(ctx, product.Variant{Title: "One", ProductID: &p.ID, ManageInventory: true}))(t).ID
	item := must(s.stock.Items.Create(ctx, inventory.Item{RequiresShipping: true}))(t)
	must(s.stock.Levels.Create(ctx, inventory.Level{InventoryItemID: item.ID, LocationID: "sloc_1", StockedQuantity: money.Int(n)}))(t)
	for _, sql := range []string{"INSERT INTO product_variant_inventory_item (variant_id, inventory_item_id, id, required_quantity) VALUES ('" + s.variant + "', '" + item.ID + "', 'l', 1)",
		"INSERT INTO sales_channel_stock_location (id, sales_channel_id, stock_location_id) VALUES ('l', '" + s.channel + "', 'sloc_1')"} {
		must(d.Exec(ctx, db.Statement{SQL: sql}))(t)
	}
}

// cart is a cart of n units at 10, ready to be completed.
func (s *shop) cart(t *testing.T, n int, provider string) string {
	t.Helper()
	ctx := t.Context()
	c := must(s.Cart.Cart.Carts.Create(ctx, cart.Cart{CurrencyCode: "eur", SalesChannelID: &s.channel}))(t)
	l := cart.LineItem{CartID: c.ID, Title: "Thing", Quantity: n, VariantID: &s.variant, UnitPrice: money.Int(10), RequiresShipping: false}
	must(s.Cart.Cart.Items.Create(ctx, l))(t)
	must(s.Cart.Cart.Items.Update(ctx, module.Filter{"cart_id": c.ID}, module.Set{"requires_shipping": false}))(t)
	col := must(s.Payment.CreateForCart.Run(ctx, c.ID))(t)
	must(s.Payment.CreateSession.Run(ctx, payment.CreateSessionInput{CollectionID: col, ProviderID: provider}))(t)
	return c.ID
}
