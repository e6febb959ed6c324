package stocklocation

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

func TestAddress(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		city, other := "Berlin", "laddr_none"
		l, err := m.Create(ctx, Location{Name: "Depot", AddressID: &other, Address: &Address{Address1: "Main 1", City: &city, CountryCode: "de"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Update(ctx, UpdateInput{ID: l.ID, Set: module.Set{"name": "Barn"}, Address: module.Set{"address_1": "Side 2", "country_code": "fr"}}); err != nil {
			t.Fatal(err)
		}
		got, err := m.Locations.Retrieve(ctx, l.ID, module.FindOptions{Relations: []string{"address"}})
		if err != nil || got.Name != "Barn" || got.Address.Address1 != "Side 2" || *got.Address.City != "Berlin" {
			t.Errorf("got %+v %+v %v", got, got.Address, err)
		}
		bare, err := m.Create(ctx, Location{Name: "Bare"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Update(ctx, UpdateInput{ID: bare.ID, Address: module.Set{"address_1": "x"}}); err != nil {
			t.Fatal(err)
		}
		if got, err = m.Locations.Retrieve(ctx, bare.ID); err != nil || got.AddressID != nil {
			t.Errorf("got %+v %v", got, err)
		}
	})
}
