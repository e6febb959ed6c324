package fulfillment

import (
	"context"
	"slices"
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
)

// by hand is a provider that remembers what it was asked for.
type byHand struct{ cancelled int }

func (*byHand) Identifier() string                                       { return "hand" }
func (*byHand) FulfillmentOptions(context.Context) ([]module.Map, error) { return nil, nil }
func (*byHand) ValidateFulfillmentData(_ context.Context, _, data module.Map, _ any) (module.Map, error) {
	return data, nil
}
func (*byHand) CreateFulfillment(context.Context, Fulfillment, module.Map) (ShipmentData, error) {
	return ShipmentData{Data: module.Map{"parcel": "7"}, Labels: []Label{{TrackingNumber: "T7"}}}, nil
}
func (b *byHand) CancelFulfillment(context.Context, module.Map) error { b.cancelled++; return nil }

func fresh() (*Module, []module.Entity) {
	m := New(Provide("hand", &byHand{}))
	return m, m.Tables()
}

func kind(t *testing.T, err error, want fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != want || words != "" && fault.Message(err) != words {
		t.Errorf("got %v, want %v %q", err, want, words)
	}
}

func ptr[T any](v T) *T { return &v }

func TestRules(t *testing.T) {
	t.Parallel()
	values := map[string]any{"is_return": "false", "total": 12.5, "vip": true, "since": "2026-01-02", "customer": map[string]any{"group": "b2b"}}
	for _, c := range []struct {
		attribute, operator, value string
		want                       bool
	}{
		{"is_return", "eq", `"false"`, true}, {"is_return", "ne", `"false"`, false}, {"vip", "eq", `"true"`, true},
		{"customer.group", "in", `["b2b","b2c"]`, true}, {"customer.group", "nin", `["b2b"]`, false}, {"customer.group", "in", `["c2c"]`, false},
		{"total", "gt", `"12"`, true}, {"total", "gte", `"12.5"`, true}, {"total", "lt", `"12.5"`, false}, {"total", "lte", `12.5`, true},
		{"since", "gt", `"2025-12-31T00:00:00Z"`, true}, {"since", "lt", `"2025-12-31"`, false},
		{"nothing", "eq", `"x"`, false}, {"nothing", "ne", `"x"`, true}, {"nothing", "gt", `"1"`, false}, {"customer.group.deeper", "eq", `"undefined"`, true},
	} {
		if got := (ShippingOptionRule{Attribute: c.attribute, Operator: c.operator, Value: module.JSON(c.value)}).Matches(values); got != c.want {
			t.Errorf("%s %s %s: %v", c.attribute, c.operator, c.value, got)
		}
	}
	for value, words := range map[string]string{
		`""`: "Rule must have an attribute, an operator and a value", `null`: "Rule must have an attribute, an operator and a value",
		`["a"]`: "Rule value must be a string, bool, number value for the selected operator eq",
	} {
		kind(t, ValidateRules([]ShippingOptionRule{{Attribute: "a", Operator: "eq", Value: module.JSON(value)}}), fault.Invalid, words)
	}
	kind(t, ValidateRules([]ShippingOptionRule{{Attribute: "a", Operator: "in", Value: module.JSON(`"a"`)}}), fault.Invalid, "Rule value must be an array for in/nin operators")
	kind(t, ValidateRules([]ShippingOptionRule{{Attribute: "a", Operator: "like", Value: module.JSON(`"a"`)}}), fault.Invalid,
		"Rule operator like is not supported. Must be one of in, eq, ne, gt, gte, lt, lte, nin")
}

