package product

import "github.com/gorgon-commerce/gorgon/module"

// A Category is a node of the tree that products are sorted into. MPath is the path of ids from the root, joined by dots; rank orders
// the children of one parent.
type Category struct {
	module.Model     `model:"prefix=pcat,deleted=none"`
	Name             string     `json:"name" model:"searchable"`
	Description      string     `json:"description" model:"searchable,default="`
	Handle           string     `json:"handle" model:"searchable,unique=IDX_category_handle_unique"`
	MPath            string     `json:"mpath" model:"index=IDX_product_category_path"`
	IsActive         bool       `json:"is_active" model:"default=false"`
	IsInternal       bool       `json:"is_internal" model:"default=false"`
	Rank             int        `json:"rank" model:"default=0,rank"`
	ParentCategoryID *string    `json:"parent_category_id" model:"index"`
	Metadata         module.Map `json:"metadata"`
	ExternalID       *string    `json:"external_id"`
	Parent           *Category  `json:"parent_category,omitempty" rel:"belongs=parent_category_id,ondelete=cascade"`
	Children         []Category `json:"category_children,omitempty" rel:"has=parent_category_id,cascade"`
	Products         []Product  `json:"products,omitempty" rel:"pivot=product_category_product,product_category_id,product_id"`
}
