// Package payment keeps what is to be paid, and what was: collections, the sessions that try to pay them, payments, captures and
// refunds. Providers are asked between transactions, never inside of one; what they answer is noted afterwards. No more is captured than was
// authorised and no more refunded than was captured, for both are written down under a lock before a provider is asked.
package payment

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Module keeps payments.
type Module struct {
	Collections     *module.Table[Collection]
	Sessions        *module.Table[Session]
	Payments        *module.Table[Payment]
	Captures        *module.Table[Capture]
	Refunds         *module.Table[Refund]
	RefundReasons   *module.Table[RefundReason]
	ProviderRecords *module.Table[ProviderRecord]
	AccountHolders  *module.Table[AccountHolder]
	Providers       *provider.Set[Provider]
}

// New returns a module with the providers that are installed.
func New(providers ...provider.Registration) *Module {
	return &Module{
		Collections:     module.NewTable[Collection]("payment_collection", "payment_collections"),
		Sessions:        module.NewTable[Session]("payment_session", "payment_sessions"),
		Payments:        module.NewTable[Payment]("payment", "payments"),
		Captures:        module.NewTable[Capture]("capture", "captures"),
		Refunds:         module.NewTable[Refund]("refund", "refunds"),
		RefundReasons:   module.NewTable[RefundReason]("refund_reason", "refund_reasons"),
		ProviderRecords: module.NewTable[ProviderRecord]("payment_provider", "payment_providers"),
		AccountHolders:  module.NewTable[AccountHolder]("account_holder", "account_holders"),
		Providers:       provider.NewSet[Provider](Kind, providers...),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Collections, m.Sessions, m.Payments, m.Captures, m.Refunds, m.RefundReasons, m.ProviderRecords, m.AccountHolders}
}
