package cart

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Cart is what one buyer is about to buy. CompletedAt is set when an order has been made of it; it cannot change any more then.
type Cart struct {
	module.Model      `model:"prefix=cart,deleted=gone"`
	RegionID          *string          `json:"region_id"`
	CustomerID        *string          `json:"customer_id"`
	SalesChannelID    *string          `json:"sales_channel_id"`
	Email             *string          `json:"email"`
	CurrencyCode      string           `json:"currency_code"`
	Locale            *string          `json:"locale"`
	ShippingAddressID *string          `json:"shipping_address_id"`
	BillingAddressID  *string          `json:"billing_address_id"`
	Metadata          module.Map       `json:"metadata"`
	CompletedAt       *time.Time       `json:"completed_at"`
	ShippingAddress   *Address         `json:"shipping_address,omitempty" rel:"belongs=shipping_address_id,cascade,ondelete=set null"`
	BillingAddress    *Address         `json:"billing_address,omitempty" rel:"belongs=billing_address_id,cascade,ondelete=set null"`
	Items             []LineItem       `json:"items,omitempty" rel:"has=cart_id,cascade"`
	ShippingMethods   []ShippingMethod `json:"shipping_methods,omitempty" rel:"has=cart_id,cascade"`
	CreditLines       []CreditLine     `json:"credit_lines,omitempty" rel:"has=cart_id,cascade"`
}

// Indexes find carts by what they refer to.
func (Cart) Indexes() []module.Index {
	live := func(column string) module.Index {
		return module.Index{Name: "IDX_cart_" + column, Columns: []string{column}, Where: "deleted_at IS NULL AND " + column + " IS NOT NULL"}
	}
	return []module.Index{
		live("billing_address_id"), live("customer_id"), live("region_id"), live("sales_channel_id"), live("shipping_address_id"),
		{Name: "IDX_cart_currency_code", Columns: []string{"currency_code"}},
	}
}

// An Address is where a cart's goods or its bill go.
type Address struct {
	module.Model `model:"prefix=caaddr,deleted=gone"`
	CustomerID   *string    `json:"customer_id"`
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

// A CreditLine is an amount that a cart has already been paid by other means.
type CreditLine struct {
	module.Model `model:"prefix=cacl"`
	CartID       string        `json:"cart_id" model:"index"`
	Reference    *string       `json:"reference"`
	ReferenceID  *string       `json:"reference_id"`
	Amount       money.Decimal `json:"amount"`
	Metadata     module.Map    `json:"metadata"`
	Cart         *Cart         `json:"cart,omitempty" rel:"belongs=cart_id"`
}

// Indexes find credit lines by what they refer to.
func (CreditLine) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_cart_credit_line_reference_reference_id", Columns: []string{"reference", "reference_id"}, Where: "deleted_at IS NOT NULL"},
	}
}
