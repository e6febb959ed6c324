package product

import "github.com/gorgon-commerce/gorgon/module"

// A Product is what a shop offers. What is bought is one of its variants.
type Product struct {
	module.Model   `model:"prefix=prod,deleted=all"`
	Title          string          `json:"title" model:"searchable"`
	Handle         string          `json:"handle" model:"unique"`
	Subtitle       *string         `json:"subtitle" model:"searchable"`
	Description    *string         `json:"description" model:"searchable"`
	IsGiftCard     bool            `json:"is_giftcard" model:"default=false"`
	Status         string          `json:"status" model:"enum=draft|proposed|published|rejected,default=draft,index"`
	Thumbnail      *string         `json:"thumbnail"`
	Weight         *float64        `json:"weight" model:"type=real"`
	Length         *float64        `json:"length" model:"type=real"`
	Height         *float64        `json:"height" model:"type=real"`
	Width          *float64        `json:"width" model:"type=real"`
	OriginCountry  *string         `json:"origin_country"`
	HSCode         *string         `json:"hs_code"`
	MidCode        *string         `json:"mid_code"`
	Material       *string         `json:"material"`
	CollectionID   *string         `json:"collection_id" model:"index"`
	TypeID         *string         `json:"type_id" model:"index"`
	Discountable   bool            `json:"discountable" model:"default=true"`
	ExternalID     *string         `json:"external_id"`
	Metadata       module.Map      `json:"metadata"`
	Variants       []Variant       `json:"variants,omitempty" rel:"has=product_id,cascade,searchable"`
	Type           *Type           `json:"type,omitempty" rel:"belongs=type_id,ondelete=set null,stub"`
	Collection     *Collection     `json:"collection,omitempty" rel:"belongs=collection_id,ondelete=set null,stub"`
	Tags           []Tag           `json:"tags,omitempty" rel:"pivot=product_tags,product_id,product_tag_id"`
	Categories     []Category      `json:"categories,omitempty" rel:"pivot=product_category_product,product_id,product_category_id"`
	Options        []Option        `json:"options,omitempty" rel:"pivot=product_product_option,product_id,product_option_id"`
	ProductOptions []ProductOption `json:"product_options,omitempty" rel:"has=product_id"`
	Images         []Image         `json:"images,omitempty" rel:"has=product_id,cascade"`
}

// A Tag is a word that products are found by.
type Tag struct {
	module.Model `model:"prefix=ptag,deleted=all"`
	Value        string     `json:"value" model:"searchable,unique=IDX_tag_value_unique"`
	Metadata     module.Map `json:"metadata"`
	ExternalID   *string    `json:"external_id"`
	Products     []Product  `json:"products,omitempty" rel:"pivot=product_tags,product_tag_id,product_id"`
}

// A Type says what kind of thing a product is; a product has at most one.
type Type struct {
	module.Model `model:"prefix=ptyp,deleted=all"`
	Value        string     `json:"value" model:"searchable,unique=IDX_type_value_unique"`
	Metadata     module.Map `json:"metadata" model:"type=json"`
	ExternalID   *string    `json:"external_id"`
	Products     []Product  `json:"products,omitempty" rel:"has=type_id"`
}

// A Collection is a set of products to show together; a product is in at most one.
type Collection struct {
	module.Model `model:"prefix=pcol,deleted=all"`
	Title        string     `json:"title" model:"searchable"`
	Handle       string     `json:"handle" model:"unique=IDX_collection_handle_unique"`
	Metadata     module.Map `json:"metadata"`
	ExternalID   *string    `json:"external_id"`
	Products     []Product  `json:"products,omitempty" rel:"has=collection_id"`
}
