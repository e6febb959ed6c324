package order

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A LineItem is something of an order at a price, with a copy of what the product said when it was bought. How much of it there is, and what has
// become of it, is in its Detail.
type LineItem struct {
	module.Model        `model:"prefix=ordli,deleted=none"`
	TotalsID            *string          `json:"totals_id"`
	Title               string           `json:"title" model:"searchable"`
	Subtitle            *string          `json:"subtitle" model:"searchable"`
	Thumbnail           *string          `json:"thumbnail"`
	VariantID           *string          `json:"variant_id" model:"index"`
	ProductID           *string          `json:"product_id" model:"index"`
	ProductTitle        *string          `json:"product_title" model:"searchable"`
	ProductDescription  *string          `json:"product_description" model:"searchable"`
	ProductSubtitle     *string          `json:"product_subtitle" model:"searchable"`
	ProductType         *string          `json:"product_type" model:"searchable"`
	ProductTypeID       *string          `json:"product_type_id"`
	ProductCollection   *string          `json:"product_collection" model:"searchable"`
	ProductHandle       *string          `json:"product_handle" model:"searchable"`
	VariantSKU          *string          `json:"variant_sku" model:"searchable"`
	VariantBarcode      *string          `json:"variant_barcode" model:"searchable"`
	VariantTitle        *string          `json:"variant_title" model:"searchable"`
	VariantOptionValues module.Map       `json:"variant_option_values"`
	RequiresShipping    bool             `json:"requires_shipping" model:"default=true"`
	IsGiftcard          bool             `json:"is_giftcard" model:"default=false"`
	IsDiscountable      bool             `json:"is_discountable" model:"default=true"`
	IsTaxInclusive      bool             `json:"is_tax_inclusive" model:"default=false"`
	IsCustomPrice       bool             `json:"is_custom_price" model:"default=false"`
	CompareAtUnitPrice  *money.Decimal   `json:"compare_at_unit_price"`
	UnitPrice           money.Decimal    `json:"unit_price"`
	Metadata            module.Map       `json:"metadata"`
	Adjustments         []ItemAdjustment `json:"adjustments,omitempty" rel:"has=item_id,cascade"`
	TaxLines            []ItemTaxLine    `json:"tax_lines,omitempty" rel:"has=item_id,cascade"`
	Detail              *Item            `json:"detail,omitempty" rel:"has=item_id"`
	Totals              *Item            `json:"-" rel:"belongs=totals_id,ondelete=cascade"` // Medusa's constraint; the column is not used
}

// Indexes find the lines of a type of products; the other is for the constraint, which has no records.
func (LineItem) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_line_item_product_type_id", Columns: []string{"product_type_id"}, Where: "deleted_at IS NULL AND product_type_id IS NOT NULL"},
		{Name: "gorgon_order_line_item_totals_id", Columns: []string{"totals_id"}, Where: "totals_id IS NOT NULL"},
	}
}

// An Item is how much of a line one version of an order has, and what has become of it.
type Item struct {
	module.Model            `model:"prefix=orditem,deleted=gone"`
	OrderID                 string         `json:"order_id" model:"index"`
	Version                 int            `json:"version"`
	ItemID                  string         `json:"item_id" model:"index"`
	UnitPrice               *money.Decimal `json:"unit_price"`
	CompareAtUnitPrice      *money.Decimal `json:"compare_at_unit_price"`
	Quantity                money.Decimal  `json:"quantity"`
	FulfilledQuantity       money.Decimal  `json:"fulfilled_quantity" model:"rawdefault=0"`
	DeliveredQuantity       money.Decimal  `json:"delivered_quantity" model:"default=0"`
	ShippedQuantity         money.Decimal  `json:"shipped_quantity" model:"rawdefault=0"`
	ReturnRequestedQuantity money.Decimal  `json:"return_requested_quantity" model:"rawdefault=0"`
	ReturnReceivedQuantity  money.Decimal  `json:"return_received_quantity" model:"rawdefault=0"`
	ReturnDismissedQuantity money.Decimal  `json:"return_dismissed_quantity" model:"rawdefault=0"`
	WrittenOffQuantity      money.Decimal  `json:"written_off_quantity" model:"rawdefault=0"`
	Metadata                module.Map     `json:"metadata"`
	Order                   *Order         `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
	Item                    *LineItem      `json:"item,omitempty" rel:"belongs=item_id,ondelete=cascade"`
}

// Indexes find the items of a version.
func (Item) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_order_item_order_id_version", Columns: []string{"order_id", "version"}, Where: "deleted_at IS NULL"}}
}

// Checks keep what became of a line from being more than there is of it.
func (Item) Checks() []module.Check {
	return []module.Check{{Name: "gorgon_order_item_quantity_check", Expr: "fulfilled_quantity >= 0 AND shipped_quantity >= 0 AND delivered_quantity >= 0"}}
}

// An ItemAdjustment is what a promotion takes off a line, in one version of its order.
type ItemAdjustment struct {
	module.Model   `model:"prefix=ordliadj,deleted=none"`
	Version        int           `json:"version" model:"default=1"`
	Description    *string       `json:"description"`
	PromotionID    *string       `json:"promotion_id"`
	Code           *string       `json:"code"`
	Amount         money.Decimal `json:"amount"`
	IsTaxInclusive bool          `json:"is_tax_inclusive" model:"default=false"`
	ProviderID     *string       `json:"provider_id"`
	ItemID         string        `json:"item_id" model:"index"`
	Item           *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=cascade"`
}

// An ItemTaxLine is a tax on a line. Rate is in per cent.
type ItemTaxLine struct {
	module.Model `model:"prefix=ordlitxl,deleted=none"`
	Description  *string       `json:"description"`
	TaxRateID    *string       `json:"tax_rate_id"`
	Code         string        `json:"code"`
	Rate         money.Decimal `json:"rate"`
	ProviderID   *string       `json:"provider_id"`
	Metadata     module.Map    `json:"metadata"`
	Data         module.Map    `json:"data"`
	ItemID       string        `json:"item_id" model:"index"`
	Item         *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=cascade"`
}

// ClampQuantities sets what was fulfilled, shipped and delivered of items to zero where it is below, deleted items included, and
// returns how many items there were.
func (m *Module) ClampQuantities(ctx context.Context) (changed int, err error) {
	negative, zero := module.Filter{"$lt": 0}, money.Int(0)
	items, err := m.Items.List(ctx, module.Filter{"$or": []module.Filter{{"fulfilled_quantity": negative}, {"shipped_quantity": negative}, {"delivered_quantity": negative}}},
		module.FindOptions{WithDeleted: true, Order: []string{"id"}})
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		where := module.Filter{"id": i.ID}
		if i.DeletedAt != nil {
			where["deleted_at"] = module.Filter{"$ne": nil}
		}
		_, err := m.Items.Update(ctx, where, module.Set{"fulfilled_quantity": money.Max(i.FulfilledQuantity, zero),
			"shipped_quantity": money.Max(i.ShippedQuantity, zero), "delivered_quantity": money.Max(i.DeliveredQuantity, zero)})
		if err != nil {
			return 0, err
		}
	}
	return len(items), nil
}
