package fulfillment

import "github.com/gorgon-commerce/gorgon/module"

// A ShippingOption is what a buyer chooses: how the goods come, and what that costs.
type ShippingOption struct {
	module.Model         `model:"prefix=so,deleted=gone"`
	Name                 string               `json:"name" model:"searchable"`
	PriceType            string               `json:"price_type" model:"enum=calculated|flat,default=flat"`
	ServiceZoneID        string               `json:"service_zone_id" model:"index"`
	ShippingProfileID    *string              `json:"shipping_profile_id" model:"index"`
	ProviderID           *string              `json:"provider_id" model:"index"`
	Data                 module.Map           `json:"data"`
	Metadata             module.Map           `json:"metadata"`
	ShippingOptionTypeID string               `json:"shipping_option_type_id" model:"index"`
	ServiceZone          *ServiceZone         `json:"service_zone,omitempty" rel:"belongs=service_zone_id,ondelete=cascade,shown"`
	Profile              *ShippingProfile     `json:"shipping_profile,omitempty" rel:"belongs=shipping_profile_id,ondelete=set null,shown,stub"`
	Provider             *ProviderRecord      `json:"provider,omitempty" rel:"belongs=provider_id,ondelete=set null,shown,stub"`
	Type                 *ShippingOptionType  `json:"type,omitempty" rel:"belongs=shipping_option_type_id,stub"`
	Rules                []ShippingOptionRule `json:"rules,omitempty" rel:"has=shipping_option_id,cascade"`
	Fulfillments         []Fulfillment        `json:"fulfillments,omitempty" rel:"has=shipping_option_id"`
}

// A ShippingOptionType names a kind of option, such as express.
type ShippingOptionType struct {
	module.Model    `model:"prefix=sotype,deleted=gone"`
	Label           string           `json:"label" model:"searchable"`
	Description     *string          `json:"description" model:"searchable"`
	Code            string           `json:"code" model:"searchable"`
	ShippingOptions []ShippingOption `json:"shipping_options,omitempty" rel:"has=shipping_option_type_id"`
}

// A ShippingOptionRule is a condition of an option: the context's value of Attribute stands in Operator to Value.
type ShippingOptionRule struct {
	module.Model     `model:"prefix=sorul,deleted=gone"`
	Attribute        string          `json:"attribute"`
	Operator         string          `json:"operator" model:"enum=in|eq|ne|gt|gte|lt|lte|nin"`
	Value            module.JSON     `json:"value" model:"null"`
	ShippingOptionID string          `json:"shipping_option_id" model:"index"`
	ShippingOption   *ShippingOption `json:"shipping_option,omitempty" rel:"belongs=shipping_option_id,ondelete=cascade"`
}

// A ShippingProfile groups products that are shipped in the same way.
type ShippingProfile struct {
	module.Model    `model:"prefix=sp,deleted=gone"`
	Name            string           `json:"name" model:"unique"`
	Type            string           `json:"type"`
	Metadata        module.Map       `json:"metadata"`
	ShippingOptions []ShippingOption `json:"shipping_options,omitempty" rel:"has=shipping_profile_id"`
}
