package changeflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
)

// cartState shows an order as a cart, so that what is added to it is priced, taxed and discounted like what is put into one.
func (k *Deps) cartState(ctx context.Context, o *order.Order) (*cartflow.State, error) {
	s := &cartflow.State{Cart: cart.Cart{RegionID: o.RegionID, CustomerID: o.CustomerID, SalesChannelID: o.SalesChannelID, Email: o.Email,
		CurrencyCode: o.CurrencyCode, Locale: o.Locale, Metadata: o.Metadata}}
	s.ID = o.ID
	if a := o.ShippingAddress; a != nil {
		s.ShippingAddress = &cart.Address{Company: a.Company, FirstName: a.FirstName, LastName: a.LastName, Address1: a.Address1, Address2: a.Address2, City: a.City,
			CountryCode: a.CountryCode, Province: a.Province, PostalCode: a.PostalCode, Phone: a.Phone}
	}
	for i := range o.Items {
		s.Items = append(s.Items, lineOf(&o.Items[i]))
	}
	for i := range o.ShippingMethods {
		m := &o.ShippingMethods[i]
		out := cart.ShippingMethod{Model: module.Model{ID: m.ID}, Name: m.Name, Amount: m.Amount, IsTaxInclusive: m.IsTaxInclusive, ShippingOptionID: m.ShippingOptionID, Data: m.Data}
		for _, t := range m.TaxLines {
			out.TaxLines = append(out.TaxLines, cart.ShippingTaxLine{Code: t.Code, Rate: t.Rate.Float64()})
		}
		s.ShippingMethods = append(s.ShippingMethods, out)
	}
	return s, k.Cart.LoadRelated(ctx, s)
}

func lineOf(l *order.LineItem) cart.LineItem {
	out := cart.LineItem{Model: module.Model{ID: l.ID}, Title: l.Title, VariantID: l.VariantID, ProductID: l.ProductID, ProductTypeID: l.ProductTypeID,
		Quantity: int(l.Detail.Quantity.Round(0).Int64()), UnitPrice: l.CurrentUnitPrice(), IsTaxInclusive: l.IsTaxInclusive, IsDiscountable: l.IsDiscountable, IsGiftcard: l.IsGiftcard,
		RequiresShipping: l.RequiresShipping, IsCustomPrice: l.IsCustomPrice, Metadata: l.Metadata}
	for _, t := range l.TaxLines {
		out.TaxLines = append(out.TaxLines, cart.ItemTaxLine{Code: t.Code, Rate: t.Rate.Float64()})
	}
	return out
}

// addItems adds variants to an order, for a record of some kind: "order_claim", "order_exchange"; none for an edit.
func (k *Deps) addItems(reference string) func(context.Context, *openChange, AddItemsInput) error {
	return func(ctx context.Context, d *openChange, in AddItemsInput) error {
		lines, err := k.newLines(ctx, d.order, in.Items)
		if err != nil {
			return err
		}
		var list []order.ChangeAction
		for i, g := range in.Items {
			a := itemAddAction(&lines[i], g)
			a.Reference, a.ReferenceID, a.ClaimID, a.ExchangeID = ref(reference), ref(d.ClaimID+d.ExchangeID), ref(d.ClaimID), ref(d.ExchangeID)
			list = append(list, a)
		}
		return k.Order.AddActions(ctx, d.change, list...)
	}
}

// itemAddAction is the action that adds a new line.
func itemAddAction(l *order.LineItem, g ItemInput) order.ChangeAction {
	details := module.Map{"reference_id": l.ID, "quantity": g.Quantity, "unit_price": l.UnitPrice, "compare_at_unit_price": nil}
	if c := l.CompareAtUnitPrice; c != nil {
		details["compare_at_unit_price"] = *c
	}
	if g.Metadata != nil {
		details["metadata"] = g.Metadata
	}
	return order.ChangeAction{Action: order.ActionItemAdd, Details: details, InternalNote: g.Note}
}

// newLines saves lines of variants, priced and taxed, that no version of an order has yet.
func (k *Deps) newLines(ctx context.Context, o *order.Order, goods []ItemInput) ([]order.LineItem, error) {
	if len(goods) == 0 {
		return nil, nil
	}
	s, err := k.cartState(ctx, o)
	if err != nil {
		return nil, err
	}
	lines, err := k.priceLines(ctx, s, goods, true)
	if err != nil {
		return nil, err
	}
	if lines, err = k.Order.CreateLineItems(ctx, lines); err != nil {
		return nil, err
	}
	return lines, k.tax(ctx, s, lines, nil)
}

