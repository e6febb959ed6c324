package cartflow_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A shop is all that carts need, in a database of its own.
type shop struct {
	*cartflow.Flows
	d                   *db.DB
	stock               *inventory.Module
	region, channel     string
	shirt, mug, counted string // variants: 10, 20 and 5 euros
	paid                []money.Decimal
}

// links are the tables between modules.
var links = []string{"product_shipping_profile product_id shipping_profile_id", "product_variant_price_set variant_id price_set_id",
	"product_variant_inventory_item variant_id inventory_item_id", "sales_channel_stock_location sales_channel_id stock_location_id",
	"location_fulfillment_set stock_location_id fulfillment_set_id", "shipping_option_price_set shipping_option_id price_set_id",
	"cart_promotion cart_id promotion_id"}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	c := cart.New()
	s := &shop{d: d, stock: inventory.New()}
	f := &cartflow.Flows{Cart: c, Region: region.New(), Customer: customer.New(), Store: store.New(), SalesChannel: saleschannel.New(), Product: product.New(),
		Promotion: promotion.New(), Pricing: pricing.New(), Tax: tax.New(), Fulfillment: fulfillment.New(), Inventory: &inventoryflow.Flows{Inventory: s.stock}}
	f.Shipping = &shippingflow.Flows{Fulfillment: f.Fulfillment, Pricing: f.Pricing, Region: f.Region}
	f.Deps = cartflow.Deps{Promotions: promotionsOf{d}, Payment: func(_ context.Context, _ *cartflow.State, amount money.Decimal) error {
		s.paid = append(s.paid, amount)
		return nil
	}}
	s.Flows = cartflow.New(f)
	moduletest.Open(t, d, c.Tables(), f.Region.Tables(), f.Customer.Tables(), f.Store.Tables(), f.SalesChannel.Tables(), f.Product.Tables(),
		f.Promotion.Tables(), f.Pricing.Tables(), f.Tax.Tables(), f.Fulfillment.Tables(), s.stock.Tables())
	for _, l := range links {
		n := strings.Fields(l)
		sql := "CREATE TABLE " + n[0] + " (id text, " + n[1] + " text, " + n[2] + " text, required_quantity integer DEFAULT 1, created_at text, deleted_at text)"
		if _, err := d.Exec(t.Context(), db.Statement{SQL: sql}); err != nil {
			t.Fatal(err)
		}
	}
	if err := workflow.NewEngine(d, nil, slog.Default()).Bind(f.Workflows()...); err != nil {
		t.Fatal(err)
	}
	s.seed(t)
	return s
}

// promotionsOf is the link of carts and promotions.
type promotionsOf struct{ d *db.DB }

func (p promotionsOf) LinkedIDs(ctx context.Context, id string) (out []string, err error) {
	rows, err := p.d.Query(ctx, db.Statement{SQL: "SELECT promotion_id FROM cart_promotion WHERE cart_id = $1 ORDER BY id", Args: []any{id}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, string(rows.Value(0)))
	}
	return out, rows.Err()
}

