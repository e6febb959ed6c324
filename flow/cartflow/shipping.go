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
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) addShipping(ctx workflow.Context, in AddShippingInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", f.open, in.CartID)
	if err != nil {
		return nil, err
	}
	if err := f.ShippingHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	options, err := workflow.Step(ctx, "list-shipping-options-for-cart-with-pricing", func(ctx context.Context, in []ShippingChoice) ([]PricedShippingOption, error) {
		return f.chosenOptions(ctx, s, in)
	}, in.Options)
	if err != nil {
		return nil, err
	}
	s.codes = s.appliedCodes() // of methods that go, too
	fresh, err := workflow.Step(ctx, "add-shipping-method-to-cart-step", func(ctx context.Context, options []PricedShippingOption) ([]string, error) {
		return f.saveShippingMethods(ctx, s, in.Options, options)
	}, options)
	if err != nil {
		return nil, err
	}
	if err := f.refresh(ctx, s, RefreshInput{CartID: s.ID, ShippingMethods: fresh, AdditionalData: in.AdditionalData}); err != nil {
		return nil, err
	}
	return s, workflow.Emit(ctx, Updated, event.ID{ID: s.ID})
}

// chosenOptions finds the options that a buyer chose, all of which the cart must be able to have, at a price.
func (f *Flows) chosenOptions(ctx context.Context, s *State, in []ShippingChoice) ([]PricedShippingOption, error) {
	if len(in) == 0 {
		return nil, nil
	}
	options, err := f.ShippingOptions(ctx, s, in)
	if err != nil {
		return nil, err
	}
	var free []string
	for _, c := range in {
		o := option(options, c.ID)
		if o == nil {
			return nil, fault.New(fault.Invalid, "Shipping Options are invalid for cart.")
		}
		if o.Price == nil {
			free = append(free, o.ID)
		}
	}
	if len(free) > 0 {
		return nil, fault.New(fault.Invalid, "Shipping options with IDs %s do not have a price", strings.Join(free, ", "))
	}
	return options, nil
}

func option(list []PricedShippingOption, id string) *PricedShippingOption {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
	}
	return nil
}

// saveShippingMethods saves the options as shipping methods, in place of those for the same profiles, and returns the ids of the new ones.
func (f *Flows) saveShippingMethods(ctx context.Context, s *State, in []ShippingChoice, options []PricedShippingOption) ([]string, error) {
	var rows []cart.ShippingMethod
	var profiles []string
	for _, c := range in {
		o := option(options, c.ID)
		data, err := f.methodData(ctx, s, o, c.Data)
		if err != nil {
			return nil, err
		}
		profiles = append(profiles, o.ProfileID)
		rows = append(rows, cart.ShippingMethod{CartID: s.ID, Name: o.Name, ShippingOptionID: &o.ID, Data: data, Amount: o.Price.Amount,
			IsTaxInclusive: o.Price.TaxInclusive})
	}
	replaced, err := f.replacedMethods(ctx, s, profiles)
	if err != nil {
		return nil, err
	}
	if err := f.deleteMethods(ctx, s, replaced); err != nil {
		return nil, err
	}
	rows, err = f.Cart.ShippingMethods.CreateMany(ctx, rows)
	s.ShippingMethods = append(s.ShippingMethods, rows...)
	ids := make([]string, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	return ids, err
}

// replacedMethods are the methods that are for one of the profiles, or whose option is gone.
func (f *Flows) replacedMethods(ctx context.Context, s *State, profiles []string) (replaced []string, err error) {
	options, err := f.shippingOptions(ctx, s)
	for _, m := range s.ShippingMethods {
		profile := ""
		for _, o := range options {
			if o.ID == value(m.ShippingOptionID) {
				profile = value(o.ShippingProfileID)
			}
		}
		if profile == "" || slices.Contains(profiles, profile) {
			replaced = append(replaced, m.ID)
		}
	}
	return replaced, err
}

func (f *Flows) deleteMethods(ctx context.Context, s *State, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	s.ShippingMethods = slices.DeleteFunc(s.ShippingMethods, func(m cart.ShippingMethod) bool { return slices.Contains(ids, m.ID) })
	return f.Cart.ShippingMethods.SoftDelete(ctx, ids...)
}

// refreshShipping prices the methods of a cart anew, and drops those that it cannot have any more.
func (f *Flows) refreshShipping(ctx workflow.Context, s *State) error {
	if len(s.ShippingMethods) == 0 {
		return nil
	}
	_, err := workflow.Step(ctx, "refresh-cart-shipping-methods", f.refreshMethods, s)
	return err
}

func (f *Flows) refreshMethods(ctx context.Context, s *State) (*State, error) {
	var in []ShippingChoice
	for _, m := range s.ShippingMethods {
		if m.ShippingOptionID != nil {
			in = append(in, ShippingChoice{*m.ShippingOptionID, m.Data})
		}
	}
	options, err := f.ShippingOptions(ctx, s, in)
	if err != nil {
		return nil, err
	}
	needed, err := f.neededProfiles(ctx, s)
	if err != nil {
		return nil, err
	}
	var removed []string
	for i := range s.ShippingMethods {
		m := &s.ShippingMethods[i]
		o := option(options, value(m.ShippingOptionID))
		if o == nil || o.Price == nil || needed != nil && o.ProfileID != "" && !slices.Contains(needed, o.ProfileID) {
			removed = append(removed, m.ID)
			continue
		}
		if err := f.refreshMethod(ctx, m, o); err != nil {
			return nil, err
		}
	}
	return s, f.deleteMethods(ctx, s, removed)
}

// neededProfiles are those of the items that are shipped; nil when it does not matter, because there is but one method.
func (f *Flows) neededProfiles(ctx context.Context, s *State) ([]string, error) {
	if len(s.ShippingMethods) < 2 {
		return nil, nil
	}
	var ids []string
	for _, l := range s.Items {
		if l.RequiresShipping && l.VariantID != nil {
			ids = append(ids, *l.VariantID)
		}
	}
	profiles := []string{}
	if len(ids) == 0 {
		return profiles, nil
	}
	variants, err := f.read(ctx, ids)
	for _, v := range variants {
		profiles = append(profiles, v.ProfileID)
	}
	return profiles, err
}

func (f *Flows) refreshMethod(ctx context.Context, m *cart.ShippingMethod, o *PricedShippingOption) error {
	if m.Name == o.Name && m.Amount.Equal(o.Price.Amount) && m.IsTaxInclusive == o.Price.TaxInclusive {
		return nil
	}
	m.Name, m.Amount, m.IsTaxInclusive, m.UpdatedAt = o.Name, o.Price.Amount, o.Price.TaxInclusive, db.Now()
	_, err := f.Cart.ShippingMethods.Update(ctx, module.Filter{"id": m.ID},
		module.Set{"updated_at": m.UpdatedAt, "name": m.Name, "amount": m.Amount, "is_tax_inclusive": m.IsTaxInclusive})
	return err
}
