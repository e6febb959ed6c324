// Package system is a payment provider for money that changes hands outside of the shop: by invoice, in cash. It says yes to everything.
package system

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
)

// A Provider is the provider "pp_system_default".
type Provider struct{}

var (
	_ payment.Provider              = Provider{}
	_ payment.PaymentCanceler       = Provider{}
	_ payment.AccountHolderProvider = Provider{}
)

// Identifier implements payment.Provider.
func (Provider) Identifier() string { return "system" }

// Initiate implements payment.Provider.
func (Provider) Initiate(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Status: payment.SessionPending, Data: module.Map{}}, nil
}

// Authorize implements payment.Provider.
func (Provider) Authorize(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Status: payment.SessionAuthorized, Data: module.Map{}}, nil
}

// Capture implements payment.Provider.
func (Provider) Capture(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Status: payment.SessionCaptured, Data: module.Map{}}, nil
}

// Refund implements payment.Provider.
func (Provider) Refund(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Data: module.Map{}}, nil
}

// CancelPayment implements payment.PaymentCanceler.
func (Provider) CancelPayment(context.Context, payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Status: payment.SessionCanceled, Data: module.Map{}}, nil
}

// IsLocal implements payment.LocalProvider: nothing leaves the shop.
func (Provider) IsLocal() {}

// CreateAccountHolder implements payment.AccountHolderProvider: whoever has an account in the shop has one here.
func (Provider) CreateAccountHolder(_ context.Context, customer string, _ module.Map) (string, module.Map, error) {
	return customer, module.Map{}, nil
}
