package cartflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Variant is something that can be put into a cart.
type Variant struct {
	product.Variant
	Product               *product.Product // what of it a line shows, with its type and collection
	ProfileID             string           // its product's shipping profile; empty when it has none
	PriceSetID            string
	InventoryRequirements []InventoryRequirement // what it takes from stock; read where that matters
}

// An InventoryRequirement is an inventory item that a variant takes from stock, and how much of it.
type InventoryRequirement struct {
	InventoryItemID  string
	RequiredQuantity money.Decimal
	RequiresShipping bool
}

// variantSQL reads all that a line takes over from a variant, in one statement.
const variantSQL = `SELECT v.id, v.title, v.sku, v.barcode, v.thumbnail, v.manage_inventory, v.allow_backorder,
	p.id, p.title, p.subtitle, p.description, p.handle, p.thumbnail, p.status, p.discountable, p.is_giftcard,
	t.id, t.value, c.id, c.title, f.shipping_profile_id, s.price_set_id
	FROM product_variant v
	LEFT JOIN product p ON p.id = v.product_id AND p.deleted_at IS NULL
	LEFT JOIN product_type t ON t.id = p.type_id AND t.deleted_at IS NULL
	LEFT JOIN product_collection c ON c.id = p.collection_id AND c.deleted_at IS NULL
	LEFT JOIN product_shipping_profile f ON f.product_id = p.id AND f.deleted_at IS NULL
	LEFT JOIN product_variant_price_set s ON s.variant_id = v.id AND s.deleted_at IS NULL
	WHERE v.deleted_at IS NULL AND `

const partSQL = `SELECT l.variant_id, l.inventory_item_id, l.required_quantity, i.requires_shipping FROM product_variant_inventory_item l
	JOIN inventory_item i ON i.id = l.inventory_item_id AND i.deleted_at IS NULL WHERE l.deleted_at IS NULL AND `

// read finds variants that are not deleted, by id. Their parts are read for those that are counted, or have no shipping profile.
func (f *Flows) read(ctx context.Context, ids []string) ([]Variant, error) {
	d, err := f.Product.Variants.Entity().DB()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := d.Query(ctx, db.Statement{SQL: variantSQL + d.Dialect().InList("v.id", "$1"), Args: []any{ids}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Variant
	var counted []string
	for rows.Next() {
		v := variant(rows)
		if v.ManageInventory || v.ProfileID == "" {
			counted = append(counted, v.ID)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return out, f.parts(ctx, d, out, counted)
}

func (f *Flows) parts(ctx context.Context, d *db.DB, list []Variant, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := d.Query(ctx, db.Statement{SQL: partSQL + d.Dialect().InList("l.variant_id", "$1"), Args: []any{ids}})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		required, err := money.Parse(string(rows.Value(2)))
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].ID == string(rows.Value(0)) {
				list[i].InventoryRequirements = append(list[i].InventoryRequirements, InventoryRequirement{string(rows.Value(1)), required, parseBool(rows.Value(3))})
			}
		}
	}
	return rows.Err()
}

func parseBool(v []byte) bool { return len(v) > 0 && (v[0] == 't' || v[0] == '1') }

func text(v []byte) *string {
	if v == nil {
		return nil
	}
	s := string(v)
	return &s
}

func variant(rows db.Rows) Variant {
	at := func(i int) string { return string(rows.Value(i)) }
	v := Variant{ProfileID: at(20), PriceSetID: at(21)}
	v.ID, v.Title, v.SKU, v.Barcode, v.Thumbnail = at(0), at(1), text(rows.Value(2)), text(rows.Value(3)), text(rows.Value(4))
	v.ManageInventory, v.AllowBackorder = parseBool(rows.Value(5)), parseBool(rows.Value(6))
	if rows.Value(7) == nil {
		return v
	}
	p := &product.Product{Title: at(8), Subtitle: text(rows.Value(9)), Description: text(rows.Value(10)), Handle: at(11), Thumbnail: text(rows.Value(12)),
		Status: at(13), Discountable: parseBool(rows.Value(14)), IsGiftCard: parseBool(rows.Value(15)), TypeID: text(rows.Value(16)), CollectionID: text(rows.Value(18))}
	p.ID = at(7)
	if p.TypeID != nil {
		p.Type = &product.Type{Value: at(17)}
	}
	if p.CollectionID != nil {
		p.Collection = &product.Collection{Title: at(19)}
	}
	v.Product = p
	return v
}

// shipped reports whether a line of the variant is sent to the buyer.
func (v *Variant) shipped() bool {
	if v.ProfileID != "" {
		return true
	}
	for _, p := range v.InventoryRequirements {
		if p.RequiresShipping {
			return true
		}
	}
	return false
}

// CheckVariants refuses a cart with line items whose variant or product was deleted. The buyer has
// to remove these line items: nothing in stock stands for them any more.
func (s *State) CheckVariants(variants []Variant) error {
	var deleted []string
	for i := range s.Items {
		l := &s.Items[i]
		if l.VariantID != nil && !slices.ContainsFunc(variants, func(v Variant) bool { return v.ID == *l.VariantID && v.Product != nil }) {
			deleted = append(deleted, l.Title+" (line item "+l.ID+")")
		}
	}
	if len(deleted) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "No longer for sale: %s. Remove it from the cart to complete the cart.", strings.Join(deleted, ", "))
}
