// Package order keeps orders: what was bought, in each version that changes have made of it, what it costs and what of that is paid.
package order

import (
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Module keeps orders.
type Module struct {
	Orders              *module.Table[Order]
	Addresses           *module.Table[Address]
	LineItems           *module.Table[LineItem]
	Items               *module.Table[Item]
	ItemAdjustments     *module.Table[ItemAdjustment]
	ItemTaxLines        *module.Table[ItemTaxLine]
	ShippingMethods     *module.Table[ShippingMethod]
	Shippings           *module.Table[Shipping]
	ShippingAdjustments *module.Table[ShippingAdjustment]
	ShippingTaxLines    *module.Table[ShippingTaxLine]
	Summaries           *module.Table[Summary]
	Transactions        *module.Table[Transaction]
	CreditLines         *module.Table[CreditLine]
	Changes             *module.Table[Change]
	Actions             *module.Table[ChangeAction]
	Returns             *module.Table[Return]
	ReturnItems         *module.Table[ReturnItem]
	ReturnReasons       *module.Table[ReturnReason]
	Claims              *module.Table[Claim]
	ClaimItems          *module.Table[ClaimItem]
	ClaimImages         *module.Table[ClaimImage]
	Exchanges           *module.Table[Exchange]
	ExchangeItems       *module.Table[ExchangeItem]
}

// New returns a module without orders.
func New() *Module {
	m := &Module{
		Orders:              module.NewTable[Order]("order", "orders"),
		Addresses:           module.NewTable[Address]("order_address", "order_addresses"),
		LineItems:           module.NewTable[LineItem]("order_line_item", "order_line_items"),
		Items:               module.NewTable[Item]("order_item", "order_items"),
		ItemAdjustments:     module.NewTable[ItemAdjustment]("order_line_item_adjustment", "order_line_item_adjustments"),
		ItemTaxLines:        module.NewTable[ItemTaxLine]("order_line_item_tax_line", "order_line_item_tax_lines"),
		ShippingMethods:     module.NewTable[ShippingMethod]("order_shipping_method", "order_shipping_methods"),
		Shippings:           module.NewTable[Shipping]("order_shipping"),
		ShippingAdjustments: module.NewTable[ShippingAdjustment]("order_shipping_method_adjustment", "order_shipping_method_adjustments"),
		ShippingTaxLines:    module.NewTable[ShippingTaxLine]("order_shipping_method_tax_line", "order_shipping_method_tax_lines"),
		Summaries:           module.NewTable[Summary]("order_summary", "order_summaries"),
		Transactions:        module.NewTable[Transaction]("order_transaction", "order_transactions"),
		CreditLines:         module.NewTable[CreditLine]("order_credit_line", "order_credit_lines"),
		Changes:             module.NewTable[Change]("order_change", "order_changes"),
		Actions:             module.NewTable[ChangeAction]("order_change_action", "order_change_actions"),
		Returns:             module.NewTable[Return]("return", "returns"),
		ReturnItems:         module.NewTable[ReturnItem]("return_item", "return_items"),
		ReturnReasons:       module.NewTable[ReturnReason]("return_reason", "return_reasons"),
		Claims:              module.NewTable[Claim]("order_claim", "order_claims", "claim", "claims"),
		ClaimItems:          module.NewTable[ClaimItem]("order_claim_item", "order_claim_items"),
		ClaimImages:         module.NewTable[ClaimImage]("order_claim_item_image", "order_claim_item_images"),
		Exchanges:           module.NewTable[Exchange]("order_exchange", "order_exchanges", "exchange", "exchanges"),
		ExchangeItems:       module.NewTable[ExchangeItem]("order_exchange_item", "order_exchange_items"),
	}
	m.narrow()
	m.addTotals()
	m.addChanges()
	m.addHistory()
	return m
}

// narrow makes relations lead to what belongs to the current version of an order.
func (m *Module) narrow() {
	version := func(alias string) string {
		return alias + `.version = (SELECT v.version FROM "order" v WHERE v.id = ` + alias + `.order_id)`
	}
	highest := func(table, key string) string {
		return `{t}.version = (SELECT max(v.version) FROM ` + table + ` v WHERE v.` + key + ` = {t}.` + key + ` AND v.deleted_at IS NULL)`
	}
	m.Orders.Entity().Relation("items").Where = version("{p}")
	m.Orders.Entity().Relation("shipping_methods").Where = version("{p}")
	m.Orders.Entity().Relation("order_summary").Where = version("{t}")
	m.Orders.Entity().Relation("credit_lines").Where = version("{t}")
	for _, e := range []*graph.Entity{m.LineItems.Entity(), m.ReturnItems.Entity(), m.ClaimItems.Entity(), m.ExchangeItems.Entity()} {
		e.Relation("detail").Where = version("{t}")
	}
	for _, e := range []*graph.Entity{m.Returns.Entity(), m.Claims.Entity(), m.Exchanges.Entity()} {
		e.Relation("shipping_methods").Where = version("{p}")
	}
	m.Claims.Entity().Relation("claim_items").Where = "{t}.is_additional_item = FALSE"
	m.Claims.Entity().Relation("additional_items").Where = "{t}.is_additional_item = TRUE"
	m.LineItems.Entity().Relation("adjustments").Where = highest("order_item", "item_id")
	m.ShippingMethods.Entity().Relation("detail").Where = version("{t}")
	m.ShippingMethods.Entity().Relation("adjustments").Where = highest("order_shipping", "shipping_method_id")
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Orders, m.Addresses, m.LineItems, m.Items, m.ItemAdjustments, m.ItemTaxLines, m.ShippingMethods, m.Shippings,
		m.ShippingAdjustments, m.ShippingTaxLines, m.Summaries, m.Transactions, m.CreditLines, m.Changes, m.Actions, m.Returns, m.ReturnItems, m.ReturnReasons,
		m.Claims, m.ClaimItems, m.ClaimImages, m.Exchanges, m.ExchangeItems}
}
