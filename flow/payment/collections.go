package payment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
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
		have, err := f.Carts.Others(ctx, id)
		if err != nil || len(have) > 0 {
			return append(have, "")[0], err
		}
		if err := s.Changeable(); err != nil {
			return "", err
		}
		c, err := f.Payment.Collections.Create(ctx, payment.Collection{CurrencyCode: s.CurrencyCode, Amount: totals.Kept(s.Totals().Total)})
		if err != nil {
			return "", err
		}
		_, err = f.Carts.Attach(ctx, link.Join(id, c.ID))
		return c.ID, err
	}, id)
}

// follow makes the collection of a cart be about an amount. Sessions about another end.
func (f *Flows) follow(ctx context.Context, s *cart.State, amount money.Decimal) error {
	ids, err := f.Carts.Others(ctx, s.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	c, err := f.Payment.Collections.Retrieve(ctx, ids[0])
	if err != nil || c.Amount.Equal(amount) && c.CurrencyCode == s.CurrencyCode {
		return err
	}
	if _, err := f.Payment.DropSessions(ctx, c.ID); err != nil {
		return err
	}
	_, err = f.Payment.Collections.Update(ctx, module.Filter{"id": c.ID},
		module.Set{"amount": amount, "currency_code": s.CurrencyCode, "status": payment.NotPaid})
	return err
}

// createForOrder gives an order a collection for what is owed, or less.
func (f *Flows) createForOrder(ctx workflow.Context, in Debt) (string, error) {
	return workflow.Step(ctx, "create-payment-collection", func(ctx context.Context, in Debt) (string, error) {
		o, err := f.Order.Load(ctx, in.OrderID, true)
		if err != nil {
			return "", err
		}
		owed := o.Owed()
		if in.Amount == nil {
			in.Amount = &owed
		}
		if money.Max(owed, money.Payable(owed, o.CurrencyCode)).Less(*in.Amount) {
			return "", fault.New(fault.NotAllowed, "Amount cannot be greater than pending difference of the order")
		}
		return f.another(ctx, o, *in.Amount)
	}, in)
}

// charge makes a collection of an order be about amount: the one that is not paid, or a new one.
func (f *Flows) charge(ctx context.Context, o *order.Order, amount money.Decimal) (string, error) {
	open, err := f.open(ctx, o.ID)
	if err != nil {
		return "", err
	}
	if open != nil {
		_, err := f.Payment.Collections.Update(ctx, module.Filter{"id": open.ID}, module.Set{"amount": amount})
		return open.ID, err
	}
	return f.another(ctx, o, amount)
}

// another makes a new collection of an order.
func (f *Flows) another(ctx context.Context, o *order.Order, amount money.Decimal) (string, error) {
	c, err := f.Payment.Collections.Create(ctx, payment.Collection{CurrencyCode: o.CurrencyCode, Amount: amount})
	if err != nil {
		return "", err
	}
	_, err = f.Orders.Attach(ctx, link.Join(o.ID, c.ID))
	return c.ID, err
}

// open finds a collection of an order that nothing was paid of.
func (f *Flows) open(ctx context.Context, id string) (*payment.Collection, error) {
	list, err := f.OfOrder(ctx, id)
	for i := range list {
		if list[i].Status == payment.NotPaid {
			return &list[i], err
		}
	}
	return nil, err
}

// OfOrder reads the collections of an order, with their payments and sessions.
func (f *Flows) OfOrder(ctx context.Context, id string) ([]payment.Collection, error) {
	ids, err := f.Orders.Others(ctx, id)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return f.Payment.Collections.List(ctx, module.Filter{"id": ids},
		module.Find{Relations: []string{"payments", "payments.captures", "payments.refunds", "payment_sessions"}, Order: []string{"created_at"}})
}

// delete removes a collection of an order that nothing was paid of.
func (f *Flows) delete(ctx workflow.Context, id string) (string, error) {
	return workflow.Step(ctx, "delete-payment-collections", func(ctx context.Context, id string) (string, error) {
		c, err := f.Payment.Collections.Retrieve(ctx, id, module.Find{Lock: true})
		if fault.KindOf(err) == fault.NotFound {
			return id, fault.New(fault.NotFound, "PaymentCollection id not found: %s", id)
		}
		if err != nil {
			return id, err
		}
		if c.Status != payment.NotPaid {
			return id, fault.New(fault.NotAllowed, "Can only delete payment collections where status is not_paid")
		}
		if err := f.Payment.Collections.SoftDelete(ctx, id); err != nil {
			return id, err
		}
		return id, f.Orders.Far().Detach(ctx, id, nil)
	}, id)
}
