package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/customer"
	"github.com/gorgon-commerce/gorgon/module"
	buyers "github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewCustomer is what it takes to make a customer.
type NewCustomer struct {
	Email          module.Opt[string] `json:"email" valid:"email"`
	CompanyName    module.Opt[string] `json:"company_name"`
	FirstName      module.Opt[string] `json:"first_name"`
	LastName       module.Opt[string] `json:"last_name"`
	Phone          module.Opt[string] `json:"phone"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A CustomerPatch changes a customer.
type CustomerPatch struct {
	ID string `path:"id"`
	NewCustomer
}

// An Address is of a customer, new or changed.
type Address struct {
	CustomerID        string             `path:"id"`
	ID                string             `path:"address_id"`
	AddressName       module.Opt[string] `json:"address_name"`
	IsDefaultShipping module.Opt[bool]   `json:"is_default_shipping" valid:"notnull"`
	IsDefaultBilling  module.Opt[bool]   `json:"is_default_billing" valid:"notnull"`
	Company           module.Opt[string] `json:"company"`
	FirstName         module.Opt[string] `json:"first_name"`
	LastName          module.Opt[string] `json:"last_name"`
	Address1          module.Opt[string] `json:"address_1"`
	Address2          module.Opt[string] `json:"address_2"`
	City              module.Opt[string] `json:"city"`
	CountryCode       module.Opt[string] `json:"country_code"`
	Province          module.Opt[string] `json:"province"`
	PostalCode        module.Opt[string] `json:"postal_code"`
	Phone             module.Opt[string] `json:"phone"`
	Metadata          Metadata           `json:"metadata"`
	AdditionalData    module.Map         `json:"additional_data" valid:"nullish"`
}

// Model is a new address of what the request has.
func (a Address) Model() buyers.Address {
	return buyers.Address{AddressName: a.AddressName.Ptr(), IsDefaultShipping: a.IsDefaultShipping.Value, IsDefaultBilling: a.IsDefaultBilling.Value,
		Company: a.Company.Ptr(), FirstName: a.FirstName.Ptr(), LastName: a.LastName.Ptr(), Address1: a.Address1.Ptr(), Address2: a.Address2.Ptr(),
		City: a.City.Ptr(), CountryCode: a.CountryCode.Ptr(), Province: a.Province.Ptr(), PostalCode: a.PostalCode.Ptr(), Phone: a.Phone.Ptr(),
		Metadata: a.Metadata.Value}
}

// AddressFields are the fields of addresses that are shown unless others are asked for.
const AddressFields = "id address_name company customer_id first_name last_name address_1 address_2 city province postal_code country_code phone " +
	"metadata created_at updated_at"

// A customerAPI is /admin/customers.
type customerAPI struct{ flows *customer.Flows }

// Customers routes /admin/customers, with their addresses and groups. Read is nil for the query graph.
func Customers(flows *customer.Flows, read resource.Reader) []route.Route {
	c := customerAPI{flows}
	groups := schema.Union(schema.ObjectOf(filterFields(times(list("id"), list("name")))...), schema.String(), schema.ArrayOf(schema.String())).Optional()
	r := resource.Resource{
		Path: "/admin/customers", Entity: "customer", One: "customer", Many: "customers", Singular: true,
		Fields: "id company_name first_name last_name email phone metadata has_account created_by created_at updated_at deleted_at",
		Filters: times(text("q"), resource.Filter{Name: "id", Kind: resource.Operators}, list("email"), resource.Filter{Name: "groups", Kind: groups},
			list("company_name"), list("first_name"), list("last_name"), resource.Filter{Name: "has_account", Kind: resource.Flag}, list("created_by")),
		Limit:         50,
		Missing:       "Customer with id: %s not found",
		MissingUpdate: `Customer with id "%s" not found`,
		Create:        resource.Do(c.create),
		Update:        resource.Do(c.update),
		Delete:        c.delete,
		Prepare:       groupsByID,
		Read:          read,
	}
	// changes of what belongs to a customer find out themselves what is missing
	below := r
	below.MissingUpdate, below.Many, below.Singular, below.Create, below.Update, below.Delete = "", "", false, nil, nil, nil
	below.Actions = []resource.Action{
		resource.Post("/{id}/addresses", resource.Do(c.addAddress)),
		resource.Post("/{id}/addresses/{address_id}", resource.Do(c.updateAddress)),
		resource.Post("/{id}/customer-groups", resource.Do(c.groups)),
	}
	addresses := resource.Resource{
		Path: "/admin/customers/{customer_id}/addresses", Entity: "customer_address", One: "address", Many: "addresses", Singular: true, Plain: true,
		Fields:  AddressFields,
		Filters: resource.Filters{text("q"), list("company"), list("city"), list("country_code"), list("province"), list("postal_code")},
		Limit:   50,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["customer_id"] = route.From(ctx).Param("customer_id")
			return nil
		},
		Read: read,
	}
	out := append(r.Routes(), below.Routes()...)
	out = append(out, addresses.Routes()...)
	return append(out, r.DeleteParts(resource.Part{Pattern: "/{id}/addresses/{address_id}", Param: "address_id", Object: "customer_address",
		Remove: c.deleteAddress})...)
}

// groupsByID reads ?groups=ID as a filter of their ids.
func groupsByID(_ context.Context, q *resource.Query) error {
	byKey(q.Filters, "groups")
	return nil
}

// byKey makes the filter of a relation by ids alone one by the related records' ids, at any depth.
func byKey(filters map[string]any, relation string) {
	switch v := filters[relation].(type) {
	case string, []any, []string:
		filters[relation] = map[string]any{"id": v}
	}
	for _, k := range []string{"$and", "$or"} {
		branches, _ := filters[k].([]any)
		for _, b := range branches {
			if f, ok := b.(map[string]any); ok {
				byKey(f, relation)
			}
		}
	}
}

// filterFields are filters as fields of a nested one.
func filterFields(filters resource.Filters) []schema.Field {
	out := make([]schema.Field, len(filters))
	for i, f := range filters {
		out[i] = schema.Field{Name: f.Name, Schema: f.Kind}
	}
	return out
}

func (c customerAPI) create(ctx context.Context, in NewCustomer) (string, error) {
	by := actorID(ctx)
	list, err := c.flows.Create.Run(ctx, customer.Drafts{AdditionalData: in.AdditionalData, Customers: []buyers.Customer{{
		Email: in.Email.Ptr(), CompanyName: in.CompanyName.Ptr(), FirstName: in.FirstName.Ptr(), LastName: in.LastName.Ptr(),
		Phone: in.Phone.Ptr(), Metadata: in.Metadata.Value, CreatedBy: &by,
	}}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (c customerAPI) update(ctx context.Context, in CustomerPatch) (string, error) {
	_, err := c.flows.Update.Run(ctx, customer.Change{Where: module.Filter{"id": in.ID}, Set: module.SetOf(in), AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (c customerAPI) delete(ctx context.Context, id string) error {
	_, err := c.flows.RemoveAccount.Run(ctx, id)
	return err
}

func (c customerAPI) addAddress(ctx context.Context, in Address) (string, error) {
	_, err := c.flows.CreateAddresses.Run(ctx, customer.NewAddresses{CustomerID: in.CustomerID, Addresses: []buyers.Address{in.Model()},
		AdditionalData: in.AdditionalData})
	return in.CustomerID, err
}

func (c customerAPI) updateAddress(ctx context.Context, in Address) (string, error) {
	_, err := c.flows.UpdateAddresses.Run(ctx, customer.Change{Where: module.Filter{"id": in.ID, "customer_id": in.CustomerID},
		Set: module.SetOf(in), AdditionalData: in.AdditionalData})
	return in.CustomerID, err
}

func (c customerAPI) deleteAddress(ctx context.Context, who, address string) error {
	_, err := c.flows.DeleteAddresses.Run(ctx, module.Filter{"id": address, "customer_id": who})
	return err
}

func (c customerAPI) groups(ctx context.Context, in resource.Link) (string, error) {
	return c.flows.LinkGroups.Run(ctx, customer.Membership{CustomerID: in.ID, CreatedBy: actorID(ctx), Add: in.Add, Remove: in.Remove})
}

// A NewCustomerGroup is what it takes to make a group of customers.
type NewCustomerGroup struct {
	Name     string     `json:"name"`
	Metadata module.Map `json:"metadata" valid:"nullish"`
}

// A CustomerGroupPatch changes a group.
type CustomerGroupPatch struct {
	ID       string             `path:"id"`
	Name     module.Opt[string] `json:"name" valid:"notnull"`
	Metadata Metadata           `json:"metadata"`
}

// A groupAPI is /admin/customer-groups.
type groupAPI struct{ flows *customer.Flows }

// CustomerGroups routes /admin/customer-groups. Read is nil for the query graph.
func CustomerGroups(flows *customer.Flows, read resource.Reader) []route.Route {
	g := groupAPI{flows}
	members := times(list("id"), resource.Filter{Name: "email", Kind: resource.Operators}, list("company_name"), list("first_name"), list("last_name"), list("created_by"))
	who := schema.Union(schema.String(), schema.ArrayOf(schema.String()), schema.ObjectOf(filterFields(members)...)).Optional()
	r := resource.Resource{
		Path: "/admin/customer-groups", Entity: "customer_group", One: "customer_group", Many: "customer_groups", Singular: true,
		Fields:        "id name created_by created_at updated_at deleted_at metadata",
		Filters:       times(text("q"), list("id"), list("name"), resource.Filter{Name: "customers", Kind: who}, list("created_by")),
		Limit:         50,
		Missing:       "Customer group with id: %s not found",
		MissingUpdate: `Customer group with id "%s" not found`,
		Create:        resource.Do(g.create),
		Update:        resource.Do(g.update),
		Delete:        g.delete,
		Prepare:       customersByID,
		Read:          read,
	}
	below := r
	below.MissingUpdate, below.Many, below.Singular, below.Create, below.Update, below.Delete = "", "", false, nil, nil, nil
	below.Actions = []resource.Action{resource.Post("/{id}/customers", resource.Do(g.members))}
	return append(r.Routes(), below.Routes()...)
}

// customersByID reads ?customers=ID as a filter of their ids.
func customersByID(_ context.Context, q *resource.Query) error {
	byKey(q.Filters, "customers")
	return nil
}

func (g groupAPI) create(ctx context.Context, in NewCustomerGroup) (string, error) {
	by := actorID(ctx)
	list, err := g.flows.CreateGroups.Run(ctx, []buyers.Group{{Name: in.Name, Metadata: in.Metadata, CreatedBy: &by}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (g groupAPI) update(ctx context.Context, in CustomerGroupPatch) (string, error) {
	_, err := g.flows.UpdateGroups.Run(ctx, customer.Change{Where: module.Filter{"id": in.ID}, Set: module.SetOf(in)})
	return in.ID, err
}

func (g groupAPI) delete(ctx context.Context, id string) error {
	_, err := g.flows.DeleteGroups.Run(ctx, []string{id})
	return err
}

func (g groupAPI) members(ctx context.Context, in resource.Link) (string, error) {
	return g.flows.LinkMembers.Run(ctx, customer.Membership{GroupID: in.ID, CreatedBy: actorID(ctx), Add: in.Add, Remove: in.Remove})
}
