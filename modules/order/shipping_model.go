package order

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A ShippingMethod is a way in which an order's goods travel, at a price.
type ShippingMethod struct {
	module.Model     `model:"prefix=ordsm"`
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
	module.Model     `model:"prefix=ordspmv"`
	OrderID          string          `json:"order_id"`
	Version          int             `json:"version"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index=IDX_order_shipping_shipping_method_id"`
	ReturnID         *string         `json:"return_id"`
	ClaimID          *string         `json:"claim_id"`
	ExchangeID       *string         `json:"exchange_id"`
	Order            *Order          `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
	Method           *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=none"`
	Return           *Return         `json:"return,omitempty" rel:"belongs=return_id,ondelete=none"`
	Claim            *Claim          `json:"claim,omitempty" rel:"belongs=claim_id,ondelete=none"`
	Exchange         *Exchange       `json:"exchange,omitempty" rel:"belongs=exchange_id,ondelete=none"`
}

// Indexes find the shipping methods of a version.
func (Shipping) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_order_shipping_order_id_version", Columns: []string{"order_id", "version"}, Where: "deleted_at IS NULL"}}
}

// A ShippingAdjustment is what a promotion takes off a shipping method, in one version of its order.
type ShippingAdjustment struct {
	module.Model     `model:"prefix=ordsmadj"`
	Version          int             `json:"version" model:"default=1"`
	Description      *string         `json:"description"`
	PromotionID      *string         `json:"promotion_id"`
	Code             *string         `json:"code"`
	Amount           money.Decimal   `json:"amount"`
	ProviderID       *string         `json:"provider_id"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index"`
	Method           *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}

// A ShippingTaxLine is a tax on a shipping method. Rate is in per cent.
type ShippingTaxLine struct {
	module.Model     `model:"prefix=ordsmtxl"`
	Description      *string         `json:"description"`
	TaxRateID        *string         `json:"tax_rate_id"`
	Code             string          `json:"code"`
	Rate             money.Decimal   `json:"rate"`
	ProviderID       *string         `json:"provider_id"`
	Metadata         module.Map      `json:"metadata"`
	Data             module.Map      `json:"data"`
	ShippingMethodID string          `json:"shipping_method_id" model:"index"`
	Method           *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}
