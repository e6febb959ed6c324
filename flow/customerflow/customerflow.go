// Package customerflow has the workflows of customers, their accounts, addresses and groups.
package customerflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to customers.
const (
	Created = event.Topic[event.ID]("customer.created")
	Updated = event.Topic[event.ID]("customer.updated")
	Deleted = event.Topic[event.ID]("customer.deleted")
)

// CreateInput are new customers, with data for the hooks.
type CreateInput struct {
	Customers      []customer.Customer `json:"customers"`
	AdditionalData module.Map          `json:"additional_data"`
}

// A UpdateInput of the records that match Where.
type UpdateInput struct {
	Where          module.Filter `json:"where"`
	Set            module.Set    `json:"set"`
	AdditionalData module.Map    `json:"additional_data"`
}

// A CreateAccountInput is a customer who can log in with an identity.
type CreateAccountInput struct {
	AuthIdentityID string            `json:"auth_identity_id"`
	Customer       customer.Customer `json:"customer"`
}

// CreateAddressesInput of one customer.
type CreateAddressesInput struct {
	CustomerID     string             `json:"customer_id"`
	Addresses      []customer.Address `json:"addresses"`
	AdditionalData module.Map         `json:"additional_data"`
}

// A UpdateGroupsInput ties customers to groups and apart: of a group when GroupID is set, then Add and Remove are customers, else of CustomerID.
type UpdateGroupsInput struct {
	GroupID    string   `json:"group_id"`
	CustomerID string   `json:"customer_id"`
	CreatedBy  string   `json:"created_by"`
	Add        []string `json:"add"`
	Remove     []string `json:"remove"`
}

// Done is what hooks are told.
type (
	Customers struct {
		Customers      []customer.Customer `json:"customers"`
		AdditionalData module.Map          `json:"additional_data"`
	}
	Addresses struct {
		Addresses      []customer.Address `json:"addresses"`
		AdditionalData module.Map         `json:"additional_data"`
	}
	IDs struct {
		IDs []string `json:"ids"`
	}
)

// Flows are the workflows of customers.
type Flows struct {
	Customer *customer.Module
	Auth     *auth.Module

	Create        *workflow.Workflow[CreateInput, []customer.Customer]
	Update        *workflow.Workflow[UpdateInput, []customer.Customer]
	Delete        *workflow.Workflow[[]string, []string]
	CreateAccount *workflow.Workflow[CreateAccountInput, customer.Customer]
	RemoveAccount *workflow.Workflow[string, string]

	CreateAddresses *workflow.Workflow[CreateAddressesInput, []customer.Address]
	UpdateAddresses *workflow.Workflow[UpdateInput, []customer.Address]
	DeleteAddresses *workflow.Workflow[module.Filter, []string]

	CreateGroups *workflow.Workflow[[]customer.Group, []customer.Group]
	UpdateGroups *workflow.Workflow[UpdateInput, []customer.Group]
	DeleteGroups *workflow.Workflow[[]string, []string]
	LinkGroups   *workflow.Workflow[UpdateGroupsInput, string] // of one customer
	LinkMembers  *workflow.Workflow[UpdateGroupsInput, string] // of one group

	CustomersCreated, CustomersUpdated workflow.Hook[Customers]
	AddressesCreated, AddressesUpdated workflow.Hook[Addresses]
	CustomersDeleted, AddressesDeleted workflow.Hook[IDs]
}

