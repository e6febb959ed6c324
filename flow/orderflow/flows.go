// Package orderflow has the workflows of orders: how they are changed, cancelled and sent.
package orderflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to orders.
const (
	Updated   = event.Topic[event.ID]("order.updated")
	Canceled  = event.Topic[event.ID]("order.canceled")
	Completed = event.Topic[event.ID]("order.completed")
	Archived  = event.Topic[event.ID]("order.archived")

	FulfillmentCreated  = event.Topic[FulfillmentData]("order.fulfillment_created")
	FulfillmentCanceled = event.Topic[FulfillmentData]("order.fulfillment_canceled")
	ShipmentCreated     = event.Topic[ShipmentData]("shipment.created")
	DeliveryCreated     = event.Topic[ShipmentData]("delivery.created")
)

// A FulfillmentData tells of a fulfillment of an order.
type FulfillmentData struct {
	OrderID        string `json:"order_id"`
	FulfillmentID  string `json:"fulfillment_id"`
	NoNotification *bool  `json:"no_notification"`
}

// ShipmentData tells of a fulfillment that is on its way, or there.
type ShipmentData struct {
	ID             string `json:"id"`
	NoNotification *bool  `json:"no_notification"`
}

// A UpdateInput changes an order; what is absent stays. Addresses are changed in the columns that they have.
type UpdateInput struct {
	ID                              string
	Email                           module.Opt[string]
	Locale                          module.Opt[string]
	CustomerID, SalesChannelID      module.Opt[string]
	Metadata                        module.Opt[module.Map]
	ShippingAddress, BillingAddress module.Set
	By                              string
}

// An ItemQuantity is how much of a line.
type ItemQuantity struct {
	ID       string
	Quantity float64
}

// Flows are the workflows of orders.
type Flows struct {
	Order        *order.Module
	Payment      *paymentflow.Flows
	Cart         *cartflow.Flows
	Fulfillment  *fulfillmentflow.Flows
	Inventory    *inventory.Module
	Fulfillments *link.Link[order.Order, fulfillment.Fulfillment]
	Carts        *link.Link[order.Order, cart.Cart]
	// LocationOf finds where a fulfillment set is; empty for nowhere.
	LocationOf func(ctx context.Context, set string) (string, error)

	Update            *workflow.Workflow[UpdateInput, string]
	Cancel            *workflow.Workflow[CancelInput, string]
	Complete          *workflow.Workflow[CompleteInput, string]
	Archive           *workflow.Workflow[string, string]
	Fulfill           *workflow.Workflow[FulfillInput, string]
	Ship              *workflow.Workflow[ShipInput, string]
	Deliver           *workflow.Workflow[DeliverInput, string]
	CancelFulfillment *workflow.Workflow[CancelFulfillmentInput, string]
	CreateCreditLines *workflow.Workflow[order.RecordPaymentsInput, string]

	// What follows in the transaction of what happened to an order, and may refuse it.
	OrderCanceled, OrderCompleted           workflow.Hook[HookInput]
	FulfillmentCreated, FulfillmentCanceled workflow.Hook[HookInput]
	ShipmentCreated                         workflow.Hook[HookInput]
	CreditLinesCreated                      workflow.Hook[order.RecordPaymentsInput]
}

// HookInput is what hooks are told: of which order, of which of its fulfillments where it is about one, and the data of the request.
type HookInput struct {
	OrderID        string     `json:"order_id"`
	FulfillmentID  string     `json:"fulfillment_id"`
	AdditionalData module.Map `json:"additional_data"`
}

// A CompleteInput ends an order.
type CompleteInput struct {
	ID             string     `json:"id"`
	AdditionalData module.Map `json:"additional_data"`
}

// A CancelInput is what somebody does to an order.
type CancelInput struct{ ID, By string }

// New returns the workflows of a shop's orders.
func New(f *Flows) *Flows {
	atomic := workflow.Atomic()
	f.Update = workflow.New("update-order-workflow", f.update, atomic)
	f.Cancel = workflow.New("cancel-order", f.cancel, atomic)
	f.Complete = workflow.New("complete-order-workflow", f.complete, atomic)
	f.Archive = workflow.New("archive-order-workflow", f.archive, atomic)
	f.Fulfill = workflow.New("create-order-fulfillment", f.fulfill, atomic)
	f.Ship = workflow.New("create-order-shipment", f.ship, atomic)
	f.Deliver = workflow.New("mark-order-fulfillment-as-delivered-workflow", f.deliver, atomic)
	f.CancelFulfillment = workflow.New("cancel-order-fulfillment", f.cancelFulfillment, atomic)
	f.CreateCreditLines = workflow.New("create-order-credit-lines", f.credit, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Update, f.Cancel, f.Complete, f.Archive, f.Fulfill, f.Ship, f.Deliver, f.CancelFulfillment, f.CreateCreditLines}
}

// load reads an order and holds it.
func (f *Flows) load(ctx context.Context, id string) (*order.Order, error) {
	o, err := f.Order.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	return o, err
}
