// Package product keeps the catalogue: products with their variants, options and images, and how they are sorted.
package product

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps the catalogue.
type Module struct {
	Products            *module.Table[Product]
	Variants            *module.Table[Variant]
	Options             *module.Table[Option]
	OptionValues        *module.Table[OptionValue]
	ProductOptions      *module.Table[ProductOption]
	ProductOptionValues *module.Table[ProductOptionValue]
	Images              *module.Table[Image]
	VariantImages       *module.Table[VariantImage]
	Tags                *module.Table[Tag]
	Types               *module.Table[Type]
	Collections         *module.Table[Collection]
	Categories          *module.Table[Category]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	m := &Module{
		Products:            module.NewTable[Product]("product", "products"),
		Variants:            module.NewTable[Variant]("product_variant", "product_variants", "variant", "variants"),
		Options:             module.NewTable[Option]("product_option", "product_options"),
		OptionValues:        module.NewTable[OptionValue]("product_option_value", "product_option_values"),
		ProductOptions:      module.NewTable[ProductOption]("product_product_option", "product_product_options"),
		ProductOptionValues: module.NewTable[ProductOptionValue]("product_product_option_value", "product_product_option_values"),
		Images:              module.NewTable[Image]("image", "product_image", "product_images", "images"),
		VariantImages:       module.NewTable[VariantImage]("product_variant_product_image", "product_variant_product_images"),
		Tags:                module.NewTable[Tag]("product_tag", "product_tags"),
		Types:               module.NewTable[Type]("product_type", "product_types"),
		Collections:         module.NewTable[Collection]("product_collection", "product_collections"),
		Categories:          module.NewTable[Category]("product_category", "product_categories"),
	}
	m.addComputed()
	m.addTrees()
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Products, m.Variants, m.Options, m.OptionValues, m.ProductOptions, m.ProductOptionValues, m.Images,
		m.VariantImages, m.Tags, m.Types, m.Collections, m.Categories,
	}
}
