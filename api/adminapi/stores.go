package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/storeflow"
	"github.com/gorgon-commerce/gorgon/module"
)

// A UpdateStoreRequest changes a store.
type UpdateStoreRequest struct {
	ID                    string                      `path:"id"`
	Name                  module.Opt[string]          `json:"name" valid:"notnull"`
	SupportedCurrencies   module.Opt[[]StoreCurrency] `json:"supported_currencies" valid:"notnull"`
	SupportedLocales      module.Opt[[]StoreLocale]   `json:"supported_locales" valid:"notnull"`
	DefaultSalesChannelID module.Opt[string]          `json:"default_sales_channel_id"`
	DefaultRegionID       module.Opt[string]          `json:"default_region_id"`
	DefaultLocationID     module.Opt[string]          `json:"default_location_id"`
	Metadata              Metadata                    `json:"metadata"`
}

// A StoreCurrency is a currency that a store sells in.
type StoreCurrency struct {
	CurrencyCode   string           `json:"currency_code"`
	IsDefault      module.Opt[bool] `json:"is_default" valid:"notnull"`
	IsTaxInclusive module.Opt[bool] `json:"is_tax_inclusive" valid:"notnull"`
}

// A StoreLocale is a language that a store sells in.
type StoreLocale struct {
	LocaleCode string `json:"locale_code"`
}

// change is what a request asks of a store.
func (p UpdateStoreRequest) change() storeflow.UpdateInput {
	set := module.SetFrom(p)
	delete(set, "supported_currencies")
	delete(set, "supported_locales")
	c := storeflow.UpdateInput{ID: p.ID, Set: set}
	if c.Currencies.Set = p.SupportedCurrencies.Set; c.Currencies.Set {
		for _, x := range p.SupportedCurrencies.Value {
			c.Currencies.Value = append(c.Currencies.Value, storeflow.CurrencyInput{Code: x.CurrencyCode, IsDefault: x.IsDefault.Value, IsTaxInclusive: x.IsTaxInclusive})
		}
	}
	if c.Locales.Set = p.SupportedLocales.Set; c.Locales.Set {
		for _, x := range p.SupportedLocales.Value {
			c.Locales.Value = append(c.Locales.Value, x.LocaleCode)
		}
	}
	return c
}

// Stores is /admin/stores.
func Stores(f *storeflow.Flows) resource.Resource {
	update := func(ctx context.Context, p UpdateStoreRequest) (string, error) { return f.Update.Run(ctx, p.change()) }
	return resource.Resource{
		Path: "/admin/stores", Entity: "store", RecordKey: "store", ListKey: "stores", Retrievable: true,
		Fields: "id name *supported_currencies *supported_currencies.currency default_sales_channel_id default_region_id " +
			"default_location_id metadata created_at updated_at",
		Filters:               resource.Filters{text("q"), list("id"), list("name")},
		Limit:                 50,
		Update:                resource.Do(update),
		UpdateNotFoundMessage: `Store with id "%s" not found`,
	}
}
