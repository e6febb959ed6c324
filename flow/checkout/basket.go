package checkout

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
)

// open reads a cart to complete it, and holds it.
func (f *Flows) open(ctx context.Context, id string) (b basket, err error) {
	b.State, err = f.Cart.Load(ctx, id, true)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.NotFound, "Cart with id '%s' not found", id)
	}
	if err != nil {
		return b, err
	}
	made, err := f.Carts.Far().Others(ctx, id)
	if err != nil {
		return b, err
	}
	if len(made) > 0 {
		b.OrderID = made[0]
		return b, nil
	}
	if len(b.State.Items) == 0 {
		return b, fault.New(fault.Invalid, "Cannot complete a cart with no items")
	}
	if err := f.method(ctx, &b); err != nil {
		return b, err
	}
	b.Variants, err = f.Cart.Goods(ctx, b.State)
	return b, err
}

// method finds how a cart is paid. Where nothing is to be paid it need not be.
func (f *Flows) method(ctx context.Context, b *basket) error {
	ids, err := f.Payment.Carts.Others(ctx, b.State.ID)
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
	sessions = slices.DeleteFunc(sessions, func(s payments.Session) bool {
		return !slices.Contains([]string{payments.Pending, payments.RequiresMore, payments.Authorized, payments.Captured, "pending_authorization"}, s.Status)
	})
	if len(sessions) == 0 {
		return fault.New(fault.Invalid, "Payment sessions are required to complete cart")
	}
	b.Session = &sessions[0]
	providers := make([]string, len(sessions))
	for i, p := range sessions {
		providers[i] = p.ProviderID
	}
	return f.Payment.Enabled(ctx, b.State.RegionID, providers...)
}

// check refuses carts whose shipping does not reach all that has to be sent.
func (f *Flows) check(ctx context.Context, b basket) (bool, error) {
	var needs []string
	shipped := false
	for _, l := range b.State.Items {
		if !l.RequiresShipping {
			continue
		}
		shipped = true
		if i := slices.IndexFunc(b.Variants, func(v cart.Variant) bool { return l.VariantID != nil && v.ID == *l.VariantID }); i >= 0 && b.Variants[i].ProfileID != "" {
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

func (f *Flows) profiles(ctx context.Context, s *cart.State) (out []string, err error) {
	var ids []string
	for _, m := range s.ShippingMethods {
		if m.ShippingOptionID != nil {
			ids = append(ids, *m.ShippingOptionID)
		}
	}
	options, err := f.Cart.Fulfillment.ShippingOptions.List(ctx, module.Filter{"id": ids}, module.Find{Select: []string{"id", "shipping_profile_id"}})
	for _, o := range options {
		if o.ShippingProfileID != nil {
			out = append(out, *o.ShippingProfileID)
		}
	}
	return out, err
}

type wanted struct {
	basket
	Order order.Order
}

// reserve promises the stock of the order's lines. Two carts that want the last of something take turns at its level in the database.
func (f *Flows) reserve(ctx context.Context, w wanted) ([]Reservation, error) {
	lines := w.State.Counted(w.Variants)
	for i := range lines {
		lines[i].ID = w.Order.Items[slices.IndexFunc(w.State.Items, func(l carts.LineItem) bool { return l.ID == lines[i].ID })].ID
	}
	channel := ""
	if w.State.SalesChannelID != nil {
		channel = *w.State.SalesChannelID
	}
	wants, err := f.Cart.Stock.Wants(ctx, channel, lines)
	if err != nil || len(wants) == 0 {
		return nil, err
	}
	rows, err := f.Cart.Stock.Inventory.Reserve(ctx, wants)
	out := make([]Reservation, len(rows))
	for i, r := range rows {
		out[i] = Reservation{r.ID, w.Order.ID}
	}
	return out, err
}

// register counts the use of promotions.
func (f *Flows) register(ctx context.Context, b basket) (bool, error) {
	return true, f.Cart.Promotion.Register(ctx, b.State.PromotionUses())
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
