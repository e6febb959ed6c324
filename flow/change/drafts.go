package change

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/checkout"
	orders "github.com/gorgon-commerce/gorgon/flow/order"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Draft is an order that the shop writes down for a buyer.
type Draft struct {
	cart.Draft
	Addresses order.Order // the addresses of it
	Items     []DraftItem
	Methods   []order.ShippingMethod
	Quiet     *bool
}

// A DraftItem is a variant, or, without one, anything with a title and a price.
type DraftItem struct {
	Good
	Title, SKU, Barcode string
}

// Drafts are the workflows of orders that were not placed yet.
type Drafts struct {
	Create  *workflow.Workflow[Draft, Ref]
	Update  *workflow.Workflow[orders.Patch, Ref]
	Delete  *workflow.Workflow[[]string, []string]
	Convert *workflow.Workflow[string, Ref]
}

func (k *Kit) drafts() Drafts {
	return Drafts{
		Create:  single("create-orders", k.createDraft),
		Update:  workflow.New("update-draft-order", k.updateDraft, workflow.Atomic()),
		Delete:  workflow.New("delete-draft-order", k.deleteDrafts, workflow.Atomic()),
		Convert: workflow.New("convert-draft-order", k.convert, workflow.Atomic()),
	}
}

func (d *Drafts) list() []workflow.Any {
	return []workflow.Any{d.Create, d.Update, d.Delete, d.Convert}
}

// createDraft saves a draft with its lines priced, taxed and discounted. No stock is promised to it.
func (k *Kit) createDraft(ctx context.Context, in Draft) (Ref, error) {
	s, err := k.Cart.Prepare(ctx, in.Draft)
	if err != nil {
		return Ref{}, err
	}
	if len(in.PromoCodes) > 0 {
		if err := k.Cart.Codes(ctx, in.PromoCodes); err != nil {
			return Ref{}, err
		}
	}
	s.ShippingAddress = in.ShippingAddress
	o := order.Order{RegionID: s.RegionID, SalesChannelID: s.SalesChannelID, CustomerID: s.CustomerID, Email: s.Email, CurrencyCode: s.CurrencyCode, Locale: s.Locale,
		Metadata: in.Metadata, Status: order.Draft, IsDraftOrder: true, NoNotification: in.Quiet, ShippingAddress: in.Addresses.ShippingAddress,
		BillingAddress: in.Addresses.BillingAddress, ShippingMethods: in.Methods}
	if o.Items, err = k.draftLines(ctx, s, in.Items, false); err != nil {
		return Ref{}, err
	}
	if o, err = k.Order.Create(ctx, o); err != nil {
		return Ref{}, err
	}
	if err := k.tax(ctx, s, o.Items, nil); err != nil {
		return Ref{}, err
	}
	if len(o.ShippingMethods) > 0 {
		if err := k.tax(ctx, s, nil, o.ShippingMethods); err != nil {
			return Ref{}, err
		}
	}
	if err := k.promote(ctx, o.ID, in.PromoCodes); err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID}, k.charge(ctx, o.ID)
}

// charge notes what a draft costs with its taxes and discounts. What its summary says besides is without them until the draft is edited or placed.
func (k *Kit) charge(ctx context.Context, id string) error {
	o, err := k.Order.Load(ctx, id, true)
	if err != nil {
		return err
	}
	return k.Order.Charge(ctx, o)
}

// promote takes what promotions take off a draft that was just written.
func (k *Kit) promote(ctx context.Context, id string, codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	o, err := k.Order.Load(ctx, id, true)
	if err != nil {
		return err
	}
	s, err := k.basket(ctx, o)
	if err != nil {
		return err
	}
	out, err := k.Cart.Discounts(ctx, s, codes)
	if err != nil {
		return err
	}
	var items []order.ItemAdjustment
	var methods []order.ShippingAdjustment
	used := map[string]bool{}
	for _, d := range out.Discounts {
		used[d.PromotionID] = true
		if d.ItemID != "" {
			items = append(items, order.ItemAdjustment{ItemID: d.ItemID, Version: o.Version, Code: &d.Code, PromotionID: &d.PromotionID, Amount: d.Amount, IsTaxInclusive: d.TaxInclusive})
		} else {
			methods = append(methods, order.ShippingAdjustment{ShippingMethodID: d.MethodID, Version: o.Version, Code: &d.Code, PromotionID: &d.PromotionID, Amount: d.Amount})
		}
	}
	if _, err := k.Order.ItemAdjustments.CreateMany(ctx, items); err != nil {
		return err
	}
	if _, err := k.Order.ShippingAdjustments.CreateMany(ctx, methods); err != nil {
		return err
	}
	for p := range used {
		if _, err := k.Promotions.Attach(ctx, link.Join(id, p)); err != nil {
			return err
		}
	}
	return nil
}

// updateDraft changes what a draft says of its buyer. Goods that go elsewhere are taxed anew.
func (k *Kit) updateDraft(ctx workflow.Context, in orders.Patch) (Ref, error) {
	if _, err := workflow.Step(ctx, "validate-draft-order", k.draftOf, in.ID); err != nil {
		return Ref{}, err
	}
	if _, err := k.Orders.Update.Run(ctx, in); err != nil || in.ShippingAddress == nil {
		return Ref{OrderID: in.ID}, err
	}
	_, err := workflow.Step(ctx, "update-order-tax-lines", func(ctx context.Context, id string) (bool, error) {
		o, err := k.Order.Load(ctx, id, true)
		if err != nil {
			return false, err
		}
		if err := k.retax(ctx, o); err != nil {
			return false, err
		}
		return true, k.charge(ctx, id)
	}, in.ID)
	return Ref{OrderID: in.ID}, err
}

