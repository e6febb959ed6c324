package customer

import (
	"context"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

func ptr(s string) *string { return &s }

func one(t *testing.T, m *Module, email string, account bool) Customer {
	t.Helper()
	list, err := m.Create(t.Context(), []Customer{{Email: ptr(email), HasAccount: account}})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func TestRegistrable(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		one(t, m, "guest@x.io", false)
		one(t, m, "both@x.io", false)
		one(t, m, "both@x.io", true)
		for _, c := range []struct {
			email   string
			account bool
			kind    fault.Kind
			words   string
		}{
			{"", true, fault.Invalid, "Email is required to create a customer"},
			{"guest@x.io", false, fault.Duplicate, "Guest customer with this email already exists"},
			{"both@x.io", true, fault.Duplicate, "Customer with this email already has an account"},
		} {
			wants(t, m.CheckEmailAvailable(ctx, c.email, c.account), c.kind, c.words)
		}
		for email, account := range map[string]bool{"guest@x.io": true, "both@x.io": false, "new@x.io": true} {
			if err := m.CheckEmailAvailable(ctx, email, account); err != nil {
				t.Errorf("%s: %v", email, err)
			}
		}
		_, err := m.Create(ctx, []Customer{{Email: ptr("guest@x.io")}})
		wants(t, err, fault.Invalid, "Customer with email: guest@x.io, has_account: false, already exists.")
	})
}

func TestGroups(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		c := one(t, m, "a@x.io", false)
		g, err := m.Groups.Create(ctx, Group{Name: "VIP"})
		if err != nil {
			t.Fatal(err)
		}
		in := []Membership{{CustomerID: c.ID, CustomerGroupID: g.ID}}
		for range 2 {
			if err := m.AddToGroups(ctx, in); err != nil {
				t.Fatal(err)
			}
		}
		got, err := m.Customers.List(ctx, module.Filter{"groups": module.Filter{"name": "VIP"}}, module.FindOptions{Relations: []string{"groups"}})
		if err != nil || len(got) != 1 || len(got[0].Groups) != 1 {
			t.Errorf("got %+v %v", got, err)
		}
		if err := m.RemoveFromGroups(ctx, in); err != nil {
			t.Fatal(err)
		}
		if n, err := m.Memberships.Count(ctx, module.Filter{}); n != 0 || err != nil {
			t.Errorf("%d are left, %v", n, err)
		}
		err = m.AddToGroups(ctx, []Membership{{CustomerID: c.ID, CustomerGroupID: "does-not-exist"}})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
		_, err = m.Groups.Create(ctx, Group{Name: "VIP"})
		wants(t, err, fault.Invalid, "Customer group with name: VIP, already exists.")
	})
}

// TestDefaults tries many ways to set default addresses: the last one that was made a default is the only one.
func TestDefaults(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	m, tables := fresh()
	moduletest.Open(t, d, tables)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		c := one(t, m, string(rune('a'+n%26))+"@x.io", n%2 == 0)
		defer m.Customers.Delete(context.Background(), c.ID)
		var shipping, billing string
		ids := []string{}
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			s, b := rapid.Bool().Draw(rt, "shipping"), rapid.Bool().Draw(rt, "billing")
			id := act(rt, m, c.ID, &ids, s, b)
			if s {
				shipping = id
			}
			if b {
				billing = id
			}
		}
		list, err := m.Addresses.List(context.Background(), module.Filter{"customer_id": c.ID})
		if err != nil {
			rt.Fatal(err)
		}
		for _, a := range list {
			if a.IsDefaultShipping != (a.ID == shipping) || a.IsDefaultBilling != (a.ID == billing) {
				rt.Fatalf("%+v, want shipping %s, billing %s", a, shipping, billing)
			}
		}
	})
}

// act adds an address or makes an old one a default.
func act(rt *rapid.T, m *Module, customer string, ids *[]string, shipping, billing bool) string {
	ctx := context.Background()
	if len(*ids) > 0 && rapid.Bool().Draw(rt, "old") {
		id := rapid.SampledFrom(*ids).Draw(rt, "id")
		set := module.Set{"city": "Ulm"}
		if shipping {
			set["is_default_shipping"] = true
		}
		if billing {
			set["is_default_billing"] = true
		}
		if _, err := m.UpdateAddresses(ctx, module.Filter{"id": id}, set); err != nil {
			rt.Fatal(err)
		}
		return id
	}
	list, err := m.AddAddresses(ctx, customer, []Address{{IsDefaultShipping: shipping, IsDefaultBilling: billing}})
	if err != nil {
		rt.Fatal(err)
	}
	*ids = append(*ids, list[0].ID)
	return list[0].ID
}

// TestSeveralDefaults takes the last of several new addresses as the default.
func TestSeveralDefaults(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		list, err := m.Create(t.Context(), []Customer{{Addresses: []Address{{IsDefaultShipping: true}, {IsDefaultShipping: true}}}})
		if err != nil {
			t.Fatal(err)
		}
		a := list[0].Addresses
		if a[0].IsDefaultShipping || !a[1].IsDefaultShipping {
			t.Errorf("got %+v", a)
		}
		if ids, err := m.RemoveAddresses(t.Context(), module.Filter{"id": a[1].ID}); err != nil || len(ids) != 1 {
			t.Fatal(ids, err)
		}
		if _, err := m.UpdateAddresses(t.Context(), module.Filter{"id": a[0].ID}, module.Set{"is_default_shipping": true}); err != nil {
			t.Error(err)
		}
	})
}

func wants(t *testing.T, err error, kind fault.Kind, message string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.Message(err) != message {
		t.Errorf("got %v %q (%v), want %v %q", fault.KindOf(err), fault.Message(err), err, kind, message)
	}
}

// Buyers who come at once with the same address are one guest.
func TestGuest(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ids := make([]string, 12)
		var wait sync.WaitGroup
		for i := range ids {
			wait.Go(func() {
				c, err := m.FindOrCreateGuest(t.Context(), "ada@example.com")
				if err != nil {
					t.Error(err)
				}
				ids[i] = c.ID
			})
		}
		wait.Wait()
		slices.Sort(ids)
		if ids = slices.Compact(ids); len(ids) != 1 || ids[0] == "" {
			t.Errorf("the guests are %v", ids)
		}
	})
}
