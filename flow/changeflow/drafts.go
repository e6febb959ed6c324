package changeflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/flow/orderflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CreateDraftInput is an order that the shop writes down for a buyer.
type CreateDraftInput struct {
	cartflow.CreateInput
	Addresses order.Order // the addresses of it
	Items     []DraftItemInput
	Methods   []order.ShippingMethod
	Quiet     *bool
}

// A DraftItemInput is a variant, or, without one, anything with a title and a price.
type DraftItemInput struct {
	ItemInput
	Title, SKU, Barcode string
}

// DraftOrders are the workflows of orders that were not placed yet.
type DraftOrders struct {
	Create  *workflow.Workflow[CreateDraftInput, ChangeRef]
	Update  *workflow.Workflow[orderflow.UpdateInput, ChangeRef]
	Delete  *workflow.Workflow[[]string, []string]
	Convert *workflow.Workflow[string, ChangeRef]
}

func (k *Deps) drafts() DraftOrders {
	return DraftOrders{
		Create:  singleStep("create-orders", k.createDraft),
		Update:  workflow.New("update-draft-order", k.updateDraft, workflow.Atomic()),
		Delete:  workflow.New("delete-draft-order", k.deleteDrafts, workflow.Atomic()),
		Convert: workflow.New("convert-draft-order", k.convert, workflow.Atomic()),
	}
}

func (d *DraftOrders) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{d.Create, d.Update, d.Delete, d.Convert}
}

// createDraft saves a draft with its lines priced, taxed and discounted. No stock is promised to it.
func (k *Deps) createDraft(ctx context.Context, in CreateDraftInput) (ChangeRef, error) {
	s, err := k.Cart.Prepare(ctx, in.CreateInput)
	if err != nil {
		return ChangeRef{}, err
	}
	if len(in.PromoCodes) > 0 {
		if err := k.Cart.CheckCodes(ctx, in.PromoCodes); err != nil {
			return ChangeRef{}, err
		}
	}
	s.ShippingAddress = in.ShippingAddress
	o := order.Order{RegionID: s.RegionID, SalesChannelID: s.SalesChannelID, CustomerID: s.CustomerID, Email: s.Email, CurrencyCode: s.CurrencyCode, Locale: s.Locale,
		Metadata: in.Metadata, Status: order.StatusDraft, IsDraftOrder: true, NoNotification: in.Quiet, ShippingAddress: in.Addresses.ShippingAddress,
		BillingAddress: in.Addresses.BillingAddress, ShippingMethods: in.Methods}
	if o.Items, err = k.draftLines(ctx, s, in.Items, false); err != nil {
		return ChangeRef{}, err
	}
	if o, err = k.Order.Create(ctx, o); err != nil {
		return ChangeRef{}, err
	}
	if err := k.tax(ctx, s, o.Items, nil); err != nil {
		return ChangeRef{}, err
	}
	if len(o.ShippingMethods) > 0 {
		if err := k.tax(ctx, s, nil, o.ShippingMethods); err != nil {
			return ChangeRef{}, err
		}
	}
	if err := k.applyPromotions(ctx, o.ID, in.PromoCodes); err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID}, k.saveDraftTotals(ctx, o.ID)
}

// saveDraftTotals notes what a draft costs with its taxes and discounts. What its summary says besides is without them until the draft is edited or placed.
func (k *Deps) saveDraftTotals(ctx context.Context, id string) error {
	o, err := k.Order.Load(ctx, id, true)
	if err != nil {
		return err
	}
	return k.Order.SaveAmountDue(ctx, o)
}

