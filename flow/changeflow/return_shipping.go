package changeflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// createReturnFulfillment has the goods of a return brought back, where a way was chosen for it.
func (k *Deps) createReturnFulfillment(ctx workflow.Context, done confirmedChange) error {
	n := slices.IndexFunc(done.Order.ShippingMethods, func(m order.ShippingMethod) bool {
		return done.ReturnID != "" && m.Detail != nil && text(m.Detail.ReturnID) == done.ReturnID
	})
	if n < 0 || done.Order.ShippingMethods[n].ShippingOptionID == nil {
		return nil
	}
	draft, err := workflow.Step(ctx, "prepare-return-fulfillment", func(ctx context.Context, option string) (*fulfillmentflow.CreateInput, error) {
		return k.returnFulfillment(ctx, done, option)
	}, *done.Order.ShippingMethods[n].ShippingOptionID)
	if err != nil || draft == nil {
		return err
	}
	fulfillment, err := k.Fulfillment.CreateReturn.Run(ctx, *draft)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "link-return-fulfillment", func(ctx context.Context, id string) (bool, error) {
		_, err := k.ReturnFulfillments.Attach(ctx, link.Join(done.ReturnID, id))
		return true, err
	}, fulfillment.ID)
	return err
}

// returnFulfillment is what comes back, to the return's location or to that which the option is of; nil where there is neither.
func (k *Deps) returnFulfillment(ctx context.Context, done confirmedChange, option string) (*fulfillmentflow.CreateInput, error) {
	r, err := k.findReturn(ctx, done.ReturnID)
	if err != nil {
		return nil, err
	}
	list, err := k.Fulfillment.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": option}, module.FindOptions{Relations: []string{"service_zone"}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	at := text(r.LocationID)
	if at == "" && k.LocationOf != nil && list[0].ServiceZone != nil {
		if at, err = k.LocationOf(ctx, list[0].ServiceZone.FulfillmentSetID); err != nil {
			return nil, err
		}
	}
	if at == "" {
		return nil, nil
	}
	d := &fulfillmentflow.CreateInput{Fulfillment: fulfillment.Fulfillment{LocationID: at, ProviderID: list[0].ProviderID, ShippingOptionID: &list[0].ID, RequiresShipping: true,
		Data: module.Map{}}}
	if d.DeliveryAddress, err = k.addressOf(ctx, at); err != nil {
		return nil, err
	}
	for _, i := range r.Items {
		if l := done.Order.FindLineItem(i.ItemID); l != nil {
			d.Items = append(d.Items, fulfillment.Item{Title: title(l), SKU: text(l.VariantSKU), Barcode: text(l.VariantBarcode), Quantity: i.Quantity, LineItemID: &l.ID})
		}
	}
	return d, nil
}

// addressOf is the address of a location as one that goods go to; an empty one where it has none.
func (k *Deps) addressOf(ctx context.Context, location string) (*fulfillment.Address, error) {
	list, err := k.Fulfillment.Locations.Locations.List(ctx, module.Filter{"id": location}, module.FindOptions{Relations: []string{"address"}})
	if err != nil || len(list) == 0 || list[0].Address == nil {
		return &fulfillment.Address{}, err
	}
	a := list[0].Address
	return &fulfillment.Address{Company: a.Company, Address1: &a.Address1, Address2: a.Address2, City: a.City, CountryCode: &a.CountryCode, Province: a.Province,
		PostalCode: a.PostalCode, Phone: a.Phone}, nil
}

func title(l *order.LineItem) string {
	if t := text(l.VariantTitle); t != "" {
		return t
	}
	return l.Title
}

// A CreateReturnInput is a return that a buyer asks for, complete.
type CreateReturnInput struct {
	OrderID       string
	Items         []LineInput
	OptionID      string
	ShippingPrice *money.Decimal // of the option; nil or less than zero is what the option costs
	Note          *string
	LocationID    *string
	ReceiveNow    bool
}

