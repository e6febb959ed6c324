package cart

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A ShippingMethod is a shipping option that was chosen, at the price it had.
type ShippingMethod struct {
	module.Model     `model:"prefix=casm,deleted=gone"`
	CartID           string               `json:"cart_id" model:"index"`
	Name             string               `json:"name"`
	Description      module.JSON          `json:"description" model:"null"`
	Amount           money.Decimal        `json:"amount"`
	IsTaxInclusive   bool                 `json:"is_tax_inclusive" model:"default=false"`
	ShippingOptionID *string              `json:"shipping_option_id"`
	Data             module.Map           `json:"data"`
	Metadata         module.Map           `json:"metadata"`
	TaxLines         []ShippingTaxLine    `json:"tax_lines,omitempty" rel:"has=shipping_method_id,cascade"`
	Adjustments      []ShippingAdjustment `json:"adjustments,omitempty" rel:"has=shipping_method_id,cascade"`
	Cart             *Cart                `json:"cart,omitempty" rel:"belongs=cart_id,ondelete=cascade"`
}

// Indexes find methods by option.
func (ShippingMethod) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_shipping_method_option_id", Columns: []string{"shipping_option_id"}, Where: "deleted_at IS NULL AND shipping_option_id IS NOT NULL"},
	}
}

// Checks keep amounts from being negative.
func (ShippingMethod) Checks() []module.Check {
	return []module.Check{{Name: "cart_shipping_method_check", Expr: "amount >= 0"}}
}

// A ShippingAdjustment is what a promotion takes off shipping.
type ShippingAdjustment struct {
	module.Model     `model:"prefix=casmadj,deleted=gone"`
	Description      *string         `json:"description"`
	Code             *string         `json:"code"`
	Amount           money.Decimal   `json:"amount"`
	ProviderID       *string         `json:"provider_id"`
	PromotionID      *string         `json:"promotion_id"`
	Metadata         module.Map      `json:"metadata"`
	ShippingMethodID *string         `json:"shipping_method_id" model:"index"`
	ShippingMethod   *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}

// Indexes find adjustments by promotion.
func (ShippingAdjustment) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_shipping_method_adjustment_promotion_id", Columns: []string{"promotion_id"}, Where: "deleted_at IS NULL AND promotion_id IS NOT NULL"},
	}
}

// A ShippingTaxLine is one rate of tax of a shipping method, in percent.
type ShippingTaxLine struct {
	module.Model     `model:"prefix=casmtxl,deleted=gone"`
	Description      *string         `json:"description"`
	Code             string          `json:"code"`
	Rate             float64         `json:"rate" model:"type=real"`
	ProviderID       *string         `json:"provider_id"`
	TaxRateID        *string         `json:"tax_rate_id"`
	Data             module.JSON     `json:"data" model:"null"`
	Metadata         module.Map      `json:"metadata"`
	ShippingMethodID *string         `json:"shipping_method_id" model:"index"`
	ShippingMethod   *ShippingMethod `json:"shipping_method,omitempty" rel:"belongs=shipping_method_id,ondelete=cascade"`
}

// Indexes find tax lines by rate.
func (ShippingTaxLine) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_shipping_method_tax_line_tax_rate_id", Columns: []string{"tax_rate_id"}, Where: "deleted_at IS NULL AND tax_rate_id IS NOT NULL"},
	}
}