// applyPromotions takes what promotions take off a draft that was just written.
func (k *Deps) applyPromotions(ctx context.Context, id string, codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	o, err := k.Order.Load(ctx, id, true)
	if err != nil {
		return err
	}
	s, err := k.cartState(ctx, o)
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
			methods = append(methods, order.ShippingAdjustment{ShippingMethodID: d.ShippingMethodID, Version: o.Version, Code: &d.Code, PromotionID: &d.PromotionID, Amount: d.Amount})
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
func (k *Deps) updateDraft(ctx workflow.Context, in orderflow.UpdateInput) (ChangeRef, error) {
	if _, err := workflow.Step(ctx, "validate-draft-order", k.findDraft, in.ID); err != nil {
		return ChangeRef{}, err
	}
	if _, err := k.Orders.Update.Run(ctx, in); err != nil || in.ShippingAddress == nil {
		return ChangeRef{OrderID: in.ID}, err
	}
	_, err := workflow.Step(ctx, "update-order-tax-lines", func(ctx context.Context, id string) (bool, error) {
		o, err := k.Order.Load(ctx, id, true)
		if err != nil {
			return false, err
		}
		if err := k.retax(ctx, o); err != nil {
			return false, err
		}
		return true, k.saveDraftTotals(ctx, id)
	}, in.ID)
	return ChangeRef{OrderID: in.ID}, err
}

// retax gives the lines and shipping methods of an order the taxes of now in place of those that they have.
func (k *Deps) retax(ctx context.Context, o *order.Order) error {
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
	s, err := k.cartState(ctx, o)
	if err != nil {
		return err
	}
	if err := k.tax(ctx, s, o.Items, nil); err != nil || len(o.ShippingMethods) == 0 {
		return err
	}
	return k.tax(ctx, s, nil, o.ShippingMethods)
}

// draftLines makes lines of what a draft shall have.
func (k *Deps) draftLines(ctx context.Context, s *cartflow.State, items []DraftItemInput, counted bool) ([]order.LineItem, error) {
	var free []string
	var goods []ItemInput
	for _, i := range items {
		if i.Quantity.Sign() <= 0 {
			return nil, fault.New(fault.Invalid, "Item quantity must be greater than 0")
		}
		switch {
		case i.VariantID != "":
			goods = append(goods, i.ItemInput)
		case i.UnitPrice == nil:
			free = append(free, i.Title)
		}
	}
	if len(free) > 0 {
		return nil, fault.New(fault.Invalid, "Items %s do not have a price", strings.Join(free, ", "))
	}
	lines, err := k.priceLines(ctx, s, goods, counted)
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
			out[i], lines = lines[0], lines[1:]
			if item.Title != "" {
				out[i].Title = item.Title
			}
		}
		out[i].Detail = &order.Item{Quantity: item.Quantity}
	}
	return out, nil
}

// priceLines makes lines of variants as a cart that s shows would pay for them. Only those are shipped whose stock is: what an order is given later is sent
// as the shop pleases.
func (k *Deps) priceLines(ctx context.Context, s *cartflow.State, goods []ItemInput, counted bool) ([]order.LineItem, error) {
	if len(goods) == 0 {
		return nil, nil
	}
	items := make([]cartflow.ItemInput, len(goods))
	ids := make([]string, len(goods))
	for i, g := range goods {
		if g.Quantity.Sign() <= 0 {
			return nil, fault.New(fault.Invalid, "Item quantity must be greater than 0")
		}
		ids[i] = g.VariantID
		items[i] = cartflow.ItemInput{VariantID: g.VariantID, Quantity: g.Quantity, UnitPrice: g.UnitPrice, CompareAtUnitPrice: g.CompareAtUnitPrice, Metadata: g.Metadata}
	}
	fresh, err := k.Cart.PriceLines(ctx, s, items, counted)
	if err != nil {
		return nil, err
	}
	variants, err := k.Cart.Variants(ctx, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]order.LineItem, len(fresh))
	for i := range fresh {
		lines[i] = checkoutflow.OrderLineItem(&fresh[i])
		lines[i].RequiresShipping = false
		for _, v := range variants {
			for _, p := range v.InventoryRequirements {
				lines[i].RequiresShipping = lines[i].RequiresShipping || v.ID == ids[i] && p.RequiresShipping
			}
		}
	}
	return lines, nil
}

// findDraft finds a draft, and holds it.
func (k *Deps) findDraft(ctx context.Context, id string) (*order.Order, error) {
	o, err := k.load(ctx, id)
	if err == nil && !o.IsDraftOrder {
		err = fault.New(fault.Invalid, "Order %s is not a draft order", id)
	}
	return o, err
}

func (k *Deps) deleteDrafts(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-draft-orders", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if _, err := k.findDraft(ctx, id); err != nil {
				return nil, err
			}
		}
		return ids, k.Order.Orders.SoftDelete(ctx, ids...)
	}, ids)
}

// convert places a draft: stock is promised to it from then on.
func (k *Deps) convert(ctx workflow.Context, id string) (ChangeRef, error) {
	_, err := workflow.Step(ctx, "convert-draft-order", func(ctx context.Context, id string) (bool, error) {
		o, err := k.findDraft(ctx, id)
		if err != nil {
			return false, err
		}
		set := module.Set{"status": order.StatusPending, "is_draft_order": false}
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
		if err := k.Order.SaveSummary(ctx, o); err != nil {
			return false, err
		}
		return true, k.reserve(ctx, o, lines)
	}, id)
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: id}, workflow.Emit(ctx, checkoutflow.OrderPlaced, event.ID{ID: id})
}
