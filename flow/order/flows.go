// Package order has the workflows of orders: how they are changed, cancelled and sent.
package order

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/fulfillment"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	sent "github.com/gorgon-commerce/gorgon/modules/fulfillment"
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

	FulfillmentCreated  = event.Topic[Parcel]("order.fulfillment_created")
	FulfillmentCanceled = event.Topic[Parcel]("order.fulfillment_canceled")
	ShipmentCreated     = event.Topic[Shipped]("shipment.created")
	DeliveryCreated     = event.Topic[Shipped]("delivery.created")
)

// A Parcel tells of a fulfillment of an order.
type Parcel struct {
	OrderID        string `json:"order_id"`
	FulfillmentID  string `json:"fulfillment_id"`
	NoNotification *bool  `json:"no_notification"`
}

// Shipped tells of a fulfillment that is on its way, or there.
type Shipped struct {
	ID             string `json:"id"`
	NoNotification *bool  `json:"no_notification"`
}

// A Patch changes an order; what is absent stays. Addresses are changed in the columns that they have.
type Patch struct {
	ID                              string
	Email                           module.Opt[string]
	Locale                          module.Opt[string]
	CustomerID, SalesChannelID      module.Opt[string]
	Metadata                        module.Opt[module.Map]
	ShippingAddress, BillingAddress module.Set
	By                              string
}

// A Quantity is how much of a line.
type Quantity struct {
	ID       string
	Quantity float64
}

// Flows are the workflows of orders.
type Flows struct {
	Order        *order.Module
	Payment      *payment.Flows
	Cart         *cart.Flows
	Fulfillment  *fulfillment.Flows
	Inventory    *inventory.Module
	Fulfillments *link.Link[order.Order, sent.Fulfillment]
	Carts        *link.Link[order.Order, carts.Cart]
	// LocationOf finds where a fulfillment set is; empty for nowhere.
	LocationOf func(ctx context.Context, set string) (string, error)

	Update            *workflow.Workflow[Patch, string]
	Cancel            *workflow.Workflow[Act, string]
	Complete          *workflow.Workflow[Completion, string]
	Archive           *workflow.Workflow[string, string]
	Fulfill           *workflow.Workflow[Sending, string]
	Ship              *workflow.Workflow[Dispatch, string]
	Deliver           *workflow.Workflow[Arrival, string]
	CancelFulfillment *workflow.Workflow[Recall, string]
	Credit            *workflow.Workflow[order.Booking, string]

	// What follows in the transaction of what happened to an order, and may refuse it.
	OrderCanceled, OrderCompleted workflow.Hook[Happened]
	Fulfilled, Recalled           workflow.Hook[Happened]
	Shipped                       workflow.Hook[Happened]
	CreditLinesCreated            workflow.Hook[order.Booking]
}

// Happened is what hooks are told: of which order, of which of its fulfillments where it is about one, and the data of the request.
type Happened struct {
	OrderID        string     `json:"order_id"`
	FulfillmentID  string     `json:"fulfillment_id"`
	AdditionalData module.Map `json:"additional_data"`
}

// A Completion ends an order.
type Completion struct {
	ID             string     `json:"id"`
	AdditionalData module.Map `json:"additional_data"`
}

// An Act is what somebody does to an order.
type Act struct{ ID, By string }

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
	f.Credit = workflow.New("create-order-credit-lines", f.credit, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.Update, f.Cancel, f.Complete, f.Archive, f.Fulfill, f.Ship, f.Deliver, f.CancelFulfillment, f.Credit}
}

// load reads an order and holds it.
func (f *Flows) load(ctx context.Context, id string) (*order.Order, error) {
	o, err := f.Order.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Order id not found: %s", id)
	}
	return o, err
}
