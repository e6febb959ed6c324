package change

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fulfillment"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	sent "github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// fetch has the goods of a return brought back, where a way was chosen for it.
func (k *Kit) fetch(ctx workflow.Context, done confirmed) error {
	n := slices.IndexFunc(done.Order.ShippingMethods, func(m order.ShippingMethod) bool {
		return done.ReturnID != "" && m.Detail != nil && text(m.Detail.ReturnID) == done.ReturnID
	})
	if n < 0 || done.Order.ShippingMethods[n].ShippingOptionID == nil {
		return nil
	}
	draft, err := workflow.Step(ctx, "prepare-return-fulfillment", func(ctx context.Context, option string) (*fulfillment.Draft, error) {
		return k.parcel(ctx, done, option)
	}, *done.Order.ShippingMethods[n].ShippingOptionID)
	if err != nil || draft == nil {
		return err
	}
	made, err := k.Fulfillment.CreateReturn.Run(ctx, *draft)
	if err != nil {
		return err
	}
	_, err = workflow.Step(ctx, "link-return-fulfillment", func(ctx context.Context, id string) (bool, error) {
		_, err := k.Returned.Attach(ctx, link.Join(done.ReturnID, id))
		return true, err
	}, made.ID)
	return err
}

// parcel is what comes back, to the return's location or to that which the option is of; nil where there is neither.
func (k *Kit) parcel(ctx context.Context, done confirmed, option string) (*fulfillment.Draft, error) {
	r, err := k.findReturn(ctx, done.ReturnID)
	if err != nil {
		return nil, err
	}
	list, err := k.Fulfillment.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": option}, module.Find{Relations: []string{"service_zone"}})
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
	d := &fulfillment.Draft{Fulfillment: sent.Fulfillment{LocationID: at, ProviderID: list[0].ProviderID, ShippingOptionID: &list[0].ID, RequiresShipping: true,
		Data: module.Map{}}}
	if d.DeliveryAddress, err = k.addressOf(ctx, at); err != nil {
		return nil, err
	}
	for _, i := range r.Items {
		if l := done.Order.Line(i.ItemID); l != nil {
			d.Items = append(d.Items, sent.Item{Title: title(l), SKU: text(l.VariantSKU), Barcode: text(l.VariantBarcode), Quantity: i.Quantity, LineItemID: &l.ID})
		}
	}
	return d, nil
}

// addressOf is the address of a location as one that goods go to; an empty one where it has none.
func (k *Kit) addressOf(ctx context.Context, location string) (*sent.Address, error) {
	list, err := k.Fulfillment.Locations.Locations.List(ctx, module.Filter{"id": location}, module.Find{Relations: []string{"address"}})
	if err != nil || len(list) == 0 || list[0].Address == nil {
		return &sent.Address{}, err
	}
	a := list[0].Address
	return &sent.Address{Company: a.Company, Address1: &a.Address1, Address2: a.Address2, City: a.City, CountryCode: &a.CountryCode, Province: a.Province,
		PostalCode: a.PostalCode, Phone: a.Phone}, nil
}

func title(l *order.LineItem) string {
	if t := text(l.VariantTitle); t != "" {
		return t
	}
	return l.Title
}

// A Wish is a return that a buyer asks for, complete.
type Wish struct {
	OrderID    string
	Items      []Line
	OptionID   string
	Price      *money.Decimal // of the option; nil is what it costs
	Note       *string
	LocationID *string
	ReceiveNow bool
}

// completeReturn asks for a return at once.
func (k *Kit) completeReturn(ctx workflow.Context, in Wish) (Ref, error) {
	done, err := workflow.Step(ctx, "create-complete-return", k.ask, in)
	if err != nil {
		return Ref{}, err
	}
	if err := k.fetch(ctx, done); err != nil {
		return Ref{}, err
	}
	if in.ReceiveNow {
		_, err := workflow.Step(ctx, "receive-return", func(ctx context.Context, in Wish) (bool, error) { return true, k.receiveNow(ctx, done, in) }, in)
		if err != nil {
			return Ref{}, err
		}
		if err := workflow.Emit(ctx, ReturnReceived, Notice{OrderID: done.OrderID, ReturnID: done.ReturnID}); err != nil {
			return Ref{}, err
		}
	}
	return done.Ref, workflow.Emit(ctx, ReturnRequested, Notice{OrderID: done.OrderID, ReturnID: done.ReturnID})
}

