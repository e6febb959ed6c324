package stocklocation

import "github.com/gorgon-commerce/gorgon/module"

// A Location is a place that stock is kept at and sent from.
type Location struct {
	module.Model `model:"prefix=sloc,deleted=gone"`
	Name         string     `json:"name" model:"searchable"`
	AddressID    *string    `json:"address_id" model:"unique"`
	Metadata     module.Map `json:"metadata"`
	Address      *Address   `json:"address,omitempty" rel:"belongs=address_id,ondelete=cascade,searchable"`
}

// An Address says where a location is.
type Address struct {
	module.Model  `model:"prefix=laddr,deleted=gone"`
	Address1      string     `json:"address_1" model:"searchable"`
	Address2      *string    `json:"address_2" model:"searchable"`
	Company       *string    `json:"company"`
	City          *string    `json:"city" model:"searchable"`
	CountryCode   string     `json:"country_code" model:"searchable"`
	Phone         *string    `json:"phone"`
	Province      *string    `json:"province" model:"searchable"`
	PostalCode    *string    `json:"postal_code" model:"searchable"`
	Metadata      module.Map `json:"metadata"`
	StockLocation *Location  `json:"stock_locations,omitempty" rel:"has=address_id,cascade"`
}
