package cartflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
)

// ShippingOptionQuery makes the question for shipping options of a state.
func (f *Flows) ShippingOptionQuery(s *State) shippingflow.OptionQuery {
	a := shippingflow.OptionQuery{ChannelID: value(s.SalesChannelID), Data: map[string]module.Map{}, ProviderContext: s, Prices: s.pricing(nil),
		LocationsWithStock: func(ctx context.Context, locations []string) (map[string]bool, error) {
			return f.locationsWithStock(ctx, s, locations)
		}}
	if to := s.ShippingAddress; to != nil {
		a.Address = fulfillment.Destination{CountryCode: value(to.CountryCode), ProvinceCode: value(to.Province), City: value(to.City), PostalCode: value(to.PostalCode)}
	}
	return a
}

// LoadShippingOptionQuery makes the question for shipping options of a cart, which must have a channel, a region and a currency.
func (f *Flows) LoadShippingOptionQuery(ctx context.Context, id string) (shippingflow.OptionQuery, error) {
	s, err := f.Load(ctx, id, false)
	if err != nil {
		return shippingflow.OptionQuery{}, err
	}
	var missing []string
	for _, p := range []struct{ name, value string }{
		{"sales_channel_id", value(s.SalesChannelID)}, {"region_id", value(s.RegionID)}, {"currency_code", s.CurrencyCode},
	} {
		if p.value == "" {
			missing = append(missing, p.name)
		}
	}
	if len(missing) > 0 {
		return shippingflow.OptionQuery{}, fault.New(fault.Invalid, "Field(s) are required to have value to continue - %s", strings.Join(missing, ", "))
	}
	return f.ShippingOptionQuery(s), nil
}

// locationsWithStock reports for locations whether all of a cart is in stock at one.
func (f *Flows) locationsWithStock(ctx context.Context, s *State, locations []string) (map[string]bool, error) {
	var ids []string
	var wanted []ItemRequest
	for _, l := range s.Items {
		if l.VariantID != nil {
			ids = append(ids, *l.VariantID)
			wanted = append(wanted, ItemRequest{VariantID: *l.VariantID, Quantity: money.Int(int64(l.Quantity))})
		}
	}
	variants, err := f.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	return f.Inventory.LocationsWithStock(ctx, managedLines(wanted, variants), locations)
}

// managedLines are the lines of what is counted in stock.
func managedLines(wanted []ItemRequest, variants []Variant) (lines []inventoryflow.VariantQuantity) {
	for _, w := range wanted {
		i := slices.IndexFunc(variants, func(v Variant) bool { return v.ID == w.VariantID })
		if i < 0 || !variants[i].ManageInventory {
			continue
		}
		l := inventoryflow.VariantQuantity{VariantID: w.VariantID, Quantity: w.Quantity, Managed: true, AllowBackorder: variants[i].AllowBackorder}
		for _, p := range variants[i].InventoryRequirements {
			l.InventoryRequirements = append(l.InventoryRequirements, inventoryflow.InventoryRequirement{ItemID: p.InventoryItemID, Required: p.RequiredQuantity})
		}
		lines = append(lines, l)
	}
	return lines
}