// shop has options in a zone for all of Denmark, in one for a Swedish province, and in one for a German city.
func shop(t *testing.T, m *Module) (sets []FulfillmentSet, options []ShippingOption) {
	t.Helper()
	ctx := t.Context()
	sets, err := m.CreateFulfillmentSets(ctx, []FulfillmentSet{
		{Name: "north", Type: "shipping", ServiceZones: []ServiceZone{
			{Name: "dk", GeoZones: []GeoZone{{Type: "country", CountryCode: "dk"}}},
			{Name: "se", GeoZones: []GeoZone{{Type: "province", CountryCode: "se", ProvinceCode: ptr("ab")}}},
		}},
		{Name: "south", Type: "pickup", ServiceZones: []ServiceZone{{Name: "de", GeoZones: []GeoZone{
			{Type: "city", CountryCode: "de", ProvinceCode: ptr("be"), City: ptr("Berlin")},
			{Type: "zip", CountryCode: "de", ProvinceCode: ptr("by"), City: ptr("Ulm"), PostalExpression: module.JSON(`"89073"`)},
		}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SyncProviders(ctx); err != nil {
		t.Fatal(err)
	}
	profile, err := m.ShippingProfiles.Create(ctx, ShippingProfile{Name: "default", Type: "default"})
	if err != nil {
		t.Fatal(err)
	}
	zones := []ServiceZone{sets[0].ServiceZones[0], sets[0].ServiceZones[1], sets[1].ServiceZones[0]}
	var rows []ShippingOption
	for _, z := range zones {
		rows = append(rows, ShippingOption{Name: z.Name, ServiceZoneID: z.ID, ShippingProfileID: &profile.ID, ProviderID: ptr("hand_hand"),
			Type: &ShippingOptionType{Label: z.Name, Code: z.Name}})
	}
	rows[0].Rules = []ShippingOptionRule{{Attribute: "is_return", Operator: "eq", Value: module.JSON(`"false"`)}}
	if options, err = m.CreateOptions(ctx, rows); err != nil {
		t.Fatal(err)
	}
	return sets, options
}

func TestChoose(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		sets, options := shop(t, m)
		for _, c := range []struct {
			name string
			OptionQuery
			want string
		}{
			{"all", OptionQuery{}, "dk se de"},
			{"country", OptionQuery{Address: Destination{CountryCode: "dk", City: "Odense"}}, "dk"},
			{"province", OptionQuery{Address: Destination{CountryCode: "se", ProvinceCode: "ab"}}, "se"},
			{"other province", OptionQuery{Address: Destination{CountryCode: "se", ProvinceCode: "zz"}}, ""},
			{"city", OptionQuery{Address: Destination{CountryCode: "de", ProvinceCode: "be", City: "Berlin", PostalCode: "1"}}, "de"},
			{"zip", OptionQuery{Address: Destination{CountryCode: "de", ProvinceCode: "by", City: "Ulm", PostalCode: "89073"}}, "de"},
			{"set", OptionQuery{Sets: []string{sets[1].ID}}, "de"},
			{"no set", OptionQuery{Sets: []string{}}, ""},
			{"rule", OptionQuery{Context: map[string]any{"is_return": "true"}}, "se de"},
			{"id", OptionQuery{IDs: []string{options[1].ID}, Context: map[string]any{}}, "se"},
		} {
			list, err := m.FindOptions(t.Context(), c.OptionQuery)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, o := range list {
				if i > 0 {
					got += " "
				}
				got += o.Name
				if o.Type == nil || o.ServiceZone == nil || o.ServiceZone.FulfillmentSet == nil {
					t.Errorf("%s: %+v lacks a relation", c.name, o)
				}
			}
			if got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestZones(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		sets, _ := shop(t, m)
		ctx := t.Context()
		_, err := m.CreateZones(ctx, []ServiceZone{{Name: "x", FulfillmentSetID: sets[0].ID, GeoZones: []GeoZone{{Type: "city", CountryCode: "dk"}}}})
		kind(t, err, fault.Invalid, "Missing required property province_code for geo zone type city")
		_, err = m.CreateZones(ctx, []ServiceZone{{Name: "x", FulfillmentSetID: sets[0].ID, GeoZones: []GeoZone{{Type: "moon", CountryCode: "dk"}}}})
		kind(t, err, fault.Invalid, "Invalid geo zone type: moon")
		zone := sets[1].ServiceZones[0]
		keep := zone.GeoZones[0]
		list := []GeoZone{{Model: module.Model{ID: keep.ID}, City: ptr("Bonn")}, {Type: "country", CountryCode: "fr"}}
		if _, err := m.UpdateZone(ctx, UpdateZoneInput{ID: zone.ID, Set: module.Set{"name": "west"}, GeoZones: module.Some(list)}); err != nil {
			t.Fatal(err)
		}
		got, err := m.ServiceZones.Retrieve(ctx, zone.ID, module.FindOptions{Relations: []string{"geo_zones"}})
		if err != nil || got.Name != "west" || len(got.GeoZones) != 2 {
			t.Fatalf("got %+v %v", got, err)
		}
		if !slices.ContainsFunc(got.GeoZones, func(g GeoZone) bool { return g.ID == keep.ID && *g.City == "Bonn" && g.CountryCode == "de" }) {
			t.Errorf("the zone that stays changed wrongly: %+v", got.GeoZones)
		}
		_, err = m.UpdateZone(ctx, UpdateZoneInput{ID: zone.ID, GeoZones: module.Some([]GeoZone{{Model: module.Model{ID: "fgz_none"}}})})
		kind(t, err, fault.NotFound, "The following geo zones does not exists: fgz_none")
	})
}

func TestOptions(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		_, options := shop(t, m)
		ctx := t.Context()
		o := options[0]
		rules := []ShippingOptionRule{
			{Model: module.Model{ID: o.Rules[0].ID}, Attribute: "is_return", Operator: "eq", Value: module.JSON(`"true"`)},
			{Attribute: "vip", Operator: "eq", Value: module.JSON(`"true"`)},
		}
		if _, err := m.UpdateOption(ctx, UpdateOptionInput{ID: o.ID, Set: module.Set{"name": "new"}, Rules: module.Some(rules)}); err != nil {
			t.Fatal(err)
		}
		got, err := m.RetrieveOption(ctx, o.ID)
		if err != nil || got.Name != "new" || len(got.Rules) != 2 || got.Type.Code != "dk" {
			t.Errorf("got %+v %v", got, err)
		}
		_, err = m.UpdateOption(ctx, UpdateOptionInput{ID: "so_none"})
		kind(t, err, fault.NotFound, "The following shipping options do not exist: so_none")
		kind(t, m.DeleteProfiles(ctx, []string{*o.ShippingProfileID}), fault.Invalid, "")
		kind(t, m.DeleteTypes(ctx, []string{o.ShippingOptionTypeID}), fault.Invalid, "")
	})
}

func TestFulfillment(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		_, options := shop(t, m)
		ctx := t.Context()
		f, err := m.Create(ctx, Fulfillment{LocationID: "sloc_1", ProviderID: ptr("hand_hand"), ShippingOptionID: &options[0].ID,
			Items: []Item{{Title: "Shirt", Quantity: money.MustParse("1.5")}}, DeliveryAddress: &Address{City: ptr("Ulm")}})
		if err != nil {
			t.Fatal(err)
		}
		sent, err := m.CallProvider(ctx, f, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if f, err = m.SaveProviderResult(ctx, ProviderResult{ID: f.ID, ShipmentData: sent}); err != nil || f.Data["parcel"] != "7" || f.Labels[0].TrackingNumber != "T7" {
			t.Errorf("got %+v %v", f, err)
		}
		_, err = m.CallProvider(ctx, f, nil, true)
		kind(t, err, fault.NotAllowed, "")
		if _, err := m.SetTimestamp(ctx, f.ID, "shipped_at", module.Set{"marked_shipped_by": "me"}); err != nil {
			t.Error(err)
		}
		_, err = m.SetTimestamp(ctx, f.ID, "shipped_at", nil)
		kind(t, err, fault.NotAllowed, "Shipment has already been created")
		_, err = m.SetTimestamp(ctx, f.ID, "canceled_at", nil)
		kind(t, err, fault.Invalid, "Fulfillment with id "+f.ID+" already shipped")
		if _, err := m.SetTimestamp(ctx, f.ID, "delivered_at", nil); err != nil {
			t.Error(err)
		}
		_, err = m.SetTimestamp(ctx, f.ID, "delivered_at", nil)
		kind(t, err, fault.NotAllowed, "Fulfillment has already been marked delivered")
	})
}
