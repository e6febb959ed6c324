package cart

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A LineItem is a quantity of something at a price, with a copy of what the product said when it was chosen. IsTaxInclusive means that
// UnitPrice has the tax in it; IsCustomPrice, that it was given rather than looked up.
type LineItem struct {
	module.Model        `model:"prefix=cali,deleted=gone"`
	CartID              string           `json:"cart_id" model:"index"`
	Title               string           `json:"title"`
	Subtitle            *string          `json:"subtitle"`
	Thumbnail           *string          `json:"thumbnail"`
	Quantity            int              `json:"quantity"`
	VariantID           *string          `json:"variant_id"`
	ProductID           *string          `json:"product_id"`
	ProductTitle        *string          `json:"product_title"`
	ProductDescription  *string          `json:"product_description"`
	ProductSubtitle     *string          `json:"product_subtitle"`
	ProductType         *string          `json:"product_type"`
	ProductTypeID       *string          `json:"product_type_id"`
	ProductCollection   *string          `json:"product_collection"`
	ProductHandle       *string          `json:"product_handle"`
	VariantSKU          *string          `json:"variant_sku"`
	VariantBarcode      *string          `json:"variant_barcode"`
	VariantTitle        *string          `json:"variant_title"`
	VariantOptionValues module.Map       `json:"variant_option_values"`
	RequiresShipping    bool             `json:"requires_shipping" model:"default=true"`
	IsDiscountable      bool             `json:"is_discountable" model:"default=true"`
	IsGiftcard          bool             `json:"is_giftcard" model:"default=false"`
	IsTaxInclusive      bool             `json:"is_tax_inclusive" model:"default=false"`
	IsCustomPrice       bool             `json:"is_custom_price" model:"default=false"`
	CompareAtUnitPrice  *money.Decimal   `json:"compare_at_unit_price"`
	UnitPrice           money.Decimal    `json:"unit_price"`
	Metadata            module.Map       `json:"metadata"`
	Adjustments         []ItemAdjustment `json:"adjustments,omitempty" rel:"has=item_id,cascade"`
	TaxLines            []ItemTaxLine    `json:"tax_lines,omitempty" rel:"has=item_id,cascade"`
	Cart                *Cart            `json:"cart,omitempty" rel:"belongs=cart_id,ondelete=cascade"`
}

// Indexes find items by what they are of.
func (LineItem) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_line_item_product_id", Columns: []string{"product_id"}, Where: "deleted_at IS NULL AND product_id IS NOT NULL"},
		{Name: "IDX_line_item_variant_id", Columns: []string{"variant_id"}, Where: "deleted_at IS NULL AND variant_id IS NOT NULL"},
	}
}

// Checks keep amounts from being negative.
func (LineItem) Checks() []module.Check {
	return []module.Check{{Name: "cart_line_item_unit_price_check", Expr: "unit_price >= 0"}}
}

// An ItemAdjustment is what a promotion takes off a line.
type ItemAdjustment struct {
	module.Model   `model:"prefix=caliadj,deleted=gone"`
	Description    *string       `json:"description"`
	Code           *string       `json:"code"`
	Amount         money.Decimal `json:"amount"`
	IsTaxInclusive bool          `json:"is_tax_inclusive" model:"default=false"`
	ProviderID     *string       `json:"provider_id"`
	PromotionID    *string       `json:"promotion_id"`
	Metadata       module.Map    `json:"metadata"`
	ItemID         *string       `json:"item_id" model:"index"`
	Item           *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=cascade"`
}

// Checks keep amounts from being negative.
func (ItemAdjustment) Checks() []module.Check {
	return []module.Check{{Name: "cart_line_item_adjustment_check", Expr: "amount >= 0"}}
}

// Indexes find adjustments by promotion.
func (ItemAdjustment) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_line_item_adjustment_promotion_id", Columns: []string{"promotion_id"}, Where: "deleted_at IS NULL AND promotion_id IS NOT NULL"},
	}
}

// An ItemTaxLine is one rate of tax of a line, in percent.
type ItemTaxLine struct {
	module.Model `model:"prefix=calitxl,deleted=gone"`
	Description  *string     `json:"description"`
	Code         string      `json:"code"`
	Rate         float64     `json:"rate" model:"type=real"`
	ProviderID   *string     `json:"provider_id"`
	TaxRateID    *string     `json:"tax_rate_id"`
	Data         module.JSON `json:"data" model:"null"`
	Metadata     module.Map  `json:"metadata"`
	ItemID       *string     `json:"item_id" model:"index"`
	Item         *LineItem   `json:"item,omitempty" rel:"belongs=item_id,ondelete=cascade"`
}

// Indexes find tax lines by rate.
func (ItemTaxLine) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_line_item_tax_line_tax_rate_id", Columns: []string{"tax_rate_id"}, Where: "deleted_at IS NULL AND tax_rate_id IS NOT NULL"},
	}
}