func (k *Kit) ask(ctx context.Context, in Wish) (confirmed, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return confirmed{}, err
	}
	if err := unknown(o, in.Items); err != nil {
		return confirmed{}, err
	}
	if err := k.reasons(ctx, in.Items); err != nil {
		return confirmed{}, err
	}
	method, err := k.price(ctx, o, in.OptionID)
	if err != nil {
		return confirmed{}, err
	}
	if in.Price != nil {
		method.Amount, method.IsCustomAmount = *in.Price, true
	}
	now := db.Now()
	r, err := k.Order.Returns.Create(ctx, order.Return{OrderID: o.ID, OrderVersion: o.Version, Status: requested, RequestedAt: &now, LocationID: in.LocationID})
	if err != nil {
		return confirmed{}, err
	}
	if method, err = k.Order.NewMethod(ctx, method); err != nil {
		return confirmed{}, err
	}
	kind, what := order.ReturnRequest, "order_shipping_method"
	list := []order.Action{{Action: order.ShippingAdd, Reference: &what, ReferenceID: &method.ID, Amount: &method.Amount, ReturnID: &r.ID}}
	var items []order.ReturnItem
	for _, l := range in.Items {
		a := l.action(order.ReturnItems, "return", r.ID)
		a.ReturnID = &r.ID
		list = append(list, a)
		items = append(items, order.ReturnItem{ReturnID: r.ID, ItemID: l.ID, Quantity: l.Quantity, ReasonID: l.ReasonID, Note: l.Note})
	}
	if _, err := k.Order.ReturnItems.CreateMany(ctx, items); err != nil {
		return confirmed{}, err
	}
	return k.atOnce(ctx, o, order.Change{ChangeType: &kind, ReturnID: &r.ID, InternalNote: in.Note}, list)
}

// atOnce makes a change and confirms it.
func (k *Kit) atOnce(ctx context.Context, o *order.Order, c order.Change, list []order.Action) (confirmed, error) {
	made, err := k.Order.Begin(ctx, o, c)
	if err != nil {
		return confirmed{}, err
	}
	if err := k.Order.AddActions(ctx, made, list...); err != nil {
		return confirmed{}, err
	}
	p, err := k.Order.PreviewOf(ctx, o, made)
	if err != nil {
		return confirmed{}, err
	}
	ref := Ref{OrderID: o.ID, ReturnID: text(c.ReturnID), ClaimID: text(c.ClaimID), ExchangeID: text(c.ExchangeID), ChangeID: made.ID}
	return confirmed{ref, p.Order, made.Actions}, k.Order.Confirm(ctx, p, "", module.Set{})
}

// receiveNow takes all of a return in that was just asked for.
func (k *Kit) receiveNow(ctx context.Context, done confirmed, in Wish) error {
	o, err := k.load(ctx, done.OrderID)
	if err != nil {
		return err
	}
	kind := order.ReturnReceive
	var list []order.Action
	for _, l := range in.Items {
		a := Line{ID: l.ID, Quantity: l.Quantity}.action(order.ReceiveItems, "return", done.ReturnID)
		a.ReturnID = &done.ReturnID
		list = append(list, a)
	}
	if len(list) == 0 {
		return fault.New(fault.Invalid, "Order return request should have at least 1 item")
	}
	got, err := k.atOnce(ctx, o, order.Change{ChangeType: &kind, ReturnID: &done.ReturnID}, list)
	if err != nil {
		return err
	}
	return k.takeIn(ctx, got)
}
