package orderflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A ShipInput says that a fulfillment of an order is on its way.
type ShipInput struct {
	OrderID, FulfillmentID, By string
	Items                      []ItemQuantity
	Labels                     module.Opt[[]fulfillment.Label]
	NoNotification             *bool
	AdditionalData             module.Map
}

// A DeliverInput says that a fulfillment of an order is there.
type DeliverInput struct {
	OrderID, FulfillmentID, By string
}

// A CancelFulfillmentInput cancels a fulfillment of an order.
type CancelFulfillmentInput struct {
	OrderID, FulfillmentID, By string
	NoNotification             *bool
}

// loadFulfillment reads an order and one of its fulfillments.
func (f *Flows) loadFulfillment(ctx context.Context, id, fulfillment string) (o *order.Order, p fulfillment.Fulfillment, err error) {
	if o, err = f.load(ctx, id); err != nil {
		return o, p, err
	}
	if err := o.CheckNotCanceled(); err != nil {
		return o, p, err
	}
	ids, err := f.Fulfillments.LinkedIDs(ctx, id)
	if err != nil {
		return o, p, err
	}
	if !slices.Contains(ids, fulfillment) {
		return o, p, fault.New(fault.NotFound, "Fulfillment id not found: %s", fulfillment)
	}
	p, err = f.Fulfillment.Fulfillment.Fulfillments.Retrieve(ctx, fulfillment, module.FindOptions{Relations: []string{"items"}})
	return o, p, err
}

func (f *Flows) ship(ctx workflow.Context, in ShipInput) (string, error) {
	_, err := workflow.Step(ctx, "create-shipment-validate-order", func(ctx context.Context, in ShipInput) (bool, error) {
		o, p, err := f.loadFulfillment(ctx, in.OrderID, in.FulfillmentID)
		if err != nil {
			return false, err
		}
		for _, i := range in.Items {
			if o.FindLineItem(i.ID) == nil {
				return false, fault.New(fault.Invalid, "Items with ids %s does not exist in order with id %s.", i.ID, o.ID)
			}
		}
		return true, p.CheckShippable()
	}, in)
	if err != nil {
		return "", err
	}
	if _, err := f.Fulfillment.Ship.Run(ctx, fulfillmentflow.ShipInput{ID: in.FulfillmentID, By: in.By, Labels: in.Labels}); err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "register-order-shipment", func(ctx context.Context, in ShipInput) (bool, error) {
		o, err := f.load(ctx, in.OrderID)
		if err != nil {
			return false, err
		}
		for _, i := range in.Items {
			if d := o.FindLineItem(i.ID).Detail; d.FulfilledQuantity.Less(d.ShippedQuantity.Add(money.Float(i.Quantity))) {
				return false, fault.New(fault.Invalid, "Cannot ship more items than what was fulfilled for item %s.", i.ID)
			}
		}
		return true, f.createVersion(ctx, o, "SHIP_ITEM", in.FulfillmentID, in.By, in.Items, func(d *order.Item, q money.Decimal) { d.ShippedQuantity = d.ShippedQuantity.Add(q) })
	}, in)
	if err != nil {
		return "", err
	}
	if err := f.ShipmentCreated.Run(ctx, HookInput{in.OrderID, in.FulfillmentID, in.AdditionalData}); err != nil {
		return "", err
	}
	return in.OrderID, workflow.Emit(ctx, ShipmentCreated, ShipmentData{in.FulfillmentID, in.NoNotification})
}

// lines are how much of which lines a fulfillment has. Of a line that is made of several items each has the line's quantity in it.
func (f *Flows) lines(ctx context.Context, o *order.Order, p fulfillment.Fulfillment) ([]ItemQuantity, error) {
	var out []ItemQuantity
	for _, i := range p.Items {
		if i.LineItemID == nil || slices.ContainsFunc(out, func(q ItemQuantity) bool { return q.ID == *i.LineItemID }) {
			continue
		}
		q := i.Quantity
		if l := o.FindLineItem(*i.LineItemID); l != nil && l.VariantID != nil && i.InventoryItemID != nil {
			list, err := f.Cart.Variants(ctx, []string{*l.VariantID})
			if err != nil {
				return nil, err
			}
			for _, v := range list {
				for _, part := range v.InventoryRequirements {
					if part.InventoryItemID == *i.InventoryItemID && part.RequiredQuantity.Sign() > 0 {
						q = q.Div(part.RequiredQuantity)
					}
				}
			}
		}
		out = append(out, ItemQuantity{*i.LineItemID, q.Float64()})
	}
	return out, nil
}

