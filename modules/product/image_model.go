package product

import "github.com/gorgon-commerce/gorgon/module"

// An Image is a picture of a product, shown in the order of rank. Some may be of certain variants only.
type Image struct {
	module.Model `model:"prefix=img"`
	URL          string     `json:"url" model:"index=IDX_product_image_url"`
	Metadata     module.Map `json:"metadata"`
	Rank         int        `json:"rank" model:"default=0,rank,index=IDX_product_image_rank"`
	ProductID    string     `json:"product_id" model:"index"`
	Product      *Product   `json:"product,omitempty" rel:"belongs=product_id,ondelete=cascade"`
	Variants     []Variant  `json:"variants,omitempty" rel:"pivot=product_variant_product_image,image_id,variant_id"`
}

// Indexes find images in the order they are shown in.
func (Image) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_product_image_rank_product_id", Columns: []string{"rank", "product_id"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_product_image_url_rank_product_id", Columns: []string{"url", "rank", "product_id"}, Where: "deleted_at IS NULL"},
	}
}

// A VariantImage ties an image to a variant it shows.
type VariantImage struct {
	module.Model `model:"prefix=pvpi"`
	VariantID    string   `json:"variant_id" model:"index"`
	ImageID      string   `json:"image_id" model:"index"`
	Variant      *Variant `json:"variant,omitempty" rel:"belongs=variant_id,ondelete=none"`
	Image        *Image   `json:"image,omitempty" rel:"belongs=image_id,ondelete=cascade,onupdate=none"`
}
