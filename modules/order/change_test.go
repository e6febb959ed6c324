package order_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
)

// quantities are those of an order's lines, by id.
func quantities(o *order.Order) (out []string) {
	for _, l := range o.Items {
		d := l.Detail
		out = append(out, fmt.Sprintf("%s %v at %v: %v %v %v %v %v", l.ID, d.Quantity, l.CurrentUnitPrice(), d.FulfilledQuantity, d.ReturnRequestedQuantity, d.ReturnReceivedQuantity,
			d.ReturnDismissedQuantity, d.WrittenOffQuantity))
	}
	return out
}

// anAction is some action about one of the order's lines, whether it can be applied or not.
func anAction(t *rapid.T, o *order.Order) order.ChangeAction {
	kind := rapid.SampledFrom([]string{order.ActionItemUpdate, order.ActionReturnItems, order.ActionCancelReturnItems, order.ActionReceiveItems, order.ActionReceiveDamaged, order.ActionWriteOff,
		order.ActionReinstate, order.ActionItemRemove}).Draw(t, "kind")
	l := rapid.SampledFrom(o.Items).Draw(t, "line")
	d := module.Map{"reference_id": l.ID, "quantity": float64(rapid.IntRange(-1, 4).Draw(t, "quantity"))}
	if kind == order.ActionItemUpdate && rapid.Bool().Draw(t, "priced") {
		d["unit_price"] = float64(rapid.IntRange(0, 2000).Draw(t, "price")) / 100
	}
	return order.ChangeAction{Action: kind, Details: d}
}

// sound fails where a quantity is less than nothing, or more than there is.
func sound(t *rapid.T, o *order.Order) {
	for _, l := range o.Items {
		d := l.Detail
		back := d.ReturnRequestedQuantity.Add(d.ReturnReceivedQuantity).Add(d.ReturnDismissedQuantity)
		for _, q := range []money.Decimal{d.Quantity, d.FulfilledQuantity, d.ReturnRequestedQuantity, d.ReturnReceivedQuantity, d.ReturnDismissedQuantity, d.WrittenOffQuantity} {
			if q.Sign() < 0 {
				t.Fatalf("less than nothing: %v", quantities(o))
			}
		}
		if d.FulfilledQuantity.Less(back) {
			t.Fatalf("more comes back than was sent: %v", quantities(o))
		}
	}
}

// TestChanges makes random changes of an order. What a preview shows is what the order is once the change is confirmed, quantities stay sound, and a change
// that is given up, or refused, leaves everything as it was.
func TestChanges(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			id := sent(t, m)
			for range rapid.IntRange(1, 4).Draw(t, "changes") {
				changeOnce(ctx, t, m, id)
			}
		})
	})
}

