package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
)

// PromoteOrder applies promotions to the items and shipping methods of an order, as far as their rules ask for nothing but what the order has itself.
func (d *Desk) PromoteOrder(ctx context.Context, id string, codes ...string) (*order.Order, error) {
	return module.InTx(ctx, d.shop.Order.Orders, func(ctx context.Context) (*order.Order, error) {
		o, err := d.shop.Order.Load(ctx, id, true)
		if err != nil {
			return nil, err
		}
		active, err := d.shop.Promotion.ListActive(ctx, codes, false)
		if err != nil {
			return nil, err
		}
		out, err := d.shop.Promotion.ComputeDiscounts(ctx, active, codes, basket(o), false)
		if err != nil {
			return nil, err
		}
		return o, d.discount(ctx, o, out.Discounts)
	})
}

// basket is an order as promotions see it.
func basket(o *order.Order) promotion.ComputeContext {
	t := o.Totals()
	b := promotion.ComputeContext{CurrencyCode: o.CurrencyCode, Values: o}
	for i := range o.Items {
		l := &o.Items[i]
		b.Items = append(b.Items, promotion.Target{ID: l.ID, Quantity: l.Detail.Quantity, Subtotal: t.Lines[i].Subtotal, Total: t.Lines[i].OriginalTotal,
			Discountable: l.IsDiscountable, Values: l})
	}
	for i := range o.ShippingMethods {
		m := &o.ShippingMethods[i]
		b.ShippingMethods = append(b.ShippingMethods, promotion.Target{ID: m.ID, Subtotal: t.Methods[i].Subtotal, Total: t.Methods[i].OriginalTotal, Values: m})
	}
	return b
}

// discount writes what is taken off, and what the order costs then.
func (d *Desk) discount(ctx context.Context, o *order.Order, list []promotion.Discount) error {
	var items []order.ItemAdjustment
	var methods []order.ShippingAdjustment
	for _, x := range list {
		if x.ItemID != "" {
			items = append(items, order.ItemAdjustment{ItemID: x.ItemID, Version: o.Version, Code: &x.Code, PromotionID: &x.PromotionID, Amount: x.Amount, IsTaxInclusive: x.TaxInclusive})
		} else {
			methods = append(methods, order.ShippingAdjustment{ShippingMethodID: x.ShippingMethodID, Version: o.Version, Code: &x.Code, PromotionID: &x.PromotionID, Amount: x.Amount})
		}
	}
	if _, err := d.shop.Order.ItemAdjustments.CreateMany(ctx, items); err != nil {
		return err
	}
	if _, err := d.shop.Order.ShippingAdjustments.CreateMany(ctx, methods); err != nil {
		return err
	}
	now, err := d.shop.Order.Load(ctx, o.ID, false)
	if err == nil {
		*o, err = *now, d.shop.Order.SaveSummary(ctx, now)
	}
	return err
}
