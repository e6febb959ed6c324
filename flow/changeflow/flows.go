package changeflow

import (
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of changes of orders.
type Flows struct {
	*Deps
	OrderEdits          OrderEdits
	Returns             Returns
	Claims              ReplacementFlows
	Exchanges           ReplacementFlows
	DraftOrders         DraftOrders
	DraftOrderEdits     DraftOrderEdits
	Transfers           Transfers
	CarryOverPromotions *workflow.Workflow[CarryOverPromotionsInput, ChangeRef]
	ListShippingOptions *workflow.Workflow[string, []shippingflow.CartOption] // of an order
}

// New returns the workflows of changes that are made with a kit.
func New(k *Deps) *Flows {
	return &Flows{Deps: k, OrderEdits: k.edits(), Returns: k.returns(), Claims: k.claims(), Exchanges: k.exchanges(), DraftOrders: k.drafts(), DraftOrderEdits: k.draftEdits(), Transfers: k.transfers(), CarryOverPromotions: singleStep("update-order-change-workflow", k.setCarryOver),
		ListShippingOptions: workflow.New("list-shipping-options-for-order", k.options)}
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	out := append(f.OrderEdits.list(), f.Returns.list()...)
	out = append(append(out, f.Claims.list()...), f.Exchanges.list()...)
	out = append(append(out, f.DraftOrders.list()...), f.Transfers.list()...)
	return append(append(out, f.DraftOrderEdits.list()...), f.CarryOverPromotions, f.ListShippingOptions)
}
