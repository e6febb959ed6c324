package inventory

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
	"pgregory.net/rapid"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

// item makes an item with levels, by location.
func item(t testing.TB, m *Module, stocked map[string]string) string {
	t.Helper()
	i, err := m.Items.Create(t.Context(), Item{RequiresShipping: true})
	if err != nil {
		t.Fatal(err)
	}
	for at, n := range stocked {
		if _, err := m.CreateLevels(t.Context(), []Level{{InventoryItemID: i.ID, LocationID: at, StockedQuantity: money.MustParse(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	return i.ID
}

func level(t testing.TB, m *Module, item, at string) Level {
	t.Helper()
	list, err := m.Levels.List(t.Context(), module.Filter{"inventory_item_id": item, "location_id": at})
	if err != nil || len(list) != 1 {
		t.Fatalf("level of %s at %s: %v %v", item, at, list, err)
	}
	return list[0]
}

func checkLevel(t testing.TB, m *Module, item, at, stocked, reserved string) {
	t.Helper()
	l := level(t, m, item, at)
	if l.StockedQuantity.String() != stocked || l.ReservedQuantity.String() != reserved {
		t.Errorf("%s: stocked %s reserved %s, want %s and %s", at, l.StockedQuantity, l.ReservedQuantity, stocked, reserved)
	}
}

func kind(t testing.TB, err error, want fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != want || (words != "" && fault.Message(err) != words) {
		t.Errorf("got %v, want %v %q", err, want, words)
	}
}

func TestReserve(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "2", "b": "5.5"})
		list, err := m.Reserve(ctx, []Demand{
			{LineItemID: "one", ItemID: id, Quantity: money.Int(2), Locations: []string{"a", "b"}},
			{LineItemID: "two", ItemID: id, Quantity: money.Int(1), Locations: []string{"a", "b"}},
		})
		if err != nil || len(list) != 2 || list[0].LocationID != "a" || list[1].LocationID != "b" {
			t.Fatalf("got %+v %v", list, err)
		}
		checkLevel(t, m, id, "a", "2", "2")
		checkLevel(t, m, id, "b", "5.5", "1")
		_, err = m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.Int(3), Locations: []string{"b"}}, {ItemID: id, Quantity: money.Int(2), Locations: []string{"b"}}})
		kind(t, err, fault.NotAllowed, "Not enough stock available for item "+id+" at location b")
		checkLevel(t, m, id, "b", "5.5", "1")
		_, err = m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.Int(1), Locations: []string{"c"}}})
		kind(t, err, fault.NotFound, "Item "+id+" is not stocked at location c")
		if _, err := m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.Int(9), Locations: []string{"a"}, AllowBackorder: true}}); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "2", "11")
		gone, err := m.ReleaseByLineItems(ctx, []string{"one", "two"})
		if err != nil || len(gone) != 2 {
			t.Fatalf("got %v %v", gone, err)
		}
		checkLevel(t, m, id, "a", "2", "9")
		checkLevel(t, m, id, "b", "5.5", "0")
		kind(t, m.RestoreReservations(ctx, gone), fault.NotAllowed, "") // a backorder took their place
		checkLevel(t, m, id, "b", "5.5", "0")
	})
}

// Goods that come back are held by the reservation of their line, or by a new one, however much is promised besides.
func TestRecall(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "2"})
		list, err := m.Reserve(ctx, []Demand{{LineItemID: "one", ItemID: id, Quantity: money.Int(1), Locations: []string{"a"}}})
		if err != nil {
			t.Fatal(err)
		}
		one, two := "one", "two"
		back := []Reservation{{InventoryItemID: id, LocationID: "a", LineItemID: &one, Quantity: money.Int(3)}, {InventoryItemID: id, LocationID: "a", LineItemID: &two, Quantity: money.Int(1)}}
		if err := m.ReserveReturned(ctx, back); err != nil {
			t.Fatal(err)
		}
		checkLevel(t, m, id, "a", "2", "5")
		all, err := m.Reservations.List(ctx, module.Filter{"inventory_item_id": id}, module.FindOptions{Order: []string{"line_item_id"}})
		if err != nil || len(all) != 2 || all[0].ID != list[0].ID || all[0].Quantity.String() != "4" || all[1].Quantity.String() != "1" {
			t.Errorf("got %+v, %v", all, err)
		}
	})
}

