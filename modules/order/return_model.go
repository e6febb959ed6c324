package order

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Return brings items of an order back.
type Return struct {
	module.Model    `model:"prefix=return,deleted=none"`
	OrderID         string           `json:"order_id" model:"index"`
	ClaimID         *string          `json:"claim_id"`
	ExchangeID      *string          `json:"exchange_id"`
	OrderVersion    int              `json:"order_version"`
	DisplayID       int              `json:"display_id" model:"serial,index"`
	Status          string           `json:"status" model:"type=return_status_enum,enum=open|requested|received|partially_received|canceled,default=open"`
	LocationID      *string          `json:"location_id"`
	NoNotification  *bool            `json:"no_notification"`
	RefundAmount    *money.Decimal   `json:"refund_amount"`
	CreatedBy       *string          `json:"created_by"`
	Metadata        module.Map       `json:"metadata"`
	RequestedAt     *time.Time       `json:"requested_at"`
	ReceivedAt      *time.Time       `json:"received_at"`
	CanceledAt      *time.Time       `json:"canceled_at"`
	Items           []ReturnItem     `json:"items,omitempty" rel:"has=return_id,cascade"`
	ShippingMethods []ShippingMethod `json:"shipping_methods,omitempty" rel:"pivot=order_shipping,return_id,shipping_method_id"`
	Order           *Order           `json:"order,omitempty" rel:"belongs=order_id,ondelete=none,shown"`
	Claim           *Claim           `json:"claim,omitempty" rel:"belongs=claim_id,ondelete=none,stub"`
	Exchange        *Exchange        `json:"exchange,omitempty" rel:"belongs=exchange_id,ondelete=none,stub"`
}

// Indexes find the return of a claim or an exchange.
func (Return) Indexes() []module.Index { return filled("claim_id", "exchange_id") }

// A ReturnItem is how much of a line comes back, and how much of that has.
type ReturnItem struct {
	module.Model     `model:"prefix=retitem"`
	ReturnID         string        `json:"return_id" model:"index"`
	ReasonID         *string       `json:"reason_id" model:"index"`
	ItemID           string        `json:"item_id" model:"index"`
	Quantity         money.Decimal `json:"quantity"`
	ReceivedQuantity money.Decimal `json:"received_quantity" model:"default=0"`
	DamagedQuantity  money.Decimal `json:"damaged_quantity" model:"default=0"`
	Note             *string       `json:"note"`
	Metadata         module.Map    `json:"metadata"`
	Return           *Return       `json:"return,omitempty" rel:"belongs=return_id,ondelete=none"`
	Item             *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=none"`
	Reason           *ReturnReason `json:"reason,omitempty" rel:"belongs=reason_id,ondelete=none"`
	Detail           *Item         `json:"detail,omitempty" rel:"has=item_id,key=item_id"`
}

// A ReturnReason says why goods come back. Reasons may have finer ones below them.
type ReturnReason struct {
	ID                string `json:"id" model:"key,type=character varying"`
	module.Timestamps `model:"prefix=rr,deleted=none"`
	Value             string         `json:"value" model:"searchable,type=character varying"`
	Label             string         `json:"label" model:"searchable,type=character varying"`
	Description       *string        `json:"description" model:"type=character varying"`
	Metadata          module.Map     `json:"metadata"`
	ParentID          *string        `json:"parent_return_reason_id" model:"index,type=character varying"`
	Parent            *ReturnReason  `json:"parent_return_reason,omitempty" rel:"belongs=parent_return_reason_id,onupdate=none"`
	Children          []ReturnReason `json:"return_reason_children,omitempty" rel:"has=parent_return_reason_id"`
}

// Indexes find a reason by its value.
func (ReturnReason) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_return_reason_value", Columns: []string{"value"}, Where: "deleted_at IS NULL"}}
}

