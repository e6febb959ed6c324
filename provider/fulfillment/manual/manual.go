// Package manual is a fulfillment provider for goods that people send themselves: it tells nobody, and keeps nothing.
package manual

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
)

// A Provider is the provider "manual_manual". It brings goods back too, and has no prices of its own.
type Provider struct{}

// Identifier implements fulfillment.Provider.
func (Provider) Identifier() string { return "manual" }

// FulfillmentOptions implements fulfillment.Provider.
func (Provider) FulfillmentOptions(context.Context) ([]module.Map, error) {
	return []module.Map{{"id": "manual-fulfillment"}, {"id": "manual-fulfillment-return", "is_return": true}}, nil
}

// ValidateFulfillmentData implements fulfillment.Provider: all is well.
func (Provider) ValidateFulfillmentData(_ context.Context, _, data module.Map, _ any) (module.Map, error) {
	return data, nil
}

// CreateFulfillment implements fulfillment.Provider.
func (Provider) CreateFulfillment(context.Context, fulfillment.Fulfillment, module.Map) (fulfillment.ShipmentData, error) {
	return fulfillment.ShipmentData{}, nil
}

// CancelFulfillment implements fulfillment.Provider.
func (Provider) CancelFulfillment(context.Context, module.Map) error { return nil }

// CreateReturn implements fulfillment.ReturnProvider.
func (Provider) CreateReturn(context.Context, fulfillment.Fulfillment) (fulfillment.ShipmentData, error) {
	return fulfillment.ShipmentData{}, nil
}
