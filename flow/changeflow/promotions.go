package changeflow

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
)

// carryOver works out what the order's promotions take off it as the change would leave it, and notes that as actions.
func (k *Deps) carryOver(ctx context.Context, d *openChange) error {
	ids, err := k.promotionsOf(ctx, d)
	if err != nil {
		return err
	}
	var codes []string
	if len(ids) > 0 {
		list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id", "code"}})
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
func (k *Deps) discount(ctx context.Context, d *openChange, codes []string) error {
	p, err := k.Order.PreviewOf(ctx, d.order, d.change)
	if err != nil {
		return err
	}
	if d.order.IsDraftOrder && discountless(&p.Order, codes) {
		return nil
	}
	s, err := k.cartState(ctx, &p.Order)
	if err != nil {
		return err
	}
	var out promotion.ComputeResult
	if len(codes) > 0 {
		if out, err = k.Cart.Discounts(ctx, s, codes); err != nil {
			return err
		}
	}
	var list []order.ChangeAction
	for _, l := range p.Order.Items {
		if l.Detail.Quantity.Sign() <= 0 {
			continue
		}
		adjustments := []module.Map{}
		for _, x := range out.Discounts {
			if x.ItemID == l.ID {
				adjustments = append(adjustments, module.Map{"code": x.Code, "amount": x.Amount, "item_id": l.ID, "promotion_id": x.PromotionID, "is_tax_inclusive": x.TaxInclusive})
			}
		}
		list = append(list, order.ChangeAction{Action: order.ActionItemAdjustments, Details: module.Map{"reference_id": l.ID, "adjustments": adjustments}})
	}
	for _, m := range p.Order.ShippingMethods {
		adjustments := []module.Map{}
		for _, x := range out.Discounts {
			if x.ShippingMethodID == m.ID {
				adjustments = append(adjustments, module.Map{"code": x.Code, "amount": x.Amount, "shipping_method_id": m.ID, "promotion_id": x.PromotionID})
			}
		}
		list = append(list, order.ChangeAction{Action: order.ActionShippingAdjustments, Details: module.Map{"reference_id": m.ID, "adjustments": adjustments}})
	}
	for i := range list {
		list[i].ClaimID, list[i].ExchangeID = d.change.ClaimID, d.change.ExchangeID
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// scaleDiscounts makes the discounts of line items whose quantity or price the change sets follow:
// those of percentage promotions in proportion to the subtotal of the line item, all others up to
// that subtotal. Without it a line item with fewer units would cost less than nothing.
func (k *Deps) scaleDiscounts(ctx context.Context, d *openChange) error {
	changed := map[string]bool{}
	for i := range d.change.Actions {
		if a := &d.change.Actions[i]; a.Action == order.ActionItemUpdate || a.Action == order.ActionItemAdjustments {
			l := d.order.FindLineItem(a.TargetID())
			changed[a.TargetID()] = l != nil && len(l.Adjustments) > 0
		}
	}
	if !slices.Contains(slices.Collect(maps.Values(changed)), true) {
		return nil
	}
	p, err := k.Order.PreviewOf(ctx, d.order, d.change)
	if err != nil {
		return err
	}
	percentages, err := k.percentagePromotions(ctx, d.order)
	if err != nil {
		return err
	}
	var list []order.ChangeAction
	for i := range p.Order.Items {
		if l := &p.Order.Items[i]; changed[l.ID] {
			list = append(list, order.ChangeAction{Action: order.ActionItemAdjustments, ClaimID: d.change.ClaimID, ExchangeID: d.change.ExchangeID,
				Details: module.Map{"reference_id": l.ID, "adjustments": scaledAdjustments(d.order.FindLineItem(l.ID), l, percentages)}})
		}
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// percentagePromotions are the ids of the promotions with discounts on the order that are
// percentages, whether they can still be used or not.
func (k *Deps) percentagePromotions(ctx context.Context, o *order.Order) ([]string, error) {
	var ids, percentages []string
	for _, l := range o.Items {
		for _, a := range l.Adjustments {
			ids = append(ids, text(a.PromotionID))
		}
	}
	list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"id": ids}, module.FindOptions{Relations: []string{"application_method"}, WithDeleted: true})
	for _, p := range list {
		if p.ApplicationMethod != nil && p.ApplicationMethod.Type == "percentage" {
			percentages = append(percentages, p.ID)
		}
	}
	return percentages, err
}

// scaledAdjustments are the adjustments of a line item as it was, made to fit what it is now.
func scaledAdjustments(was, now *order.LineItem, percentages []string) []module.Map {
	before, left := was.CurrentUnitPrice().Mul(was.Detail.Quantity), now.CurrentUnitPrice().Mul(now.Detail.Quantity)
	after := left
	list := []module.Map{}
	for _, a := range was.Adjustments {
		amount := a.Amount
		if slices.Contains(percentages, text(a.PromotionID)) {
			amount = amount.Mul(after).Div(before)
		}
		if left.Less(amount) {
			amount = left
		}
		if left = left.Sub(amount); amount.Sign() > 0 {
			list = append(list, module.Map{"code": a.Code, "amount": amount, "item_id": now.ID, "promotion_id": a.PromotionID, "is_tax_inclusive": a.IsTaxInclusive})
		}
	}
	return list
}

// checkPromotionsSupported refuses to keep promotions up that are shared by the lines of an order in a way that its changes would upset.
func (k *Deps) checkPromotionsSupported(ctx context.Context, d *openChange) error {
	ids, err := k.Promotions.LinkedIDs(ctx, d.OrderID)
	if err != nil || len(ids) == 0 {
		return err
	}
	list, err := k.Cart.Promotion.Promotions.List(ctx, module.Filter{"id": ids}, module.FindOptions{Relations: []string{"application_method"}})
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

// A CarryOverPromotionsInput says whether a change keeps the order's promotions up.
type CarryOverPromotionsInput struct {
	ID                  string // of the change
	CarryOverPromotions module.Opt[bool]
	Note                module.Opt[string]
}

// setCarryOver writes it down, and brings the discounts in line with it.
func (k *Deps) setCarryOver(ctx context.Context, in CarryOverPromotionsInput) (ChangeRef, error) {
	c, err := k.Order.Changes.Retrieve(ctx, in.ID)
	if fault.KindOf(err) == fault.NotFound {
		return ChangeRef{}, fault.New(fault.NotFound, "OrderChange with id %q not found", in.ID)
	}
	if err != nil {
		return ChangeRef{}, err
	}
	d, err := k.open(ctx, func(context.Context, string) (ChangeRef, error) {
		return ChangeRef{OrderID: c.OrderID, ReturnID: text(c.ReturnID), ClaimID: text(c.ClaimID), ExchangeID: text(c.ExchangeID)}, nil
	}, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	if in.Note.Set {
		if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"internal_note": in.Note.Any()}); err != nil {
			return ChangeRef{}, err
		}
	}
	if !in.CarryOverPromotions.Set {
		return d.ChangeRef, nil
	}
	if _, err := k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"carry_over_promotions": in.CarryOverPromotions.Any()}); err != nil {
		return ChangeRef{}, err
	}
	d.change.CarryOverPromotions = in.CarryOverPromotions.Ptr()
	if in.CarryOverPromotions.Value {
		if err := k.checkPromotionsSupported(ctx, d); err != nil {
			return ChangeRef{}, err
		}
	} else {
		err := k.Order.RemoveActions(ctx, d.change, func(a *order.ChangeAction) bool {
			return a.Action == order.ActionItemAdjustments || a.Action == order.ActionShippingAdjustments
		})
		if err != nil {
			return ChangeRef{}, err
		}
	}
	return d.ChangeRef, k.preparePreview(ctx, d)
}
