package cartflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// An update is a change of a cart with all that it leads to.
type update struct {
	state    *State
	in       UpdateInput
	region   *region.Region // as it is to be
	moved    bool           // to another region
	set      module.Set     // of the cart
	shipping module.Set     // of the address, nil to leave it
	clear    bool           // the shipping address goes
	taxes    bool           // what taxes depend on has changed
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", f.open, in.ID)
	if err != nil {
		return nil, err
	}
	u, err := workflow.Step(ctx, "prepare-cart-to-update", f.prepareUpdate, &update{state: s, in: in, set: module.Set{}, shipping: in.ShippingAddress})
	if err != nil {
		return nil, err
	}
	if err := f.UpdateHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	if u.moved {
		if err := workflow.Emit(ctx, RegionUpdated, event.ID{ID: s.ID}); err != nil {
			return nil, err
		}
	}
	if _, err := workflow.Step(ctx, "update-carts", f.saveUpdate, u); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, Updated, event.ID{ID: s.ID}); err != nil {
		return nil, err
	}
	if err := f.afterUpdate(ctx, u); err != nil {
		return nil, err
	}
	return s, f.CartUpdated.Run(ctx, HookInput{s, in, in.AdditionalData})
}

// afterUpdate brings the rest of the cart in line. Prices that were given are of the region that was.
func (f *Flows) afterUpdate(ctx workflow.Context, u *update) error {
	s, in := u.state, u.in
	if u.moved {
		var custom []string
		for _, l := range s.Items {
			if l.IsCustomPrice {
				custom = append(custom, l.ID)
			}
		}
		if err := f.remove(ctx, s, custom); err != nil {
			return err
		}
	}
	force := u.taxes || in.RegionID.Set && in.RegionID.Value != "" || u.set["locale"] != nil
	return f.refresh(ctx, s, RefreshInput{CartID: s.ID, Force: force, Codes: in.PromoCodes, AdditionalData: in.AdditionalData})
}

// prepareUpdate works out what changes, and refuses what cannot be.
func (f *Flows) prepareUpdate(ctx context.Context, u *update) (*update, error) {
	if err := f.prepareChannel(ctx, u); err != nil {
		return nil, err
	}
	if err := f.prepareCustomer(ctx, u); err != nil {
		return nil, err
	}
	if err := f.prepareRegion(ctx, u); err != nil {
		return nil, err
	}
	s, in := u.state, u.in
	if in.Locale.Set && (in.Locale.Null || value(s.Locale) != in.Locale.Value) {
		u.set["locale"] = in.Locale.Any()
		s.Locale = in.Locale.Ptr()
	}
	if in.Metadata.Set {
		s.Metadata = merged(s.Metadata, in.Metadata)
		u.set["metadata"] = s.Metadata
	}
	return u, nil
}

func (f *Flows) prepareChannel(ctx context.Context, u *update) error {
	id := u.state.SalesChannelID
	if u.in.SalesChannelID.Set && !u.in.SalesChannelID.Null {
		id = &u.in.SalesChannelID.Value
	}
	if id == u.state.SalesChannelID && !u.in.SalesChannelID.Set && id != nil {
		return nil
	}
	channel, err := f.channel(ctx, id)
	if err == nil && channel == nil {
		err = fault.New(fault.Invalid, "Sales channel is required when creating a cart. Either provide a sales channel ID or set the default sales channel for the store.")
	}
	if err != nil {
		return err
	}
	u.state.SalesChannelID = &channel.ID
	u.set["sales_channel_id"] = channel.ID
	return nil
}

// prepareCustomer finds who the cart is for when its e-mail address changes.
func (f *Flows) prepareCustomer(ctx context.Context, u *update) error {
	s, email := u.state, u.in.Email
	if !email.Set || email.Null && (s.CustomerID == nil || s.Customer != nil && !s.Customer.HasAccount) {
		return nil
	}
	if !email.Null {
		buyer, address, err := f.findOrCreate(ctx, s.CustomerID, &email.Value)
		if err != nil {
			return err
		}
		s.Customer, s.CustomerID, s.Email = buyer, &buyer.ID, address
		if buyer.HasAccount {
			s.Email = &email.Value
		}
	} else {
		s.Email = nil
	}
	u.set["customer_id"], u.set["email"] = s.CustomerID, s.Email
	return nil
}

// prepareRegion checks that the shipping address is within the region, and replaces it by the region's when that is another.
func (f *Flows) prepareRegion(ctx context.Context, u *update) error {
	s := u.state
	u.region = s.Region
	if id := u.in.RegionID; id.Set && id.Value != "" {
		r, err := f.region(ctx, &id.Value)
		if err == nil && r == nil {
			err = fault.New(fault.NotFound, "Region id not found: %s", id.Value)
		}
		if err != nil {
			return err
		}
		u.moved = s.Region == nil || r.ID != s.Region.ID
		u.region = r
	}
	u.taxes = taxed(s.ShippingAddress, u.in.ShippingAddress)
	country, _ := u.shipping["country_code"].(string)
	if country == "" && !u.moved {
		return nil
	}
	if u.region == nil {
		return fault.New(fault.Invalid, "Country with code %s is not within region %s", country, "undefined")
	}
	countries, err := f.regionCountries(ctx, u.region.ID)
	if err != nil {
		return err
	}
	if country != "" && !slices.ContainsFunc(countries, func(c region.Country) bool { return c.ISO2 == country }) {
		return fault.New(fault.Invalid, "Country with code %s is not within region %s", country, u.region.Name)
	}
	if u.moved {
		u.move(country, countries)
	}
	return nil
}

