package tax

import (
	"context"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
)

// acme taxes everything above 100 by 10 %, on top of the rates of the shop.
type acme struct{}

func (acme) Identifier() string { return "acme" }

func (acme) Lines(_ context.Context, r TaxLinesRequest) (out []TaxLine, _ error) {
	for _, t := range r.Items {
		out = append(out, t.RateLines...)
		if money.Int(100).Less(t.UnitPrice) {
			out = append(out, TaxLine{TaxableID: t.ID, Code: "luxury in " + r.Address.City, ProviderID: "acme", Rate: 10})
		}
	}
	return out, nil
}

// A tax region chooses its provider by id. One that is not installed fails with the remedy.
func TestProvider(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		m := New(Provide("eu", acme{}))
		moduletest.Open(t, d, m.Tables())
		if err := m.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		de, err := m.Regions.Create(t.Context(), Region{CountryCode: "de", ProviderID: ptr("tp_acme_eu")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Rates.Create(t.Context(), Rate{Code: "vat", Name: "VAT", Rate: ptr(19.0), IsDefault: true, TaxRegionID: de.ID}); err != nil {
			t.Fatal(err)
		}
		ask := TaxLinesRequest{Address: Address{CountryCode: "DE", City: "Berlin"},
			Items: []TaxableItem{{ID: "ring", UnitPrice: money.Int(500)}, {ID: "cup", UnitPrice: money.Int(5)}}}
		lines, err := m.TaxLines(t.Context(), ask)
		got := ""
		for _, l := range lines {
			got += l.TaxableID + " " + l.Code + " " + l.ProviderID + "; "
		}
		if want := "ring vat acme; ring luxury in Berlin acme; cup vat acme; "; got != want || err != nil {
			t.Errorf("got %q %v, want %q", got, err, want)
		}
		m.Providers = New().Providers
		_, err = m.TaxLines(t.Context(), ask)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "tp_acme_eu, which is not installed") {
			t.Errorf("got %v", err)
		}
	})
}
