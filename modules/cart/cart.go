// Package cart keeps carts: what buyers have chosen, where it goes and what it costs.
package cart

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps carts.
type Module struct {
	Carts               *module.Table[Cart]
	Addresses           *module.Table[Address]
	Items               *module.Table[LineItem]
	ItemAdjustments     *module.Table[ItemAdjustment]
	ItemTaxLines        *module.Table[ItemTaxLine]
	ShippingMethods     *module.Table[ShippingMethod]
	ShippingAdjustments *module.Table[ShippingAdjustment]
	ShippingTaxLines    *module.Table[ShippingTaxLine]
	CreditLines         *module.Table[CreditLine]
}

// New returns a module without carts.
func New() *Module {
	m := &Module{
		Carts:               module.NewTable[Cart]("cart", "carts"),
		Addresses:           module.NewTable[Address]("cart_address", "cart_addresses"),
		Items:               module.NewTable[LineItem]("cart_line_item", "line_item", "line_items"),
		ItemAdjustments:     module.NewTable[ItemAdjustment]("cart_line_item_adjustment", "line_item_adjustment", "line_item_adjustments"),
		ItemTaxLines:        module.NewTable[ItemTaxLine]("cart_line_item_tax_line", "line_item_tax_line", "line_item_tax_lines"),
		ShippingMethods:     module.NewTable[ShippingMethod]("cart_shipping_method", "shipping_method", "shipping_methods"),
		ShippingAdjustments: module.NewTable[ShippingAdjustment]("cart_shipping_method_adjustment", "shipping_method_adjustment", "shipping_method_adjustments"),
		ShippingTaxLines:    module.NewTable[ShippingTaxLine]("cart_shipping_method_tax_line", "shipping_method_tax_line", "shipping_method_tax_lines"),
		CreditLines:         module.NewTable[CreditLine]("credit_line", "credit_lines"),
	}
	m.addTotals()
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Carts, m.Addresses, m.Items, m.ItemAdjustments, m.ItemTaxLines, m.ShippingMethods, m.ShippingAdjustments,
		m.ShippingTaxLines, m.CreditLines}
}