// retax gives the lines and shipping methods of an order the taxes of now in place of those that they have.
func (k *Kit) retax(ctx context.Context, o *order.Order) error {
	var items, ways []string
	for _, l := range o.Items {
		for _, t := range l.TaxLines {
			items = append(items, t.ID)
		}
	}
	for _, m := range o.ShippingMethods {
		for _, t := range m.TaxLines {
			ways = append(ways, t.ID)
		}
	}
	if err := k.Order.ItemTaxLines.SoftDelete(ctx, items...); err != nil {
		return err
	}
	if err := k.Order.ShippingTaxLines.SoftDelete(ctx, ways...); err != nil {
		return err
	}
	s, err := k.basket(ctx, o)
	if err != nil {
		return err
	}
	if err := k.tax(ctx, s, o.Items, nil); err != nil || len(o.ShippingMethods) == 0 {
		return err
	}
	return k.tax(ctx, s, nil, o.ShippingMethods)
}

// draftLines makes lines of what a draft shall have.
func (k *Kit) draftLines(ctx context.Context, s *cart.State, items []DraftItem, counted bool) ([]order.LineItem, error) {
	var free []string
	var goods []Good
	for _, i := range items {
		if i.Quantity.Sign() <= 0 {
			return nil, fault.New(fault.Invalid, "Item quantity must be greater than 0")
		}
		switch {
		case i.VariantID != "":
			goods = append(goods, i.Good)
		case i.UnitPrice == nil:
			free = append(free, i.Title)
		}
	}
	if len(free) > 0 {
		return nil, fault.New(fault.Invalid, "Items %s do not have a price", strings.Join(free, ", "))
	}
	made, err := k.priced(ctx, s, goods, counted)
	if err != nil {
		return nil, err
	}
	out := make([]order.LineItem, len(items))
	for i, item := range items {
		if item.VariantID == "" {
			out[i] = order.LineItem{Title: item.Title, VariantSKU: ref(item.SKU), VariantBarcode: ref(item.Barcode), UnitPrice: *item.UnitPrice, IsCustomPrice: true,
				CompareAtUnitPrice: item.CompareAtUnitPrice, IsDiscountable: true, Metadata: item.Metadata}
			if item.Metadata == nil {
				out[i].Metadata = module.Map{}
			}
		} else {
			out[i], made = made[0], made[1:]
			if item.Title != "" {
				out[i].Title = item.Title
			}
		}
		out[i].Detail = &order.Item{Quantity: item.Quantity}
	}
	return out, nil
}

// priced makes lines of variants as a cart that s shows would pay for them. Only those are shipped whose stock is: what an order is given later is sent
// as the shop pleases.
func (k *Kit) priced(ctx context.Context, s *cart.State, goods []Good, counted bool) ([]order.LineItem, error) {
	if len(goods) == 0 {
		return nil, nil
	}
	items := make([]cart.NewItem, len(goods))
	ids := make([]string, len(goods))
	for i, g := range goods {
		if g.Quantity.Sign() <= 0 {
			return nil, fault.New(fault.Invalid, "Item quantity must be greater than 0")
		}
		ids[i] = g.VariantID
		items[i] = cart.NewItem{VariantID: g.VariantID, Quantity: g.Quantity, UnitPrice: g.UnitPrice, CompareAtUnitPrice: g.CompareAtUnitPrice, Metadata: g.Metadata}
	}
	fresh, err := k.Cart.Lines(ctx, s, items, counted)
	if err != nil {
		return nil, err
	}
	variants, err := k.Cart.VariantsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]order.LineItem, len(fresh))
	for i := range fresh {
		lines[i] = checkout.LineOf(&fresh[i])
		lines[i].RequiresShipping = false
		for _, v := range variants {
			for _, p := range v.Parts {
				lines[i].RequiresShipping = lines[i].RequiresShipping || v.ID == ids[i] && p.RequiresShipping
			}
		}
	}
	return lines, nil
}

// draftOf finds a draft, and holds it.
func (k *Kit) draftOf(ctx context.Context, id string) (*order.Order, error) {
	o, err := k.load(ctx, id)
	if err == nil && !o.IsDraftOrder {
		err = fault.New(fault.Invalid, "Order %s is not a draft order", id)
	}
	return o, err
}

func (k *Kit) deleteDrafts(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-draft-orders", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if _, err := k.draftOf(ctx, id); err != nil {
				return nil, err
			}
		}
		return ids, k.Order.Orders.SoftDelete(ctx, ids...)
	}, ids)
}

// convert places a draft: stock is promised to it from then on.
func (k *Kit) convert(ctx workflow.Context, id string) (Ref, error) {
	_, err := workflow.Step(ctx, "convert-draft-order", func(ctx context.Context, id string) (bool, error) {
		o, err := k.draftOf(ctx, id)
		if err != nil {
			return false, err
		}
		set := module.Set{"status": order.Pending, "is_draft_order": false}
		if _, err := k.Order.Orders.Update(ctx, module.Filter{"id": id}, set); err != nil {
			return false, err
		}
		var lines []string
		for _, l := range o.Items {
			lines = append(lines, l.ID)
		}
		if err := k.retax(ctx, o); err != nil {
			return false, err
		}
		if o, err = k.Order.Load(ctx, id, true); err != nil {
			return false, err
		}
		if err := k.Order.Settle(ctx, o); err != nil {
			return false, err
		}
		return true, k.reserve(ctx, o, lines)
	}, id)
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: id}, workflow.Emit(ctx, checkout.Placed, event.ID{ID: id})
}
