// Package customer keeps those who buy, their addresses, and the groups they are in.
package customer

import (
	"context"
	"maps"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Module keeps customers.
type Module struct {
	Customers   *module.Table[Customer]
	Addresses   *module.Table[Address]
	Groups      *module.Table[Group]
	Memberships *module.Table[Membership]
}

// New returns a module without customers.
func New() *Module {
	return &Module{
		Customers:   module.NewTable[Customer]("customer", "customers"),
		Addresses:   module.NewTable[Address]("customer_address", "customer_addresses"),
		Groups:      module.NewTable[Group]("customer_group", "customer_groups"),
		Memberships: module.NewTable[Membership]("customer_group_customer", "customer_group_customers"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Customers, m.Addresses, m.Groups, m.Memberships}
}

// CheckEmailAvailable reports whether an account, or a guest without one, may be made of an e-mail address.
func (m *Module) CheckEmailAvailable(ctx context.Context, email string, account bool) error {
	if email == "" {
		return fault.New(fault.Invalid, "Email is required to create a customer")
	}
	have, err := m.Customers.List(ctx, module.Filter{"email": module.AnyCase(email)})
	if len(have) == 0 || err != nil {
		return err
	}
	has := false
	for _, c := range have {
		has = has || c.HasAccount
	}
	switch {
	case has && account:
		return fault.New(fault.Duplicate, "Customer with this email already has an account")
	case !has && !account:
		return fault.New(fault.Duplicate, "Guest customer with this email already exists")
	}
	return nil
}

// Create saves customers and their addresses.
func (m *Module) Create(ctx context.Context, list []Customer) ([]Customer, error) {
	out, err := m.Customers.CreateMany(ctx, list)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if len(list[i].Addresses) == 0 {
			continue
		}
		if out[i].Addresses, err = m.AddAddresses(ctx, out[i].ID, list[i].Addresses); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddAddresses saves addresses of a customer. One that is a default takes that from the one before.
func (m *Module) AddAddresses(ctx context.Context, customer string, list []Address) ([]Address, error) {
	rows := make([]Address, len(list))
	copy(rows, list)
	for i := range rows {
		rows[i].CustomerID = customer
		if err := m.makeRoom(ctx, []string{customer}, rows[i].IsDefaultShipping, rows[i].IsDefaultBilling); err != nil {
			return nil, err
		}
		for j := range i {
			rows[j].IsDefaultShipping = rows[j].IsDefaultShipping && !rows[i].IsDefaultShipping
			rows[j].IsDefaultBilling = rows[j].IsDefaultBilling && !rows[i].IsDefaultBilling
		}
	}
	return m.Addresses.CreateMany(ctx, rows)
}

// makeRoom takes the defaults from the addresses that have them.
func (m *Module) makeRoom(ctx context.Context, customers []string, shipping, billing bool) error {
	for field, wanted := range map[string]bool{"is_default_shipping": shipping, "is_default_billing": billing} {
		if !wanted {
			continue
		}
		if _, err := m.Addresses.Update(ctx, module.Filter{"customer_id": customers, field: true}, module.Set{field: false}); err != nil {
			return err
		}
	}
	return nil
}

// UpdateAddresses changes the addresses that match. One that becomes a default takes that from the one before.
func (m *Module) UpdateAddresses(ctx context.Context, where module.Filter, set module.Set) ([]Address, error) {
	list, err := m.Addresses.List(ctx, where)
	if len(list) == 0 || err != nil {
		return nil, err
	}
	customers := make([]string, len(list))
	for i, a := range list {
		customers[i] = a.CustomerID
	}
	if err := m.makeRoom(ctx, customers, set["is_default_shipping"] == true, set["is_default_billing"] == true); err != nil {
		return nil, err
	}
	return change(ctx, m.Addresses, where, set, func(a Address, _ module.Set) (string, module.Map) { return a.ID, a.Metadata })
}

// RemoveAddresses deletes the addresses that match for good and returns their ids: a default that lay in the bin would keep others from
// becoming it.
func (m *Module) RemoveAddresses(ctx context.Context, where module.Filter) ([]string, error) {
	list, err := m.Addresses.List(ctx, where, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	return ids, m.Addresses.Delete(ctx, ids...)
}

// AddToGroups puts customers into groups; those who are in it already stay as they are. Unknown ones are fault.NotFound.
func (m *Module) AddToGroups(ctx context.Context, list []Membership) error {
	have, err := m.Memberships.List(ctx, among(list))
	if len(list) == 0 || err != nil {
		return err
	}
	in := map[[2]string]bool{}
	for _, v := range have {
		in[[2]string{v.CustomerID, v.CustomerGroupID}] = true
	}
	var fresh []Membership
	for _, v := range list {
		if pair := [2]string{v.CustomerID, v.CustomerGroupID}; !in[pair] {
			in[pair] = true
			fresh = append(fresh, v)
		}
	}
	_, err = m.Memberships.CreateMany(ctx, fresh)
	return err
}

// among matches memberships of any of these customers in any of these groups.
func among(list []Membership) module.Filter {
	var customers, groups []string
	for _, v := range list {
		customers, groups = append(customers, v.CustomerID), append(groups, v.CustomerGroupID)
	}
	return module.Filter{"customer_id": customers, "customer_group_id": groups}
}

// RemoveFromGroups takes customers out of groups.
func (m *Module) RemoveFromGroups(ctx context.Context, list []Membership) error {
	for _, v := range list {
		if _, err := m.Memberships.DeleteWhere(ctx, module.Filter{"customer_id": v.CustomerID, "customer_group_id": v.CustomerGroupID}); err != nil {
			return err
		}
	}
	return nil
}

// Update changes the customers that match. Metadata is merged into what each has.
func (m *Module) Update(ctx context.Context, where module.Filter, set module.Set) ([]Customer, error) {
	return change(ctx, m.Customers, where, set, func(c Customer, set module.Set) (string, module.Map) {
		if _, ok := set["email"]; ok {
			set["has_account"] = c.HasAccount // so that a duplicate can be named in full
		}
		return c.ID, c.Metadata
	})
}

// UpdateGroups changes the groups that match. Metadata is merged into what each has.
func (m *Module) UpdateGroups(ctx context.Context, where module.Filter, set module.Set) ([]Group, error) {
	return change(ctx, m.Groups, where, set, func(g Group, _ module.Set) (string, module.Map) { return g.ID, g.Metadata })
}

func change[T any](ctx context.Context, t *module.Table[T], where module.Filter, set module.Set, of func(T, module.Set) (string, module.Map)) ([]T, error) {
	list, err := t.List(ctx, where, module.FindOptions{Lock: true})
	if err != nil || len(set) == 0 {
		return list, err
	}
	patch, _ := set["metadata"].(module.Map)
	for i, v := range list {
		own := maps.Clone(set)
		id, old := of(v, own)
		if patch != nil {
			own["metadata"] = module.Map(metadata.Merge(old, patch))
		}
		if list[i], err = t.UpdateOne(ctx, id, own); err != nil {
			return nil, err
		}
	}
	return list, nil
}
