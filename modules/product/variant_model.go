package product

import "github.com/gorgon-commerce/gorgon/module"

// A Variant is the form of a product that is bought: one value for each of its options.
type Variant struct {
	module.Model    `model:"prefix=variant,deleted=all"`
	Title           string        `json:"title" model:"searchable"`
	SKU             *string       `json:"sku" model:"searchable,unique"`
	Barcode         *string       `json:"barcode" model:"searchable,unique"`
	EAN             *string       `json:"ean" model:"searchable,unique"`
	UPC             *string       `json:"upc" model:"searchable,unique"`
	AllowBackorder  bool          `json:"allow_backorder" model:"default=false"`
	ManageInventory bool          `json:"manage_inventory" model:"default=true"`
	HSCode          *string       `json:"hs_code"`
	OriginCountry   *string       `json:"origin_country"`
	MidCode         *string       `json:"mid_code"`
	Material        *string       `json:"material"`
	Weight          *float64      `json:"weight" model:"type=real"`
	Length          *float64      `json:"length" model:"type=real"`
	Height          *float64      `json:"height" model:"type=real"`
	Width           *float64      `json:"width" model:"type=real"`
	Metadata        module.Map    `json:"metadata"`
	VariantRank     *int          `json:"variant_rank" model:"default=0,rank"`
	ProductID       *string       `json:"product_id" model:"index"`
	Thumbnail       *string       `json:"thumbnail"`
	Product         *Product      `json:"product,omitempty" rel:"belongs=product_id,ondelete=cascade,searchable,shown,stub"`
	Options         []OptionValue `json:"options,omitempty" rel:"pivot=product_variant_option,variant_id,option_value_id"`
	OwnImages       []Image       `json:"own_images,omitempty" rel:"pivot=product_variant_product_image,variant_id,image_id"`
}

// Indexes find a variant of a product.
func (Variant) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_product_variant_id_product_id", Columns: []string{"id", "product_id"}, Where: "deleted_at IS NULL"},
	}
}
