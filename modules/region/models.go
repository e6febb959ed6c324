package region

import "github.com/gorgon-commerce/gorgon/module"

// A Region is a group of countries that share a currency and its ways of payment.
type Region struct {
	module.Model   `model:"prefix=reg,deleted=gone"`
	Name           string     `json:"name" model:"searchable"`
	CurrencyCode   string     `json:"currency_code" model:"searchable"`
	Metadata       module.Map `json:"metadata"`
	AutomaticTaxes bool       `json:"automatic_taxes" model:"default=true"`
	Countries      []Country  `json:"countries,omitempty" rel:"has=region_id"`
}

// A Country can be in one region at most. Its key is the ISO 3166 code of two letters in lower case.
type Country struct {
	ISO2        string     `json:"iso_2" model:"key,searchable"`
	ISO3        string     `json:"iso_3"`
	NumCode     string     `json:"num_code"`
	Name        string     `json:"name" model:"searchable"`
	DisplayName string     `json:"display_name"`
	RegionID    *string    `json:"region_id" model:"index"`
	Metadata    module.Map `json:"metadata"`
	Region      *Region    `json:"region,omitempty" rel:"belongs=region_id,ondelete=set null,shown"`
	module.Timestamps
}

// Indexes find the countries of a region.
func (Country) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_region_country_region_id_iso_2_unique", Columns: []string{"region_id", "iso_2"}, Unique: true},
	}
}
