package shippingflow

import (
	"context"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/money"
)

// A meter is a provider whose price is a tenth of what its option's data say.
type meter struct{}

func (meter) Identifier() string                                       { return "meter" }
func (meter) FulfillmentOptions(context.Context) ([]module.Map, error) { return nil, nil }
func (meter) ValidateFulfillmentData(_ context.Context, _, data module.Map, _ any) (module.Map, error) {
	return data, nil
}
func (meter) CreateFulfillment(context.Context, fulfillment.Fulfillment, module.Map) (fulfillment.ShipmentData, error) {
	return fulfillment.ShipmentData{}, nil
}
func (meter) CancelFulfillment(context.Context, module.Map) error { return nil }
func (meter) CanCalculatePrice(_ context.Context, o fulfillment.ShippingOption) (bool, error) {
	return o.Name != "never", nil
}
func (meter) CalculatePrice(_ context.Context, _, data module.Map, _ any) (fulfillment.CalculatedPrice, error) {
	return fulfillment.CalculatedPrice{Amount: money.Float(data["grams"].(float64) / 10), IsTaxInclusive: true}, nil
}

func fresh() (*Flows, []module.Entity) {
	m, p, r := fulfillment.New(fulfillment.Provide("meter", meter{})), pricing.New(), region.New()
	f := New(m, p, r)
	f.LinkPrices = func(ctx context.Context, option, set string) error {
		d, err := m.FulfillmentSets.Entity().DB()
		if err == nil {
			_, err = d.Exec(ctx, db.Statement{SQL: `INSERT INTO shipping_option_price_set VALUES ($1, $2, NULL)`, Args: []any{option, set}})
		}
		return err
	}
	return f, append(append(m.Tables(), p.Tables()...), r.Tables()...)
}

