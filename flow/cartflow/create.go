package cartflow

import (
	"context"
	"regexp"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) create(ctx workflow.Context, in CreateInput) (*State, error) {
	s, err := workflow.Step(ctx, "prepare-cart-to-create", f.prepare, in)
	if err != nil {
		return nil, err
	}
	items, err := f.priceItems(ctx, &f.CreateHooks, s, in.Items, in)
	if err != nil {
		return nil, err
	}
	if err := f.CreateHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	if s, err = workflow.Step(ctx, "create-carts", f.save, newCart{s, items}); err != nil {
		return nil, err
	}
	if _, err := workflow.Step(ctx, "set-tax-lines-for-items", f.setTaxes, taxScope{state: s}); err != nil {
		return nil, err
	}
	if _, err := f.applyPromotions(ctx, s, in.PromoCodes, AddCodes); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, Created, event.ID{ID: s.ID}); err != nil {
		return nil, err
	}
	return s, f.CartCreated.Run(ctx, HookInput{s, in, in.AdditionalData})
}

// A newCart is a cart that is not saved yet, and its lines.
type newCart struct {
	state *State
	items []cart.LineItem
}

// prepare makes a cart of what the buyer says and of what the shop has for default.
func (f *Flows) prepare(ctx context.Context, in CreateInput) (*State, error) {
	channel, err := f.channel(ctx, in.SalesChannelID)
	if err != nil {
		return nil, err
	}
	r, err := f.defaultRegion(ctx, in.RegionID)
	if err != nil {
		return nil, err
	}
	buyer, email, err := f.findOrCreate(ctx, in.CustomerID, in.Email)
	if err != nil {
		return nil, err
	}
	if channel == nil {
		return nil, fault.New(fault.Invalid, "Sales channel is required when creating a cart. Either provide a sales channel ID or set the default sales channel for the store.")
	}
	if r == nil {
		return nil, fault.New(fault.NotFound, "No regions found")
	}
	currency := r.CurrencyCode
	if c := in.CurrencyCode; c != nil && *c != "" && !strings.EqualFold(*c, currency) {
		return nil, fault.New(fault.Invalid, "Currency code %s does not match the region's currency code %s", *c, currency)
	}
	s := &State{fresh: true, Region: r, Customer: buyer, Cart: cart.Cart{RegionID: &r.ID, SalesChannelID: &channel.ID, CurrencyCode: currency, Locale: in.Locale,
		Metadata: in.Metadata, Email: in.Email, ShippingAddress: in.ShippingAddress, BillingAddress: in.BillingAddress}}
	if buyer != nil {
		s.CustomerID = &buyer.ID
		if s.Email == nil {
			s.Email = email
		}
	}
	if s.ShippingAddress != nil {
		return s, nil
	}
	countries, err := f.regionCountries(ctx, r.ID)
	if len(countries) == 1 {
		s.ShippingAddress = &cart.Address{CountryCode: &countries[0].ISO2}
	}
	return s, err
}

// channel finds a sales channel, or the store's default one; nil when there is none.
func (f *Flows) channel(ctx context.Context, id *string) (*saleschannel.Channel, error) {
	if id == nil {
		stores, err := f.Store.Stores.List(ctx, nil, module.FindOptions{Take: 1})
		if err != nil || len(stores) == 0 || stores[0].DefaultSalesChannelID == nil {
			return nil, err
		}
		id = stores[0].DefaultSalesChannelID
	}
	if *id == "" {
		return nil, nil
	}
	list, err := f.SalesChannel.Channels.List(ctx, module.Filter{"id": *id})
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, fault.New(fault.NotFound, "SalesChannel with id: %s was not found", *id)
	case list[0].IsDisabled:
		return nil, fault.New(fault.Invalid, "Unable to assign cart to disabled Sales Channel: %s", list[0].Name)
	}
	return &list[0], nil
}

// defaultRegion finds a region, or the store's default one; nil when there is none.
func (f *Flows) defaultRegion(ctx context.Context, id *string) (*region.Region, error) {
	if id != nil && *id != "" {
		return f.region(ctx, id)
	}
	stores, err := f.Store.Stores.List(ctx, nil, module.FindOptions{Take: 1})
	if err != nil {
		return nil, err
	}
	if len(stores) == 0 {
		return nil, fault.New(fault.NotFound, "Store not found")
	}
	if r, err := f.region(ctx, stores[0].DefaultRegionID); r != nil || err != nil {
		return r, err
	}
	any, err := f.Region.Regions.List(ctx, nil, module.FindOptions{Take: 1, Order: []string{"created_at"}})
	return first(any), err
}

// regionCountries are those of a region.
func (f *Flows) regionCountries(ctx context.Context, id string) ([]region.Country, error) {
	return f.Region.Countries.List(ctx, module.Filter{"region_id": id})
}

// emailPattern is what an e-mail address looks like, at least.
var emailPattern = regexp.MustCompile(`^.+@.+\..+$`)

// findOrCreate finds who a cart is for: the customer who is known, or else one with that e-mail address, or a new guest. A known guest who
// gives another address becomes another guest.
func (f *Flows) findOrCreate(ctx context.Context, id, email *string) (*customer.Customer, *string, error) {
	var known *customer.Customer
	if id != nil && *id != "" {
		var err error
		if known, err = f.customer(ctx, id); err != nil {
			return nil, nil, err
		}
		if known == nil {
			return nil, nil, fault.New(fault.NotFound, "Customer with id: %s was not found", *id)
		}
	}
	if email == nil || *email == "" {
		if known == nil {
			return nil, nil, nil
		}
		return known, known.Email, nil
	}
	address := strings.ToLower(strings.TrimSpace(*email))
	if !emailPattern.MatchString(address) {
		return nil, nil, fault.New(fault.Invalid, "The email is not valid")
	}
	if known == nil {
		list, err := f.byEmail(ctx, module.Filter{"email": address})
		if known = first(list); err != nil {
			return nil, nil, err
		}
	}
	if known != nil && known.HasAccount {
		return known, known.Email, nil
	}
	if known != nil && (known.Email == nil || *known.Email != address) {
		list, err := f.byEmail(ctx, module.Filter{"email": address, "has_account": false})
		if known = first(list); err != nil {
			return nil, nil, err
		}
	}
	if known == nil {
		guest, err := f.Customer.FindOrCreateGuest(ctx, address)
		return &guest, guest.Email, err
	}
	return known, known.Email, nil
}

func (f *Flows) byEmail(ctx context.Context, where module.Filter) ([]customer.Customer, error) {
	return f.Customer.Customers.List(ctx, where, module.FindOptions{Relations: []string{"groups"}, Order: []string{"id"}})
}

// save writes a new cart with its addresses and lines.
func (f *Flows) save(ctx context.Context, d newCart) (*State, error) {
	s := d.state
	for _, a := range []struct {
		address *cart.Address
		id      **string
	}{{s.ShippingAddress, &s.ShippingAddressID}, {s.BillingAddress, &s.BillingAddressID}} {
		if a.address == nil {
			continue
		}
		saved, err := f.Cart.Addresses.Create(ctx, *a.address)
		if err != nil {
			return nil, err
		}
		*a.address, *a.id = saved, &saved.ID
	}
	bare := s.Cart
	saved, err := f.Cart.Carts.Create(ctx, bare)
	if err != nil {
		return nil, err
	}
	s.Cart = saved
	for i := range d.items {
		d.items[i].CartID = s.ID
	}
	s.Items, err = f.Cart.Items.CreateMany(ctx, d.items)
	return s, err
}
