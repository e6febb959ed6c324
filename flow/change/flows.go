package change

import (
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Flows are the workflows of changes of orders.
type Flows struct {
	*Kit
	Edits      Edits
	Returns    Returns
	Claims     Swaps
	Exchanges  Swaps
	Drafts     Drafts
	DraftEdits DraftEdits
	Transfers  Transfers
	Promise    *workflow.Workflow[Promise, Ref]
	Options    *workflow.Workflow[string, []shipping.CartOffer] // of an order
}

// New returns the workflows of changes that are made with a kit.
func New(k *Kit) *Flows {
	return &Flows{Kit: k, Edits: k.edits(), Returns: k.returns(), Claims: k.claims(), Exchanges: k.exchanges(), Drafts: k.drafts(), DraftEdits: k.draftEdits(), Transfers: k.transfers(), Promise: single("update-order-change-workflow", k.promise),
		Options: workflow.New("list-shipping-options-for-order", k.options)}
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	out := append(f.Edits.list(), f.Returns.list()...)
	out = append(append(out, f.Claims.list()...), f.Exchanges.list()...)
	out = append(append(out, f.Drafts.list()...), f.Transfers.list()...)
	return append(append(out, f.DraftEdits.list()...), f.Promise, f.Options)
}
