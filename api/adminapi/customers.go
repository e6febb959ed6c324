package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/customerflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateCustomerRequest is what it takes to make a customer.
type CreateCustomerRequest struct {
	Email          module.Opt[string] `json:"email" valid:"email"`
	CompanyName    module.Opt[string] `json:"company_name"`
	FirstName      module.Opt[string] `json:"first_name"`
	LastName       module.Opt[string] `json:"last_name"`
	Phone          module.Opt[string] `json:"phone"`
	Metadata       Metadata           `json:"metadata"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A UpdateCustomerRequest changes a customer.
type UpdateCustomerRequest struct {
	ID string `path:"id"`
	CreateCustomerRequest
}

// A CustomerAddressRequest is of a customer, new or changed.
type CustomerAddressRequest struct {
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
func (a CustomerAddressRequest) Model() customer.Address {
	return customer.Address{AddressName: a.AddressName.Ptr(), IsDefaultShipping: a.IsDefaultShipping.Value, IsDefaultBilling: a.IsDefaultBilling.Value,
		Company: a.Company.Ptr(), FirstName: a.FirstName.Ptr(), LastName: a.LastName.Ptr(), Address1: a.Address1.Ptr(), Address2: a.Address2.Ptr(),
		City: a.City.Ptr(), CountryCode: a.CountryCode.Ptr(), Province: a.Province.Ptr(), PostalCode: a.PostalCode.Ptr(), Phone: a.Phone.Ptr(),
		Metadata: a.Metadata.Value}
}

// AddressFields are the fields of addresses that are shown unless others are asked for.
const AddressFields = "id address_name company customer_id first_name last_name address_1 address_2 city province postal_code country_code phone " +
	"metadata created_at updated_at"

// A customerAPI is /admin/customers.
type customerAPI struct{ flows *customerflow.Flows }

// Customers routes /admin/customers, with their addresses and groups. Read is nil for the query graph.
func Customers(flows *customerflow.Flows, read resource.Reader) []route.Route {
	c := customerAPI{flows}
	groups := schema.Union(schema.ObjectOf(filterFields(times(list("id"), list("name")))...), schema.String(), schema.ArrayOf(schema.String())).Optional()
	r := resource.Resource{
		Path: "/admin/customers", Entity: "customer", RecordKey: "customer", ListKey: "customers", Retrievable: true,
		Fields: "id company_name first_name last_name email phone metadata has_account created_by created_at updated_at deleted_at",
		Filters: times(text("q"), resource.Filter{Name: "id", Schema: resource.Operators}, list("email"), resource.Filter{Name: "groups", Schema: groups},
			list("company_name"), list("first_name"), list("last_name"), resource.Filter{Name: "has_account", Schema: resource.Flag}, list("created_by")),
		Limit:                 50,
		NotFoundMessage:       "Customer with id: %s not found",
		UpdateNotFoundMessage: `Customer with id "%s" not found`,
		Create:                resource.Do(c.create),
		Update:                resource.Do(c.update),
		Delete:                c.delete,
		Prepare:               groupsByID,
		Read:                  read,
	}
	// changes of what belongs to a customer find out themselves what is missing
	below := r
	below.UpdateNotFoundMessage, below.ListKey, below.Retrievable, below.Create, below.Update, below.Delete = "", "", false, nil, nil, nil
	below.Actions = []resource.Action{
		resource.Post("/{id}/addresses", resource.Do(c.addAddress)),
		resource.Post("/{id}/addresses/{address_id}", resource.Do(c.updateAddress)),
		resource.Post("/{id}/customer-groups", resource.Do(c.groups)),
	}
	addresses := resource.Resource{
		Path: "/admin/customers/{customer_id}/addresses", Entity: "customer_address", RecordKey: "address", ListKey: "addresses", Retrievable: true, NoLogicalFilters: true,
		Fields:  AddressFields,
		Filters: resource.Filters{text("q"), list("company"), list("city"), list("country_code"), list("province"), list("postal_code")},
		Limit:   50,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["customer_id"] = route.RequestFromContext(ctx).Param("customer_id")
			return nil
		},
		Read: read,
	}
	out := append(r.Routes(), below.Routes()...)
	out = append(out, addresses.Routes()...)
	return append(out, r.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/addresses/{address_id}", Param: "address_id", Object: "customer_address",
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
		out[i] = schema.Field{Name: f.Name, Schema: f.Schema}
	}
	return out
}

func (c customerAPI) create(ctx context.Context, in CreateCustomerRequest) (string, error) {
	by := actorID(ctx)
	list, err := c.flows.Create.Run(ctx, customerflow.CreateInput{AdditionalData: in.AdditionalData, Customers: []customer.Customer{{
		Email: in.Email.Ptr(), CompanyName: in.CompanyName.Ptr(), FirstName: in.FirstName.Ptr(), LastName: in.LastName.Ptr(),
		Phone: in.Phone.Ptr(), Metadata: in.Metadata.Value, CreatedBy: &by,
	}}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (c customerAPI) update(ctx context.Context, in UpdateCustomerRequest) (string, error) {
	_, err := c.flows.Update.Run(ctx, customerflow.UpdateInput{Where: module.Filter{"id": in.ID}, Set: module.SetFrom(in), AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (c customerAPI) delete(ctx context.Context, id string) error {
	_, err := c.flows.RemoveAccount.Run(ctx, id)
	return err
}

func (c customerAPI) addAddress(ctx context.Context, in CustomerAddressRequest) (string, error) {
	_, err := c.flows.CreateAddresses.Run(ctx, customerflow.CreateAddressesInput{CustomerID: in.CustomerID, Addresses: []customer.Address{in.Model()},
		AdditionalData: in.AdditionalData})
	return in.CustomerID, err
}

func (c customerAPI) updateAddress(ctx context.Context, in CustomerAddressRequest) (string, error) {
	_, err := c.flows.UpdateAddresses.Run(ctx, customerflow.UpdateInput{Where: module.Filter{"id": in.ID, "customer_id": in.CustomerID},
		Set: module.SetFrom(in), AdditionalData: in.AdditionalData})
	return in.CustomerID, err
}

func (c customerAPI) deleteAddress(ctx context.Context, customerID, address string) error {
	_, err := c.flows.DeleteAddresses.Run(ctx, module.Filter{"id": address, "customer_id": customerID})
	return err
}

func (c customerAPI) groups(ctx context.Context, in resource.Link) (string, error) {
	return c.flows.LinkGroups.Run(ctx, customerflow.UpdateGroupsInput{CustomerID: in.ID, CreatedBy: actorID(ctx), Add: in.Add, Remove: in.Remove})
}

// A CreateCustomerGroupRequest is what it takes to make a group of customers.
type CreateCustomerGroupRequest struct {
	Name     string     `json:"name"`
	Metadata module.Map `json:"metadata" valid:"nullish"`
}

// A UpdateCustomerGroupRequest changes a group.
type UpdateCustomerGroupRequest struct {
	ID       string             `path:"id"`
	Name     module.Opt[string] `json:"name" valid:"notnull"`
	Metadata Metadata           `json:"metadata"`
}

// A groupAPI is /admin/customer-groups.
type groupAPI struct{ flows *customerflow.Flows }

// CustomerGroups routes /admin/customer-groups. Read is nil for the query graph.
func CustomerGroups(flows *customerflow.Flows, read resource.Reader) []route.Route {
	g := groupAPI{flows}
	members := times(list("id"), resource.Filter{Name: "email", Schema: resource.Operators}, list("company_name"), list("first_name"), list("last_name"), list("created_by"))
	memberFilter := schema.Union(schema.String(), schema.ArrayOf(schema.String()), schema.ObjectOf(filterFields(members)...)).Optional()
	r := resource.Resource{
		Path: "/admin/customer-groups", Entity: "customer_group", RecordKey: "customer_group", ListKey: "customer_groups", Retrievable: true,
		Fields:                "id name created_by created_at updated_at deleted_at metadata",
		Filters:               times(text("q"), list("id"), list("name"), resource.Filter{Name: "customers", Schema: memberFilter}, list("created_by")),
		Limit:                 50,
		NotFoundMessage:       "Customer group with id: %s not found",
		UpdateNotFoundMessage: `Customer group with id "%s" not found`,
		Create:                resource.Do(g.create),
		Update:                resource.Do(g.update),
		Delete:                g.delete,
		Prepare:               customersByID,
		Read:                  read,
	}
	below := r
	below.UpdateNotFoundMessage, below.ListKey, below.Retrievable, below.Create, below.Update, below.Delete = "", "", false, nil, nil, nil
	below.Actions = []resource.Action{resource.Post("/{id}/customers", resource.Do(g.members))}
	return append(r.Routes(), below.Routes()...)
}

// customersByID reads ?customers=ID as a filter of their ids.
func customersByID(_ context.Context, q *resource.Query) error {
	byKey(q.Filters, "customers")
	return nil
}

func (g groupAPI) create(ctx context.Context, in CreateCustomerGroupRequest) (string, error) {
	by := actorID(ctx)
	list, err := g.flows.CreateGroups.Run(ctx, []customer.Group{{Name: in.Name, Metadata: in.Metadata, CreatedBy: &by}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (g groupAPI) update(ctx context.Context, in UpdateCustomerGroupRequest) (string, error) {
	_, err := g.flows.UpdateGroups.Run(ctx, customerflow.UpdateInput{Where: module.Filter{"id": in.ID}, Set: module.SetFrom(in)})
	return in.ID, err
}

func (g groupAPI) delete(ctx context.Context, id string) error {
	_, err := g.flows.DeleteGroups.Run(ctx, []string{id})
	return err
}

func (g groupAPI) members(ctx context.Context, in resource.Link) (string, error) {
	return g.flows.LinkMembers.Run(ctx, customerflow.UpdateGroupsInput{GroupID: in.ID, CreatedBy: actorID(ctx), Add: in.Add, Remove: in.Remove})
}
