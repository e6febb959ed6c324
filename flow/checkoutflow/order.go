package checkoutflow

import (
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/internal/totals"

	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
)

// orderOf makes an order of a cart.
func orderOf(s *cartflow.State) order.Order {
	quiet := false
	o := order.Order{RegionID: s.RegionID, CustomerID: s.CustomerID, SalesChannelID: s.SalesChannelID, Status: order.StatusPending, Email: s.Email,
		CurrencyCode: s.CurrencyCode, Locale: s.Locale, NoNotification: &quiet, Metadata: s.Metadata,
		ShippingAddress: addressOf(s.ShippingAddress), BillingAddress: addressOf(s.BillingAddress)}
	for i := range s.Items {
		o.Items = append(o.Items, OrderLineItem(&s.Items[i]))
	}
	for i := range s.ShippingMethods {
		o.ShippingMethods = append(o.ShippingMethods, methodOf(&s.ShippingMethods[i]))
	}
	for _, c := range s.CreditLines {
		o.CreditLines = append(o.CreditLines, order.CreditLine{Amount: c.Amount, Reference: c.Reference, ReferenceID: c.ReferenceID, Metadata: c.Metadata})
	}
	return o
}

func addressOf(a *cart.Address) *order.Address {
	if a == nil {
		return nil
	}
	out := &order.Address{CustomerID: a.CustomerID, Company: a.Company, FirstName: a.FirstName, LastName: a.LastName, Address1: a.Address1, Address2: a.Address2,
		City: a.City, CountryCode: a.CountryCode, Province: a.Province, PostalCode: a.PostalCode, Phone: a.Phone, Metadata: a.Metadata}
	out.CreatedAt, out.UpdatedAt = a.CreatedAt, a.UpdatedAt
	return out
}

// OrderLineItem makes a line of an order of a cart's.
func OrderLineItem(l *cart.LineItem) order.LineItem {
	out := order.LineItem{Title: l.Title, Subtitle: l.Subtitle, Thumbnail: l.Thumbnail, VariantID: l.VariantID, ProductID: l.ProductID,
		ProductTitle: l.ProductTitle, ProductDescription: l.ProductDescription, ProductSubtitle: l.ProductSubtitle, ProductType: l.ProductType,
		ProductTypeID: l.ProductTypeID, ProductCollection: l.ProductCollection, ProductHandle: l.ProductHandle, VariantSKU: l.VariantSKU,
		VariantBarcode: l.VariantBarcode, VariantTitle: l.VariantTitle, VariantOptionValues: l.VariantOptionValues, RequiresShipping: l.RequiresShipping,
		IsGiftcard: l.IsGiftcard, IsDiscountable: l.IsDiscountable, IsTaxInclusive: l.IsTaxInclusive, IsCustomPrice: l.IsCustomPrice,
		CompareAtUnitPrice: l.CompareAtUnitPrice, UnitPrice: l.UnitPrice, Metadata: l.Metadata,
		Detail: &order.Item{Quantity: money.Int(int64(l.Quantity))}}
	if out.Metadata == nil {
		out.Metadata = module.Map{}
	}
	for _, a := range l.Adjustments {
		out.Adjustments = append(out.Adjustments, order.ItemAdjustment{Code: a.Code, Amount: totals.Float64(a.Amount), Description: a.Description, PromotionID: a.PromotionID,
			ProviderID: a.ProviderID, IsTaxInclusive: a.IsTaxInclusive})
	}
	for _, t := range l.TaxLines {
		out.TaxLines = append(out.TaxLines, order.ItemTaxLine{Description: t.Description, TaxRateID: t.TaxRateID, Code: t.Code, Rate: money.Float(t.Rate),
			ProviderID: t.ProviderID, Metadata: t.Metadata, Data: object(t.Data)})
	}
	return out
}

func methodOf(m *cart.ShippingMethod) order.ShippingMethod {
	out := order.ShippingMethod{Name: m.Name, Description: m.Description, Amount: m.Amount, IsTaxInclusive: m.IsTaxInclusive,
		ShippingOptionID: m.ShippingOptionID, Data: m.Data, Metadata: m.Metadata}
	for _, a := range m.Adjustments {
		out.Adjustments = append(out.Adjustments, order.ShippingAdjustment{Code: a.Code, Amount: totals.Float64(a.Amount), Description: a.Description,
			PromotionID: a.PromotionID, ProviderID: a.ProviderID})
	}
	for _, t := range m.TaxLines {
		out.TaxLines = append(out.TaxLines, order.ShippingTaxLine{Description: t.Description, TaxRateID: t.TaxRateID, Code: t.Code, Rate: money.Float(t.Rate),
			ProviderID: t.ProviderID, Metadata: t.Metadata, Data: object(t.Data)})
	}
	return out
}

// object reads JSON; nil for what is no object.
func object(b json.RawMessage) (m module.Map) {
	_ = json.Unmarshal(b, &m) // a tax provider may say anything
	return m
}
