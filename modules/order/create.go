package order

import (
	"context"

	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// relations are what of an order is read to change it.
func relations() []string {
	return []string{"items", "items.detail", "items.tax_lines", "items.adjustments", "shipping_methods", "shipping_methods.detail",
		"shipping_methods.tax_lines", "shipping_methods.adjustments", "credit_lines", "transactions", "order_summary", "shipping_address", "billing_address"}
}

// Load reads an order with all that its totals are made of. With lock nobody else can change it until the transaction ends.
func (m *Module) Load(ctx context.Context, id string, lock bool) (*Order, error) {
	o, err := m.Orders.Retrieve(ctx, id, module.FindOptions{Relations: relations(), Lock: lock})
	return &o, err
}

// Create saves an order with its items, which need a Detail with their quantity, shipping methods, addresses, credit lines and transactions,
// and gives it its number.
func (m *Module) Create(ctx context.Context, o Order) (Order, error) {
	return module.InTx(ctx, m.Orders, func(ctx context.Context) (Order, error) {
		if err := m.createAddresses(ctx, &o); err != nil {
			return o, err
		}
		full := o
		row, err := m.Orders.Create(ctx, o)
		if err != nil {
			return o, err
		}
		full.Model, full.DisplayID, full.Version, full.Status = row.Model, row.DisplayID, row.Version, row.Status
		if err := m.addLines(ctx, &full, full.Items); err != nil {
			return full, err
		}
		if err := m.addMethods(ctx, &full, full.ShippingMethods); err != nil {
			return full, err
		}
		for i := range full.CreditLines {
			full.CreditLines[i].OrderID, full.CreditLines[i].Version = full.ID, full.Version
		}
		if full.CreditLines, err = m.CreditLines.CreateMany(ctx, full.CreditLines); err != nil {
			return full, err
		}
		return full, m.addSummary(ctx, &full)
	})
}

func (m *Module) createAddresses(ctx context.Context, o *Order) error {
	var list []Address
	for _, a := range []*Address{o.BillingAddress, o.ShippingAddress} {
		if a != nil {
			list = append(list, *a)
		}
	}
	list, err := m.Addresses.CreateMany(ctx, list)
	if err != nil || len(list) == 0 {
		return err
	}
	if o.BillingAddress != nil {
		o.BillingAddress, o.BillingAddressID = &list[0], &list[0].ID
		list = list[1:]
	}
	if o.ShippingAddress != nil {
		o.ShippingAddress, o.ShippingAddressID = &list[0], &list[0].ID
	}
	return nil
}

// addLines saves new lines, and their details in the order's current version. The lines get their ids where they stand.
func (m *Module) addLines(ctx context.Context, o *Order, lines []LineItem) error {
	saved, err := m.LineItems.CreateMany(ctx, lines)
	if err != nil {
		return err
	}
	var details []Item
	var taxes []ItemTaxLine
	var adjustments []ItemAdjustment
	for i := range lines {
		l := &lines[i]
		l.Model = saved[i].Model
		l.Detail.OrderID, l.Detail.Version, l.Detail.ItemID = o.ID, o.Version, l.ID
		if l.Detail.Metadata = l.Metadata; l.Detail.Metadata == nil {
			l.Detail.Metadata = module.Map{}
		}
		details = append(details, *l.Detail)
		for j := range l.TaxLines {
			l.TaxLines[j].ItemID = l.ID
		}
		taxes = append(taxes, l.TaxLines...)
		for j := range l.Adjustments {
			l.Adjustments[j].ItemID, l.Adjustments[j].Version = l.ID, o.Version
		}
		adjustments = append(adjustments, l.Adjustments...)
	}
	if details, err = m.Items.CreateMany(ctx, details); err != nil {
		return err
	}
	for i := range lines {
		lines[i].Detail = &details[i]
	}
	if _, err := m.ItemTaxLines.CreateMany(ctx, taxes); err != nil {
		return err
	}
	_, err = m.ItemAdjustments.CreateMany(ctx, adjustments)
	return err
}

// addMethods saves new shipping methods in the order's current version.
func (m *Module) addMethods(ctx context.Context, o *Order, methods []ShippingMethod) error {
	saved, err := m.ShippingMethods.CreateMany(ctx, methods)
	if err != nil {
		return err
	}
	var details []Shipping
	var taxes []ShippingTaxLine
	var adjustments []ShippingAdjustment
	for i := range methods {
		s := &methods[i]
		s.Model = saved[i].Model
		d := Shipping{}
		if s.Detail != nil {
			d = *s.Detail
		}
		d.OrderID, d.Version, d.ShippingMethodID = o.ID, o.Version, s.ID
		details = append(details, d)
		for j := range s.TaxLines {
			s.TaxLines[j].ShippingMethodID = s.ID
		}
		taxes = append(taxes, s.TaxLines...)
		for j := range s.Adjustments {
			s.Adjustments[j].ShippingMethodID, s.Adjustments[j].Version = s.ID, o.Version
		}
		adjustments = append(adjustments, s.Adjustments...)
	}
	if details, err = m.Shippings.CreateMany(ctx, details); err != nil {
		return err
	}
	for i := range methods {
		methods[i].Detail = &details[i]
	}
	if _, err := m.ShippingTaxLines.CreateMany(ctx, taxes); err != nil {
		return err
	}
	_, err = m.ShippingAdjustments.CreateMany(ctx, adjustments)
	return err
}

func (m *Module) addSummary(ctx context.Context, o *Order) error {
	b := o.balance(totals.Stored(o.Totals().Total), money.Zero)
	for _, c := range o.CreditLines {
		b.CreditTotal = b.CreditTotal.Add(c.Amount)
	}
	_, err := m.Summaries.Create(ctx, Summary{OrderID: o.ID, Version: o.Version, Totals: b.JSON()})
	return err
}