func (p promotionsOf) Set(ctx context.Context, id string, others []string) error {
	_, err := p.d.Exec(ctx, db.Statement{SQL: "DELETE FROM cart_promotion WHERE cart_id = $1", Args: []any{id}})
	for _, o := range others {
		if err == nil {
			_, err = p.d.Exec(ctx, db.Statement{SQL: "INSERT INTO cart_promotion (cart_id, promotion_id) VALUES ($1, $2)", Args: []any{id, o}})
		}
	}
	return err
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

func ptr[T any](v T) *T { return &v }

func (s *shop) link(t *testing.T, table string, pair ...string) {
	t.Helper()
	must(s.d.Exec(t.Context(), db.Statement{SQL: "INSERT INTO " + table + " VALUES ('l', $1, $2, 1, '2020', NULL)", Args: []any{pair[0], pair[1]}}))(t)
}

func (s *shop) seed(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	s.channel = must(s.SalesChannel.Channels.Create(ctx, saleschannel.Channel{Name: "Web"}))(t).ID
	s.region = must(s.Region.Regions.Create(ctx, region.Region{Name: "Europe", CurrencyCode: "eur", AutomaticTaxes: true}))(t).ID
	must(s.Region.Countries.CreateMany(ctx, []region.Country{{ISO2: "dk", RegionID: &s.region}, {ISO2: "de", RegionID: &s.region}}))(t)
	must(s.Store.Stores.Create(ctx, store.Store{DefaultSalesChannelID: &s.channel, DefaultRegionID: &s.region}))(t)
	dk := must(s.Tax.Regions.Create(ctx, tax.Region{CountryCode: "dk"}))(t)
	must(s.Tax.Rates.Create(ctx, tax.Rate{TaxRegionID: dk.ID, Name: "VAT", Code: "vat", Rate: ptr(25.0), IsDefault: true}))(t)
	p := must(s.Product.Products.Create(ctx, product.Product{Title: "Thing", Handle: "thing", Status: "published", Discountable: true}))(t)
	for _, v := range []struct {
		to      *string
		title   string
		price   int64
		managed bool
	}{{&s.shirt, "Shirt", 10, false}, {&s.mug, "Mug", 20, false}, {&s.counted, "Counted", 5, true}} {
		x := must(s.Product.Variants.Create(ctx, product.Variant{Title: v.title, ProductID: &p.ID, ManageInventory: v.managed}))(t)
		set := must(s.Pricing.PriceSets.Create(ctx, pricing.PriceSet{}))(t)
		must(s.Pricing.Prices.Create(ctx, pricing.Price{PriceSetID: set.ID, CurrencyCode: "eur", Amount: money.Int(v.price), RulesCount: ptr(0)}))(t)
		s.link(t, "product_variant_price_set", x.ID, set.ID)
		*v.to = x.ID
	}
	s.link(t, "product_shipping_profile", p.ID, "sp_1")
	item := must(s.stock.Items.Create(ctx, inventory.Item{RequiresShipping: true}))(t)
	must(s.stock.Levels.Create(ctx, inventory.Level{InventoryItemID: item.ID, LocationID: "sloc_1", StockedQuantity: money.Int(3)}))(t)
	s.link(t, "product_variant_inventory_item", s.counted, item.ID)
	s.link(t, "sales_channel_stock_location", s.channel, "sloc_1")
}

func each(t *testing.T, run func(*testing.T, *shop)) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		run(t, open(t, d))
	})
}

func (s *shop) cart(t *testing.T, items ...cartflow.ItemInput) string {
	t.Helper()
	return must(s.Create.Run(t.Context(), cartflow.CreateInput{RegionID: &s.region, Items: items, ShippingAddress: &cart.Address{CountryCode: ptr("dk")}}))(t).ID
}

func item(variant string, n int64) cartflow.ItemInput {
	return cartflow.ItemInput{VariantID: variant, Quantity: money.Int(n)}
}

// total checks what a cart costs, as the database has it.
func (s *shop) total(t *testing.T, id, want string) *cartflow.State {
	t.Helper()
	st := must(s.Load(t.Context(), id, false))(t)
	if got := totals.Stored(st.Totals().Total); got.String() != want {
		t.Errorf("the cart costs %v, want %s", got, want)
	}
	return st
}

func refused(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Message(err), words) {
		t.Errorf("got %v, want %v with %q", err, kind, words)
	}
}