// New returns the workflows of a module's customers, whose logins are in a.
func New(c *customer.Module, a *auth.Module) *Flows {
	f := &Flows{Customer: c, Auth: a}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-customers", f.create, atomic)
	f.Update = workflow.New("update-customers", f.update, atomic)
	f.Delete = workflow.New("delete-customers", f.delete, atomic)
	f.CreateAccount = workflow.New("create-customer-account", f.createAccount, atomic)
	f.RemoveAccount = workflow.New("remove-customer-account", f.removeAccount, atomic)
	f.CreateAddresses = workflow.New("create-customer-addresses", f.createAddresses, atomic)
	f.UpdateAddresses = workflow.New("update-customer-addresses", f.updateAddresses, atomic)
	f.DeleteAddresses = workflow.New("delete-customer-addresses", f.deleteAddresses, atomic)
	f.CreateGroups = workflow.New("create-customer-groups", f.createGroups, atomic, workflow.DecodeInput(groupsOnWire))
	f.UpdateGroups = workflow.New("update-customer-groups", f.updateGroups, atomic)
	f.DeleteGroups = workflow.New("delete-customer-groups", f.deleteGroups, atomic)
	f.LinkGroups = workflow.New("link-customer-groups-to-customer", f.linkGroups, atomic)
	f.LinkMembers = workflow.New("link-customers-to-customer-group", f.linkMembers, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.CreateAccount, f.RemoveAccount, f.CreateAddresses, f.UpdateAddresses,
		f.DeleteAddresses, f.CreateGroups, f.UpdateGroups, f.DeleteGroups, f.LinkGroups, f.LinkMembers}
}

// tell emits one event for each record.
func tell[T any](ctx workflow.Context, topic event.Topic[event.ID], list []T, id func(T) string) error {
	for _, v := range list {
		if err := workflow.Emit(ctx, topic, event.ID{ID: id(v)}); err != nil {
			return err
		}
	}
	return nil
}

func idOf(c customer.Customer) string { return c.ID }

func (f *Flows) create(ctx workflow.Context, in CreateInput) ([]customer.Customer, error) {
	out, err := workflow.Step(ctx, "create-customers", f.Customer.Create, in.Customers)
	if err != nil {
		return nil, err
	}
	if err := tell(ctx, Created, out, idOf); err != nil {
		return nil, err
	}
	return out, f.CustomersCreated.Run(ctx, Customers{out, in.AdditionalData})
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) ([]customer.Customer, error) {
	out, err := workflow.Step(ctx, "update-customer", func(ctx context.Context, in UpdateInput) ([]customer.Customer, error) {
		return f.Customer.Update(ctx, in.Where, in.Set)
	}, in)
	if err != nil {
		return nil, err
	}
	if err := tell(ctx, Updated, out, idOf); err != nil {
		return nil, err
	}
	return out, f.CustomersUpdated.Run(ctx, Customers{out, in.AdditionalData})
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-customers", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.Customer.Customers.SoftDelete(ctx, ids...)
	}, ids)
	if err != nil {
		return nil, err
	}
	if err := tell(ctx, Deleted, ids, func(id string) string { return id }); err != nil {
		return nil, err
	}
	return ids, f.CustomersDeleted.Run(ctx, IDs{ids})
}

func (f *Flows) createAccount(ctx workflow.Context, in CreateAccountInput) (c customer.Customer, err error) {
	email := ""
	if in.Customer.Email != nil {
		email = *in.Customer.Email
	}
	_, err = workflow.Step(ctx, "validate-customer-account-creation", func(ctx context.Context, email string) (bool, error) {
		return true, f.Customer.CheckEmailAvailable(ctx, email, in.AuthIdentityID != "")
	}, email)
	if err != nil {
		return c, err
	}
	in.Customer.HasAccount = in.AuthIdentityID != ""
	out, err := f.Create.Run(ctx, CreateInput{Customers: []customer.Customer{in.Customer}})
	if err != nil {
		return c, err
	}
	_, err = workflow.Step(ctx, "set-auth-app-metadata", f.Auth.LinkActor, auth.ActorLink{AuthIdentityID: in.AuthIdentityID, ActorType: "customer", ActorID: out[0].ID})
	return out[0], err
}

func (f *Flows) removeAccount(ctx workflow.Context, id string) (string, error) {
	if _, err := f.Delete.Run(ctx, []string{id}); err != nil {
		return "", err
	}
	_, err := workflow.Step(ctx, "remove-auth-identity", func(ctx context.Context, id string) (bool, error) {
		return true, f.Auth.UnlinkActor(ctx, auth.ActorLink{ActorType: "customer", ActorID: id})
	}, id)
	return id, err
}

