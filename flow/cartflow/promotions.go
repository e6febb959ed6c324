package cartflow

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// retainCodes is what is done with codes that are on the cart already. Those that are gone are dropped rather than refused.
const retainCodes = "keep"

func (f *Flows) updateCodes(ctx workflow.Context, in UpdateCodesInput) (*State, error) {
	s, err := workflow.Step(ctx, "fetch-cart", f.open, in.CartID)
	if err != nil {
		return nil, err
	}
	if err := f.CodeHooks.Validate.Run(ctx, HookInput{s, in, nil}); err != nil {
		return nil, err
	}
	if s.ExhaustedPromotions, err = f.applyPromotions(ctx, s, in.Codes, in.Action); err != nil {
		return nil, err
	}
	return s, f.payment(ctx, s)
}

// applyPromotions applies promotions: those of the codes and the automatic ones. A code that does not exist is fault.Invalid; one that does nothing
// now is dropped.
func (f *Flows) applyPromotions(ctx workflow.Context, s *State, codes []string, action string) ([]promotion.ExhaustedPromotion, error) {
	extra, err := f.PromotionContext.Run(ctx, HookInput{s, codes, nil})
	if err != nil {
		return nil, err
	}
	out, err := workflow.Step(ctx, "get-actions-to-compute-from-promotions", func(ctx context.Context, codes []string) (promotion.ComputeResult, error) {
		codes, err := f.codesToApply(ctx, s, codes, action)
		if err != nil {
			return promotion.ComputeResult{}, err
		}
		return f.discounts(ctx, s, codes, extra, true)
	}, codes)
	if err != nil {
		return nil, err
	}
	_, err = workflow.Step(ctx, "create-line-item-adjustments", func(ctx context.Context, out promotion.ComputeResult) (int, error) {
		return len(out.Discounts), f.discount(ctx, s, out)
	}, out)
	return out.Exhausted, err
}

