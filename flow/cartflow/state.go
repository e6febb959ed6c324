package cartflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/money"
)

// A State is a cart with all that its workflows look at. Workflows change it along with the database.
type State struct {
	cart.Cart
	Region   *region.Region     `json:"region"`
	Customer *customer.Customer `json:"customer"` // with its groups

	ExhaustedPromotions []promotion.ExhaustedPromotion `json:"-"` // promotions that have been used up
	codes               []string                       // that take something off the cart besides those at what is in it
	fresh               bool                           // made just now: nothing refers to it yet
}

// relations are what of a cart lies in its own module.
func relations() []string {
	return []string{"items", "items.tax_lines", "items.adjustments", "shipping_methods", "shipping_methods.tax_lines", "shipping_methods.adjustments",
		"shipping_address", "billing_address", "credit_lines"}
}

// Load reads a cart. With lock nobody else can change it until the transaction ends. An unknown one is fault.NotFound.
func (f *Flows) Load(ctx context.Context, id string, lock bool) (*State, error) {
	list, err := f.Cart.Carts.List(ctx, module.Filter{"id": id}, module.FindOptions{Relations: relations(), Lock: lock})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "Cart id not found: %s", id)
	}
	if err != nil {
		return nil, err
	}
	s := &State{Cart: list[0]}
	if s.Region, err = f.region(ctx, s.RegionID); err != nil {
		return nil, err
	}
	s.Customer, err = f.customer(ctx, s.CustomerID)
	return s, err
}

// open reads a cart to change it. One that is completed cannot be changed.
func (f *Flows) open(ctx context.Context, id string) (*State, error) {
	s, err := f.Load(ctx, id, true)
	if err == nil {
		err = s.CheckNotCompleted()
	}
	return s, err
}

// CheckNotCompleted is fault.Invalid for a cart that an order has been made of.
func (s *State) CheckNotCompleted() error {
	if s.CompletedAt != nil {
		return fault.New(fault.Invalid, "Cart %s is already completed.", s.ID)
	}
	return nil
}

func (f *Flows) region(ctx context.Context, id *string) (*region.Region, error) {
	if id == nil {
		return nil, nil
	}
	list, err := f.Region.Regions.List(ctx, module.Filter{"id": *id})
	return first(list), err
}

func (f *Flows) customer(ctx context.Context, id *string) (*customer.Customer, error) {
	if id == nil {
		return nil, nil
	}
	list, err := f.Customer.Customers.List(ctx, module.Filter{"id": *id}, module.FindOptions{Relations: []string{"groups"}})
	return first(list), err
}

func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// Totals works out what the cart costs.
func (s *State) Totals() totals.Totals { return Totals(&s.Cart) }

// Totals works out what a cart costs, of its items, shipping methods and credit lines.
func Totals(c *cart.Cart) totals.Totals {
	lines := make([]totals.Line, len(c.Items))
	for i := range c.Items {
		lines[i] = line(&c.Items[i])
	}
	methods := make([]totals.Method, len(c.ShippingMethods))
	for i := range c.ShippingMethods {
		methods[i] = method(&c.ShippingMethods[i])
	}
	credits := make([]money.Decimal, len(c.CreditLines))
	for i, l := range c.CreditLines {
		credits[i] = l.Amount
	}
	return totals.Calculate(lines, methods, credits, totals.Smallest(2))
}

func line(i *cart.LineItem) totals.Line {
	l := totals.Line{UnitPrice: i.UnitPrice, Quantity: money.Int(int64(i.Quantity)), TaxInclusive: i.IsTaxInclusive}
	for _, t := range i.TaxLines {
		l.Rates = append(l.Rates, money.Float(t.Rate))
	}
	for _, a := range i.Adjustments {
		l.Adjustments = append(l.Adjustments, totals.Adjustment{Amount: a.Amount, TaxInclusive: a.IsTaxInclusive})
	}
	return l
}

func method(m *cart.ShippingMethod) totals.Method {
	out := totals.Method{Amount: m.Amount, TaxInclusive: m.IsTaxInclusive}
	for _, t := range m.TaxLines {
		out.Rates = append(out.Rates, money.Float(t.Rate))
	}
	for _, a := range m.Adjustments {
		out.Adjustments = append(out.Adjustments, totals.Adjustment{Amount: a.Amount})
	}
	return out
}

// item finds a line of the cart.
func (s *State) item(id string) *cart.LineItem {
	for i := range s.Items {
		if s.Items[i].ID == id {
			return &s.Items[i]
		}
	}
	return nil
}

// method finds a shipping method of the cart.
func (s *State) method(id string) *cart.ShippingMethod {
	for i := range s.ShippingMethods {
		if s.ShippingMethods[i].ID == id {
			return &s.ShippingMethods[i]
		}
	}
	return nil
}

// Preloaded is what of the cart need not be read again to show it.
func (s *State) Preloaded() graph.Preloaded {
	h := graph.Preloaded{"": []cart.Cart{s.Cart}, "items": s.Items, "shipping_methods": s.ShippingMethods, "credit_lines": s.CreditLines,
		"shipping_address": nonNil(s.ShippingAddress), "billing_address": nonNil(s.BillingAddress), "region": nonNil(s.Region), "customer": nonNil(s.Customer)}
	var taxes []cart.ItemTaxLine
	var adjustments []cart.ItemAdjustment
	for _, l := range s.Items {
		taxes, adjustments = append(taxes, l.TaxLines...), append(adjustments, l.Adjustments...)
	}
	h["items.tax_lines"], h["items.adjustments"] = taxes, adjustments
	var methodTaxes []cart.ShippingTaxLine
	var methodAdjustments []cart.ShippingAdjustment
	for _, m := range s.ShippingMethods {
		methodTaxes, methodAdjustments = append(methodTaxes, m.TaxLines...), append(methodAdjustments, m.Adjustments...)
	}
	h["shipping_methods.tax_lines"], h["shipping_methods.adjustments"] = methodTaxes, methodAdjustments
	if s.Customer != nil {
		h["customer.groups"] = s.Customer.Groups
	}
	if len(s.PromotionIDs()) == 0 {
		h["promotions"] = []promotion.Promotion{}
	}
	if s.fresh {
		h["payment_collection"] = []cart.Cart{}
	}
	return h
}

func nonNil[T any](v *T) []T {
	if v == nil {
		return []T{}
	}
	return []T{*v}
}