// completeReturn asks for a return at once.
func (k *Deps) completeReturn(ctx workflow.Context, in CreateReturnInput) (ChangeRef, error) {
	done, err := workflow.Step(ctx, "create-complete-return", k.requestReturn, in)
	if err != nil {
		return ChangeRef{}, err
	}
	if err := k.createReturnFulfillment(ctx, done); err != nil {
		return ChangeRef{}, err
	}
	if in.ReceiveNow {
		_, err := workflow.Step(ctx, "receive-return", func(ctx context.Context, in CreateReturnInput) (bool, error) {
			return true, k.receiveNow(ctx, done, in)
		}, in)
		if err != nil {
			return ChangeRef{}, err
		}
		if err := workflow.Emit(ctx, ReturnReceived, ChangeData{OrderID: done.OrderID, ReturnID: done.ReturnID}); err != nil {
			return ChangeRef{}, err
		}
	}
	return done.ChangeRef, workflow.Emit(ctx, ReturnRequested, ChangeData{OrderID: done.OrderID, ReturnID: done.ReturnID})
}

func (k *Deps) requestReturn(ctx context.Context, in CreateReturnInput) (confirmedChange, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return confirmedChange{}, err
	}
	if err := checkLinesExist(o, in.Items); err != nil {
		return confirmedChange{}, err
	}
	if err := k.checkReasons(ctx, in.Items); err != nil {
		return confirmedChange{}, err
	}
	method, err := k.price(ctx, o, in.OptionID)
	if err != nil {
		return confirmedChange{}, err
	}
	if in.ShippingPrice != nil && in.ShippingPrice.Sign() >= 0 {
		method.Amount, method.IsCustomAmount = *in.ShippingPrice, true
	}
	now := db.Now()
	r, err := k.Order.Returns.Create(ctx, order.Return{OrderID: o.ID, OrderVersion: o.Version, Status: requested, RequestedAt: &now, LocationID: in.LocationID})
	if err != nil {
		return confirmedChange{}, err
	}
	if method, err = k.Order.CreateShippingMethod(ctx, method); err != nil {
		return confirmedChange{}, err
	}
	kind, reference := order.ChangeTypeReturnRequest, "order_shipping_method"
	list := []order.ChangeAction{{Action: order.ActionShippingAdd, Reference: &reference, ReferenceID: &method.ID, Amount: &method.Amount, ReturnID: &r.ID}}
	var items []order.ReturnItem
	for _, l := range in.Items {
		a := l.action(order.ActionReturnItems, "return", r.ID)
		a.ReturnID = &r.ID
		list = append(list, a)
		items = append(items, order.ReturnItem{ReturnID: r.ID, ItemID: l.ID, Quantity: l.Quantity, ReasonID: l.ReasonID, Note: l.Note})
	}
	if _, err := k.Order.ReturnItems.CreateMany(ctx, items); err != nil {
		return confirmedChange{}, err
	}
	return k.createAndConfirm(ctx, o, order.Change{ChangeType: &kind, ReturnID: &r.ID, InternalNote: in.Note}, list)
}

// createAndConfirm makes a change and confirms it.
func (k *Deps) createAndConfirm(ctx context.Context, o *order.Order, c order.Change, list []order.ChangeAction) (confirmedChange, error) {
	change, err := k.Order.BeginChange(ctx, o, c)
	if err != nil {
		return confirmedChange{}, err
	}
	if err := k.Order.AddActions(ctx, change, list...); err != nil {
		return confirmedChange{}, err
	}
	p, err := k.Order.PreviewOf(ctx, o, change)
	if err != nil {
		return confirmedChange{}, err
	}
	ref := ChangeRef{OrderID: o.ID, ReturnID: text(c.ReturnID), ClaimID: text(c.ClaimID), ExchangeID: text(c.ExchangeID), ChangeID: change.ID}
	return confirmedChange{ref, p.Order, change.Actions}, k.Order.ConfirmChange(ctx, p, "", module.Set{})
}

// receiveNow takes all of a return in that was just asked for.
func (k *Deps) receiveNow(ctx context.Context, done confirmedChange, in CreateReturnInput) error {
	o, err := k.load(ctx, done.OrderID)
	if err != nil {
		return err
	}
	kind := order.ChangeTypeReturnReceive
	var list []order.ChangeAction
	for _, l := range in.Items {
		a := LineInput{ID: l.ID, Quantity: l.Quantity}.action(order.ActionReceiveItems, "return", done.ReturnID)
		a.ReturnID = &done.ReturnID
		list = append(list, a)
	}
	if len(list) == 0 {
		return fault.New(fault.Invalid, "Order return request should have at least 1 item")
	}
	got, err := k.createAndConfirm(ctx, o, order.Change{ChangeType: &kind, ReturnID: &done.ReturnID}, list)
	if err != nil {
		return err
	}
	return k.recordReceived(ctx, got)
}
