package store

import "github.com/gorgon-commerce/gorgon/module"

// A Store is the shop itself: its name, the currencies and languages it supports, and its defaults.
type Store struct {
	module.Model          `model:"prefix=store,deleted=gone"`
	Name                  string     `json:"name" model:"searchable,default=Medusa Store"`
	DefaultSalesChannelID *string    `json:"default_sales_channel_id"`
	DefaultRegionID       *string    `json:"default_region_id"`
	DefaultLocationID     *string    `json:"default_location_id"`
	Metadata              module.Map `json:"metadata"`
	SupportedCurrencies   []Currency `json:"supported_currencies,omitempty" rel:"has=store_id,cascade"`
	SupportedLocales      []Locale   `json:"supported_locales,omitempty" rel:"has=store_id,cascade"`
}

// A Currency is one that a store sells in; one of them is the default.
type Currency struct {
	module.Model `model:"prefix=stocur,deleted=gone"`
	CurrencyCode string  `json:"currency_code" model:"searchable"`
	IsDefault    bool    `json:"is_default" model:"default=false"`
	StoreID      *string `json:"store_id" model:"index"`
	Store        *Store  `json:"store,omitempty" rel:"belongs=store_id,ondelete=cascade"`
}

// A Locale is a language that a store has translations for, as a BCP 47 tag such as "en-US".
type Locale struct {
	module.Model `model:"prefix=stloc"`
	LocaleCode   string  `json:"locale_code" model:"searchable"`
	StoreID      *string `json:"store_id" model:"index"`
	Store        *Store  `json:"store,omitempty" rel:"belongs=store_id,ondelete=cascade"`
}
