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

// Options implements fulfillment.Provider.
func (Provider) Options(context.Context) ([]module.Map, error) {
	return []module.Map{{"id": "manual-fulfillment"}, {"id": "manual-fulfillment-return", "is_return": true}}, nil
}

// ValidateData implements fulfillment.Provider: all is well.
func (Provider) ValidateData(_ context.Context, _, data module.Map, _ any) (module.Map, error) {
	return data, nil
}

// Send implements fulfillment.Provider.
func (Provider) Send(context.Context, fulfillment.Fulfillment, module.Map) (fulfillment.Sent, error) {
	return fulfillment.Sent{}, nil
}

// Cancel implements fulfillment.Provider.
func (Provider) Cancel(context.Context, module.Map) error { return nil }

// Return implements fulfillment.Returner.
func (Provider) Return(context.Context, fulfillment.Fulfillment) (fulfillment.Sent, error) {
	return fulfillment.Sent{}, nil
}
