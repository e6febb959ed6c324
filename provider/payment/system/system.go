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
	_ payment.Provider      = Provider{}
	_ payment.Canceler      = Provider{}
	_ payment.AccountKeeper = Provider{}
)

// Identifier implements payment.Provider.
func (Provider) Identifier() string { return "system" }

// Initiate implements payment.Provider.
func (Provider) Initiate(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{Status: payment.Pending, Data: module.Map{}}, nil
}

// Authorize implements payment.Provider.
func (Provider) Authorize(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{Status: payment.Authorized, Data: module.Map{}}, nil
}

// Capture implements payment.Provider.
func (Provider) Capture(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{Status: payment.Captured, Data: module.Map{}}, nil
}

// Refund implements payment.Provider.
func (Provider) Refund(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{Data: module.Map{}}, nil
}

// Cancel implements payment.Canceler.
func (Provider) Cancel(context.Context, payment.Request) (payment.Answer, error) {
	return payment.Answer{Status: payment.Canceled, Data: module.Map{}}, nil
}

// Local implements payment.Local: nothing leaves the shop.
func (Provider) Local() {}

// OpenAccount implements payment.AccountKeeper: whoever has an account in the shop has one here.
func (Provider) OpenAccount(_ context.Context, customer string, _ module.Map) (string, module.Map, error) {
	return customer, module.Map{}, nil
}
