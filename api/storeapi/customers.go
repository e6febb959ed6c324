package storeapi

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/customerflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateCustomerRequest is what somebody says of themselves to have an account.
type CreateCustomerRequest struct {
	Email module.Opt[string] `json:"email" valid:"email"`
	UpdateCustomerRequest
}

// A UpdateCustomerRequest changes one's own account.
type UpdateCustomerRequest struct {
	CompanyName module.Opt[string]     `json:"company_name"`
	FirstName   module.Opt[string]     `json:"first_name"`
	LastName    module.Opt[string]     `json:"last_name"`
	Phone       module.Opt[string]     `json:"phone"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// A CustomerAddressRequest is one's own, new or changed.
type CustomerAddressRequest struct {
	ID                string                 `path:"address_id"`
	FirstName         module.Opt[string]     `json:"first_name"`
	LastName          module.Opt[string]     `json:"last_name"`
	Phone             module.Opt[string]     `json:"phone"`
	Company           module.Opt[string]     `json:"company"`
	Address1          module.Opt[string]     `json:"address_1"`
	Address2          module.Opt[string]     `json:"address_2"`
	City              module.Opt[string]     `json:"city"`
	CountryCode       module.Opt[string]     `json:"country_code"`
	Province          module.Opt[string]     `json:"province"`
	PostalCode        module.Opt[string]     `json:"postal_code"`
	Metadata          module.Opt[module.Map] `json:"metadata"`
	AddressName       module.Opt[string]     `json:"address_name"`
	IsDefaultShipping module.Opt[bool]       `json:"is_default_shipping" valid:"notnull"`
	IsDefaultBilling  module.Opt[bool]       `json:"is_default_billing" valid:"notnull"`
}

// model is a new address of what the request has.
func (a CustomerAddressRequest) model() customer.Address {
	return customer.Address{AddressName: a.AddressName.Ptr(), IsDefaultShipping: a.IsDefaultShipping.Value, IsDefaultBilling: a.IsDefaultBilling.Value,
		Company: a.Company.Ptr(), FirstName: a.FirstName.Ptr(), LastName: a.LastName.Ptr(), Address1: a.Address1.Ptr(), Address2: a.Address2.Ptr(),
		City: a.City.Ptr(), CountryCode: a.CountryCode.Ptr(), Province: a.Province.Ptr(), PostalCode: a.PostalCode.Ptr(), Phone: a.Phone.Ptr(),
		Metadata: a.Metadata.Value}
}

const addressFields = "id address_name company customer_id first_name last_name address_1 address_2 city province postal_code country_code phone " +
	"metadata is_default_shipping is_default_billing created_at updated_at"

// customerID is who a request comes from.
func customerID(ctx context.Context) string {
	a, _ := route.ActorFromContext(ctx)
	return a.ID
}

// A customerAPI is /store/customers.
type customerAPI struct{ flows *customerflow.Flows }

// Customers routes /store/customers: how one gets an account, and one's own. Read is nil for the query graph.
func Customers(flows *customerflow.Flows, read resource.Reader) []route.Route {
	c := customerAPI{flows}
	r := resource.Resource{
		Path: "/store/customers", Entity: "customer", RecordKey: "customer",
		Fields: "id email company_name first_name last_name phone metadata has_account deleted_at created_at updated_at *addresses",
		Allow:  append(below("addresses", addressFields), "orders"),
		Read:   read,
	}
	account, me := r, r
	account.Create = resource.Do(c.create)
	account.Options = []route.Option{route.Auth(route.Session|route.Bearer|route.Unregistered, "customer")}
	login := []route.Option{route.Auth(route.Session|route.Bearer, "customer")}
	me.Retrievable, me.Options = true, login
	me.Update = resource.Do(c.update)
	me.Actions = []resource.Action{
		resource.Post("/{id}/addresses", resource.Do(c.addAddress)),
		resource.Post("/{id}/addresses/{address_id}", resource.Do(c.updateAddress)),
	}
	addresses := resource.Resource{
		Path: "/store/customers/me/addresses", Entity: "customer_address", RecordKey: "address", ListKey: "addresses", Retrievable: true, NoLogicalFilters: true,
		Fields:  addressFields,
		Allow:   strings.Fields(addressFields),
		Filters: resource.Filters{text("q"), list("city"), list("country_code"), list("postal_code")},
		Limit:   50,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["customer_id"] = customerID(ctx)
			return nil
		},
		Read:    read,
		Options: login,
	}
	out := append(account.Routes(), addresses.Routes()...)
	return append(out, me.SelfRoutes("/store/customers/me", customerID, resource.SubRecord{Pattern: "/{id}/addresses/{address_id}", Param: "address_id",
		Object: "address", UseParentID: true, Remove: c.deleteAddress})...)
}

func (c customerAPI) create(ctx context.Context, in CreateCustomerRequest) (string, error) {
	actor, _ := route.ActorFromContext(ctx)
	if actor.ID != "" {
		return "", fault.New(fault.Invalid, "Request already authenticated as a customer.")
	}
	out, err := c.flows.CreateAccount.Run(ctx, customerflow.CreateAccountInput{AuthIdentityID: actor.AuthIdentityID, Customer: customer.Customer{
		Email: in.Email.Ptr(), CompanyName: in.CompanyName.Ptr(), FirstName: in.FirstName.Ptr(), LastName: in.LastName.Ptr(),
		Phone: in.Phone.Ptr(), Metadata: in.Metadata.Value,
	}})
	return out.ID, err
}

func (c customerAPI) update(ctx context.Context, in UpdateCustomerRequest) (string, error) {
	me := customerID(ctx)
	_, err := c.flows.Update.Run(ctx, customerflow.UpdateInput{Where: module.Filter{"id": me}, Set: module.SetFrom(in)})
	return me, err
}

func (c customerAPI) addAddress(ctx context.Context, in CustomerAddressRequest) (string, error) {
	me := customerID(ctx)
	_, err := c.flows.CreateAddresses.Run(ctx, customerflow.CreateAddressesInput{CustomerID: me, Addresses: []customer.Address{in.model()}})
	return me, err
}

// own is a filter for one of somebody's own addresses.
func (c customerAPI) own(ctx context.Context, customer, address string) (module.Filter, error) {
	filter := module.Filter{"id": address, "customer_id": customer}
	n, err := c.flows.Customer.Addresses.Count(ctx, filter)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Address with id: %s was not found", address)
	}
	return filter, err
}

func (c customerAPI) updateAddress(ctx context.Context, in CustomerAddressRequest) (string, error) {
	me := customerID(ctx)
	filter, err := c.own(ctx, me, in.ID)
	if err != nil {
		return "", err
	}
	_, err = c.flows.UpdateAddresses.Run(ctx, customerflow.UpdateInput{Where: filter, Set: module.SetFrom(in)})
	return me, err
}

func (c customerAPI) deleteAddress(ctx context.Context, customer, address string) error {
	filter, err := c.own(ctx, customer, address)
	if err != nil {
		return err
	}
	_, err = c.flows.DeleteAddresses.Run(ctx, filter)
	return err
}