func TestChange(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "10", "b": "3"})
		list, err := m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.MustParse("4.2"), Locations: []string{"a"}}})
		if err != nil {
			t.Fatal(err)
		}
		set := func(s module.Set) error {
			_, err := m.UpdateReservations(ctx, []UpdateReservationInput{{ID: list[0].ID, Set: s}})
			return err
		}
		if err := set(module.Set{"quantity": money.Int(10)}); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "10", "10")
		kind(t, set(module.Set{"quantity": money.MustParse("10.1")}), fault.NotAllowed, "")
		kind(t, set(module.Set{"location_id": "b"}), fault.NotAllowed, "")
		checkLevel(t, m, id, "a", "10", "10")
		if err := set(module.Set{"location_id": "b", "quantity": money.MustParse("2.1")}); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "10", "0")
		checkLevel(t, m, id, "b", "3", "2.1")
		kind(t, set(module.Set{"location_id": "c"}), fault.NotFound, "")
		_, err = m.UpdateReservations(ctx, []UpdateReservationInput{{ID: "none"}})
		kind(t, err, fault.Invalid, "Reservation item with id none not found")
		if _, err := m.Release(ctx, []string{list[0].ID, "none"}); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "b", "3", "0")
	})
}

func TestAdjust(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "1.5"})
		adjust := func(n string, free bool) error {
			return m.AdjustStock(ctx, []Adjustment{{ItemID: id, LocationID: "a", Quantity: money.MustParse(n), AllowBackorder: free}})
		}
		for _, n := range []string{"0.1", "0.2", "-1.7"} {
			if err := adjust(n, false); err != nil {
				t.Error(n, err)
			}
		}
		checkLevel(t, m, id, "a", "0.1", "0")
		kind(t, adjust("-0.2", false), fault.NotAllowed, "")
		if err := adjust("-3", true); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "-2.9", "0")
		kind(t, m.AdjustStock(ctx, []Adjustment{{ItemID: id, LocationID: "b", Quantity: money.Int(1)}}), fault.NotFound, "")
	})
}

func TestLevels(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "5"})
		if _, err := m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.Int(4), Locations: []string{"a"}}}); err != nil {
			t.Fatal(err)
		}
		_, err := m.UpdateLevels(ctx, []UpdateLevelInput{{ItemID: id, LocationID: "a", Set: module.Set{"stocked_quantity": money.Int(1), "reserved_quantity": money.Int(0)}}})
		if err != nil {
			t.Error("stock may fall below what is promised:", err)
		}
		checkLevel(t, m, id, "a", "1", "4")
		_, err = m.Reserve(ctx, []Demand{{ItemID: id, Quantity: money.Int(1), Locations: []string{"a"}}})
		kind(t, err, fault.NotAllowed, "")
		_, err = m.UpdateLevels(ctx, []UpdateLevelInput{{ItemID: id, LocationID: "x"}, {ItemID: id, LocationID: "y"}})
		kind(t, err, fault.NotFound, "Item "+id+" is not stocked at location x, Item "+id+" is not stocked at location y")
		_, err = m.DeleteLevels(ctx, module.Filter{"inventory_item_id": id}, true)
		kind(t, err, fault.NotAllowed, "")
		kind(t, m.DeleteItems(ctx, []string{id}), fault.Invalid, "")
		_, err = m.Levels.Update(ctx, module.Filter{"inventory_item_id": id}, module.Set{"reserved_quantity": money.Int(-1)})
		if !errors.As(err, new(*db.ConstraintError)) {
			t.Errorf("the database let less than nothing be reserved: %v", err)
		}
	})
}