func TestPurchase(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		id := must(s.Create.Run(ctx, cartflow.CreateInput{}))(t).ID // the shop's defaults
		for range 2 {                                               // the second makes the line longer
			must(s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: id, Items: []cartflow.ItemInput{item(s.shirt, 1)}}))(t)
		}
		st := s.total(t, id, "20")
		if len(st.Items) != 1 || st.Items[0].Quantity != 2 || !st.Items[0].RequiresShipping || *st.Items[0].VariantTitle != "Shirt" {
			t.Errorf("lines %+v", st.Items)
		}
		must(s.Update.Run(ctx, cartflow.UpdateInput{ID: id, Email: module.Some("Ada@Example.com"), ShippingAddress: module.Set{"country_code": "dk", "city": "Aarhus"}}))(t)
		st = s.total(t, id, "25")
		if *st.Email != "ada@example.com" || st.Customer == nil || st.Customer.HasAccount {
			t.Errorf("for %v, %+v", *st.Email, st.Customer)
		}
		must(s.UpdateItem.Run(ctx, cartflow.UpdateItemInput{CartID: id, ItemID: st.Items[0].ID, Quantity: money.Int(3)}))(t)
		s.total(t, id, "37.5")
		must(s.UpdateItem.Run(ctx, cartflow.UpdateItemInput{CartID: id, ItemID: st.Items[0].ID}))(t)
		s.total(t, id, "0")
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		id := s.cart(t)
		add := func(i cartflow.ItemInput) error {
			_, err := s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: id, Items: []cartflow.ItemInput{i}})
			return err
		}
		refused(t, add(item("variant_nope", 1)), fault.Invalid, "Variants variant_nope do not exist")
		refused(t, add(item(s.counted, 4)), fault.NotAllowed, "Some variant does not have the required inventory")
		if err := add(item(s.counted, 3)); err != nil {
			t.Error(err)
		}
		refused(t, add(item(s.counted, 1)), fault.NotAllowed, "Some variant does not have the required inventory")
		_, err := s.Update.Run(ctx, cartflow.UpdateInput{ID: id, ShippingAddress: module.Set{"country_code": "us"}})
		refused(t, err, fault.Invalid, "Country with code us is not within region Europe")
		_, err = s.Create.Run(ctx, cartflow.CreateInput{CurrencyCode: ptr("usd")})
		refused(t, err, fault.Invalid, "Currency code usd does not match")
		_, err = s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: "cart_nope"})
		refused(t, err, fault.NotFound, "Cart id not found: cart_nope")
		must(s.Cart.Carts.Update(ctx, module.Filter{"id": id}, module.Set{"completed_at": db.Now()}))(t)
		refused(t, add(item(s.shirt, 1)), fault.Invalid, "is already completed")
		s.total(t, id, "18.75")
	})
}

func (s *shop) promote(t *testing.T, p promotion.Promotion, m promotion.ApplicationMethod) {
	t.Helper()
	p.Type, p.Status, p.ApplicationMethod = "standard", "active", &m
	must(s.Promotion.Create(t.Context(), []promotion.Promotion{p}))(t)
}

func TestPromotions(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		s.promote(t, promotion.Promotion{Code: "TEN"}, promotion.ApplicationMethod{Type: "percentage", TargetType: "items", Allocation: ptr("across"), Value: ptr(money.Int(10))})
		s.promote(t, promotion.Promotion{Code: "FIVE"}, promotion.ApplicationMethod{Type: "fixed", TargetType: "order", Value: ptr(money.Int(5)), CurrencyCode: ptr("eur")})
		s.promote(t, promotion.Promotion{Code: "MUGS", IsAutomatic: true}, promotion.ApplicationMethod{Type: "fixed", TargetType: "items", Allocation: ptr("each"),
			MaxQuantity: ptr(2), Value: ptr(money.Int(1)), TargetRules: []promotion.Rule{{Attribute: "items.variant_id", Operator: "eq",
				Values: []promotion.RuleValue{{Value: s.mug}}}}})
		id := s.cart(t, item(s.shirt, 2))
		codes := func(action string, list ...string) error {
			_, err := s.UpdateCodes.Run(ctx, cartflow.UpdateCodesInput{CartID: id, Codes: list, Action: action})
			return err
		}
		refused(t, codes(cartflow.AddCodes, "TEN", "NOPE"), fault.Invalid, "The promotion code NOPE is invalid")
		s.total(t, id, "25")
		if err := codes(cartflow.AddCodes, "FIVE", "TEN"); err != nil {
			t.Fatal(err)
		}
		s.total(t, id, "16.25") // (20 - 2 - 5) × 1.25
		must(s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: id, Items: []cartflow.ItemInput{item(s.mug, 3)}}))(t)
		s.total(t, id, "81.25") // (80 - 8 - 5 - 2) × 1.25
		if err := codes(cartflow.RemoveCodes, "TEN"); err != nil {
			t.Fatal(err)
		}
		st := s.total(t, id, "91.25")
		got, err := s.Deps.Promotions.LinkedIDs(ctx, id)
		if err != nil || len(got) != 2 || len(st.Items[0].Adjustments) != 1 {
			t.Errorf("promotions %v, adjustments %+v", got, st.Items[0].Adjustments)
		}
		if last := s.paid[len(s.paid)-1]; last.String() != "91.25" {
			t.Errorf("payment of %v", last)
		}
	})
}