// tax gives new lines and shipping methods of an order that s shows the taxes that they have.
func (k *Deps) tax(ctx context.Context, s *cartflow.State, lines []order.LineItem, methods []order.ShippingMethod) error {
	s.Items, s.ShippingMethods = nil, nil
	for i := range lines {
		l := cart.LineItem{Model: module.Model{ID: lines[i].ID}, ProductID: lines[i].ProductID, ProductTypeID: lines[i].ProductTypeID, IsGiftcard: lines[i].IsGiftcard}
		s.Items = append(s.Items, l)
	}
	for i := range methods {
		s.ShippingMethods = append(s.ShippingMethods, cart.ShippingMethod{Model: module.Model{ID: methods[i].ID}, ShippingOptionID: methods[i].ShippingOptionID})
	}
	found, err := k.Cart.TaxLines(ctx, s)
	if err != nil {
		return err
	}
	var items []order.ItemTaxLine
	var ways []order.ShippingTaxLine
	for _, t := range found {
		rate, name := money.Float(t.Rate), t.Name
		if len(methods) == 0 {
			items = append(items, order.ItemTaxLine{ItemID: t.TaxableID, Description: &name, Code: t.Code, Rate: rate, ProviderID: ref(t.ProviderID), TaxRateID: ref(t.RateID)})
		} else {
			ways = append(ways, order.ShippingTaxLine{ShippingMethodID: t.TaxableID, Description: &name, Code: t.Code, Rate: rate, ProviderID: ref(t.ProviderID), TaxRateID: ref(t.RateID)})
		}
	}
	if _, err := k.Order.ItemTaxLines.CreateMany(ctx, items); err != nil {
		return err
	}
	_, err = k.Order.ShippingTaxLines.CreateMany(ctx, ways)
	return err
}

// updateItem changes how much is added of a variant, or at what price. Label names the record in words: "claim".
func (k *Deps) updateItem(label string) func(context.Context, *openChange, UpdateActionInput) error {
	return func(ctx context.Context, d *openChange, in UpdateActionInput) error {
		a, err := d.action(in.ActionID, order.ActionItemAdd)
		if fault.KindOf(err) == fault.NotFound && label != "" {
			err = fault.New(fault.Invalid, "No request to add item for %s %s in order change %s", label, orElse(d.ClaimID+d.ExchangeID, d.OrderID), d.ChangeID)
		}
		if err != nil {
			return err
		}
		lines, err := k.Order.LineItems.List(ctx, module.Filter{"id": a.TargetID()})
		if err != nil || len(lines) == 0 {
			return err
		}
		if err := k.checkStock(ctx, d, lines[0].VariantID, in.Quantity); err != nil {
			return err
		}
		set := module.Set{}
		if in.UnitPrice != nil {
			set["unit_price"], set["is_custom_price"] = *in.UnitPrice, true
		}
		if in.CompareAtUnitPrice != nil {
			set["compare_at_unit_price"] = *in.CompareAtUnitPrice
		}
		if len(set) > 0 {
			if _, err := k.Order.LineItems.Update(ctx, module.Filter{"id": a.TargetID()}, set); err != nil {
				return err
			}
		}
		return k.updateActionDetails(ctx, a, in)
	}
}

// checkStock refuses more of a variant than there is.
func (k *Deps) checkStock(ctx context.Context, d *openChange, variant *string, quantity *money.Decimal) error {
	if variant == nil || quantity == nil || quantity.Sign() <= 0 {
		return nil
	}
	s, err := k.cartState(ctx, d.order)
	if err != nil {
		return err
	}
	return k.Cart.CheckStock(ctx, s, []cartflow.ItemRequest{{VariantID: *variant, Quantity: *quantity}})
}

// updateLineQuantity changes how much an order has of a line, or at what price.
func (k *Deps) updateLineQuantity(ctx context.Context, d *openChange, in UpdateActionInput) error {
	l := d.order.FindLineItem(in.ActionID)
	if l == nil {
		return fault.New(fault.Invalid, "Items with ids %s does not exist in order with id %s.", in.ActionID, d.OrderID)
	}
	details := module.Map{"reference_id": l.ID, "quantity": *in.Quantity, "quantity_diff": in.Quantity.Sub(l.Detail.Quantity)}
	if in.UnitPrice != nil {
		details["unit_price"] = *in.UnitPrice
	}
	if in.CompareAtUnitPrice != nil {
		details["compare_at_unit_price"] = *in.CompareAtUnitPrice
	}
	return k.Order.AddActions(ctx, d.change, order.ChangeAction{Action: order.ActionItemUpdate, Details: details, InternalNote: in.Note.Ptr()})
}
