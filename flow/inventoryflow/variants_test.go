package inventoryflow

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/money"
)

func fresh() (*Flows, []module.Entity) {
	m, l := inventory.New(), stocklocation.New()
	return New(m, l), append(m.Tables(), l.Tables()...)
}

// shop has a channel with two of three locations, and a variant that takes two screws and half a litre of glue.
func shop(t *testing.T, f *Flows) (locations []string, parts []InventoryRequirement) {
	t.Helper()
	ctx := t.Context()
	d, err := f.Inventory.Levels.Entity().DB()
	if err != nil {
		t.Fatal(err)
	}
	exec := func(sql string, args ...any) {
		if _, err := d.Exec(ctx, db.Statement{SQL: sql, Args: args}); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE sales_channel_stock_location (id text, sales_channel_id text, stock_location_id text, created_at text, deleted_at text)`)
	exec(`CREATE TABLE product_variant_inventory_item (id text, variant_id text, inventory_item_id text, required_quantity numeric, deleted_at text)`)
	for i, name := range []string{"north", "south", "elsewhere"} {
		l, err := f.Locations.Create(ctx, stocklocation.Location{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		locations = append(locations, l.ID)
		if i < 2 {
			exec(`INSERT INTO sales_channel_stock_location VALUES ($1, 'web', $2, '1', NULL)`, name, l.ID)
		}
	}
	for sku, stock := range map[string][]string{"screws": {"3", "8", "100"}, "glue": {"2.5", "0", "0"}} {
		item := inventory.Item{SKU: &sku, RequiresShipping: true}
		for i, n := range stock {
			item.Levels = append(item.Levels, inventory.Level{LocationID: locations[i], StockedQuantity: money.MustParse(n)})
		}
		list, err := f.Create.Run(ctx, []inventory.Item{item})
		if err != nil {
			t.Fatal(err)
		}
		required := map[string]string{"screws": "2", "glue": "0.5"}[sku]
		exec(`INSERT INTO product_variant_inventory_item VALUES ($1, 'shelf', $2, CAST($3 AS numeric), NULL)`, sku, list[0].ID, required)
		parts = append(parts, InventoryRequirement{list[0].ID, money.MustParse(required)})
	}
	return locations, parts
}

func TestAvailable(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		shop(t, f)
		for channel, want := range map[string]int64{"web": 5, "": 5, "other": 0} { // 11 screws, 2.5 litres
			got, err := f.AvailableQuantities(t.Context(), channel, []string{"shelf", "none"})
			if err != nil || len(got) != 1 || got["shelf"] != want {
				t.Errorf("%q: got %v %v, want %d", channel, got, err, want)
			}
		}
	})
}

func TestWants(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		locations, parts := shop(t, f)
		ctx := t.Context()
		line := VariantQuantity{ID: "line", VariantID: "shelf", Quantity: money.Int(4), Managed: true, InventoryRequirements: parts}
		wants, err := f.Demands(ctx, "web", []VariantQuantity{line, {VariantID: "book", Quantity: money.Int(1)}})
		if err != nil || len(wants) != 2 {
			t.Fatalf("got %+v %v", wants, err)
		}
		for i, w := range wants {
			if len(w.Locations) != 2 || w.Locations[0] != locations[0] || !w.Quantity.Equal(parts[i].Required.Mul(money.Int(4))) {
				t.Errorf("got %+v", w)
			}
		}
		if err := f.Inventory.CheckAvailability(ctx, wants); err != nil {
			t.Error(err)
		}
		if _, err := f.Inventory.Reserve(ctx, wants); err != nil {
			t.Error(err)
		}
		err = f.Inventory.CheckAvailability(ctx, wants)
		if fault.KindOf(err) != fault.NotAllowed || fault.Message(err) != "Some variant does not have the required inventory" {
			t.Errorf("got %v", err)
		}
		for words, l := range map[string]VariantQuantity{
			"Variant shelf does not have any inventory items associated with it.":              {VariantID: "shelf", Managed: true},
			"Sales channel other is not associated with any stock location for variant shelf.": line,
		} {
			if _, err := f.Demands(ctx, "other", []VariantQuantity{l}); fault.KindOf(err) != fault.Invalid || fault.Message(err) != words {
				t.Errorf("got %v, want %s", err, words)
			}
		}
	})
}

func TestFits(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		locations, parts := shop(t, f)
		got, err := f.LocationsWithStock(t.Context(), []VariantQuantity{{Quantity: money.Int(2), Managed: true, InventoryRequirements: parts}}, locations)
		if err != nil || !got[locations[0]] || got[locations[1]] || got[locations[2]] {
			t.Errorf("got %v %v", got, err)
		}
	})
}

func TestLevelsNeedLocations(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		_, err := f.Create.Run(t.Context(), []inventory.Item{{Levels: []inventory.Level{{LocationID: "sloc_none"}}}})
		if fault.KindOf(err) != fault.NotFound || fault.Message(err) != "Stock locations with ids: sloc_none was not found" {
			t.Errorf("got %v", err)
		}
	})
}
