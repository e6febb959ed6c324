package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
)

// StockLinks tie together what is sold, where it is kept, and how it gets to buyers.
type StockLinks struct {
	ChannelLocations  *link.Link[saleschannel.Channel, stocklocation.Location]
	LocationSets      *link.Link[stocklocation.Location, fulfillment.Set]
	LocationProviders *link.Link[stocklocation.Location, fulfillment.ProviderRecord]
	OptionPrices      *link.Link[fulfillment.ShippingOption, pricing.Set]
	ProductProfiles   *link.Link[product.Product, fulfillment.ShippingProfile]
	VariantItems      *link.Link[product.Variant, inventory.Item]
}

func newStockLinks(m *Modules) StockLinks {
	l := StockLinks{
		ChannelLocations: link.Many(m.SalesChannel.Channels, m.StockLocation.Locations, link.Prefix("scloc"), link.Fields("stock_locations", "sales_channels"),
			link.Rows("locations_link", "sales_channels_link"), link.Names("sales_channel", "location")),
		LocationSets: link.Many(m.StockLocation.Locations, m.Fulfillment.Sets, link.Table("location_fulfillment_set"), link.Prefix("locfs"),
			link.Fields("fulfillment_sets", "location"), link.Rows("fulfillment_set_link", "locations_link"), link.Names("location", "fulfillment_set"), link.OneA(), link.DeleteB()),
		LocationProviders: link.Many(m.StockLocation.Locations, m.Fulfillment.ProviderRecords, link.Table("location_fulfillment_provider"), link.Prefix("locfp"),
			link.Fields("fulfillment_providers", "locations"), link.Rows("fulfillment_provider_link", "locations_link"), link.Names("location", "fulfillment_provider")),
		OptionPrices: link.Many(m.Fulfillment.ShippingOptions, m.Pricing.Sets, link.Prefix("sops"), link.Fields("price_set", "shipping_option"),
			link.Rows("price_set_link", "shipping_option_link"), link.OneA(), link.OneB(), link.DeleteB()),
		ProductProfiles: link.Many(m.Product.Products, m.Fulfillment.ShippingProfiles, link.Prefix("prodsp"), link.Fields("shipping_profile", "products"),
			link.Rows("shipping_profiles_link", "products_link"), link.OneB()),
		VariantItems: link.Many(m.Product.Variants, m.Inventory.Items, link.Table("product_variant_inventory_item"), link.Columns("variant_id", "inventory_item_id"),
			link.Prefix("pvitem"), link.Fields("inventory", "variants"), link.Rows("inventory_items", "variant_link"), link.Names("variant", "inventory"),
			link.Number("required_quantity", "1")),
	}
	m.Fulfillment.ShippingOptions.Entity().AddRelation(&graph.Relation{Name: "prices", List: true, To: m.Pricing.Prices.Entity(), LocalKey: "id", ForeignKey: "price_set_id",
		Pivot: &graph.Pivot{Table: "shipping_option_price_set", Local: "shipping_option_id", Foreign: "price_set_id", Entity: l.OptionPrices.Entity()}})
	return l
}

func (l *StockLinks) tables() []module.Entity {
	return []module.Entity{l.ChannelLocations, l.LocationSets, l.LocationProviders, l.OptionPrices, l.ProductProfiles, l.VariantItems}
}

// tieStock gives the workflows of stock and shipping the links that they keep.
func (f *Flows) tieStock(l *StockLinks) {
	f.ShippingFlows.LinkPrices = func(ctx context.Context, option, set string) error {
		_, err := l.OptionPrices.Attach(ctx, link.Join(option, set))
		return err
	}
	f.FulfillmentFlows.Untie = apart(l.LocationSets.Far())
	f.FulfillmentFlows.Profiled = l.ProductProfiles.Far().Others
	f.InventoryFlows.Unlink = apart(l.VariantItems.Far())
}

// apart takes records from all that they are tied to.
func apart(side link.Side) func(context.Context, []string) error {
	return func(ctx context.Context, ids []string) error {
		for _, id := range ids {
			if err := side.Detach(ctx, id, nil); err != nil {
				return err
			}
		}
		return nil
	}
}
