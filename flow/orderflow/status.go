package orderflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// cancel ends an order: its money goes back and its stock becomes free. What was sent must be cancelled before.
func (f *Flows) cancel(ctx workflow.Context, in CancelInput) (string, error) {
	o, err := workflow.Step(ctx, "cancel-validate-order", f.cancelable, in.ID)
	if err != nil {
		return "", err
	}
	credits, err := f.Payment.Cancel(ctx, in.ID, in.By)
	if err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "cancel-orders", func(ctx context.Context, in CancelInput) (bool, error) {
		var lines []string
		for _, l := range o.Items {
			lines = append(lines, l.ID)
		}
		if _, err := f.Inventory.ReleaseByLineItems(ctx, lines); err != nil {
			return false, err
		}
		if err := f.releasePromotions(ctx, in.ID); err != nil {
			return false, err
		}
		now, err := f.load(ctx, in.ID)
		if err != nil {
			return false, err
		}
		_, err = f.Order.CreateVersion(ctx, order.NewVersion{Order: now, CreatedBy: in.By, CreditLines: credits, Columns: module.Set{"status": order.StatusCanceled, "canceled_at": db.Now()}})
		return true, err
	}, in)
	if err != nil {
		return "", err
	}
	if err := f.OrderCanceled.Run(ctx, HookInput{OrderID: in.ID}); err != nil {
		return "", err
	}
	return in.ID, workflow.Emit(ctx, Canceled, event.ID{ID: in.ID})
}

// releasePromotions gives back the uses of promotions that the order's cart was counted with. An
// order without a cart, such as a former draft, was never counted.
func (f *Flows) releasePromotions(ctx context.Context, id string) error {
	ids, err := f.Carts.LinkedIDs(ctx, id)
	if err != nil || len(ids) == 0 {
		return err
	}
	s, err := f.Cart.Load(ctx, ids[0], false)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Cart.Promotion.Release(ctx, s.PromotionUses())
}

func (f *Flows) cancelable(ctx context.Context, id string) (*order.Order, error) {
	o, err := f.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := o.CheckNotCanceled(); err != nil {
		return nil, err
	}
	ids, err := f.Fulfillments.LinkedIDs(ctx, id)
	if err != nil || len(ids) == 0 {
		return o, err
	}
	n, err := f.Fulfillment.Fulfillment.Fulfillments.Count(ctx, module.Filter{"id": ids, "canceled_at": nil})
	if err == nil && n > 0 {
		err = fault.New(fault.NotAllowed, "All fulfillments must be canceled before canceling an order")
	}
	return o, err
}

// complete ends an order that everything was done of. One that is completed stays so.
func (f *Flows) complete(ctx workflow.Context, in CompleteInput) (string, error) {
	err := f.status(ctx, in.ID, "complete-orders", order.StatusCompleted, Completed, func(o order.Order) error {
		if o.Status == order.StatusCanceled {
			return fault.New(fault.Invalid, "Orders %s are canceled and cannot be completed", in.ID)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return in.ID, f.OrderCompleted.Run(ctx, HookInput{OrderID: in.ID, AdditionalData: in.AdditionalData})
}

// archive puts an order away that is over.
func (f *Flows) archive(ctx workflow.Context, id string) (string, error) {
	return id, f.status(ctx, id, "archive-orders", order.StatusArchived, Archived, func(o order.Order) error {
		if o.Status != order.StatusCompleted && o.Status != order.StatusCanceled {
			return fault.New(fault.Invalid, "Orders %s are completed, canceled, or in draft and cannot be archived", id)
		}
		return nil
	})
}

func (f *Flows) status(ctx workflow.Context, id, step, status string, topic event.Topic[event.ID], may func(order.Order) error) error {
	_, err := workflow.Step(ctx, step, func(ctx context.Context, id string) (bool, error) {
		list, err := f.Order.Orders.List(ctx, module.Filter{"id": id}, module.FindOptions{Lock: true})
		if err == nil && len(list) == 0 {
			err = fault.New(fault.NotFound, "Order with id \"%s\" not found", id)
		}
		if err != nil {
			return false, err
		}
		if err := may(list[0]); err != nil {
			return false, err
		}
		_, err = f.Order.Orders.Patch(ctx, id, module.Set{"status": status})
		return true, err
	}, id)
	if err != nil {
		return err
	}
	return workflow.Emit(ctx, topic, event.ID{ID: id})
}

// credit takes amounts off what an order costs, or puts them on it, up to what is owed either way.
func (f *Flows) credit(ctx workflow.Context, in order.RecordPaymentsInput) (string, error) {
	_, err := workflow.Step(ctx, "create-order-credit-lines", func(ctx context.Context, in order.RecordPaymentsInput) (bool, error) {
		o, err := f.load(ctx, in.OrderID)
		if err != nil {
			return false, err
		}
		owed := o.AmountDue()
		for _, c := range in.CreditLines {
			switch {
			case owed.Sign() < 0 && c.Amount.Sign() > 0 || owed.IsZero() && c.Amount.Sign() != 0:
				return false, fault.New(fault.Invalid, "Can only create negative credit lines if the order has a negative pending difference")
			case owed.Sign() > 0 && c.Amount.Sign() < 0:
				return false, fault.New(fault.Invalid, "Can only create positive credit lines if the order has a positive pending difference")
			case owed.Abs().Less(c.Amount.Abs()):
				return false, fault.New(fault.Invalid, "Cannot create more credit lines with amount more than the pending difference")
			}
		}
		_, err = f.Order.RecordPayments(ctx, in)
		return true, err
	}, in)
	if err != nil {
		return "", err
	}
	return in.OrderID, f.CreditLinesCreated.Run(ctx, in)
}