// Adding to a cart is what shops do most.
func TestAddBudget(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t)
		ctx, count := db.WithStatementCounter(t.Context())
		must(s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: id, Items: []cartflow.ItemInput{item(s.shirt, 1)}}))(t)
		if n := count.Count(); n > 13 {
			t.Errorf("%d statements:\n%s", n, strings.Join(count.Statements(), "\n"))
		}
	})
}

// What is asked of a cart decides on what of its totals is worked out.
func TestReadTotals(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.promote(t, promotion.Promotion{Code: "ALL", IsAutomatic: true}, promotion.ApplicationMethod{Type: "fixed", TargetType: "order", Value: ptr(money.Int(15))})
		id := s.cart(t, item(s.shirt, 3), item(s.mug, 2))
		for fields, want := range map[string]string{
			"total":                   `{"id":"ID","total":68.75}`,
			"discount_total,subtotal": `{"id":"ID","discount_total":18.75,"subtotal":70}`,
			"items.quantity":          `{"id":"ID","items":[{"quantity":3},{"quantity":2}]}`,
			"total,items.total,items.adjustments.amount,items.tax_lines.total": `{"id":"ID","total":68.75,"items":[` +
				`{"total":29.464285714285715,"adjustments":[{"amount":6.428571428571429}],"tax_lines":[{"total":5.892857142857143}]},` +
				`{"total":39.285714285714285,"adjustments":[{"amount":8.571428571428571}],"tax_lines":[{"total":7.857142857142857}]}]}`,
		} {
			e := s.Cart.Carts.Entity()
			set := must(graph.Read(t.Context(), graph.Query{Node: e.Plan(false, strings.Split(fields, ",")...), Where: graph.Filter{"id": id}}))(t)
			got := strings.ReplaceAll(string(set.AppendRow(nil, 0)), id, "ID")
			if got = withoutIDs.ReplaceAllString(got, ""); got != want {
				t.Errorf("%s\n got %s\nwant %s", fields, got, want)
			}
		}
	})
}

var withoutIDs = regexp.MustCompile(`"id":"cali[a-z]*_\w+",|,"id":"cali[a-z]*_\w+"`)

// A cart that was just changed is shown from memory as it would be from the database.
func TestHand(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		s.promote(t, promotion.Promotion{Code: "ALL", IsAutomatic: true}, promotion.ApplicationMethod{Type: "fixed", TargetType: "order", Value: ptr(money.Int(15))})
		st := must(s.Create.Run(ctx, cartflow.CreateInput{Items: []cartflow.ItemInput{item(s.shirt, 3)}, Email: ptr("a@b.co"), Metadata: module.Map{"a": "<b>"},
			ShippingAddress: &cart.Address{CountryCode: ptr("dk")}}))(t)
		same := func(st *cartflow.State) {
			t.Helper()
			q := graph.Query{Node: s.Cart.Carts.Entity().Plan(false, "*", "total", "items.*", "items.tax_lines.*", "items.adjustments.*",
				"shipping_address.*", "billing_address.*", "shipping_methods.*", "credit_lines.*"), Where: graph.Filter{"id": st.ID}}
			want := must(graph.Read(ctx, q))(t)
			q.Hand = st.Preloaded()
			got := must(graph.Read(ctx, q))(t)
			var a, b any
			must(0, json.Unmarshal(want.AppendRow(nil, 0), &a))(t)
			must(0, json.Unmarshal(got.AppendRow(nil, 0), &b))(t)
			if !reflect.DeepEqual(a, b) {
				t.Errorf("from the database\n%v\nfrom memory\n%v", a, b)
			}
		}
		same(st)
		same(must(s.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: st.ID, Items: []cartflow.ItemInput{item(s.mug, 1), item(s.shirt, 2)}}))(t))
		same(must(s.Update.Run(ctx, cartflow.UpdateInput{ID: st.ID, Metadata: module.Some(module.Map{"c": 1.5}), BillingAddress: module.Set{"city": "Rom", "country_code": "IT"},
			ShippingAddress: module.Set{"country_code": "de"}}))(t))
		same(must(s.UpdateItem.Run(ctx, cartflow.UpdateItemInput{CartID: st.ID, ItemID: st.Items[0].ID, Quantity: money.Int(1)}))(t))
	})
}