// A Claim replaces or refunds items that were wrong.
type Claim struct {
	module.Model    `model:"prefix=claim"`
	OrderID         string           `json:"order_id" model:"index"`
	ReturnID        *string          `json:"return_id"`
	OrderVersion    int              `json:"order_version"`
	DisplayID       int              `json:"display_id" model:"serial,index"`
	Type            string           `json:"type" model:"type=order_claim_type_enum,enum=refund|replace"`
	NoNotification  *bool            `json:"no_notification"`
	RefundAmount    *money.Decimal   `json:"refund_amount"`
	CreatedBy       *string          `json:"created_by"`
	CanceledAt      *time.Time       `json:"canceled_at"`
	Metadata        module.Map       `json:"metadata"`
	ClaimItems      []ClaimItem      `json:"claim_items,omitempty" rel:"has=claim_id,cascade"`
	AdditionalItems []ClaimItem      `json:"additional_items,omitempty" rel:"has=claim_id"`
	ShippingMethods []ShippingMethod `json:"shipping_methods,omitempty" rel:"pivot=order_shipping,claim_id,shipping_method_id"`
	Order           *Order           `json:"order,omitempty" rel:"belongs=order_id,ondelete=none,shown"`
	Return          *Return          `json:"return,omitempty" rel:"belongs=return_id,ondelete=none,shown"`
}

// Indexes find the claim that a return belongs to.
func (Claim) Indexes() []module.Index { return filled("return_id") }

// A ClaimItem is how much of a line is claimed, or comes in addition.
type ClaimItem struct {
	module.Model     `model:"prefix=claitem"`
	ClaimID          string        `json:"claim_id" model:"index"`
	ItemID           string        `json:"item_id" model:"index"`
	IsAdditionalItem bool          `json:"is_additional_item" model:"default=false"`
	Reason           *string       `json:"reason" model:"type=claim_reason_enum,enum=missing_item|wrong_item|production_failure|other"`
	Quantity         money.Decimal `json:"quantity"`
	Note             *string       `json:"note"`
	Metadata         module.Map    `json:"metadata"`
	Claim            *Claim        `json:"claim,omitempty" rel:"belongs=claim_id,ondelete=none"`
	Item             *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=none"`
	Images           []ClaimImage  `json:"images,omitempty" rel:"has=claim_item_id,cascade"`
	Detail           *Item         `json:"detail,omitempty" rel:"has=item_id,key=item_id"`
}

// A ClaimImage shows what is wrong with an item.
type ClaimImage struct {
	module.Model `model:"prefix=climg,deleted=gone"`
	ClaimItemID  string     `json:"claim_item_id" model:"index"`
	URL          string     `json:"url"`
	Metadata     module.Map `json:"metadata"`
	ClaimItem    *ClaimItem `json:"claim_item,omitempty" rel:"belongs=claim_item_id,ondelete=none"`
}

// An Exchange takes items back and sends others.
type Exchange struct {
	module.Model    `model:"prefix=oexc"`
	OrderID         string           `json:"order_id" model:"index"`
	ReturnID        *string          `json:"return_id"`
	OrderVersion    int              `json:"order_version"`
	DisplayID       int              `json:"display_id" model:"serial,index"`
	NoNotification  *bool            `json:"no_notification"`
	DifferenceDue   *money.Decimal   `json:"difference_due"`
	AllowBackorder  bool             `json:"allow_backorder" model:"default=false"`
	CreatedBy       *string          `json:"created_by"`
	CanceledAt      *time.Time       `json:"canceled_at"`
	Metadata        module.Map       `json:"metadata"`
	AdditionalItems []ExchangeItem   `json:"additional_items,omitempty" rel:"has=exchange_id,cascade"`
	ShippingMethods []ShippingMethod `json:"shipping_methods,omitempty" rel:"pivot=order_shipping,exchange_id,shipping_method_id"`
	Order           *Order           `json:"order,omitempty" rel:"belongs=order_id,ondelete=none,shown"`
	Return          *Return          `json:"return,omitempty" rel:"belongs=return_id,ondelete=none,shown"`
}

// Indexes find the exchange that a return belongs to.
func (Exchange) Indexes() []module.Index { return filled("return_id") }

// An ExchangeItem is how much of a line an exchange sends.
type ExchangeItem struct {
	module.Model `model:"prefix=oexcitem"`
	ExchangeID   string        `json:"exchange_id" model:"index"`
	ItemID       string        `json:"item_id" model:"index"`
	Quantity     money.Decimal `json:"quantity"`
	Note         *string       `json:"note"`
	Metadata     module.Map    `json:"metadata"`
	Exchange     *Exchange     `json:"exchange,omitempty" rel:"belongs=exchange_id,ondelete=none"`
	Detail       *Item         `json:"detail,omitempty" rel:"has=item_id,key=item_id"`
	Item         *LineItem     `json:"item,omitempty" rel:"belongs=item_id,ondelete=none"`
}