// codesToApply are the codes of the cart after they are added, removed or replaced.
func (f *Flows) codesToApply(ctx context.Context, s *State, codes []string, action string) ([]string, error) {
	var out []string
	if action == AddCodes || action == RemoveCodes {
		out = s.appliedCodes()
	}
	if action == RemoveCodes {
		return slices.DeleteFunc(out, func(c string) bool { return slices.Contains(codes, c) }), nil
	}
	if len(codes) == 0 || action == retainCodes {
		return append(out, codes...), nil
	}
	known, err := f.Promotion.Promotions.List(ctx, module.Filter{"code": codes}, module.FindOptions{Select: []string{"id", "code"}})
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		if !slices.ContainsFunc(known, func(p promotion.Promotion) bool { return p.Code == c }) {
			return nil, fault.New(fault.Invalid, "The promotion code %s is invalid", c)
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// appliedCodes are the codes that take something off the cart.
func (s *State) appliedCodes() []string {
	codes := slices.Clone(s.codes)
	for code := range s.reductions {
		codes = appendUnique(codes, code)
	}
	return codes
}

// reductions are the codes and promotions of all that is taken off the cart.
func (s *State) reductions(yield func(code, promotion *string) bool) {
	for _, l := range s.Items {
		for _, a := range l.Adjustments {
			if !yield(a.Code, a.PromotionID) {
				return
			}
		}
	}
	for _, m := range s.ShippingMethods {
		for _, a := range m.Adjustments {
			if !yield(a.Code, a.PromotionID) {
				return
			}
		}
	}
}

// appendUnique adds what there is, and is not there yet.
func appendUnique(list []string, s *string) []string {
	if s == nil || slices.Contains(list, *s) {
		return list
	}
	return append(list, *s)
}

// discounts works out what promotions do to the cart: those with codes, and with automatic those that need none; without it,
// limits and budgets are not looked at.
func (f *Flows) discounts(ctx context.Context, s *State, codes []string, extra module.Map, automatic bool) (promotion.ComputeResult, error) {
	list, err := f.Promotion.ListActive(ctx, codes, automatic)
	if err != nil || len(list) == 0 {
		return promotion.ComputeResult{}, err
	}
	basket, err := f.promotionContext(ctx, s, list, extra)
	if err != nil {
		return promotion.ComputeResult{}, err
	}
	return f.Promotion.ComputeDiscounts(ctx, list, codes, basket, !automatic)
}

// discount writes what promotions take off in place of what they took before.
func (f *Flows) discount(ctx context.Context, s *State, out promotion.ComputeResult) error {
	before := s.PromotionIDs()
	if err := f.clearDiscounts(ctx, s); err != nil {
		return err
	}
	var items []cart.ItemAdjustment
	var methods []cart.ShippingAdjustment
	for _, d := range out.Discounts {
		if d.ItemID != "" {
			items = append(items, cart.ItemAdjustment{Code: &d.Code, PromotionID: &d.PromotionID, Amount: d.Amount, IsTaxInclusive: d.TaxInclusive, ItemID: &d.ItemID})
		} else {
			methods = append(methods, cart.ShippingAdjustment{Code: &d.Code, PromotionID: &d.PromotionID, Amount: d.Amount, ShippingMethodID: &d.ShippingMethodID})
		}
	}
	items, err := f.Cart.ItemAdjustments.CreateMany(ctx, items)
	if err != nil {
		return err
	}
	for _, a := range items {
		l := s.item(*a.ItemID)
		l.Adjustments = append(l.Adjustments, a)
	}
	if methods, err = f.Cart.ShippingAdjustments.CreateMany(ctx, methods); err != nil {
		return err
	}
	for _, a := range methods {
		m := s.method(*a.ShippingMethodID)
		m.Adjustments = append(m.Adjustments, a)
	}
	return f.linkPromotions(ctx, s, before)
}

// clearDiscounts takes off the adjustments that have a code.
func (f *Flows) clearDiscounts(ctx context.Context, s *State) error {
	var items, methods []string
	for i := range s.Items {
		s.Items[i].Adjustments = slices.DeleteFunc(s.Items[i].Adjustments, func(a cart.ItemAdjustment) bool {
			if a.Code != nil {
				items = append(items, a.ID)
			}
			return a.Code != nil
		})
	}
	for i := range s.ShippingMethods {
		s.ShippingMethods[i].Adjustments = slices.DeleteFunc(s.ShippingMethods[i].Adjustments, func(a cart.ShippingAdjustment) bool {
			if a.Code != nil {
				methods = append(methods, a.ID)
			}
			return a.Code != nil
		})
	}
	if len(items) > 0 {
		if err := f.Cart.ItemAdjustments.SoftDelete(ctx, items...); err != nil {
			return err
		}
	}
	if len(methods) > 0 {
		return f.Cart.ShippingAdjustments.SoftDelete(ctx, methods...)
	}
	return nil
}

// PromotionIDs are the promotions that take something off the cart.
func (s *State) PromotionIDs() (ids []string) {
	for _, id := range s.reductions {
		ids = appendUnique(ids, id)
	}
	return ids
}

// linkPromotions makes the promotions on the cart those that take something off it.
func (f *Flows) linkPromotions(ctx context.Context, s *State, before []string) error {
	now := s.PromotionIDs()
	if f.Deps.Promotions == nil || len(before) == len(now) && !slices.ContainsFunc(now, func(id string) bool { return !slices.Contains(before, id) }) {
		return nil
	}
	return f.Deps.Promotions.Set(ctx, s.ID, now)
}

// A promotionItem is what rules of promotions can ask of a line.
type promotionItem struct {
	*cart.LineItem
	Subtotal money.Decimal `json:"subtotal"`
	Total    money.Decimal `json:"original_total"`
	Product  any           `json:"product"`
	Variant  any           `json:"variant"`
}

// A promotionShippingMethod is what rules can ask of a shipping method.
type promotionShippingMethod struct {
	*cart.ShippingMethod
	Subtotal money.Decimal `json:"subtotal"`
	Option   any           `json:"shipping_option"`
}

// promotionContext shows the cart to the rules of promotions. What lies further away is only read when a rule asks for it.
func (f *Flows) promotionContext(ctx context.Context, s *State, list []promotion.Promotion, extra module.Map) (promotion.ComputeContext, error) {
	far, err := f.loadRuleContext(ctx, s, list)
	if err != nil {
		return promotion.ComputeContext{}, err
	}
	t := s.Totals()
	b := promotion.ComputeContext{CurrencyCode: s.CurrencyCode, CustomerID: value(s.CustomerID), Email: value(s.Email)}
	items := make([]any, len(s.Items))
	for i := range s.Items {
		l := &s.Items[i]
		v := promotionItem{l, t.Lines[i].Subtotal, t.Lines[i].OriginalTotal, far.products[value(l.ProductID)], far.variants[value(l.VariantID)]}
		items[i] = v
		b.Items = append(b.Items, promotion.Target{ID: l.ID, Quantity: money.Int(int64(l.Quantity)), Subtotal: v.Subtotal, Total: v.Total,
			Discountable: l.IsDiscountable, Values: v})
	}
	methods := make([]any, len(s.ShippingMethods))
	for i := range s.ShippingMethods {
		m := &s.ShippingMethods[i]
		v := promotionShippingMethod{m, t.Methods[i].Subtotal, far.options[value(m.ShippingOptionID)]}
		methods[i] = v
		b.ShippingMethods = append(b.ShippingMethods, promotion.Target{ID: m.ID, Subtotal: v.Subtotal, Total: t.Methods[i].OriginalTotal, Values: v})
	}
	b.Values = s.values(t, items, methods, extra)
	return b, nil
}

// values are what rules can ask of the cart itself.
func (s *State) values(t totals.Totals, items, methods []any, extra module.Map) map[string]any {
	v := map[string]any{"items": items, "shipping_methods": methods, "currency_code": s.CurrencyCode, "email": s.Email, "id": s.ID,
		"region_id": s.RegionID, "region": s.Region, "customer_id": s.CustomerID, "customer": s.Customer, "sales_channel_id": s.SalesChannelID,
		"locale": s.Locale, "metadata": s.Metadata, "shipping_address": s.ShippingAddress}
	for _, name := range []string{"subtotal", "total", "item_total", "item_subtotal", "original_item_total", "original_item_subtotal", "shipping_subtotal"} {
		v[name], _ = t.Get(name)
	}
	for k, x := range extra {
		v[k] = x
	}
	return v
}

// PromotionUses lists the discounts of the cart. Completing the cart counts them against limits and
// budgets of promotions; canceling its order gives them back.
func (s *State) PromotionUses() promotion.UsageInput {
	u := promotion.UsageInput{CustomerID: deref(s.CustomerID), CustomerEmail: deref(s.Email)}
	for _, l := range s.Items {
		for _, a := range l.Adjustments {
			u.Discounts = append(u.Discounts, promotion.DiscountUse{Code: deref(a.Code), Amount: a.Amount})
		}
	}
	for _, m := range s.ShippingMethods {
		for _, a := range m.Adjustments {
			u.Discounts = append(u.Discounts, promotion.DiscountUse{Code: deref(a.Code), Amount: a.Amount})
		}
	}
	return u
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