// move puts the cart into another region, whose only country its shipping address is then in.
func (u *update) move(country string, countries []region.Country) {
	u.state.RegionID, u.state.Region, u.state.CurrencyCode = &u.region.ID, u.region, u.region.CurrencyCode
	u.set["region_id"], u.set["currency_code"] = u.region.ID, u.region.CurrencyCode
	switch {
	case len(countries) == 1:
		u.shipping = module.Set{"country_code": countries[0].ISO2}
	case country == "":
		u.shipping, u.clear = nil, true
	}
}

// taxed reports whether what taxes depend on differs.
func taxed(old *cart.Address, set module.Set) bool {
	if set == nil {
		return false
	}
	if old == nil {
		old = &cart.Address{}
	}
	previous := map[string]string{"id": old.ID, "country_code": strings.ToLower(value(old.CountryCode)), "province": value(old.Province),
		"postal_code": value(old.PostalCode), "city": value(old.City)}
	for name, v := range previous {
		if x, given := set[name]; given {
			text, _ := x.(string)
			if name == "country_code" {
				text = strings.ToLower(text)
			}
			if text != v {
				return true
			}
		}
	}
	return false
}

// saveUpdate writes the addresses, then the cart.
func (f *Flows) saveUpdate(ctx context.Context, u *update) (*State, error) {
	s := u.state
	if err := f.saveAddress(ctx, u.shipping, &s.ShippingAddress, &s.ShippingAddressID, u.set, "shipping_address_id"); err != nil {
		return nil, err
	}
	if err := f.saveAddress(ctx, u.in.BillingAddress, &s.BillingAddress, &s.BillingAddressID, u.set, "billing_address_id"); err != nil {
		return nil, err
	}
	if u.clear {
		s.ShippingAddress, s.ShippingAddressID = nil, nil
		u.set["shipping_address_id"] = nil
	}
	if len(u.set) == 0 {
		return s, nil
	}
	s.UpdatedAt = db.Now()
	u.set["updated_at"] = s.UpdatedAt
	_, err := f.Cart.Carts.Update(ctx, module.Filter{"id": s.ID}, u.set)
	return s, err
}

// saveAddress makes a new address, or changes the one whose id is given.
func (f *Flows) saveAddress(ctx context.Context, set module.Set, address **cart.Address, id **string, of module.Set, column string) error {
	if set == nil {
		return nil
	}
	if c, ok := set["country_code"].(string); ok {
		set["country_code"] = strings.ToLower(c)
	}
	if known, _ := set["id"].(string); known != "" {
		n, err := f.Cart.Addresses.Update(ctx, module.Filter{"id": known}, without(set, "id"))
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "Address with id %q not found", known)
		}
		if err != nil {
			return err
		}
		saved, err := f.Cart.Addresses.Retrieve(ctx, known)
		*address, *id = &saved, &saved.ID
		of[column] = saved.ID
		return err
	}
	saved, err := f.Cart.Addresses.Create(ctx, AddressFromSet(set))
	*address, *id = &saved, &saved.ID
	of[column] = saved.ID
	return err
}

func without(set module.Set, name string) module.Set {
	out := module.Set{}
	for k, v := range set {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// AddressFromSet makes an address of its fields by their JSON names.
func AddressFromSet(set module.Set) cart.Address {
	text := func(name string) *string {
		if s, ok := set[name].(string); ok {
			return &s
		}
		return nil
	}
	a := cart.Address{Company: text("company"), FirstName: text("first_name"), LastName: text("last_name"), Address1: text("address_1"),
		Address2: text("address_2"), City: text("city"), CountryCode: text("country_code"), Province: text("province"), PostalCode: text("postal_code"),
		Phone: text("phone")}
	a.Metadata, _ = set["metadata"].(module.Map)
	return a
}

func (f *Flows) transfer(ctx workflow.Context, in TransferInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", func(ctx context.Context, id string) (*State, error) { return f.Load(ctx, id, true) }, in.CartID)
	if err != nil {
		return nil, err
	}
	if err := f.TransferHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	buyer, err := f.customer(ctx, &in.CustomerID)
	if err == nil && buyer == nil {
		err = fault.New(fault.NotFound, "Customer id not found: %s", in.CustomerID)
	}
	if err != nil || value(s.CustomerID) == buyer.ID {
		return s, err
	}
	s.Customer, s.CustomerID, s.Email, s.UpdatedAt = buyer, &buyer.ID, buyer.Email, db.Now()
	_, err = workflow.Step(ctx, "update-carts", func(ctx context.Context, s *State) (int64, error) {
		return f.Cart.Carts.Update(ctx, module.Filter{"id": s.ID}, module.Set{"updated_at": s.UpdatedAt, "customer_id": s.CustomerID, "email": s.Email})
	}, s)
	if err != nil {
		return nil, err
	}
	if err := s.CheckNotCompleted(); err != nil {
		return nil, err
	}
	if err := f.refresh(ctx, s, RefreshInput{CartID: s.ID, Force: true, AdditionalData: in.AdditionalData}); err != nil {
		return nil, err
	}
	return s, workflow.Emit(ctx, CustomerTransferred, CustomerTransferredData{s.ID, buyer.ID})
}
