package inventory

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// An Item is a thing that is kept in stock.
type Item struct {
	module.Model     `model:"prefix=iitem,deleted=gone"`
	SKU              *string       `json:"sku" model:"searchable,unique=IDX_inventory_item_sku"`
	OriginCountry    *string       `json:"origin_country"`
	HSCode           *string       `json:"hs_code" model:"searchable"`
	MidCode          *string       `json:"mid_code" model:"searchable"`
	Material         *string       `json:"material"`
	Weight           *int          `json:"weight"`
	Length           *int          `json:"length"`
	Height           *int          `json:"height"`
	Width            *int          `json:"width"`
	RequiresShipping bool          `json:"requires_shipping" model:"default=true"`
	Description      *string       `json:"description" model:"searchable"`
	Title            *string       `json:"title" model:"searchable"`
	Thumbnail        *string       `json:"thumbnail"`
	Metadata         module.Map    `json:"metadata"`
	UnitOfMeasure    *string       `json:"unit_of_measure"`
	Levels           []Level       `json:"location_levels,omitempty" rel:"has=inventory_item_id,cascade"`
	Reservations     []Reservation `json:"reservation_items,omitempty" rel:"has=inventory_item_id,cascade"`
}

// A Level is how much of an item one location has, how much of that is promised, and how much is on its way.
type Level struct {
	module.Model     `model:"prefix=ilev,deleted=gone"`
	InventoryItemID  string        `json:"inventory_item_id" model:"index"`
	LocationID       string        `json:"location_id" model:"index"`
	StockedQuantity  money.Decimal `json:"stocked_quantity" model:"rawnull,default=0"`
	ReservedQuantity money.Decimal `json:"reserved_quantity" model:"rawnull,default=0"`
	IncomingQuantity money.Decimal `json:"incoming_quantity" model:"rawnull,default=0"`
	Metadata         module.Map    `json:"metadata"`
	Item             *Item         `json:"inventory_item,omitempty" rel:"belongs=inventory_item_id,ondelete=cascade"`
}

// Indexes let a location have one level of an item.
func (Level) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_inventory_level_location_id_inventory_item_id", Columns: []string{"inventory_item_id", "location_id"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}

// Checks keep what no change of stock may ever make of a level. How much may be reserved is a rule of each change instead: see docs/decisions/stock.md.
func (Level) Checks() []module.Check {
	return []module.Check{{Name: "gorgon_inventory_level_reserved", Expr: `"reserved_quantity" >= 0`}}
}

// A Reservation promises a quantity of an item at a location, usually to a line of an order.
type Reservation struct {
	module.Model    `model:"prefix=resitem,deleted=gone"`
	LineItemID      *string       `json:"line_item_id" model:"index"`
	LocationID      string        `json:"location_id" model:"index"`
	Quantity        money.Decimal `json:"quantity" model:"rawnull"`
	ExternalID      *string       `json:"external_id"`
	Description     *string       `json:"description" model:"searchable"`
	CreatedBy       *string       `json:"created_by"`
	Metadata        module.Map    `json:"metadata"`
	InventoryItemID string        `json:"inventory_item_id" model:"index"`
	AllowBackorder  *bool         `json:"allow_backorder" model:"default=false"`
	Item            *Item         `json:"inventory_item,omitempty" rel:"belongs=inventory_item_id,ondelete=cascade,searchable,shown"`
}
