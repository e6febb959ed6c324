package fulfillment

import (
	"context"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// Create saves a fulfillment with its items, labels and address. The provider has not heard of it yet.
func (m *Module) Create(ctx context.Context, f Fulfillment) (Fulfillment, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (Fulfillment, error) {
		if f.DeliveryAddress != nil {
			a, err := m.Addresses.Create(ctx, *f.DeliveryAddress)
			if err != nil {
				return f, err
			}
			f.DeliveryAddressID, f.DeliveryAddress = &a.ID, &a
		}
		out, err := m.Fulfillments.Create(ctx, f)
		if err != nil {
			return f, err
		}
		items := slices.Clone(f.Items)
		for i := range items {
			items[i].FulfillmentID = out.ID
		}
		if out.Items, err = m.Items.CreateMany(ctx, items); err != nil {
			return f, err
		}
		out.Labels, err = m.addLabels(ctx, out.ID, f.Labels)
		return out, err
	})
}

func (m *Module) addLabels(ctx context.Context, id string, list []Label) ([]Label, error) {
	rows := slices.Clone(list)
	for i := range rows {
		rows[i].FulfillmentID = id
	}
	return m.Labels.CreateMany(ctx, rows)
}

// A ProviderResult is what a provider said about a fulfillment.
type ProviderResult struct {
	ID string `json:"id"`
	ShipmentData
}

// SaveProviderResult keeps what a provider said: its data and labels in place of those before, where it says something.
func (m *Module) SaveProviderResult(ctx context.Context, n ProviderResult) (Fulfillment, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (Fulfillment, error) {
		out, err := m.Fulfillments.Retrieve(ctx, n.ID, module.FindOptions{Relations: []string{"labels"}})
		if err != nil {
			return out, err
		}
		if n.Data != nil || out.Data == nil {
			labels := out.Labels
			if out, err = m.Fulfillments.UpdateOne(ctx, n.ID, module.Set{"data": orEmpty(n.Data)}); err != nil {
				return out, err
			}
			out.Labels = labels
		}
		if len(n.Labels) == 0 {
			return out, nil
		}
		if _, err := m.Labels.DeleteWhere(ctx, module.Filter{"fulfillment_id": n.ID}); err != nil {
			return out, err
		}
		out.Labels, err = m.addLabels(ctx, n.ID, n.Labels)
		return out, err
	})
}

func orEmpty(m module.Map) module.Map {
	if m == nil {
		return module.Map{}
	}
	return m
}

// CallProvider has the provider of a fulfillment send it, or bring it back when it is a return. It works outside of the database.
func (m *Module) CallProvider(ctx context.Context, f Fulfillment, order module.Map, back bool) (ShipmentData, error) {
	if f.ProviderID == nil {
		return ShipmentData{}, fault.New(fault.Invalid, "A fulfillment needs a provider")
	}
	p, err := m.Providers.Get(*f.ProviderID)
	if err != nil {
		return ShipmentData{}, err
	}
	if !back {
		return p.CreateFulfillment(ctx, f, order)
	}
	r, ok := p.(ReturnProvider)
	if !ok {
		return ShipmentData{}, fault.New(fault.NotAllowed, "Fulfillment provider %s does not bring goods back", *f.ProviderID)
	}
	return r.CreateReturn(ctx, f)
}

// A UpdateInput changes a fulfillment: its times, its labels (all that it has afterwards), its metadata.
type UpdateInput struct {
	ID     string              `json:"id"`
	Set    module.Set          `json:"set"`
	Labels module.Opt[[]Label] `json:"labels,omitzero"`
}

// Update changes a fulfillment.
func (m *Module) Update(ctx context.Context, s UpdateInput) (Fulfillment, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (Fulfillment, error) {
		old, err := m.Fulfillments.Retrieve(ctx, s.ID, module.FindOptions{Lock: true})
		if err != nil {
			return old, err
		}
		if s.Labels.Set {
			if _, err := m.Labels.DeleteWhere(ctx, module.Filter{"fulfillment_id": s.ID}); err != nil {
				return old, err
			}
			if _, err := m.addLabels(ctx, s.ID, s.Labels.Value); err != nil {
				return old, err
			}
		}
		return m.Fulfillments.Patch(ctx, s.ID, s.Set)
	})
}

// CheckShippable refuses the shipment of a fulfillment that is cancelled or on its way already.
func (f Fulfillment) CheckShippable() error {
	switch {
	case f.ShippedAt != nil:
		return fault.New(fault.NotAllowed, "Shipment has already been created")
	case f.CanceledAt != nil:
		return fault.New(fault.NotAllowed, "Cannot create shipment for a canceled fulfillment")
	case f.ShippingOptionID == nil:
		return fault.New(fault.NotAllowed, "Cannot create shipment without a Shipping Option")
	}
	return nil
}

// CheckCancelable refuses the cancellation of a fulfillment that is on its way.
func (f Fulfillment) CheckCancelable() error {
	switch {
	case f.ShippedAt != nil:
		return fault.New(fault.Invalid, "Fulfillment with id %s already shipped", f.ID)
	case f.DeliveredAt != nil:
		return fault.New(fault.Invalid, "Fulfillment with id %s already delivered", f.ID)
	}
	return nil
}

// CheckDeliverable refuses the delivery of a fulfillment that is cancelled or there already.
func (f Fulfillment) CheckDeliverable() error {
	switch {
	case f.CanceledAt != nil:
		return fault.New(fault.NotAllowed, "Cannot deliver an already canceled fulfillment")
	case f.DeliveredAt != nil:
		return fault.New(fault.NotAllowed, "Fulfillment has already been marked delivered")
	}
	return nil
}

// SetTimestamp notes the moment at which something happened to a fulfillment: "shipped_at", "delivered_at" or "canceled_at", once and if it may.
func (m *Module) SetTimestamp(ctx context.Context, id, column string, more module.Set) (Fulfillment, error) {
	return module.InTx(ctx, m.FulfillmentSets, func(ctx context.Context) (Fulfillment, error) {
		f, err := m.Fulfillments.Retrieve(ctx, id, module.FindOptions{Lock: true})
		if err != nil {
			return f, err
		}
		may := map[string]func() error{"shipped_at": f.CheckShippable, "delivered_at": f.CheckDeliverable, "canceled_at": f.CheckCancelable}[column]
		if err := may(); err != nil {
			return f, err
		}
		if column == "canceled_at" && f.CanceledAt != nil {
			return f, nil
		}
		set := module.Set{column: timeOr(more[column])}
		for k, v := range more {
			if k != column {
				set[k] = v
			}
		}
		return m.Fulfillments.UpdateOne(ctx, id, set)
	})
}

func timeOr(v any) any {
	if t, ok := v.(time.Time); ok {
		return t
	}
	return db.Now()
}

// Delete removes a fulfillment that came to nothing, for good. It is the inverse of Create.
func (m *Module) Delete(ctx context.Context, f Fulfillment) error {
	return m.Fulfillments.Delete(ctx, f.ID)
}

// CancelAtProvider has the provider of a fulfillment cancel it. It works outside of the database.
func (m *Module) CancelAtProvider(ctx context.Context, f Fulfillment, s ShipmentData) error {
	if f.ProviderID == nil {
		return nil
	}
	p, err := m.Providers.Get(*f.ProviderID)
	if err != nil {
		return err
	}
	return p.CancelFulfillment(ctx, s.Data)
}