// world is a channel that sends from one location to Denmark.
func world(t *testing.T, f *Flows) (zone, profile, regionID string) {
	t.Helper()
	ctx := t.Context()
	d, err := f.Fulfillment.FulfillmentSets.Entity().DB()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Fulfillment.SyncProviders(ctx); err != nil {
		t.Fatal(err)
	}
	sets, err := f.Fulfillment.CreateFulfillmentSets(ctx, []fulfillment.FulfillmentSet{{Name: "s", Type: "shipping", ServiceZones: []fulfillment.ServiceZone{
		{Name: "dk", GeoZones: []fulfillment.GeoZone{{Type: "country", CountryCode: "dk"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`CREATE TABLE sales_channel_stock_location (id text, sales_channel_id text, stock_location_id text, deleted_at text)`,
		`CREATE TABLE location_fulfillment_set (id text, stock_location_id text, fulfillment_set_id text, created_at text, deleted_at text)`,
		`CREATE TABLE location_fulfillment_provider (stock_location_id text, fulfillment_provider_id text, deleted_at text)`,
		`CREATE TABLE shipping_option_price_set (shipping_option_id text, price_set_id text, deleted_at text)`,
		`INSERT INTO sales_channel_stock_location VALUES ('1', 'web', 'here', NULL)`,
		`INSERT INTO location_fulfillment_set VALUES ('1', 'here', '` + sets[0].ID + `', '1', NULL)`,
		`INSERT INTO location_fulfillment_provider VALUES ('here', 'meter_meter', NULL)`,
	} {
		if _, err := d.Exec(ctx, db.Statement{SQL: sql}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := f.Fulfillment.ShippingProfiles.Create(ctx, fulfillment.ShippingProfile{Name: "p", Type: "default"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Region.Regions.Create(ctx, region.Region{Name: "Nordics", CurrencyCode: "dkk"})
	if err != nil {
		t.Fatal(err)
	}
	return sets[0].ServiceZones[0].ID, p.ID, r.ID
}

func draft(name, kind, zone, profile string, prices ...PriceInput) CreateInput {
	provider := "meter_meter"
	return CreateInput{Option: fulfillment.ShippingOption{Name: name, PriceType: kind, ServiceZoneID: zone, ShippingProfileID: &profile, ProviderID: &provider,
		Type: &fulfillment.ShippingOptionType{Label: name, Code: name}}, Prices: prices}
}

func amount(n int64) module.Opt[money.Decimal] { return module.Some(money.Int(n)) }

func TestOffers(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		ctx := t.Context()
		zone, profile, regionID := world(t, f)
		list, err := f.Create.Run(ctx, []CreateInput{
			draft("flat", PriceTypeFlat, zone, profile, PriceInput{CurrencyCode: "DKK", Amount: amount(50)}, PriceInput{RegionID: regionID, Amount: amount(40)},
				PriceInput{CurrencyCode: "dkk", Amount: amount(5), Rules: []PriceRule{{"item_total", "gte", money.Int(100)}}}),
			draft("metered", PriceTypeCalculated, zone, profile),
			draft("dollars", PriceTypeFlat, zone, profile, PriceInput{CurrencyCode: "usd", Amount: amount(9)}),
		})
		if err != nil {
			t.Fatal(err)
		}
		ask := OptionQuery{ChannelID: "web", Address: fulfillment.Destination{CountryCode: "dk"}, Data: map[string]module.Map{list[1].ID: {"grams": 250.0}},
			Prices: pricing.Context{CurrencyCode: "dkk"}}
		prices := func(a OptionQuery) string {
			offers, err := f.ListOptions(ctx, a)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, o := range offers {
				if got += o.Name; o.Price != nil {
					got += "=" + o.Price.Amount.String()
				}
				got += " "
				if o.LocationID != "here" {
					t.Errorf("%s comes from %q", o.Name, o.LocationID)
				}
			}
			return got
		}
		check := func(a OptionQuery, want string) {
			t.Helper()
			if got := prices(a); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		check(ask, "flat=50 metered=25 dollars ")
		regional := ask
		regional.Prices = ask.Prices.With("region_id", regionID)
		check(regional, "flat=40 metered=25 dollars ")
		rich := ask
		rich.Prices.NumberAttributes = map[string]money.Decimal{"item_total": money.Int(100)}
		check(rich, "flat=5 metered=25 dollars ")
		abroad := ask
		abroad.Address.CountryCode = "se"
		check(abroad, "")
		elsewhere := ask
		elsewhere.ChannelID = "shop"
		check(elsewhere, "")

		_, err = f.Update.Run(ctx, UpdateInput{UpdateOptionInput: fulfillment.UpdateOptionInput{ID: list[0].ID, Set: module.Set{"name": "steady"}},
			Prices: module.Some([]PriceInput{{CurrencyCode: "dkk", Amount: amount(7)}})})
		if err != nil {
			t.Fatal(err)
		}
		check(regional, "steady=7 metered=25 dollars ")
	})
}

func TestRefusals(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, f *Flows) {
		zone, profile, _ := world(t, f)
		stranger := draft("x", PriceTypeFlat, zone, profile)
		nobody := "nobody_nobody"
		stranger.Option.ProviderID = &nobody
		for _, c := range []struct {
			draft CreateInput
			kind  fault.Kind
			words string
		}{
			{stranger, fault.NotAllowed, "Providers (nobody_nobody) are not enabled for the service location"},
			{draft("never", PriceTypeCalculated, zone, profile), fault.Invalid, "Cannot calcuate pricing for: [never] shipping option(s)."},
			{draft("x", PriceTypeFlat, zone, profile, PriceInput{RegionID: "reg_none", Amount: amount(1)}), fault.Invalid,
				"Cannot create prices for non-existent regions. Region with ids [reg_none] were not found."},
		} {
			_, err := f.Create.Run(t.Context(), []CreateInput{c.draft})
			if fault.KindOf(err) != c.kind || fault.Message(err) != c.words {
				t.Errorf("got %v, want %s", err, c.words)
			}
		}
		if n, err := f.Fulfillment.ShippingOptions.Count(t.Context(), nil); n != 0 || err != nil {
			t.Errorf("%d options were made: %v", n, err)
		}
	})
}
