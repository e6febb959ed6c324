// Package settingsflow has the workflows of small records that a shop is set up with.
package settingsflow

import (
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
)

// PricePreferenceFlows are the workflows of what says whether prices are meant with tax.
type PricePreferenceFlows = crudflow.Flows[pricing.PricePreference]

// RefundReasonFlows are the workflows of the reasons why money is given back.
type RefundReasonFlows = crudflow.Flows[payment.RefundReason]

// NewPricePreferenceFlows returns the workflows of a module's price preferences.
func NewPricePreferenceFlows(m *pricing.Module) *PricePreferenceFlows {
	return crudflow.New(&crudflow.Flows[pricing.PricePreference]{Name: "price-preferences", Table: m.PricePreferences})
}

// NewRefundReasonFlows returns the workflows of a module's refund reasons.
func NewRefundReasonFlows(m *payment.Module) *RefundReasonFlows {
	return crudflow.NewWithNames(&crudflow.Flows[payment.RefundReason]{Name: "refund-reasons", Table: m.RefundReasons},
		"create-refund-reasons-workflow", "", "delete-refund-reasons-workflow")
}
