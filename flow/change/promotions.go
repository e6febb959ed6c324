package change

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
)

// carryOver works out what the order's promotions take off it as the change would leave it, and notes that as actions.
func (k *Kit) carryOver(ctx context.Context, d *draft) error {
	ids, err := k.promotionsOf(ctx, d)
	if err != nil {
		return err
	}
	var codes []string
	if len(ids) > 0 {
		list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"id": ids}, module.Find{Select: []string{"id", "code"}})
		if err != nil {
			return err
		}
		for _, p := range list {
			codes = append(codes, p.Code)
		}
	}
	return k.discount(ctx, d, codes)
}

// discountless reports whether there is nothing to be worked out: no promotion, and nothing taken off.
func discountless(o *order.Order, codes []string) bool {
	for _, l := range o.Items {
		if len(l.Adjustments) > 0 {
			return false
		}
	}
	for _, m := range o.ShippingMethods {
		if len(m.Adjustments) > 0 {
			return false
		}
	}
	return len(codes) == 0
}

// discount makes what promotions with the codes take off be what is taken off each line and shipping method.
func (k *Kit) discount(ctx context.Context, d *draft, codes []string) error {
	p, err := k.Order.PreviewOf(ctx, d.order, d.change)
	if err != nil {
		return err
	}
	if d.order.IsDraftOrder && discountless(&p.Order, codes) {
		return nil
	}
	s, err := k.basket(ctx, &p.Order)
	if err != nil {
		return err
	}
	var out promotion.Outcome
	if len(codes) > 0 {
		if out, err = k.Cart.Discounts(ctx, s, codes); err != nil {
			return err
		}
	}
	var list []order.Action
	for _, l := range p.Order.Items {
		if l.Detail.Quantity.Sign() <= 0 {
			continue
		}
		off := []module.Map{}
		for _, x := range out.Discounts {
			if x.ItemID == l.ID {
				off = append(off, module.Map{"code": x.Code, "amount": x.Amount, "item_id": l.ID, "promotion_id": x.PromotionID, "is_tax_inclusive": x.TaxInclusive})
			}
		}
		list = append(list, order.Action{Action: order.ItemAdjustments, Details: module.Map{"reference_id": l.ID, "adjustments": off}})
	}
	for _, m := range p.Order.ShippingMethods {
		off := []module.Map{}
		for _, x := range out.Discounts {
			if x.MethodID == m.ID {
				off = append(off, module.Map{"code": x.Code, "amount": x.Amount, "shipping_method_id": m.ID, "promotion_id": x.PromotionID})
			}
		}
		list = append(list, order.Action{Action: order.ShippingAdjustments, Details: module.Map{"reference_id": m.ID, "adjustments": off}})
	}
	for i := range list {
		list[i].ClaimID, list[i].ExchangeID = d.change.ClaimID, d.change.ExchangeID
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// portable refuses to keep promotions up that are shared by the lines of an order in a way that its changes would upset.
func (k *Kit) portable(ctx context.Context, d *draft) error {
	ids, err := k.Promotions.Others(ctx, d.OrderID)
	if err != nil || len(ids) == 0 {
		return err
	}
	list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"id": ids}, module.Find{Relations: []string{"application_method"}})
	if err != nil {
		return err
	}
	var bad []string
	for _, p := range list {
		if m := p.ApplicationMethod; m != nil && text(m.Allocation) != "each" && (m.Type != "percentage" || text(m.Allocation) != "across") {
			bad = append(bad, p.Code)
		}
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "Promotions with codes %s have invalid allocation. Fixed promotions must have EACH allocation, and percentage promotions must have EACH or ACROSS allocation.", strings.Join(bad, ", "))
	}
	return nil
}

// A Promise says whether a change keeps the order's promotions up.
type Promise struct {
	ID                  string // of the change
	CarryOverPromotions module.Opt[bool]
	Note                module.Opt[string]
}

// promise writes it down, and brings the discounts in line with it.
func (k *Kit) promise(ctx context.Context, in Promise) (Ref, error) {
	c, err := k.Order.Changes.Retrieve(ctx, in.ID)
	if fault.KindOf(err) == fault.NotFound {
		return Ref{}, fault.New(fault.NotFound, "OrderChange with id %q not found", in.ID)
	}
	if err != nil {
		return Ref{}, err
	}
	d, err := k.open(ctx, func(context.Context, string) (Ref, error) {
		return Ref{OrderID: c.OrderID, ReturnID: text(c.ReturnID), ClaimID: text(c.ClaimID), ExchangeID: text(c.ExchangeID)}, nil
	}, in.ID)
	if err != nil {
		return Ref{}, err
	}
	if in.Note.Set {
		if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"internal_note": in.Note.Any()}); err != nil {
			return Ref{}, err
		}
	}
	if !in.CarryOverPromotions.Set {
		return d.Ref, nil
	}
	if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"carry_over_promotions": in.CarryOverPromotions.Any()}); err != nil {
		return Ref{}, err
	}
	d.change.CarryOverPromotions = in.CarryOverPromotions.Ptr()
	if in.CarryOverPromotions.Value {
		if err := k.portable(ctx, d); err != nil {
			return Ref{}, err
		}
	} else {
		err := k.Order.DropActions(ctx, d.change, func(a *order.Action) bool {
			return a.Action == order.ItemAdjustments || a.Action == order.ShippingAdjustments
		})
		if err != nil {
			return Ref{}, err
		}
	}
	return d.Ref, k.settle(ctx, d)
}
