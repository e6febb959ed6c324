package order

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A ShippingMethod is a way in which an order's goods travel, at a price.
type ShippingMethod struct {
	module.Model     `model:"prefix=ordsm,deleted=none"`
	Name             string               `json:"name"`
	Description      module.JSON          `json:"description" model:"null"`
	IsTaxInclusive   bool                 `json:"is_tax_inclusive" model:"default=false"`
	IsCustomAmount   bool                 `json:"is_custom_amount" model:"default=false"`
	ShippingOptionID *string              `json:"shipping_option_id" model:"index"`
	Data             module.Map           `json:"data"`
	Metadata         module.Map           `json:"metadata"`
	Amount           money.Decimal        `json:"amount"`
	Adjustments      []ShippingAdjustment `json:"adjustments,omitempty" rel:"has=shipping_method_id,cascade"`
	TaxLines         []ShippingTaxLine    `json:"tax_lines,omitempty" rel:"has=shipping_method_id,cascade"`
	Detail           *Shipping            `json:"detail,omitempty" rel:"has=shipping_method_id"`
}

// A Shipping says that a version of an order has a shipping method, and what brought it.
type Shipping struct {
	module.Model     `model:"prefix=ordspmv,deleted=gone"`
	OrderID          string          `json:"order_id" model:"index"`
	Version          int             `json:"version"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index"`
	ReturnID         *string         `json:"return_id"`
	ClaimID          *string         `json:"claim_id"`
	ExchangeID       *string         `json:"exchange_id"`
	Order            *Order          `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
	ShippingMethod   *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=none"`
	Return           *Return         `json:"return,omitempty" rel:"belongs=return_id,ondelete=none"`
	Claim            *Claim          `json:"claim,omitempty" rel:"belongs=claim_id,ondelete=none"`
	Exchange         *Exchange       `json:"exchange,omitempty" rel:"belongs=exchange_id,ondelete=none"`
}

// Indexes find the shipping methods of a version, and of what brought them. Medusa has two of the method, under two names.
func (Shipping) Indexes() []module.Index {
	return append(filled("return_id", "claim_id", "exchange_id"), module.Index{Columns: []string{"order_id", "version"}},
		module.Index{Name: "IDX_order_shipping_item_id", Columns: []string{"shipping_method_id"}, Where: "deleted_at IS NULL"})
}

// A ShippingAdjustment is what a promotion takes off a shipping method, in one version of its order.
type ShippingAdjustment struct {
	module.Model     `model:"prefix=ordsmadj,deleted=none"`
	Version          int             `json:"version" model:"default=1"`
	Description      *string         `json:"description"`
	PromotionID      *string         `json:"promotion_id"`
	Code             *string         `json:"code"`
	Amount           money.Decimal   `json:"amount"`
	ProviderID       *string         `json:"provider_id"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index"`
	ShippingMethod   *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}

// A ShippingTaxLine is a tax on a shipping method. Rate is in per cent.
type ShippingTaxLine struct {
	module.Model     `model:"prefix=ordsmtxl,deleted=none"`
	Description      *string         `json:"description"`
	TaxRateID        *string         `json:"tax_rate_id"`
	Code             string          `json:"code"`
	Rate             money.Decimal   `json:"rate"`
	ProviderID       *string         `json:"provider_id"`
	Metadata         module.Map      `json:"metadata"`
	Data             module.Map      `json:"data"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index"`
	ShippingMethod   *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}
