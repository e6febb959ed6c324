package payment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A demand is what is asked for of an order's buyer.
type demand struct {
	Due         money.Decimal
	Collections []payment.Collection
}

// followOrder makes what is asked for of an order's buyer be what is owed. Money that was authorised for what the order was before, and not taken, is
// given up.
func (f *Flows) followOrder(ctx workflow.Context, id string) (string, error) {
	d, err := workflow.Step(ctx, "fetch-order", f.demand, id)
	if err != nil {
		return "", err
	}
	for _, c := range d.Collections {
		if c.Status != payment.AllAuthorized || taken(c) || d.Due.IsZero() {
			continue
		}
		for _, p := range c.Payments {
			if err := f.giveUp(ctx, p, Refund{}); err != nil {
				return "", err
			}
		}
		if _, err := workflow.Step(ctx, "cancel-payment-collection-"+c.ID, f.cancelCollection, c.ID); err != nil {
			return "", err
		}
	}
	return workflow.Step(ctx, "update-payment-collection", f.demandOf, id)
}

func taken(c payment.Collection) bool {
	for _, p := range c.Payments {
		if len(p.Captures) > 0 {
			return true
		}
	}
	return false
}

func (f *Flows) cancelCollection(ctx context.Context, id string) (bool, error) {
	_, err := f.Payment.Collections.Update(ctx, module.Filter{"id": id}, module.Set{"status": payment.CollectionCanceled})
	return true, err
}

// demand is what an order owes, less what is authorised and can still be taken.
func (f *Flows) demand(ctx context.Context, id string) (d demand, err error) {
	o, err := f.Order.Load(ctx, id, true)
	if err != nil {
		return d, err
	}
	if d.Collections, err = f.OfOrder(ctx, id); err != nil {
		return d, err
	}
	d.Due = o.Owed()
	for _, c := range d.Collections {
		if c.Status != payment.CollectionCanceled && taken(c) && c.AuthorizedAmount != nil && c.CapturedAmount != nil {
			d.Due = d.Due.Sub(c.AuthorizedAmount.Sub(*c.CapturedAmount))
		}
	}
	if d.Due.Sign() < 0 {
		d.Due = money.Zero
	}
	return d, nil
}

// demandOf writes what is owed into the collection that is open, or into a new one.
func (f *Flows) demandOf(ctx context.Context, id string) (string, error) {
	d, err := f.demand(ctx, id)
	if err != nil {
		return "", err
	}
	there := false
	for _, c := range d.Collections {
		there = there || c.Status == payment.NotPaid
	}
	if d.Due.IsZero() && !there {
		return "", nil
	}
	o, err := f.Order.Load(ctx, id, true)
	if err != nil {
		return "", err
	}
	return f.charge(ctx, o, d.Due)
}
