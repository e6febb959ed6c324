package paymentflow

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A customerInfo is who pays, as providers are told.
type customerInfo struct {
	ID          string                  `json:"id"`
	Email       *string                 `json:"email"`
	CompanyName *string                 `json:"company_name"`
	FirstName   *string                 `json:"first_name"`
	LastName    *string                 `json:"last_name"`
	Phone       *string                 `json:"phone"`
	Metadata    module.Map              `json:"metadata"`
	Addresses   []customer.Address      `json:"addresses"`
	Accounts    []payment.AccountHolder `json:"account_holders"`
	Billing     *customer.Address       `json:"billing_address,omitempty"`
}

// addCustomer tells the provider of a session who pays, and which account they have there. Who has none yet gets one, where the provider keeps accounts.
func (f *Flows) addCustomer(ctx workflow.Context, d payment.CreateSessionInput) (payment.CreateSessionInput, error) {
	if d.CustomerID == "" {
		return d, nil
	}
	info, err := workflow.Step(ctx, "get-customer", f.buyer, d.CustomerID)
	if err != nil {
		return d, err
	}
	customerData, err := asMap(info)
	if err != nil {
		return d, err
	}
	add := module.Map{"customer": customerData}
	account, err := f.account(ctx, info, customerData, d.ProviderID)
	if err != nil {
		return d, err
	}
	if account != nil {
		if add["account_holder"], err = asMap(account); err != nil {
			return d, err
		}
	}
	maps.Copy(add, d.Context)
	d.Context = add
	return d, nil
}

func (f *Flows) buyer(ctx context.Context, id string) (b customerInfo, err error) {
	c, err := f.Cart.Customer.Customers.Retrieve(ctx, id, module.FindOptions{Relations: []string{"addresses"}})
	if err != nil {
		return b, err
	}
	b = customerInfo{ID: c.ID, Email: c.Email, CompanyName: c.CompanyName, FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone, Metadata: c.Metadata,
		Addresses: append([]customer.Address{}, c.Addresses...), Accounts: []payment.AccountHolder{}}
	for i := range b.Addresses {
		if a := &b.Addresses[i]; b.Billing == nil || a.IsDefaultBilling {
			b.Billing = a
		}
	}
	ids, err := f.Accounts.LinkedIDs(ctx, id)
	if err != nil || len(ids) == 0 {
		return b, err
	}
	b.Accounts, err = f.Payment.AccountHolders.List(ctx, module.Filter{"id": ids}, module.FindOptions{Order: []string{"id"}})
	return b, err
}

// account finds or makes the account of a buyer at a provider; nil where the provider keeps none.
func (f *Flows) account(ctx workflow.Context, info customerInfo, customerData module.Map, provider string) (*payment.AccountHolder, error) {
	for i := range info.Accounts {
		if info.Accounts[i].ProviderID == provider {
			return &info.Accounts[i], nil
		}
	}
	if !f.Payment.HasAccountHolders(provider) {
		return nil, nil
	}
	opened, err := workflow.Step(ctx, "create-payment-account-holder", f.Payment.CreateAccountHolder, payment.CreateAccountHolderInput{ProviderID: provider, Customer: customerData}, f.providerStep(provider)...)
	if err != nil {
		return nil, err
	}
	opened.Email = info.Email
	holder, err := workflow.Step(ctx, "link-customer-account-holder", func(ctx context.Context, a payment.AccountHolder) (payment.AccountHolder, error) {
		a, err := f.Payment.AccountHolders.Create(ctx, a)
		if err != nil {
			return a, err
		}
		_, err = f.Accounts.Attach(ctx, link.Join(info.ID, a.ID))
		return a, err
	}, opened)
	return &holder, err
}

// asMap is a record as JSON has it.
func asMap(v any) (m module.Map, err error) {
	b, err := json.Marshal(jstime.Wrap(v))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

// checkProviderAllowed refuses providers that the region of a collection's cart does not have.
func (f *Flows) checkProviderAllowed(ctx context.Context, d payment.CreateSessionInput) (bool, error) {
	carts, err := f.Carts.FromB().LinkedIDs(ctx, d.CollectionID)
	if err != nil || len(carts) == 0 {
		return err == nil, err
	}
	c, err := f.Cart.Cart.Carts.Retrieve(ctx, carts[0])
	if err != nil {
		return false, err
	}
	err = f.CheckProvidersEnabled(ctx, c.RegionID, d.ProviderID)
	return err == nil, err
}

// CheckProvidersEnabled refuses providers that a cart's region does not have.
func (f *Flows) CheckProvidersEnabled(ctx context.Context, region *string, providers ...string) error {
	if region == nil || f.RegionProviders == nil {
		return nil
	}
	have, err := f.RegionProviders.LinkedIDs(ctx, *region)
	if err != nil {
		return err
	}
	var missing []string
	for _, p := range providers {
		if !slices.Contains(have, p) && !slices.Contains(missing, p) {
			missing = append(missing, p)
		}
	}
	plural, are := "", "is"
	if len(missing) > 1 {
		plural, are = "s", "are"
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Payment provider%s %s %s not enabled in the cart's region %s.", plural, strings.Join(missing, ", "), are, *region)
	}
	return nil
}
