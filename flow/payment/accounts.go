package payment

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

// A buyer is who pays, as providers are told.
type buyer struct {
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

// introduce tells the provider of a session who pays, and which account they have there. Who has none yet gets one, where the provider keeps accounts.
func (f *Flows) introduce(ctx workflow.Context, d payment.SessionDraft) (payment.SessionDraft, error) {
	if d.CustomerID == "" {
		return d, nil
	}
	who, err := workflow.Step(ctx, "get-customer", f.buyer, d.CustomerID)
	if err != nil {
		return d, err
	}
	about, err := asMap(who)
	if err != nil {
		return d, err
	}
	add := module.Map{"customer": about}
	account, err := f.account(ctx, who, about, d.ProviderID)
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

func (f *Flows) buyer(ctx context.Context, id string) (b buyer, err error) {
	c, err := f.Cart.Customer.Customers.Retrieve(ctx, id, module.Find{Relations: []string{"addresses"}})
	if err != nil {
		return b, err
	}
	b = buyer{ID: c.ID, Email: c.Email, CompanyName: c.CompanyName, FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone, Metadata: c.Metadata,
		Addresses: append([]customer.Address{}, c.Addresses...), Accounts: []payment.AccountHolder{}}
	for i := range b.Addresses {
		if a := &b.Addresses[i]; b.Billing == nil || a.IsDefaultBilling {
			b.Billing = a
		}
	}
	ids, err := f.Accounts.Others(ctx, id)
	if err != nil || len(ids) == 0 {
		return b, err
	}
	b.Accounts, err = f.Payment.Holders.List(ctx, module.Filter{"id": ids}, module.Find{Order: []string{"id"}})
	return b, err
}

// account finds or makes the account of a buyer at a provider; nil where the provider keeps none.
func (f *Flows) account(ctx workflow.Context, who buyer, about module.Map, provider string) (*payment.AccountHolder, error) {
	for i := range who.Accounts {
		if who.Accounts[i].ProviderID == provider {
			return &who.Accounts[i], nil
		}
	}
	if !f.Payment.KeepsAccounts(provider) {
		return nil, nil
	}
	opened, err := workflow.Step(ctx, "create-payment-account-holder", f.Payment.OpenAccount, payment.NewAccount{ProviderID: provider, Customer: about}, f.outside(provider)...)
	if err != nil {
		return nil, err
	}
	opened.Email = who.Email
	made, err := workflow.Step(ctx, "link-customer-account-holder", func(ctx context.Context, a payment.AccountHolder) (payment.AccountHolder, error) {
		a, err := f.Payment.Holders.Create(ctx, a)
		if err != nil {
			return a, err
		}
		_, err = f.Accounts.Attach(ctx, link.Join(who.ID, a.ID))
		return a, err
	}, opened)
	return &made, err
}

// asMap is a record as JSON has it.
func asMap(v any) (m module.Map, err error) {
	b, err := json.Marshal(jstime.Of(v))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

// allowed refuses providers that the region of a collection's cart does not have.
func (f *Flows) allowed(ctx context.Context, d payment.SessionDraft) (bool, error) {
	carts, err := f.Carts.Far().Others(ctx, d.CollectionID)
	if err != nil || len(carts) == 0 {
		return err == nil, err
	}
	c, err := f.Cart.Cart.Carts.Retrieve(ctx, carts[0])
	if err != nil {
		return false, err
	}
	err = f.Enabled(ctx, c.RegionID, d.ProviderID)
	return err == nil, err
}

// Enabled refuses providers that a cart's region does not have.
func (f *Flows) Enabled(ctx context.Context, region *string, providers ...string) error {
	if region == nil || f.RegionProviders == nil {
		return nil
	}
	have, err := f.RegionProviders.Others(ctx, *region)
	if err != nil {
		return err
	}
	var gone []string
	for _, p := range providers {
		if !slices.Contains(have, p) && !slices.Contains(gone, p) {
			gone = append(gone, p)
		}
	}
	plural, are := "", "is"
	if len(gone) > 1 {
		plural, are = "s", "are"
	}
	if len(gone) > 0 {
		return fault.New(fault.Invalid, "Payment provider%s %s %s not enabled in the cart's region %s.", plural, strings.Join(gone, ", "), are, *region)
	}
	return nil
}
