package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// price finds a shipping option for an order, and what it costs; nothing where it has no price.
func (k *Deps) price(ctx context.Context, o *order.Order, id string) (order.ShippingMethod, error) {
	s, err := k.cartState(ctx, o)
	if err != nil {
		return order.ShippingMethod{}, err
	}
	offer, err := k.Cart.Shipping.FindOption(ctx, k.Cart.ShippingOptionQuery(s), id)
	if err != nil {
		return order.ShippingMethod{}, err
	}
	m := order.ShippingMethod{Name: offer.Name, ShippingOptionID: &offer.ID, Data: module.Map{}}
	if offer.Price != nil {
		m.Amount, m.IsTaxInclusive = offer.Price.Amount, offer.Price.IsTaxInclusive
	}
	return m, nil
}

// addShippingMethod adds a shipping method, priced and taxed.
func (k *Deps) addShippingMethod(ctx context.Context, d *openChange, in AddShippingInput) error {
	m, err := k.price(ctx, d.order, in.OptionID)
	if err != nil {
		return err
	}
	if in.Amount != nil {
		m.Amount, m.IsCustomAmount = *in.Amount, true
	}
	if m, err = k.Order.CreateShippingMethod(ctx, m); err != nil {
		return err
	}
	s, err := k.cartState(ctx, d.order)
	if err != nil {
		return err
	}
	if err := k.tax(ctx, s, nil, []order.ShippingMethod{m}); err != nil {
		return err
	}
	reference := "order_shipping_method"
	a := order.ChangeAction{Action: order.ActionShippingAdd, Reference: &reference, ReferenceID: &m.ID, Amount: &m.Amount, ClaimID: ref(d.ClaimID), ExchangeID: ref(d.ExchangeID), InternalNote: in.Note}
	if in.Inbound {
		a.ReturnID = d.change.ReturnID
	}
	return k.Order.AddActions(ctx, d.change, a)
}

// updateAddedShipping changes what a shipping method that is added costs.
func (k *Deps) updateAddedShipping(ctx context.Context, d *openChange, in UpdateShippingInput) error {
	a, err := d.action(in.ActionID, order.ActionShippingAdd)
	if err != nil {
		return err
	}
	action, method := module.Set{}, module.Set{}
	if in.Amount.Set {
		amount, custom := in.Amount.Value, !in.Amount.Null
		if in.Amount.Null {
			if amount, err = k.optionPrice(ctx, d.order, a.TargetID()); err != nil {
				return err
			}
		}
		action["amount"], method["amount"], method["is_custom_amount"] = amount, amount, custom
		a.Amount = &amount
	}
	if in.Note.Set {
		action["internal_note"], a.InternalNote = in.Note.Any(), in.Note.Ptr()
	}
	if in.Metadata.Set {
		method["metadata"] = in.Metadata.Any()
	}
	if len(action) > 0 {
		if _, err := k.Order.Actions.Update(ctx, module.Filter{"id": a.ID}, action); err != nil {
			return err
		}
	}
	if len(method) > 0 {
		_, err = k.Order.ShippingMethods.Update(ctx, module.Filter{"id": a.TargetID()}, method)
	}
	return err
}

func (k *Deps) optionPrice(ctx context.Context, o *order.Order, method string) (money.Decimal, error) {
	m, err := k.Order.ShippingMethods.Retrieve(ctx, method)
	if err != nil || m.ShippingOptionID == nil {
		return m.Amount, err
	}
	priced, err := k.price(ctx, o, *m.ShippingOptionID)
	return priced.Amount, err
}

// removeUnusedShipping takes the shipping method of one way out of a change once nothing goes that way any more.
func (k *Deps) removeUnusedShipping(ctx context.Context, d *openChange, kind string) error {
	for i := range d.change.Actions {
		if d.change.Actions[i].Action == kind {
			return nil
		}
	}
	inbound := kind == order.ActionReturnItems
	return k.Order.RemoveActions(ctx, d.change, func(a *order.ChangeAction) bool {
		return a.Action == order.ActionShippingAdd && (a.ReturnID != nil) == inbound
	})
}

// options lists the ways in which goods of an order can go where it goes, whatever they are for, and whether what was ordered is in stock where each begins.
func (k *Deps) options(ctx workflow.Context, id string) ([]shippingflow.CartOption, error) {
	return workflow.Step(ctx, "list-shipping-options-for-order", func(ctx context.Context, id string) ([]shippingflow.CartOption, error) {
		o, err := k.load(ctx, id)
		if err != nil {
			return nil, err
		}
		s, err := k.cartState(ctx, o)
		if err != nil {
			return nil, err
		}
		a := k.Cart.ShippingOptionQuery(s)
		a.IgnoreRules = true
		return k.Cart.Shipping.ListOptionsWithStock(ctx, a)
	}, id)
}
