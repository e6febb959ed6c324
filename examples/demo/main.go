// Command demo fills an empty shop with goods, over its HTTP API, and prints how to look at them:
//
//	demo URL EMAIL PASSWORD
//
// It works on any server that speaks the same API.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: demo URL EMAIL PASSWORD")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run fills the shop unless it has goods already, and says how to see them.
func run(url, email, password string) error {
	s := &shop{url: url}
	var login struct{ Token string }
	if err := s.post("/auth/user/emailpass", object{"email": email, "password": password}, &login); err != nil {
		return err
	}
	s.token = login.Token
	if err := s.look(); err != nil {
		return err
	}
	if s.products == 0 {
		for _, part := range []func() error{s.regions, s.taxes, s.shipping, s.catalogue, s.stock} {
			if err := part(); err != nil {
				return err
			}
		}
	}
	return s.tell(email, password)
}

// object is a JSON object.
type object = map[string]any

// A shop is where the goods go.
type shop struct {
	url, token                      string
	key, channel, profile, store    string
	location, zone, europe, america string
	products                        int
	categories, collections         map[string]string // ids by name
}

// look finds what every shop has from the start.
func (s *shop) look() error {
	var v struct {
		Stores   []struct{ ID string }
		Channels []struct{ ID string }    `json:"sales_channels"`
		Profiles []struct{ ID string }    `json:"shipping_profiles"`
		Keys     []struct{ Token string } `json:"api_keys"`
		Count    int
	}
	for _, path := range []string{"/admin/stores", "/admin/sales-channels", "/admin/shipping-profiles", "/admin/api-keys?type=publishable", "/admin/products?limit=1"} {
		if err := s.do(http.MethodGet, path, nil, &v); err != nil {
			return err
		}
	}
	if len(v.Stores) == 0 || len(v.Channels) == 0 || len(v.Profiles) == 0 || len(v.Keys) == 0 {
		return fmt.Errorf("the shop has no store, sales channel, shipping profile or publishable key")
	}
	s.store, s.channel, s.profile, s.key, s.products = v.Stores[0].ID, v.Channels[0].ID, v.Profiles[0].ID, v.Keys[0].Token, v.Count
	return nil
}

func (s *shop) regions() (err error) {
	err = s.post("/admin/stores/"+s.store, object{"name": "Driftwood & Co.", "supported_currencies": []object{
		{"currency_code": "eur", "is_default": true}, {"currency_code": "usd"}}}, nil)
	if err != nil {
		return err
	}
	if s.europe, err = s.create("/admin/regions", "region", object{"name": "Europe", "currency_code": "eur",
		"countries": []string{"de", "fr", "it", "es", "nl", "at"}, "payment_providers": []string{"pp_system_default"}}); err != nil {
		return err
	}
	s.america, err = s.create("/admin/regions", "region", object{"name": "United States", "currency_code": "usd", "countries": []string{"us"},
		"payment_providers": []string{"pp_system_default"}})
	return err
}

func (s *shop) taxes() error {
	for _, t := range []struct {
		country string
		rate    float64
	}{{"de", 19}, {"fr", 20}, {"it", 22}, {"es", 21}, {"nl", 21}, {"at", 20}, {"us", 0}} {
		if _, err := s.create("/admin/tax-regions", "tax_region", object{"country_code": t.country, "provider_id": "tp_system",
			"default_tax_rate": object{"rate": t.rate, "name": "VAT", "code": "vat-" + t.country}}); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) shipping() (err error) {
	if s.location, err = s.create("/admin/stock-locations", "stock_location", object{"name": "Hamburg",
		"address": object{"address_1": "Speicherstadt 1", "city": "Hamburg", "country_code": "de", "postal_code": "20457"}}); err != nil {
		return err
	}
	at := "/admin/stock-locations/" + s.location
	if err := s.post(at+"/sales-channels", object{"add": []string{s.channel}}, nil); err != nil {
		return err
	}
	if err := s.post(at+"/fulfillment-providers", object{"add": []string{"manual_manual"}}, nil); err != nil {
		return err
	}
	var v struct {
		Location struct {
			Sets []struct{ ID string } `json:"fulfillment_sets"`
		} `json:"stock_location"`
	}
	if err := s.post(at+"/fulfillment-sets?fields=*fulfillment_sets", object{"name": "Hamburg shipping", "type": "shipping"}, &v); err != nil {
		return err
	}
	var z struct {
		Set struct {
			Zones []struct{ ID string } `json:"service_zones"`
		} `json:"fulfillment_set"`
	}
	var zones []object
	for _, c := range []string{"de", "fr", "it", "es", "nl", "at", "us"} {
		zones = append(zones, object{"type": "country", "country_code": c})
	}
	if err := s.post("/admin/fulfillment-sets/"+v.Location.Sets[0].ID+"/service-zones", object{"name": "Everywhere", "geo_zones": zones}, &z); err != nil {
		return err
	}
	s.zone = z.Set.Zones[0].ID
	if err := s.option("Standard", "3 to 5 days", 4.9, 5.9); err != nil {
		return err
	}
	return s.option("Express", "tomorrow", 12.9, 14.9)
}

func (s *shop) option(name, when string, eur, usd float64) error {
	_, err := s.create("/admin/shipping-options", "shipping_option", object{"name": name, "service_zone_id": s.zone, "shipping_profile_id": s.profile,
		"provider_id": "manual_manual", "price_type": "flat", "type": object{"label": name, "description": when, "code": name},
		"prices": []object{{"currency_code": "eur", "amount": eur}, {"currency_code": "usd", "amount": usd}},
		"rules":  []object{{"attribute": "enabled_in_store", "operator": "eq", "value": "true"}, {"attribute": "is_return", "operator": "eq", "value": "false"}}})
	return err
}

// stock puts fifty of everything on the shelf.
func (s *shop) stock() error {
	var v struct {
		Items []struct{ ID string } `json:"inventory_items"`
	}
	if err := s.do(http.MethodGet, "/admin/inventory-items?limit=1000&fields=id", nil, &v); err != nil {
		return err
	}
	for _, i := range v.Items {
		if err := s.post("/admin/inventory-items/"+i.ID+"/location-levels", object{"location_id": s.location, "stocked_quantity": 50}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) tell(email, password string) error {
	_, err := fmt.Printf(`
A shop with goods in it is ready.

  API              %s
  Dashboard        %s/app
  Log in as        %s / %s
  Publishable key  %s

Try:
  curl -s '%s/store/products?limit=3&fields=title,handle' -H 'x-publishable-api-key: %s'

`, s.url, s.url, email, password, s.key, s.url, s.key)
	return err
}

// create makes a record and returns its id.
func (s *shop) create(path, name string, body object) (string, error) {
	var v map[string]json.RawMessage
	if err := s.post(path, body, &v); err != nil {
		return "", err
	}
	var rec struct{ ID string }
	if err := json.Unmarshal(v[name], &rec); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return rec.ID, nil
}

func (s *shop) post(path string, body object, into any) error {
	return s.do(http.MethodPost, path, body, into)
}

func (s *shop) do(method, path string, body object, into any) error {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequest(method, s.url+path, &b)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
