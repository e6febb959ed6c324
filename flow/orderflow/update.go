package orderflow

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// update changes what an order says of its buyer. What changes is noted without a new version.
func (f *Flows) update(ctx workflow.Context, in UpdateInput) (string, error) {
	_, err := workflow.Step(ctx, "update-orders", func(ctx context.Context, in UpdateInput) (string, error) {
		o, err := f.load(ctx, in.ID)
		if err != nil {
			return "", err
		}
		if err := o.CheckNotCanceled(); err != nil {
			return "", err
		}
		set, changes, err := f.propertyChanges(ctx, o, in)
		if err != nil {
			return "", err
		}
		if _, err := f.Order.Orders.Patch(ctx, o.ID, set); err != nil {
			return "", err
		}
		return o.ID, f.recordPropertyChanges(ctx, o, in.By, changes)
	}, in)
	if err != nil {
		return "", err
	}
	return in.ID, workflow.Emit(ctx, Updated, event.ID{ID: in.ID})
}

// A property is something that an order says, as it was and as it is.
type property struct {
	name     string
	old, new any
}

// propertyChanges collects what is to be written of an order, and what of that is told of afterwards.
func (f *Flows) propertyChanges(ctx context.Context, o *order.Order, in UpdateInput) (set module.Set, changes []property, err error) {
	set = module.Set{}
	say := func(name string, v module.Opt[string], old *string) {
		if v.Set {
			set[name] = v.Any()
			changes = append(changes, property{name, old, v.Ptr()})
		}
	}
	say("email", in.Email, o.Email)
	say("customer_id", in.CustomerID, o.CustomerID)
	say("sales_channel_id", in.SalesChannelID, o.SalesChannelID)
	for _, a := range []struct {
		name string
		set  module.Set
		old  *order.Address
	}{{"shipping_address", in.ShippingAddress, o.ShippingAddress}, {"billing_address", in.BillingAddress, o.BillingAddress}} {
		if a.set == nil {
			continue
		}
		saved, err := f.saveAddress(ctx, a.old, a.set)
		if err != nil {
			return nil, nil, err
		}
		set[a.name+"_id"] = saved.ID
		changes = append(changes, property{a.name, a.old, saved})
	}
	if in.Metadata.Set {
		set["metadata"] = in.Metadata.Any()
		changes = append(changes, property{"metadata", o.Metadata, in.Metadata.Any()})
	}
	say("locale", in.Locale, o.Locale)
	return set, changes, nil
}

// saveAddress saves a changed address as a new one, for orders of before may show the old one.
func (f *Flows) saveAddress(ctx context.Context, old *order.Address, set module.Set) (order.Address, error) {
	a := order.Address{}
	if old != nil {
		a = *old
		a.Model = module.Model{}
	}
	saved, err := f.Order.Addresses.Create(ctx, a)
	if err != nil {
		return saved, err
	}
	return f.Order.Addresses.Patch(ctx, saved.ID, set)
}

// recordPropertyChanges notes what has changed of an order that is no part of its contents, a change for each.
func (f *Flows) recordPropertyChanges(ctx context.Context, o *order.Order, by string, changes []property) error {
	kind, now := "update_order", db.Now()
	for _, p := range changes {
		raw, err := json.Marshal(jstime.Wrap(map[string]any{"type": p.name, "old": p.old, "new": p.new}))
		if err != nil {
			return err
		}
		var details module.Map
		if err := json.Unmarshal(raw, &details); err != nil {
			return err
		}
		c, err := f.Order.Changes.Create(ctx, order.Change{OrderID: o.ID, Version: o.Version, ChangeType: &kind, Status: order.ChangeStatusConfirmed, CreatedBy: optional(by),
			ConfirmedBy: optional(by), ConfirmedAt: &now})
		if err != nil {
			return err
		}
		if err := f.Order.AddActions(ctx, &c, order.ChangeAction{Action: order.ActionPropertiesUpdate, Details: details, Applied: true}); err != nil {
			return err
		}
	}
	return nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
