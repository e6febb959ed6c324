package orderflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A FulfillInput asks to send lines of an order.
type FulfillInput struct {
	OrderID          string
	Items            []ItemQuantity
	LocationID       string
	ShippingOptionID string
	NoNotification   *bool
	Address          module.Set
	Metadata         module.Map
	By               string
	AdditionalData   module.Map
}

// A fulfillmentPlan is a sending that can be done.
type fulfillmentPlan struct {
	Order    *order.Order
	Draft    fulfillmentflow.CreateInput
	Takes    []inventory.Deduction
	Variants []cartflow.Variant
}

// fulfill sends lines: goods leave the stock, and the provider is asked to bring them.
func (f *Flows) fulfill(ctx workflow.Context, in FulfillInput) (string, error) {
	p, err := workflow.Step(ctx, "create-fulfillment-validate-order", f.plan, in)
	if err != nil {
		return "", err
	}
	fulfillment, err := f.Fulfillment.Create.Run(ctx, p.Draft)
	if err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "register-order-fulfillment", func(ctx context.Context, id string) (string, error) {
		o, err := f.load(ctx, in.OrderID)
		if err != nil {
			return "", err
		}
		if err := in.validate(o); err != nil { // it may have changed while the provider was asked
			return "", err
		}
		if _, err := f.Inventory.Deduct(ctx, p.Takes); err != nil {
			return "", err
		}
		if _, err := f.Fulfillments.Attach(ctx, link.Join(o.ID, id)); err != nil {
			return "", err
		}
		return id, f.createVersion(ctx, o, "FULFILL_ITEM", id, in.By, in.Items, func(d *order.Item, q money.Decimal) { d.FulfilledQuantity = d.FulfilledQuantity.Add(q) })
	}, fulfillment.ID)
	if err != nil {
		return "", err
	}
	if err := f.FulfillmentCreated.Run(ctx, HookInput{in.OrderID, fulfillment.ID, in.AdditionalData}); err != nil {
		return "", err
	}
	return in.OrderID, workflow.Emit(ctx, FulfillmentCreated, FulfillmentData{in.OrderID, fulfillment.ID, in.NoNotification})
}

// createVersion writes the next version of an order, in which lines have moved on.
func (f *Flows) createVersion(ctx context.Context, o *order.Order, action, fulfillment, by string, items []ItemQuantity, change func(*order.Item, money.Decimal)) error {
	reference := "fulfillment"
	r := order.NewVersion{Order: o, CreatedBy: by}
	for _, i := range items {
		l := o.FindLineItem(i.ID)
		if l == nil {
			continue
		}
		change(l.Detail, money.Float(i.Quantity))
		r.Actions = append(r.Actions, order.ChangeAction{Action: action, Reference: &reference, ReferenceID: &fulfillment,
			Details: module.Map{"reference_id": i.ID, "quantity": i.Quantity}})
	}
	_, err := f.Order.CreateVersion(ctx, r)
	return err
}

