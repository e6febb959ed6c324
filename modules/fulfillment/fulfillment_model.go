package fulfillment

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Fulfillment is a parcel: which items go where, and how far they have come.
type Fulfillment struct {
	module.Model      `model:"prefix=ful,deleted=gone"`
	LocationID        string          `json:"location_id" model:"index"`
	PackedAt          *time.Time      `json:"packed_at"`
	ShippedAt         *time.Time      `json:"shipped_at"`
	DeliveredAt       *time.Time      `json:"delivered_at"`
	CanceledAt        *time.Time      `json:"canceled_at"`
	Data              module.Map      `json:"data"`
	ProviderID        *string         `json:"provider_id"`
	ShippingOptionID  *string         `json:"shipping_option_id" model:"index"`
	Metadata          module.Map      `json:"metadata"`
	DeliveryAddressID *string         `json:"delivery_address_id"`
	MarkedShippedBy   *string         `json:"marked_shipped_by"`
	CreatedBy         *string         `json:"created_by"`
	RequiresShipping  bool            `json:"requires_shipping" model:"default=true"`
	Items             []Item          `json:"items,omitempty" rel:"has=fulfillment_id,cascade"`
	Labels            []Label         `json:"labels,omitempty" rel:"has=fulfillment_id,cascade"`
	Provider          *ProviderRecord `json:"provider,omitempty" rel:"belongs=provider_id,ondelete=set null,stub"`
	ShippingOption    *ShippingOption `json:"shipping_option,omitempty" rel:"belongs=shipping_option_id,ondelete=set null,stub"`
	DeliveryAddress   *Address        `json:"delivery_address,omitempty" rel:"belongs=delivery_address_id,ondelete=set null,stub"`
}

// An Item is how much of a line is in a fulfillment.
type Item struct {
	module.Model    `model:"prefix=fulit,deleted=gone"`
	Title           string        `json:"title"`
	SKU             string        `json:"sku"`
	Barcode         string        `json:"barcode"`
	Quantity        money.Decimal `json:"quantity"`
	LineItemID      *string       `json:"line_item_id" model:"index"`
	InventoryItemID *string       `json:"inventory_item_id" model:"index"`
	FulfillmentID   string        `json:"fulfillment_id" model:"index"`
	Fulfillment     *Fulfillment  `json:"fulfillment,omitempty" rel:"belongs=fulfillment_id,ondelete=cascade"`
}

// A Label lets a parcel be followed.
type Label struct {
	module.Model   `model:"prefix=fulla,deleted=gone"`
	TrackingNumber string       `json:"tracking_number"`
	TrackingURL    string       `json:"tracking_url"`
	LabelURL       string       `json:"label_url"`
	FulfillmentID  string       `json:"fulfillment_id" model:"index"`
	Fulfillment    *Fulfillment `json:"fulfillment,omitempty" rel:"belongs=fulfillment_id,ondelete=cascade"`
}

// An Address is where a parcel goes.
type Address struct {
	module.Model `model:"prefix=fuladdr,deleted=gone"`
	Company      *string    `json:"company"`
	FirstName    *string    `json:"first_name"`
	LastName     *string    `json:"last_name"`
	Address1     *string    `json:"address_1"`
	Address2     *string    `json:"address_2"`
	City         *string    `json:"city"`
	CountryCode  *string    `json:"country_code"`
	Province     *string    `json:"province"`
	PostalCode   *string    `json:"postal_code"`
	Phone        *string    `json:"phone"`
	Metadata     module.Map `json:"metadata"`
}

// A ProviderRecord says that a provider is installed.
type ProviderRecord struct {
	module.Model `model:"prefix=serpro"`
	IsEnabled    bool `json:"is_enabled" model:"default=true"`
}