// The last units go to as many buyers as there are units, however many ask at once and in whatever order they name their items.
func TestLastUnits(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		const units, buyers = 7, 24
		a, b := item(t, m, map[string]string{"x": "7", "y": "0"}), item(t, m, map[string]string{"x": "100", "y": "100"})
		var sold, refused atomic.Int32
		var wait sync.WaitGroup
		for i := range buyers {
			wait.Go(func() {
				wants := []Demand{{ItemID: a, Quantity: money.Int(1), Locations: []string{"x", "y"}}, {ItemID: b, Quantity: money.Int(1), Locations: []string{"y", "x"}}}
				if i%2 == 0 {
					wants[0], wants[1] = wants[1], wants[0]
				}
				switch _, err := m.Reserve(t.Context(), wants); {
				case err == nil:
					sold.Add(1)
				case fault.KindOf(err) == fault.NotAllowed:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if sold.Load() != units || refused.Load() != buyers-units {
			t.Errorf("%d sold and %d refused of %d units", sold.Load(), refused.Load(), units)
		}
		checkLevel(t, m, a, "x", "7", "7")
		checkLevel(t, m, b, "y", "100", "7")
	})
}

// Whatever happens to reservations, a level's reserved quantity is their sum, and never above what is in stock.
func TestSumOfReservations(t *testing.T) {
	t.Parallel()
	m, tables := fresh()
	moduletest.Open(t, dbtest.Open(t), tables)
	rapid.Check(t, func(rt *rapid.T) {
		id := item(t, m, map[string]string{"a": "5", "b": "3"})
		var held []string
		rt.Repeat(map[string]func(*rapid.T){
			"reserve": func(rt *rapid.T) {
				n := money.Float(float64(rapid.IntRange(0, 40).Draw(rt, "n")) / 10)
				list, err := m.Reserve(t.Context(), []Demand{{ItemID: id, Quantity: n, Locations: rapid.SampledFrom([][]string{{"a", "b"}, {"b", "a"}, {"b"}}).Draw(rt, "at")}})
				if err == nil {
					held = append(held, list[0].ID)
				} else if fault.KindOf(err) != fault.NotAllowed {
					rt.Fatal(err)
				}
			},
			"change": func(rt *rapid.T) {
				if len(held) == 0 {
					rt.Skip("nothing is held")
				}
				set := module.Set{"location_id": rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "to"), "quantity": money.Int(int64(rapid.IntRange(0, 4).Draw(rt, "n")))}
				_, err := m.UpdateReservations(t.Context(), []UpdateReservationInput{{ID: rapid.SampledFrom(held).Draw(rt, "which"), Set: set}})
				if err != nil && fault.KindOf(err) != fault.NotAllowed {
					rt.Fatal(err)
				}
			},
			"release": func(rt *rapid.T) {
				if len(held) == 0 {
					rt.Skip("nothing is held")
				}
				if _, err := m.Release(t.Context(), held[:1]); err != nil {
					rt.Fatal(err)
				}
				held = held[1:]
			},
			"": func(rt *rapid.T) {
				for _, at := range []string{"a", "b"} {
					list, err := m.Reservations.List(t.Context(), module.Filter{"inventory_item_id": id, "location_id": at})
					if err != nil {
						rt.Fatal(err)
					}
					var sum money.Decimal
					for _, r := range list {
						sum = sum.Add(r.Quantity)
					}
					l := level(t, m, id, at)
					if !l.ReservedQuantity.Equal(sum) || l.Available().Sign() < 0 {
						rt.Fatalf("%s: %s reserved of %s, reservations of %s", at, l.ReservedQuantity, l.StockedQuantity, sum)
					}
				}
			},
		})
	})
}

func TestComputed(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		id := item(t, m, map[string]string{"a": "5", "b": "2.5"})
		if _, err := m.Reserve(t.Context(), []Demand{{ItemID: id, Quantity: money.Int(4), Locations: []string{"a"}}}); err != nil {
			t.Fatal(err)
		}
		read := func(fields ...string) string {
			set, err := graph.Read(t.Context(), graph.Query{Node: m.Items.Entity().Plan(false, fields...), Where: graph.Filter{"id": id}})
			if err != nil {
				t.Fatal(err)
			}
			return string(set.AppendRow(nil, 0))
		}
		if got, want := read("stocked_quantity", "reserved_quantity"), `{"id":"`+id+`","stocked_quantity":7.5,"reserved_quantity":4}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
