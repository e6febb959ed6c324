package tax

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func ptr[T any](v T) *T { return &v }

// Denmark has 25 %, 5 % for books and 12.5 % for one of them; Aarhus has 3 % on top for shipping.
func TestLines(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		m := New()
		moduletest.Open(t, d, m.Tables())
		dk, err := m.Regions.Create(t.Context(), Region{CountryCode: "dk"})
		if err != nil {
			t.Fatal(err)
		}
		aarhus, err := m.Regions.Create(t.Context(), Region{CountryCode: "dk", ProvinceCode: ptr("aarhus"), ParentID: &dk.ID})
		if err != nil {
			t.Fatal(err)
		}
		rates, err := m.Rates.CreateMany(t.Context(), []Rate{
			{Code: "vat", Name: "VAT", Rate: ptr(25.0), IsDefault: true, TaxRegionID: dk.ID},
			{Code: "books", Name: "Books", Rate: ptr(5.0), TaxRegionID: dk.ID},
			{Code: "bible", Name: "Bible", Rate: ptr(12.5), TaxRegionID: dk.ID},
			{Code: "local", Name: "Local", Rate: ptr(3.0), TaxRegionID: aarhus.ID, IsCombinable: true}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Rules.CreateMany(t.Context(), []Rule{{TaxRateID: rates[1].ID, Reference: "product_type", ReferenceID: "book"},
			{TaxRateID: rates[2].ID, Reference: "product", ReferenceID: "bible"}, {TaxRateID: rates[3].ID, Reference: "shipping_option", ReferenceID: "so"}}); err != nil {
			t.Fatal(err)
		}
		things := []TaxableItem{{ID: "1", ProductID: "shirt"}, {ID: "2", ProductID: "novel", ProductTypeID: "book"}, {ID: "3", ProductID: "bible", ProductTypeID: "book"},
			{ID: "4", ShippingOptionID: "so"}}
		for where, want := range map[[2]string]string{{"DK", ""}: "1vat 2books 3bible 4vat ", {"dk", "Aarhus"}: "1vat 2books 3bible 4local 4vat ", {"de", ""}: ""} {
			lines, err := m.TaxLines(t.Context(), TaxLinesRequest{Address: Address{CountryCode: where[0], ProvinceCode: where[1]}, Items: things})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, l := range lines {
				got += l.TaxableID + l.Code + " "
			}
			if got != want {
				t.Errorf("in %v: %q, want %q", where, got, want)
			}
		}
	})
}
