// Package storeapi declares the resources under /store: what buyers may read, and nothing else.
package storeapi

import (
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
)

func text(name string) resource.Filter { return resource.Filter{Name: name, Schema: resource.Text} }

func list(name string) resource.Filter {
	return resource.Filter{Name: name, Schema: resource.TextOrList}
}

func dates(name string) resource.Filter { return resource.Filter{Name: name, Schema: resource.Dates} }

// below puts a relation's name before the fields that may be seen of it.
func below(relation string, fields ...string) []string {
	out := []string{relation}
	for _, f := range fields {
		for name := range strings.FieldsSeq(f) {
			out = append(out, relation+"."+strings.TrimPrefix(name, "*"))
		}
	}
	return out
}

// The fields of products that buyers see, and those that they may ask for.
const (
	ProductFields = "id title subtitle description handle is_giftcard discountable thumbnail collection_id type_id weight length height width " +
		"hs_code origin_country mid_code material created_at updated_at *type *collection *options *options.values *tags *images *variants *variants.options"
	ExtraProductFields = "metadata categories status external_id deleted_at variants.calculated_price variants.inventory_quantity " +
		"variants.manage_inventory variants.allow_backorder variants.images variants.thumbnail variants.options.option variants.inventory_items " +
		"variants.inventory_items.inventory_item_id variants.inventory_items.required_quantity variants.inventory_items.inventory " +
		"variants.inventory_items.inventory.location_levels variants.prices variants.id variants.title variants.sku variants.barcode variants.ean " +
		"variants.upc variants.hs_code variants.origin_country variants.mid_code variants.material variants.weight variants.length " +
		"variants.height variants.width variants.created_at variants.updated_at variants.deleted_at variants.options.id variants.options.value " +
		"options.id options.title options.is_exclusive options.values.id options.values.value images.id images.url images.rank " +
		"type.id type.value type.created_at type.updated_at tags.id tags.value tags.created_at tags.updated_at " +
		"collection.id collection.title collection.handle collection.created_at collection.updated_at collection.deleted_at collection.metadata"
)
