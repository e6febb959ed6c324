package fulfillment

import "github.com/gorgon-commerce/gorgon/module"

// A FulfillmentSet is a way that a location gets goods to buyers, such as shipping or pickup, with the zones it serves.
type FulfillmentSet struct {
	module.Model `model:"prefix=fuset,deleted=gone"`
	Name         string        `json:"name" model:"unique"`
	Type         string        `json:"type"`
	Metadata     module.Map    `json:"metadata"`
	ServiceZones []ServiceZone `json:"service_zones,omitempty" rel:"has=fulfillment_set_id,cascade"`
}

// A ServiceZone is an area with the same shipping options.
type ServiceZone struct {
	module.Model     `model:"prefix=serzo,deleted=gone"`
	Name             string           `json:"name" model:"unique"`
	Metadata         module.Map       `json:"metadata"`
	FulfillmentSetID string           `json:"fulfillment_set_id" model:"index"`
	FulfillmentSet   *FulfillmentSet  `json:"fulfillment_set,omitempty" rel:"belongs=fulfillment_set_id,ondelete=cascade,shown,stub"`
	GeoZones         []GeoZone        `json:"geo_zones,omitempty" rel:"has=service_zone_id,cascade"`
	ShippingOptions  []ShippingOption `json:"shipping_options,omitempty" rel:"has=service_zone_id,cascade"`
}

// A GeoZone is a part of a service zone: a country, province, city or range of postal codes.
type GeoZone struct {
	module.Model     `model:"prefix=fgz,deleted=gone"`
	Type             string       `json:"type" model:"enum=country|province|city|zip,default=country"`
	CountryCode      string       `json:"country_code" model:"index"`
	ProvinceCode     *string      `json:"province_code"`
	City             *string      `json:"city"`
	ServiceZoneID    string       `json:"service_zone_id" model:"index"`
	PostalExpression module.JSON  `json:"postal_expression" model:"null"`
	Metadata         module.Map   `json:"metadata"`
	ServiceZone      *ServiceZone `json:"service_zone,omitempty" rel:"belongs=service_zone_id,ondelete=cascade"`
}

// Indexes find the zones of a province or a city.
func (GeoZone) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_geo_zone_city", Columns: []string{"city"}, Where: "deleted_at IS NULL AND city IS NOT NULL"},
		{Name: "IDX_geo_zone_province_code", Columns: []string{"province_code"}, Where: "deleted_at IS NULL AND province_code IS NOT NULL"},
	}
}
