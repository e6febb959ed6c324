// Package settings has the workflows of small records that a shop is set up with.
package settings

import (
	"github.com/gorgon-commerce/gorgon/flow/record"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
)

// Preferences are the workflows of what says whether prices are meant with tax.
type Preferences = record.Kind[pricing.Preference]

// RefundReasons are the workflows of the reasons why money is given back.
type RefundReasons = record.Kind[payment.Reason]

// NewPreferences returns the workflows of a module's price preferences.
func NewPreferences(m *pricing.Module) *Preferences {
	return record.New(&record.Kind[pricing.Preference]{Name: "price-preferences", Table: m.Preferences})
}

// NewRefundReasons returns the workflows of a module's refund reasons.
func NewRefundReasons(m *payment.Module) *RefundReasons {
	return record.Named(&record.Kind[payment.Reason]{Name: "refund-reasons", Table: m.Reasons},
		"create-refund-reasons-workflow", "", "delete-refund-reasons-workflow")
}
