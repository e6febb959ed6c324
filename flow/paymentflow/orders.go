package paymentflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A amountDue is what is asked for of an order's buyer.
type amountDue struct {
	Due         money.Decimal
	Collections []payment.Collection
}

// updateOrderCollection makes what is asked for of an order's buyer be what is owed. Money that was authorised for what the order was before, and not taken, is
// given up.
func (f *Flows) updateOrderCollection(ctx workflow.Context, id string) (string, error) {
	d, err := workflow.Step(ctx, "fetch-order", f.amountDue, id)
	if err != nil {
		return "", err
	}
	for _, c := range d.Collections {
		if c.Status != payment.CollectionAuthorized || capturedAmount(c) || d.Due.IsZero() {
			continue
		}
		for _, p := range c.Payments {
			if err := f.cancelOrRefund(ctx, p, RefundInput{}); err != nil {
				return "", err
			}
		}
		if _, err := workflow.Step(ctx, "cancel-payment-collection-"+c.ID, f.cancelCollection, c.ID); err != nil {
			return "", err
		}
	}
	return workflow.Step(ctx, "update-payment-collection", f.setAmountDue, id)
}

func capturedAmount(c payment.Collection) bool {
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

// amountDue is what an order owes, less what is authorised and can still be taken.
func (f *Flows) amountDue(ctx context.Context, id string) (d amountDue, err error) {
	o, err := f.Order.Load(ctx, id, true)
	if err != nil {
		return d, err
	}
	if d.Collections, err = f.OrderCollections(ctx, id); err != nil {
		return d, err
	}
	d.Due = o.AmountDue()
	for _, c := range d.Collections {
		if c.Status != payment.CollectionCanceled && capturedAmount(c) && c.AuthorizedAmount != nil && c.CapturedAmount != nil {
			d.Due = d.Due.Sub(c.AuthorizedAmount.Sub(*c.CapturedAmount))
		}
	}
	if d.Due.Sign() < 0 {
		d.Due = money.Zero
	}
	return d, nil
}

// setAmountDue writes what is owed into the collection that is open, or into a new one.
func (f *Flows) setAmountDue(ctx context.Context, id string) (string, error) {
	d, err := f.amountDue(ctx, id)
	if err != nil {
		return "", err
	}
	exists := false
	for _, c := range d.Collections {
		exists = exists || c.Status == payment.CollectionNotPaid
	}
	if d.Due.IsZero() && !exists {
		return "", nil
	}
	o, err := f.Order.Load(ctx, id, true)
	if err != nil {
		return "", err
	}
	return f.setOrderCollectionAmount(ctx, o, d.Due)
}
