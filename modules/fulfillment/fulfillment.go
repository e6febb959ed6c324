// Package fulfillment keeps how goods get to buyers: zones, shipping options, and the parcels on their way.
package fulfillment

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Module keeps zones, shipping options and fulfillments.
type Module struct {
	FulfillmentSets     *module.Table[FulfillmentSet]
	ServiceZones        *module.Table[ServiceZone]
	GeoZones            *module.Table[GeoZone]
	ShippingOptions     *module.Table[ShippingOption]
	ShippingOptionTypes *module.Table[ShippingOptionType]
	ShippingOptionRules *module.Table[ShippingOptionRule]
	ShippingProfiles    *module.Table[ShippingProfile]
	Fulfillments        *module.Table[Fulfillment]
	Items               *module.Table[Item]
	Labels              *module.Table[Label]
	Addresses           *module.Table[Address]
	ProviderRecords     *module.Table[ProviderRecord]
	Providers           *provider.Set[Provider]
}

// New returns a module with its tables, which the application binds to its database. The providers send the goods.
func New(providers ...provider.Registration) *Module {
	return &Module{
		FulfillmentSets:     module.NewTable[FulfillmentSet]("fulfillment_set", "fulfillment_sets"),
		ServiceZones:        module.NewTable[ServiceZone]("service_zone", "service_zones"),
		GeoZones:            module.NewTable[GeoZone]("geo_zone", "geo_zones"),
		ShippingOptions:     module.NewTable[ShippingOption]("shipping_option", "shipping_options"),
		ShippingOptionTypes: module.NewTable[ShippingOptionType]("shipping_option_type", "shipping_option_types"),
		ShippingOptionRules: module.NewTable[ShippingOptionRule]("shipping_option_rule", "shipping_option_rules"),
		ShippingProfiles:    module.NewTable[ShippingProfile]("shipping_profile", "shipping_profiles"),
		Fulfillments:        module.NewTable[Fulfillment]("fulfillment", "fulfillments"),
		Items:               module.NewTable[Item]("fulfillment_item", "fulfillment_items"),
		Labels:              module.NewTable[Label]("fulfillment_label", "fulfillment_labels"),
		Addresses:           module.NewTable[Address]("fulfillment_address", "fulfillment_addresses"),
		ProviderRecords:     module.NewTable[ProviderRecord]("fulfillment_provider", "fulfillment_providers"),
		Providers:           provider.NewSet[Provider](Kind, providers...),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.FulfillmentSets, m.ServiceZones, m.GeoZones, m.ShippingOptions, m.ShippingOptionTypes, m.ShippingOptionRules,
		m.ShippingProfiles, m.Fulfillments, m.Items, m.Labels, m.Addresses, m.ProviderRecords,
	}
}
