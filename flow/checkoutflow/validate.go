package checkoutflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
)

// open reads a cart to complete it, and holds it.
func (f *Flows) open(ctx context.Context, id string) (b checkout, err error) {
	b.State, err = f.Cart.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Cart with id '%s' not found", id)
	}
	if err != nil {
		return b, err
	}
	orders, err := f.Carts.FromB().LinkedIDs(ctx, id)
	if err != nil {
		return b, err
	}
	if len(orders) > 0 {
		b.OrderID = orders[0]
		return b, nil
	}
	if len(b.State.Items) == 0 {
		return b, fault.New(fault.Invalid, "Cannot complete a cart with no items")
	}
	if err := f.method(ctx, &b); err != nil {
		return b, err
	}
	b.Variants, err = f.Cart.LineVariants(ctx, b.State)
	return b, err
}

// method finds how a cart is paid. Where nothing is to be paid it need not be.
func (f *Flows) method(ctx context.Context, b *checkout) error {
	ids, err := f.Payment.Carts.LinkedIDs(ctx, b.State.ID)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		b.Method = ids[0]
	}
	t := b.State.Totals()
	switch {
	case t.Credit.Sign() >= 0 && t.Total.Sign() <= 0:
		return nil
	case b.Method == "":
		return fault.New(fault.Invalid, "Payment collection has not been initiated for cart")
	}
	sessions, err := f.Payment.Sessions(ctx, b.Method)
	if err != nil {
		return err
	}
	sessions = slices.DeleteFunc(sessions, func(s payment.Session) bool {
		return !slices.Contains([]string{payment.SessionPending, payment.SessionRequiresMore, payment.SessionAuthorized, payment.SessionCaptured, "pending_authorization"}, s.Status)
	})
	if len(sessions) == 0 {
		return fault.New(fault.Invalid, "Payment sessions are required to complete cart")
	}
	b.Session = &sessions[0]
	providers := make([]string, len(sessions))
	for i, p := range sessions {
		providers[i] = p.ProviderID
	}
	return f.Payment.CheckProvidersEnabled(ctx, b.State.RegionID, providers...)
}

// check refuses carts whose shipping does not reach all that has to be sent.
func (f *Flows) check(ctx context.Context, b checkout) (bool, error) {
	var needs []string
	shipped := false
	for _, l := range b.State.Items {
		if !l.RequiresShipping {
			continue
		}
		shipped = true
		if i := slices.IndexFunc(b.Variants, func(v cartflow.Variant) bool { return l.VariantID != nil && v.ID == *l.VariantID }); i >= 0 && b.Variants[i].ProfileID != "" {
			needs = append(needs, b.Variants[i].ProfileID)
		}
	}
	if shipped && len(b.State.ShippingMethods) == 0 {
		return false, fault.New(fault.Invalid, "No shipping method selected but the cart contains items that require shipping.")
	}
	if len(needs) == 0 {
		return true, nil
	}
	have, err := f.profiles(ctx, b.State)
	if err != nil {
		return false, err
	}
	for _, p := range needs {
		if !slices.Contains(have, p) {
			return false, fault.New(fault.Invalid, "The cart items require shipping profiles that are not satisfied by the current shipping methods")
		}
	}
	return true, nil
}

func (f *Flows) profiles(ctx context.Context, s *cartflow.State) (out []string, err error) {
	var ids []string
	for _, m := range s.ShippingMethods {
		if m.ShippingOptionID != nil {
			ids = append(ids, *m.ShippingOptionID)
		}
	}
	options, err := f.Cart.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": ids}, module.FindOptions{Select: []string{"id", "shipping_profile_id"}})
	for _, o := range options {
		if o.ShippingProfileID != nil {
			out = append(out, *o.ShippingProfileID)
		}
	}
	return out, err
}

type requestedStock struct {
	checkout
	Order order.Order
}

// reserve promises the stock of the order's lines. Two carts that want the last of something take turns at its level in the database.
func (f *Flows) reserve(ctx context.Context, w requestedStock) ([]StockReservedData, error) {
	lines := w.State.ManagedLines(w.Variants)
	for i := range lines {
		lines[i].ID = w.Order.Items[slices.IndexFunc(w.State.Items, func(l cart.LineItem) bool { return l.ID == lines[i].ID })].ID
	}
	channel := ""
	if w.State.SalesChannelID != nil {
		channel = *w.State.SalesChannelID
	}
	wants, err := f.Cart.Inventory.Demands(ctx, channel, lines)
	if err != nil || len(wants) == 0 {
		return nil, err
	}
	rows, err := f.Cart.Inventory.Inventory.Reserve(ctx, wants)
	out := make([]StockReservedData, len(rows))
	for i, r := range rows {
		out[i] = StockReservedData{r.ID, w.Order.ID}
	}
	return out, err
}

// register counts the use of promotions.
func (f *Flows) register(ctx context.Context, b checkout) (bool, error) {
	return true, f.Cart.Promotion.RegisterUsage(ctx, b.State.PromotionUses())
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
