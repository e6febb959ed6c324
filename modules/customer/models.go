package customer

import "github.com/gorgon-commerce/gorgon/module"

// A Customer buys. Those with an account can log in; an e-mail address may have one customer with and one without.
type Customer struct {
	module.Model `model:"prefix=cus"`
	CompanyName  *string    `json:"company_name" model:"searchable"`
	FirstName    *string    `json:"first_name" model:"searchable"`
	LastName     *string    `json:"last_name" model:"searchable"`
	Email        *string    `json:"email" model:"searchable"`
	Phone        *string    `json:"phone" model:"searchable"`
	HasAccount   bool       `json:"has_account" model:"default=false"`
	Metadata     module.Map `json:"metadata"`
	CreatedBy    *string    `json:"created_by"`
	Addresses    []Address  `json:"addresses,omitempty" rel:"has=customer_id,cascade"`
	Groups       []Group    `json:"groups,omitempty" rel:"pivot=customer_group_customer,customer_id,customer_group_id"`
}

// Indexes keep an e-mail address to one customer with an account and one without.
func (Customer) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_customer_email_has_account_unique", Columns: []string{"email", "has_account"}, Unique: true, Where: "deleted_at IS NULL"}}
}

// An Address is where a customer gets goods or bills. At most one is the default for each.
type Address struct {
	module.Model      `model:"prefix=cuaddr"`
	CustomerID        string     `json:"customer_id"`
	AddressName       *string    `json:"address_name" model:"searchable"`
	IsDefaultShipping bool       `json:"is_default_shipping" model:"default=false"`
	IsDefaultBilling  bool       `json:"is_default_billing" model:"default=false"`
	Company           *string    `json:"company" model:"searchable"`
	FirstName         *string    `json:"first_name" model:"searchable"`
	LastName          *string    `json:"last_name" model:"searchable"`
	Address1          *string    `json:"address_1" model:"searchable"`
	Address2          *string    `json:"address_2" model:"searchable"`
	City              *string    `json:"city" model:"searchable"`
	CountryCode       *string    `json:"country_code"`
	Province          *string    `json:"province" model:"searchable"`
	PostalCode        *string    `json:"postal_code" model:"searchable"`
	Phone             *string    `json:"phone"`
	Metadata          module.Map `json:"metadata"`
	Customer          *Customer  `json:"customer,omitempty" rel:"belongs=customer_id,ondelete=cascade"`
}

// Indexes keep the defaults to one each.
func (Address) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_customer_address_customer_id", Columns: []string{"customer_id"}},
		{Name: "IDX_customer_address_unique_customer_billing", Columns: []string{"customer_id"}, Unique: true, Where: "is_default_billing = true"},
		{Name: "IDX_customer_address_unique_customer_shipping", Columns: []string{"customer_id"}, Unique: true, Where: "is_default_shipping = true"},
	}
}

// A Group of customers, to give prices and promotions to.
type Group struct {
	module.Model `model:"prefix=cusgroup"`
	Name         string     `json:"name" model:"searchable,unique"`
	Metadata     module.Map `json:"metadata"`
	CreatedBy    *string    `json:"created_by"`
	Customers    []Customer `json:"customers,omitempty" rel:"pivot=customer_group_customer,customer_group_id,customer_id"`
}

// A Membership puts a customer into a group.
type Membership struct {
	module.Model    `model:"prefix=cusgc"`
	CustomerID      string     `json:"customer_id"`
	CustomerGroupID string     `json:"customer_group_id" model:"index"`
	Metadata        module.Map `json:"metadata"`
	CreatedBy       *string    `json:"created_by"`
	Customer        *Customer  `json:"customer,omitempty" rel:"belongs=customer_id,ondelete=cascade"`
	Group           *Group     `json:"customer_group,omitempty" rel:"belongs=customer_group_id,ondelete=cascade"`
}

// Indexes has Medusa's index of customers.
func (Membership) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_customer_group_customer_customer_id", Columns: []string{"customer_id"}}}
}