func (f *Flows) deliver(ctx workflow.Context, in DeliverInput) (string, error) {
	if _, err := f.Fulfillment.Fulfillment.Fulfillments.Retrieve(ctx, in.FulfillmentID); err != nil {
		return "", fault.New(fault.NotFound, "Fulfillment id not found: %s", in.FulfillmentID)
	}
	if _, err := f.Fulfillment.Deliver.Run(ctx, in.FulfillmentID); err != nil {
		return "", err
	}
	_, err := workflow.Step(ctx, "register-order-delivery", func(ctx context.Context, in DeliverInput) (bool, error) {
		o, p, err := f.loadFulfillment(ctx, in.OrderID, in.FulfillmentID)
		if err != nil {
			return false, err
		}
		items, err := f.lines(ctx, o, p)
		if err != nil {
			return false, err
		}
		return true, f.createVersion(ctx, o, "DELIVER_ITEM", in.FulfillmentID, "", items, func(d *order.Item, q money.Decimal) { d.DeliveredQuantity = d.DeliveredQuantity.Add(q) })
	}, in)
	if err != nil {
		return "", err
	}
	return in.OrderID, workflow.Emit(ctx, DeliveryCreated, ShipmentData{ID: in.FulfillmentID})
}

// cancelFulfillment takes a fulfillment back: the goods return to where they were and are held for the order again.
func (f *Flows) cancelFulfillment(ctx workflow.Context, in CancelFulfillmentInput) (string, error) {
	items, err := workflow.Step(ctx, "cancel-order-fulfillment-validate-order", f.checkFulfillmentCancelable, in)
	if err != nil {
		return "", err
	}
	if _, err := f.Fulfillment.Cancel.Run(ctx, in.FulfillmentID); err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "cancel-order-fulfillment", func(ctx context.Context, items []ItemQuantity) (bool, error) {
		o, p, err := f.loadFulfillment(ctx, in.OrderID, in.FulfillmentID)
		if err != nil {
			return false, err
		}
		var moves []inventory.StockMove
		var reservations []inventory.Reservation
		for _, i := range p.Items {
			if i.InventoryItemID != nil {
				moves = append(moves, inventory.StockMove{ItemID: *i.InventoryItemID, LocationID: p.LocationID, Stocked: i.Quantity})
				reservations = append(reservations, inventory.Reservation{InventoryItemID: *i.InventoryItemID, LocationID: p.LocationID, Quantity: i.Quantity, LineItemID: i.LineItemID})
			}
		}
		if err := f.Inventory.ApplyMoves(ctx, moves); err != nil {
			return false, err
		}
		if err := f.Inventory.ReserveReturned(ctx, reservations); err != nil {
			return false, err
		}
		return true, f.createVersion(ctx, o, "CANCEL_ITEM_FULFILLMENT", in.FulfillmentID, in.By, items, func(d *order.Item, q money.Decimal) { d.FulfilledQuantity = d.FulfilledQuantity.Sub(q) })
	}, items)
	if err != nil {
		return "", err
	}
	if err := f.FulfillmentCanceled.Run(ctx, HookInput{OrderID: in.OrderID, FulfillmentID: in.FulfillmentID}); err != nil {
		return "", err
	}
	return in.OrderID, workflow.Emit(ctx, FulfillmentCanceled, FulfillmentData{in.OrderID, in.FulfillmentID, in.NoNotification})
}

func (f *Flows) checkFulfillmentCancelable(ctx context.Context, in CancelFulfillmentInput) ([]ItemQuantity, error) {
	o, p, err := f.loadFulfillment(ctx, in.OrderID, in.FulfillmentID)
	if fault.KindOf(err) == fault.NotFound && o.ID != "" {
		return nil, fault.New(fault.Invalid, "Fulfillment with id %s not found in the order", in.FulfillmentID)
	}
	switch {
	case err != nil:
		return nil, err
	case p.CanceledAt != nil:
		return nil, fault.New(fault.NotAllowed, "The fulfillment is already canceled")
	case p.ShippedAt != nil:
		return nil, fault.New(fault.NotAllowed, "The fulfillment has already been shipped. Shipped fulfillments cannot be canceled")
	}
	return f.lines(ctx, o, p)
}
