package fulfillmentflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to fulfillments.
const (
	Shipped   = event.Topic[FulfillmentData]("shipment.created")
	Delivered = event.Topic[FulfillmentData]("delivery.created")
)

// A FulfillmentData is the data of events of fulfillments.
type FulfillmentData struct {
	ID             string `json:"id"`
	NoNotification bool   `json:"no_notification"`
}

func (f *Flows) send(ctx workflow.Context, d CreateInput) (fulfillment.Fulfillment, error) {
	return f.open(ctx, d, "create-fulfillment", false)
}

func (f *Flows) bringBack(ctx workflow.Context, d CreateInput) (fulfillment.Fulfillment, error) {
	return f.open(ctx, d, "create-return-fulfillment", true)
}

// open saves a fulfillment, then tells its provider, and keeps what that says. If anything fails the fulfillment goes away again.
func (f *Flows) open(ctx workflow.Context, d CreateInput, name string, back bool) (out fulfillment.Fulfillment, err error) {
	if _, err := f.Locations.Locations.Retrieve(ctx, d.LocationID, module.FindOptions{Select: []string{"id"}}); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "StockLocation id not found: %s", d.LocationID)
		}
		return out, err
	}
	out, err = workflow.Step(ctx, name, f.Fulfillment.Create, d.Fulfillment, workflow.Undo(f.Fulfillment.Delete))
	if err != nil {
		return out, err
	}
	sent, err := workflow.Step(ctx, name+"-at-provider", func(ctx context.Context, v fulfillment.Fulfillment) (fulfillment.ShipmentData, error) {
		return f.Fulfillment.CallProvider(ctx, v, d.Order, back)
	}, out, workflow.External(), workflow.Undo(func(ctx context.Context, s fulfillment.ShipmentData) error {
		return f.Fulfillment.CancelAtProvider(ctx, out, s)
	}))
	if err != nil {
		return out, err
	}
	return workflow.Step(ctx, name+"-note", f.Fulfillment.SaveProviderResult, fulfillment.ProviderResult{ID: out.ID, ShipmentData: sent})
}

func (f *Flows) update(ctx workflow.Context, s fulfillment.UpdateInput) (fulfillment.Fulfillment, error) {
	return workflow.Step(ctx, "update-fulfillment", f.Fulfillment.Update, s)
}

func (f *Flows) ship(ctx workflow.Context, d ShipInput) (fulfillment.Fulfillment, error) {
	return workflow.Step(ctx, "validate-shipment", func(ctx context.Context, d ShipInput) (out fulfillment.Fulfillment, err error) {
		more := module.Set{}
		if d.By != "" {
			more["marked_shipped_by"] = d.By
		}
		if out, err = f.Fulfillment.SetTimestamp(ctx, d.ID, "shipped_at", more); err != nil || !d.Labels.Set {
			return out, err
		}
		return f.Fulfillment.Update(ctx, fulfillment.UpdateInput{ID: d.ID, Labels: d.Labels})
	}, d)
}

func (f *Flows) deliver(ctx workflow.Context, id string) (fulfillment.Fulfillment, error) {
	return workflow.Step(ctx, "validate-fulfillment-deliverability", func(ctx context.Context, id string) (fulfillment.Fulfillment, error) {
		return f.Fulfillment.SetTimestamp(ctx, id, "delivered_at", nil)
	}, id)
}

// cancel tells the provider first: what it does not take back stays as it is.
func (f *Flows) cancel(ctx workflow.Context, id string) (out fulfillment.Fulfillment, err error) {
	out, err = f.Fulfillment.Fulfillments.Retrieve(ctx, id)
	if err != nil || out.CanceledAt != nil {
		return out, err
	}
	if err := out.CheckCancelable(); err != nil {
		return out, err
	}
	_, err = workflow.Step(ctx, "cancel-fulfillment-at-provider", func(ctx context.Context, v fulfillment.Fulfillment) (bool, error) {
		return true, f.Fulfillment.CancelAtProvider(ctx, v, fulfillment.ShipmentData{Data: v.Data})
	}, out, workflow.External())
	if err != nil {
		return out, err
	}
	return workflow.Step(ctx, "cancel-fulfillment", func(ctx context.Context, id string) (fulfillment.Fulfillment, error) {
		return f.Fulfillment.SetTimestamp(ctx, id, "canceled_at", nil)
	}, id)
}