func (f *Flows) createAddresses(ctx workflow.Context, in CreateAddressesInput) ([]customer.Address, error) {
	out, err := workflow.Step(ctx, "create-customer-addresses", func(ctx context.Context, in CreateAddressesInput) ([]customer.Address, error) {
		return f.Customer.AddAddresses(ctx, in.CustomerID, in.Addresses)
	}, in)
	if err != nil {
		return nil, err
	}
	return out, f.AddressesCreated.Run(ctx, Addresses{out, in.AdditionalData})
}

func (f *Flows) updateAddresses(ctx workflow.Context, in UpdateInput) ([]customer.Address, error) {
	out, err := workflow.Step(ctx, "update-customer-addresses", func(ctx context.Context, in UpdateInput) ([]customer.Address, error) {
		return f.Customer.UpdateAddresses(ctx, in.Where, in.Set)
	}, in)
	if err != nil {
		return nil, err
	}
	return out, f.AddressesUpdated.Run(ctx, Addresses{out, in.AdditionalData})
}

func (f *Flows) deleteAddresses(ctx workflow.Context, where module.Filter) ([]string, error) {
	ids, err := workflow.Step(ctx, "delete-customer-addresses", f.Customer.RemoveAddresses, where)
	if err != nil {
		return nil, err
	}
	return ids, f.AddressesDeleted.Run(ctx, IDs{ids})
}

// groupDrafts is what Medusa's callers give to create-customer-groups.
type groupDrafts struct {
	Groups *[]customer.Group `json:"customersData"`
}

func groupsOnWire(in groupDrafts) ([]customer.Group, error) {
	if in.Groups == nil {
		return nil, fault.New(fault.Invalid, "customersData is required")
	}
	return *in.Groups, nil
}

func (f *Flows) createGroups(ctx workflow.Context, list []customer.Group) ([]customer.Group, error) {
	return workflow.Step(ctx, "create-customer-groups", f.Customer.Groups.CreateMany, list)
}

func (f *Flows) updateGroups(ctx workflow.Context, in UpdateInput) ([]customer.Group, error) {
	return workflow.Step(ctx, "update-customer-groups", func(ctx context.Context, in UpdateInput) ([]customer.Group, error) {
		return f.Customer.UpdateGroups(ctx, in.Where, in.Set)
	}, in)
}

func (f *Flows) deleteGroups(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-customer-groups", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Customer.Groups.SoftDelete(ctx, ids...)
	}, ids)
}

func (f *Flows) linkGroups(ctx workflow.Context, in UpdateGroupsInput) (string, error) {
	pair := func(group string) customer.Membership { return f.pair(in, in.CustomerID, group) }
	return in.CustomerID, f.link(ctx, in, pair)
}

func (f *Flows) linkMembers(ctx workflow.Context, in UpdateGroupsInput) (string, error) {
	pair := func(customerID string) customer.Membership { return f.pair(in, customerID, in.GroupID) }
	return in.GroupID, f.link(ctx, in, pair)
}

func (f *Flows) pair(in UpdateGroupsInput, customerID, groupID string) customer.Membership {
	v := customer.Membership{CustomerID: customerID, CustomerGroupID: groupID}
	if in.CreatedBy != "" {
		v.CreatedBy = &in.CreatedBy
	}
	return v
}

func (f *Flows) link(ctx workflow.Context, in UpdateGroupsInput, pair func(string) customer.Membership) error {
	if in.CustomerID == "" && in.GroupID == "" {
		return fault.New(fault.Invalid, "A customer or a group is required")
	}
	each := func(ids []string) (list []customer.Membership) {
		for _, id := range ids {
			list = append(list, pair(id))
		}
		return list
	}
	for _, s := range []struct {
		name string
		do   func(context.Context, []customer.Membership) error
		list []customer.Membership
	}{
		{"link-customers-to-customer-group", f.Customer.AddToGroups, each(in.Add)},
		{"unlink-customers-from-customer-group", f.Customer.RemoveFromGroups, each(in.Remove)},
	} {
		_, err := workflow.Step(ctx, s.name, func(ctx context.Context, list []customer.Membership) (int, error) { return len(list), s.do(ctx, list) }, s.list)
		if err != nil {
			return err
		}
	}
	return nil
}
