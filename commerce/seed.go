package commerce

import (
	"context"
	_ "embed"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/currency"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/money"
)

//go:embed data/currencies.tsv
var currencies string

//go:embed data/countries.tsv
var countries string

// seed makes what a shop has from its first start on: the currencies and countries of the world, the providers that are installed, a store with
// a sales channel, and a publishable key. It does nothing where that has happened.
func (s *Shop) seed(ctx context.Context) error {
	d, err := s.Store.Stores.Entity().DB()
	if err != nil {
		return err
	}
	for _, register := range []func(context.Context) error{s.Fulfillment.SyncProviders, s.Notification.SyncProviders, s.Payment.SyncProviders, s.Tax.Register} {
		if err := register(ctx); err != nil {
			return err
		}
	}
	n, err := s.Store.Stores.Count(ctx, nil)
	if n > 0 || err != nil {
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		for _, part := range []func(context.Context) error{s.seedWorld, s.seedStore} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// records cuts a table of tabs and newlines.
func records(tsv string) (out [][]string) {
	for line := range strings.Lines(tsv) {
		out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return out
}

func (s *Shop) seedWorld(ctx context.Context) error {
	var all []currency.Currency
	for _, r := range records(currencies) {
		digits, err := strconv.Atoi(r[3])
		if err != nil {
			return err
		}
		rounding, err := money.Parse(r[4])
		if err != nil {
			return err
		}
		all = append(all, currency.Currency{Code: r[0], Symbol: r[1], SymbolNative: r[2], DecimalDigits: digits, Rounding: rounding, Name: r[5]})
	}
	if _, err := s.Currency.Currencies.Upsert(ctx, all); err != nil {
		return err
	}
	var lands []region.Country
	for _, r := range records(countries) {
		lands = append(lands, region.Country{ISO2: r[0], ISO3: r[1], NumCode: r[2], Name: r[3], DisplayName: r[4]})
	}
	_, err := s.Region.Countries.CreateMany(ctx, lands)
	return err
}

func (s *Shop) seedStore(ctx context.Context) error {
	words := "Created by Medusa"
	channel, err := s.SalesChannel.Channels.Create(ctx, saleschannel.Channel{Name: "Default Sales Channel", Description: &words})
	if err != nil {
		return err
	}
	shop, err := s.Store.Stores.Create(ctx, store.Store{Name: "Medusa Store", DefaultSalesChannelID: &channel.ID})
	if err != nil {
		return err
	}
	if _, err := s.Store.Currencies.Create(ctx, store.Currency{CurrencyCode: "eur", IsDefault: true, StoreID: &shop.ID}); err != nil {
		return err
	}
	eur := "eur"
	if _, err := s.Pricing.PricePreferences.Create(ctx, pricing.PricePreference{Attribute: "currency_code", Value: &eur}); err != nil {
		return err
	}
	if _, err := s.Fulfillment.ShippingProfiles.Create(ctx, fulfillment.ShippingProfile{Name: "Default Shipping Profile", Type: "default"}); err != nil {
		return err
	}
	keys, err := s.APIKey.Create(ctx, []apikey.CreateInput{{Title: "Default Publishable API Key", Type: apikey.TypePublishable}})
	if err != nil {
		return err
	}
	if err := s.APIKeySalesChannels.FromA().Attach(ctx, keys[0].ID, []string{channel.ID}); err != nil {
		return err
	}
	return s.seedReasons(ctx)
}

// seedReasons makes the usual reasons why money is given back.
func (s *Shop) seedReasons(ctx context.Context) error {
	var list []payment.RefundReason
	for _, r := range [][3]string{
		{"Shipping Issue", "shipping_issue", "Refund due to lost, delayed, or misdelivered shipment"},
		{"Customer Care Adjustment", "customer_care_adjustment", "Refund given as goodwill or compensation for inconvenience"},
		{"Pricing Error", "pricing_error", "Refund to correct an overcharge, missing discount, or incorrect price"},
	} {
		list = append(list, payment.RefundReason{Label: r[0], Code: r[1], Description: &r[2]})
	}
	_, err := s.Payment.RefundReasons.CreateMany(ctx, list)
	return err
}
