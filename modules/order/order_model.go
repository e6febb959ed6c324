package order

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// The statuses of an order.
const (
	StatusPending        = "pending"
	StatusCompleted      = "completed"
	StatusDraft          = "draft"
	StatusArchived       = "archived"
	StatusCanceled       = "canceled"
	StatusRequiresAction = "requires_action"
)

// An Order is what somebody has bought. Each change of its contents makes a new Version; Items and ShippingMethods are those of the current one.
type Order struct {
	module.Model      `model:"prefix=order,deleted=all"`
	RegionID          *string          `json:"region_id"`
	DisplayID         int              `json:"display_id" model:"serial,null,searchable"`
	CustomDisplayID   *string          `json:"custom_display_id" model:"searchable"`
	CustomerID        *string          `json:"customer_id"`
	Version           int              `json:"version" model:"default=1"`
	SalesChannelID    *string          `json:"sales_channel_id"`
	Status            string           `json:"status" model:"type=order_status_enum,enum=pending|completed|draft|archived|canceled|requires_action,default=pending"`
	IsDraftOrder      bool             `json:"is_draft_order" model:"default=false"`
	Email             *string          `json:"email" model:"searchable"`
	CurrencyCode      string           `json:"currency_code"`
	Locale            *string          `json:"locale"`
	ShippingAddressID *string          `json:"shipping_address_id"`
	BillingAddressID  *string          `json:"billing_address_id"`
	NoNotification    *bool            `json:"no_notification"`
	Metadata          module.Map       `json:"metadata"`
	CanceledAt        *time.Time       `json:"canceled_at"`
	ShippingAddress   *Address         `json:"shipping_address,omitempty" rel:"belongs=shipping_address_id,ondelete=set null,searchable"`
	BillingAddress    *Address         `json:"billing_address,omitempty" rel:"belongs=billing_address_id,ondelete=set null,searchable"`
	Items             []LineItem       `json:"items,omitempty" rel:"pivot=order_item,order_id,item_id"`
	ShippingMethods   []ShippingMethod `json:"shipping_methods,omitempty" rel:"pivot=order_shipping,order_id,shipping_method_id"`
	Transactions      []Transaction    `json:"transactions,omitempty" rel:"has=order_id,cascade"`
	CreditLines       []CreditLine     `json:"credit_lines,omitempty" rel:"has=order_id,cascade"`
	Changes           []Change         `json:"changes,omitempty" rel:"has=order_id,cascade"`
	OrderSummary      *Summary         `json:"order_summary,omitempty" rel:"has=order_id"`
	Returns           []Return         `json:"returns,omitempty" rel:"has=order_id"`
}

// Indexes find orders by what they refer to.
func (Order) Indexes() []module.Index {
	live := func(column string) module.Index {
		return module.Index{Name: "IDX_order_" + column, Columns: []string{column}, Where: "deleted_at IS NULL"}
	}
	list := []module.Index{{Name: "IDX_order_custom_display_id", Columns: []string{"custom_display_id"}, Unique: true, Where: "deleted_at IS NULL"}}
	for _, c := range []string{"billing_address_id", "currency_code", "customer_id", "display_id", "is_draft_order", "region_id", "sales_channel_id", "shipping_address_id"} {
		list = append(list, live(c))
	}
	return list
}

// filled are indexes of columns that few records have.
func filled(columns ...string) []module.Index {
	list := make([]module.Index, len(columns))
	for i, c := range columns {
		list[i] = module.Index{Columns: []string{c}, Where: c + " IS NOT NULL"}
	}
	return list
}

// An Address is where an order's goods or its bill go.
type Address struct {
	module.Model `model:"prefix=ordaddr"`
	CustomerID   *string    `json:"customer_id"`
	Company      *string    `json:"company" model:"searchable"`
	FirstName    *string    `json:"first_name" model:"searchable"`
	LastName     *string    `json:"last_name" model:"searchable"`
	Address1     *string    `json:"address_1" model:"searchable"`
	Address2     *string    `json:"address_2" model:"searchable"`
	City         *string    `json:"city" model:"searchable"`
	CountryCode  *string    `json:"country_code"`
	Province     *string    `json:"province" model:"searchable"`
	PostalCode   *string    `json:"postal_code" model:"searchable"`
	Phone        *string    `json:"phone" model:"searchable"`
	Metadata     module.Map `json:"metadata"`
}

// Indexes find the addresses of a customer.
func (Address) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_order_address_customer_id", Columns: []string{"customer_id"}}}
}

// A Summary keeps what one version of an order costs, and what of that is paid.
type Summary struct {
	module.Model `model:"prefix=ordsum,deleted=gone"`
	OrderID      string      `json:"order_id"`
	Version      int         `json:"version" model:"default=1"`
	Totals       module.JSON `json:"totals" model:"null"`
	Order        *Order      `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
}

// Indexes find the summary of a version.
func (Summary) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_order_summary_order_id_version", Columns: []string{"order_id", "version"}, Where: "deleted_at IS NULL"}}
}

// A Transaction is money that came in for an order, or, when negative, went back. Its reference says what moved it: "capture" or "refund".
type Transaction struct {
	module.Model `model:"prefix=ordtrx,deleted=none"`
	OrderID      string        `json:"order_id" model:"index"`
	Version      int           `json:"version" model:"default=1"`
	Amount       money.Decimal `json:"amount"`
	CurrencyCode string        `json:"currency_code" model:"index"`
	Reference    *string       `json:"reference"`
	ReferenceID  *string       `json:"reference_id" model:"index"`
	ReturnID     *string       `json:"return_id"`
	ClaimID      *string       `json:"claim_id"`
	ExchangeID   *string       `json:"exchange_id"`
	Order        *Order        `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
	Return       *Return       `json:"return,omitempty" rel:"belongs=return_id,ondelete=none"`
	Claim        *Claim        `json:"claim,omitempty" rel:"belongs=claim_id,ondelete=none"`
	Exchange     *Exchange     `json:"exchange,omitempty" rel:"belongs=exchange_id,ondelete=none"`
}

// Indexes find the transactions of a version, and of what brought them.
func (Transaction) Indexes() []module.Index {
	return append(filled("return_id", "claim_id", "exchange_id"), module.Index{Columns: []string{"order_id", "version"}})
}

// A CreditLine is an amount that an order costs less.
type CreditLine struct {
	module.Model `model:"prefix=ordcl,deleted=gone"`
	OrderID      string        `json:"order_id" model:"index"`
	Version      int           `json:"version" model:"default=1"`
	Reference    *string       `json:"reference"`
	ReferenceID  *string       `json:"reference_id"`
	Amount       money.Decimal `json:"amount"`
	Metadata     module.Map    `json:"metadata"`
	Order        *Order        `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
}

// Indexes find the credit of a version.
func (CreditLine) Indexes() []module.Index {
	return []module.Index{{Columns: []string{"order_id", "version"}}}
}
