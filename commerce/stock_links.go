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
	SalesChannelLocations        *link.Link[saleschannel.Channel, stocklocation.Location]
	LocationFulfillmentSets      *link.Link[stocklocation.Location, fulfillment.FulfillmentSet]
	LocationFulfillmentProviders *link.Link[stocklocation.Location, fulfillment.ProviderRecord]
	ShippingOptionPriceSets      *link.Link[fulfillment.ShippingOption, pricing.PriceSet]
	ProductShippingProfiles      *link.Link[product.Product, fulfillment.ShippingProfile]
	VariantInventoryItems        *link.Link[product.Variant, inventory.Item]
}

func newStockLinks(m *Modules) StockLinks {
	l := StockLinks{
		SalesChannelLocations: link.ManyToMany(m.SalesChannel.Channels, m.StockLocation.Locations, link.IDPrefix("scloc"), link.FieldNames("stock_locations", "sales_channels"),
			link.RowListNames("locations_link", "sales_channels_link"), link.RowFieldNames("sales_channel", "location")),
		LocationFulfillmentSets: link.ManyToMany(m.StockLocation.Locations, m.Fulfillment.FulfillmentSets, link.TableName("location_fulfillment_set"), link.IDPrefix("locfs"),
			link.FieldNames("fulfillment_sets", "location"), link.RowListNames("fulfillment_set_link", "locations_link"), link.RowFieldNames("location", "fulfillment_set"), link.SingleA(), link.CascadeToB()),
		LocationFulfillmentProviders: link.ManyToMany(m.StockLocation.Locations, m.Fulfillment.ProviderRecords, link.TableName("location_fulfillment_provider"), link.IDPrefix("locfp"),
			link.FieldNames("fulfillment_providers", "locations"), link.RowListNames("fulfillment_provider_link", "locations_link"), link.RowFieldNames("location", "fulfillment_provider")),
		ShippingOptionPriceSets: link.ManyToMany(m.Fulfillment.ShippingOptions, m.Pricing.PriceSets, link.IDPrefix("sops"), link.FieldNames("price_set", "shipping_option"),
			link.RowListNames("price_set_link", "shipping_option_link"), link.SingleA(), link.SingleB(), link.CascadeToB()),
		ProductShippingProfiles: link.ManyToMany(m.Product.Products, m.Fulfillment.ShippingProfiles, link.IDPrefix("prodsp"), link.FieldNames("shipping_profile", "products"),
			link.RowListNames("shipping_profiles_link", "products_link"), link.SingleB()),
		VariantInventoryItems: link.ManyToMany(m.Product.Variants, m.Inventory.Items, link.TableName("product_variant_inventory_item"), link.ColumnNames("variant_id", "inventory_item_id"),
			link.IDPrefix("pvitem"), link.FieldNames("inventory", "variants"), link.RowListNames("inventory_items", "variant_link"), link.RowFieldNames("variant", "inventory"),
			link.NumberColumn("required_quantity", "1")),
	}
	m.Fulfillment.ShippingOptions.Entity().AddRelation(&graph.Relation{Name: "prices", List: true, To: m.Pricing.Prices.Entity(), LocalKey: "id", ForeignKey: "price_set_id",
		Pivot: &graph.Pivot{Table: "shipping_option_price_set", Local: "shipping_option_id", Foreign: "price_set_id", Entity: l.ShippingOptionPriceSets.Entity()}})
	return l
}

func (l *StockLinks) tables() []module.Entity {
	return []module.Entity{l.SalesChannelLocations, l.LocationFulfillmentSets, l.LocationFulfillmentProviders, l.ShippingOptionPriceSets, l.ProductShippingProfiles, l.VariantInventoryItems}
}

// tieStock gives the workflows of stock and shipping the links that they keep.
func (f *Flows) tieStock(l *StockLinks) {
	f.ShippingFlows.LinkPrices = func(ctx context.Context, option, set string) error {
		_, err := l.ShippingOptionPriceSets.Attach(ctx, link.Join(option, set))
		return err
	}
	f.FulfillmentFlows.UnlinkSets = apart(l.LocationFulfillmentSets.FromB())
	f.FulfillmentFlows.ProductsOfProfile = l.ProductShippingProfiles.FromB().LinkedIDs
	f.InventoryFlows.Unlink = apart(l.VariantInventoryItems.FromB())
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