// sent is an order of two lines of which some is sent.
func sent(t *rapid.T, m *order.Module) string {
	line := func(name string, quantity, fulfilled int64) order.LineItem {
		return order.LineItem{Title: name, UnitPrice: money.Int(10), Metadata: module.Map{}, TaxLines: []order.ItemTaxLine{{Code: "vat", Rate: money.Int(25)}},
			Adjustments: []order.ItemAdjustment{{Amount: money.Int(1)}}, Detail: &order.Item{Quantity: money.Int(quantity), FulfilledQuantity: money.Int(fulfilled)}}
	}
	o, err := m.Create(context.Background(), order.Order{CurrencyCode: "eur", Status: order.StatusPending, Items: []order.LineItem{line("Shirt", 4, 3), line("Mug", 3, 3)},
		ShippingMethods: []order.ShippingMethod{{Name: "Post", Amount: money.Int(5)}}})
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func changeOnce(ctx context.Context, t *rapid.T, m *order.Module, id string) {
	o, err := m.Load(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Items) == 0 {
		return
	}
	before := fmt.Sprint(o.Version, quantities(o), o.Totals().Total)
	c, err := m.BeginChange(ctx, o, order.Change{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.BeginChange(ctx, o, order.Change{}); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("a second change began: %v", err)
	}
	p, err := m.PreviewOf(ctx, o, c)
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 5).Draw(t, "actions") {
		a := anAction(t, o)
		if err := m.AddActions(ctx, c, a); err != nil {
			t.Fatal(err)
		}
		next, err := m.PreviewOf(ctx, o, c)
		if err != nil { // refused: it is taken out again, and what was there before still holds
			last := c.Actions[len(c.Actions)-1].ID
			if err := m.RemoveActions(ctx, c, func(a *order.ChangeAction) bool { return a.ID == last }); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p = next
		sound(t, &p.Order)
	}
	if rapid.Bool().Draw(t, "given up") {
		if err := m.DeleteChange(ctx, c); err != nil {
			t.Fatal(err)
		}
		if now := reload(ctx, t, m, id); fmt.Sprint(now.Version, quantities(now), now.Totals().Total) != before {
			t.Fatalf("a change that was given up left %v of %v", quantities(now), before)
		}
		return
	}
	due, total := p.Balance().CurrentTotal, p.Order.Totals().Total
	if err := m.ConfirmChange(ctx, p, "", module.Set{}); err != nil {
		t.Fatal(err)
	}
	now := reload(ctx, t, m, id)
	sound(t, now)
	if !now.Totals().Total.Equal(total) || !due.Sub(now.Totals().Total).IsZero() && len(c.Actions) > 0 && !near(due, now.Totals().Total) {
		t.Fatalf("the preview came to %v, the order to %v", total, now.Totals().Total)
	}
	if grown := now.Version - o.Version; grown != map[bool]int{true: 1}[len(c.Actions) > 0] {
		t.Fatalf("%d actions made %d versions", len(c.Actions), grown)
	}
}

func near(a, b money.Decimal) bool { return a.Sub(b).Abs().Less(money.MustParse("0.0000001")) }

func reload(ctx context.Context, t *rapid.T, m *order.Module, id string) *order.Order {
	o, err := m.Load(ctx, id, false)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Credit makes a new version, which says in which one it came; what was owed goes down by it.
func TestCredit(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		created := placed(t, m)
		for n := range 2 {
			if _, err := m.RecordPayments(t.Context(), order.RecordPaymentsInput{OrderID: created.ID, CreditLines: []order.CreditLine{{Amount: money.Int(5)}}}); err != nil {
				t.Fatal(err)
			}
			o, err := m.Load(t.Context(), created.ID, false)
			if err != nil {
				t.Fatal(err)
			}
			want := money.MustParse("38.75").Sub(money.Int(int64(5 * (n + 1))))
			if o.Version != n+2 || len(o.CreditLines) != n+1 || !o.AmountDue().Equal(want) {
				t.Errorf("version %d has %d credits and %v is owed, not %v", o.Version, len(o.CreditLines), o.AmountDue(), want)
			}
		}
	})
}

// TestComparedPrice wants each version after the first to say what a line's price was compared with, as Medusa's do.
func TestComparedPrice(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		ctx, before := t.Context(), money.Int(12)
		o, err := m.Create(ctx, order.Order{CurrencyCode: "eur", Status: order.StatusPending,
			Items: []order.LineItem{{Title: "Shirt", UnitPrice: money.Int(10), CompareAtUnitPrice: &before, Detail: &order.Item{Quantity: money.Int(1)}}}})
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := m.Load(ctx, o.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.CreateVersion(ctx, order.NewVersion{Order: loaded}); err != nil {
			t.Fatal(err)
		}
		list, err := m.Items.List(ctx, module.Filter{"order_id": o.ID, "version": 2})
		if err != nil || len(list) != 1 || list[0].CompareAtUnitPrice == nil || !list[0].CompareAtUnitPrice.Equal(before) {
			t.Errorf("version 2 has %+v, %v", list, err)
		}
	})
}