// validate refuses what an order does not have, or not any more.
func (in FulfillInput) validate(o *order.Order) error {
	if err := o.CheckNotCanceled(); err != nil {
		return err
	}
	var missing []string
	shipped := map[bool]bool{}
	for _, i := range in.Items {
		if l := o.FindLineItem(i.ID); l == nil {
			missing = append(missing, i.ID)
		} else {
			shipped[l.RequiresShipping] = true
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Items with ids %s does not exist in order with id %s.", strings.Join(missing, ", "), o.ID)
	}
	if len(shipped) > 1 {
		return fault.New(fault.Invalid, "Fulfillment can only be created entirely with items with shipping or items without shipping. Split this request into 2 fulfillments.")
	}
	for _, i := range in.Items {
		d := o.FindLineItem(i.ID).Detail
		switch q := money.Float(i.Quantity); {
		case q.IsZero():
			return fault.New(fault.Invalid, "Quantity to fulfill of item %s is required.", i.ID)
		case q.Sign() < 0:
			return fault.New(fault.Invalid, "Quantity of item %s must be greater than 0.", i.ID)
		case d.Quantity.Less(d.FulfilledQuantity.Add(q)):
			return fault.New(fault.Invalid, "Cannot fulfill more items than what was ordered for item %s.", i.ID)
		}
	}
	return nil
}

// plan finds how lines can be sent: by which option, from where, and what that takes from stock.
func (f *Flows) plan(ctx context.Context, in FulfillInput) (p fulfillmentPlan, err error) {
	if p.Order, err = f.load(ctx, in.OrderID); err != nil {
		return p, err
	}
	if err := in.validate(p.Order); err != nil {
		return p, err
	}
	option, err := f.option(ctx, p.Order, in)
	if err != nil {
		return p, err
	}
	at := in.LocationID
	if at == "" && f.LocationOf != nil && option.ServiceZone != nil {
		if at, err = f.LocationOf(ctx, option.ServiceZone.FulfillmentSetID); err != nil {
			return p, err
		}
	}
	if at == "" {
		return p, fault.New(fault.Invalid, "Cannot create fulfillment without stock location, either provide a location or you should link the shipping option %s to a stock location.", option.ID)
	}
	if p.Variants, err = f.variants(ctx, p.Order, in); err != nil {
		return p, err
	}
	now := db.Now()
	p.Draft.Fulfillment = fulfillment.Fulfillment{LocationID: at, ProviderID: option.ProviderID, ShippingOptionID: &option.ID, PackedAt: &now, Metadata: in.Metadata,
		CreatedBy: &in.By, DeliveryAddress: in.address(p.Order), Data: dataOf(p.Order, option.ID)}
	return p, f.fulfillmentItems(ctx, &p, in, *option, at)
}

func dataOf(o *order.Order, option string) module.Map {
	for _, m := range o.ShippingMethods {
		if m.ShippingOptionID != nil && *m.ShippingOptionID == option {
			return m.Data
		}
	}
	return nil
}

// option is the shipping option that is asked for, or that the order was placed with.
func (f *Flows) option(ctx context.Context, o *order.Order, in FulfillInput) (*fulfillment.ShippingOption, error) {
	id := in.ShippingOptionID
	if id == "" && len(o.ShippingMethods) > 0 && o.ShippingMethods[0].ShippingOptionID != nil {
		id = *o.ShippingMethods[0].ShippingOptionID
	}
	where := module.Filter{"id": id}
	if id == "" { // any will do, the oldest first
		where = module.Filter{}
	}
	list, err := f.Fulfillment.Fulfillment.ShippingOptions.List(ctx, where, module.FindOptions{Relations: []string{"service_zone"}, Order: []string{"id"}, Take: 1})
	if err == nil && len(list) == 0 && id == "" {
		return nil, fault.New(fault.Invalid, "A shipping option is needed to fulfill the order")
	}
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "ShippingOption id not found: %s", id)
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func (f *Flows) variants(ctx context.Context, o *order.Order, in FulfillInput) ([]cartflow.Variant, error) {
	var ids []string
	for _, i := range in.Items {
		if v := o.FindLineItem(i.ID).VariantID; v != nil && !slices.Contains(ids, *v) {
			ids = append(ids, *v)
		}
	}
	return f.Cart.Variants(ctx, ids)
}

// address is the order's, with what is asked for in place of it.
func (in FulfillInput) address(o *order.Order) *fulfillment.Address {
	out := &fulfillment.Address{}
	if a := o.ShippingAddress; a != nil {
		*out = fulfillment.Address{Company: a.Company, FirstName: a.FirstName, LastName: a.LastName, Address1: a.Address1, Address2: a.Address2, City: a.City,
			CountryCode: a.CountryCode, Province: a.Province, PostalCode: a.PostalCode, Phone: a.Phone, Metadata: a.Metadata}
	}
	for name, field := range map[string]**string{"company": &out.Company, "first_name": &out.FirstName, "last_name": &out.LastName, "address_1": &out.Address1,
		"address_2": &out.Address2, "city": &out.City, "country_code": &out.CountryCode, "province": &out.Province, "postal_code": &out.PostalCode, "phone": &out.Phone} {
		if s, ok := in.Address[name].(string); ok {
			*field = &s
		}
	}
	return out
}

// fulfillmentItems puts lines into a draft: what is counted by the items that it is made of, anything else by itself.
func (f *Flows) fulfillmentItems(ctx context.Context, p *fulfillmentPlan, in FulfillInput, option fulfillment.ShippingOption, at string) error {
	for _, i := range in.Items {
		l, q := p.Order.FindLineItem(i.ID), money.Float(i.Quantity)
		p.Draft.RequiresShipping = p.Draft.RequiresShipping || l.RequiresShipping
		n := slices.IndexFunc(p.Variants, func(v cartflow.Variant) bool { return l.VariantID != nil && v.ID == *l.VariantID })
		if n < 0 {
			p.Draft.Items = append(p.Draft.Items, itemOf(l, q, nil))
			continue
		}
		v := p.Variants[n]
		if l.RequiresShipping && (option.ShippingProfileID == nil || v.ProfileID != *option.ShippingProfileID) {
			return fault.New(fault.Invalid, "Shipping profile %s does not match the shipping profile of the order item %s", text(option.ShippingProfileID), l.ID)
		}
		if !v.ManageInventory || len(v.InventoryRequirements) == 0 {
			p.Draft.Items = append(p.Draft.Items, itemOf(l, q, nil))
			continue
		}
		if err := f.packParts(ctx, p, l, q, v, at); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flows) packParts(ctx context.Context, p *fulfillmentPlan, l *order.LineItem, q money.Decimal, v cartflow.Variant, at string) error {
	var ids []string
	for _, part := range v.InventoryRequirements {
		ids = append(ids, part.InventoryItemID)
	}
	items, err := f.Inventory.Items.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return err
	}
	for _, part := range v.InventoryRequirements {
		n := slices.IndexFunc(items, func(i inventory.Item) bool { return i.ID == part.InventoryItemID })
		if n < 0 {
			continue
		}
		p.Draft.Items = append(p.Draft.Items, itemOf(l, q.Mul(part.RequiredQuantity), &items[n]))
		p.Takes = append(p.Takes, inventory.Deduction{LineItemID: l.ID, ItemID: part.InventoryItemID, LocationID: at, Quantity: q.Mul(part.RequiredQuantity), AllowBackorder: v.AllowBackorder})
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func itemOf(l *order.LineItem, q money.Decimal, i *inventory.Item) fulfillment.Item {
	out := fulfillment.Item{Title: text(l.VariantTitle), SKU: text(l.VariantSKU), Barcode: text(l.VariantBarcode), Quantity: q, LineItemID: &l.ID}
	if l.VariantTitle == nil {
		out.Title = l.Title
	}
	if i == nil {
		return out
	}
	out.InventoryItemID = &i.ID
	if text(i.Title) != "" {
		out.Title = *i.Title
	}
	if text(i.SKU) != "" {
		out.SKU = *i.SKU
	}
	return out
}
