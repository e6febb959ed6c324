package inventory

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
)

func TestFulfil(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "5", "b": "3"})
		_, err := m.Reserve(ctx, []Demand{
			{LineItemID: "mine", ItemID: id, Quantity: money.Int(4), Locations: []string{"a"}},
			{LineItemID: "theirs", ItemID: id, Quantity: money.Int(2), Locations: []string{"b"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		take := func(n int64, at string) ([]Deduction, []DeductionResult, error) {
			list := []Deduction{{LineItemID: "mine", ItemID: id, LocationID: at, Quantity: money.Int(n)}}
			done, err := m.Deduct(ctx, list)
			return list, done, err
		}
		if _, _, err := take(1, "a"); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "4", "3")
		list, done, err := take(1, "b") // from where it is not held: one is spare there
		if err != nil {
			t.Fatal(err)
		}
		checkLevel(t, m, id, "a", "4", "2")
		checkLevel(t, m, id, "b", "2", "2")
		_, _, err = take(1, "b")
		kind(t, err, fault.NotAllowed, "Not enough stock available for item "+id+" at location b")
		checkLevel(t, m, id, "a", "4", "2")
		if err := m.RevertDeductions(ctx, list, done); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "4", "3")
		checkLevel(t, m, id, "b", "3", "2")
		if list, done, err = take(3, "a"); err != nil {
			t.Fatal(err)
		}
		checkLevel(t, m, id, "a", "1", "0")
		if n, err := m.Reservations.Count(ctx, module.Filter{"line_item_id": "mine"}); n != 0 || err != nil {
			t.Errorf("%d reservations are left: %v", n, err)
		}
		if err := m.RevertDeductions(ctx, list, done); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "4", "3")
		if n, err := m.Reservations.Count(ctx, module.Filter{"line_item_id": "mine", "quantity": 3}); n != 1 || err != nil {
			t.Errorf("%d reservations came back: %v", n, err)
		}
	})
}

func TestFulfilBackorder(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		id := item(t, m, map[string]string{"a": "1"})
		if _, err := m.Reserve(ctx, []Demand{{LineItemID: "l", ItemID: id, Quantity: money.Int(3), Locations: []string{"a"}, AllowBackorder: true}}); err != nil {
			t.Fatal(err)
		}
		take := []Deduction{{LineItemID: "l", ItemID: id, LocationID: "a", Quantity: money.Int(3)}}
		_, err := m.Deduct(ctx, take)
		kind(t, err, fault.NotAllowed, "")
		take[0].AllowBackorder = true
		if _, err := m.Deduct(ctx, take); err != nil {
			t.Error(err)
		}
		checkLevel(t, m, id, "a", "-2", "0")
	})
}
