package paymentflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// createForCart gives a cart what it has to be paid by. A cart that has it already keeps it.
func (f *Flows) createForCart(ctx workflow.Context, id string) (string, error) {
	return workflow.Step(ctx, "create-payment-collection", func(ctx context.Context, id string) (string, error) {
		s, err := f.Cart.Load(ctx, id, true)
		if err != nil {
			return "", err
		}
		have, err := f.Carts.LinkedIDs(ctx, id)
		if err != nil || len(have) > 0 {
			return append(have, "")[0], err
		}
		if err := s.CheckNotCompleted(); err != nil {
			return "", err
		}
		c, err := f.Payment.Collections.Create(ctx, payment.Collection{CurrencyCode: s.CurrencyCode, Amount: totals.Stored(s.Totals().Total)})
		if err != nil {
			return "", err
		}
		_, err = f.Carts.Attach(ctx, link.Join(id, c.ID))
		return c.ID, err
	}, id)
}

// updateCartCollection makes the collection of a cart be about an amount. Sessions about another end.
func (f *Flows) updateCartCollection(ctx context.Context, s *cartflow.State, amount money.Decimal) error {
	ids, err := f.Carts.LinkedIDs(ctx, s.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	c, err := f.Payment.Collections.Retrieve(ctx, ids[0])
	if err != nil || c.Amount.Equal(amount) && c.CurrencyCode == s.CurrencyCode {
		return err
	}
	if _, err := f.Payment.DeleteSessions(ctx, c.ID); err != nil {
		return err
	}
	_, err = f.Payment.Collections.Update(ctx, module.Filter{"id": c.ID},
		module.Set{"amount": amount, "currency_code": s.CurrencyCode, "status": payment.CollectionNotPaid})
	return err
}

// createForOrder gives an order a collection for what is owed, or less.
func (f *Flows) createForOrder(ctx workflow.Context, in CreateCollectionInput) (string, error) {
	return workflow.Step(ctx, "create-payment-collection", func(ctx context.Context, in CreateCollectionInput) (string, error) {
		o, err := f.Order.Load(ctx, in.OrderID, true)
		if err != nil {
			return "", err
		}
		owed := o.AmountDue()
		if in.Amount == nil {
			in.Amount = &owed
		}
		if money.Max(owed, money.Payable(owed, o.CurrencyCode)).Less(*in.Amount) {
			return "", fault.New(fault.NotAllowed, "Amount cannot be greater than pending difference of the order")
		}
		return f.createOrderCollection(ctx, o, *in.Amount)
	}, in)
}

// setOrderCollectionAmount makes a collection of an order be about amount: the one that is not paid, or a new one.
func (f *Flows) setOrderCollectionAmount(ctx context.Context, o *order.Order, amount money.Decimal) (string, error) {
	open, err := f.openCollection(ctx, o.ID)
	if err != nil {
		return "", err
	}
	if open != nil {
		_, err := f.Payment.Collections.Update(ctx, module.Filter{"id": open.ID}, module.Set{"amount": amount})
		return open.ID, err
	}
	return f.createOrderCollection(ctx, o, amount)
}

// createOrderCollection makes a new collection of an order.
func (f *Flows) createOrderCollection(ctx context.Context, o *order.Order, amount money.Decimal) (string, error) {
	c, err := f.Payment.Collections.Create(ctx, payment.Collection{CurrencyCode: o.CurrencyCode, Amount: amount})
	if err != nil {
		return "", err
	}
	_, err = f.Orders.Attach(ctx, link.Join(o.ID, c.ID))
	return c.ID, err
}

// openCollection finds a collection of an order that nothing was paid of.
func (f *Flows) openCollection(ctx context.Context, id string) (*payment.Collection, error) {
	list, err := f.OrderCollections(ctx, id)
	for i := range list {
		if list[i].Status == payment.CollectionNotPaid {
			return &list[i], err
		}
	}
	return nil, err
}

// OrderCollections reads the collections of an order, with their payments and sessions.
func (f *Flows) OrderCollections(ctx context.Context, id string) ([]payment.Collection, error) {
	ids, err := f.Orders.LinkedIDs(ctx, id)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return f.Payment.Collections.List(ctx, module.Filter{"id": ids},
		module.FindOptions{Relations: []string{"payments", "payments.captures", "payments.refunds", "payment_sessions"}, Order: []string{"created_at"}})
}

// delete removes a collection of an order that nothing was paid of.
func (f *Flows) delete(ctx workflow.Context, id string) (string, error) {
	return workflow.Step(ctx, "delete-payment-collections", func(ctx context.Context, id string) (string, error) {
		c, err := f.Payment.Collections.Retrieve(ctx, id, module.FindOptions{Lock: true})
		if fault.KindOf(err) == fault.NotFound {
			return id, fault.New(fault.NotFound, "PaymentCollection id not found: %s", id)
		}
		if err != nil {
			return id, err
		}
		if c.Status != payment.CollectionNotPaid {
			return id, fault.New(fault.NotAllowed, "Can only delete payment collections where status is not_paid")
		}
		if err := f.Payment.Collections.SoftDelete(ctx, id); err != nil {
			return id, err
		}
		return id, f.Orders.FromB().Detach(ctx, id, nil)
	}, id)
}
