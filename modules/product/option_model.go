package product

import "github.com/gorgon-commerce/gorgon/module"

// An Option is what variants differ in, such as a size. An exclusive one belongs to a single product; others are shared, and their
// titles are unique.
type Option struct {
	module.Model `model:"prefix=opt,deleted=all"`
	Title        string        `json:"title" model:"searchable"`
	Metadata     module.Map    `json:"metadata"`
	IsExclusive  bool          `json:"is_exclusive" model:"default=false"`
	Values       []OptionValue `json:"values,omitempty" rel:"has=option_id,cascade"`
	Products     []Product     `json:"products,omitempty" rel:"pivot=product_product_option,product_option_id,product_id"`
}

// Indexes keep the titles of shared options apart.
func (Option) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_product_option_global_title_unique", Columns: []string{"title"}, Unique: true, Where: "deleted_at IS NULL AND is_exclusive = false"},
	}
}

// An OptionValue is one choice of an option.
type OptionValue struct {
	module.Model   `model:"prefix=optval,deleted=all"`
	Value          string          `json:"value" model:"searchable"`
	OptionID       *string         `json:"option_id" model:"index"`
	Metadata       module.Map      `json:"metadata"`
	Rank           *int            `json:"rank" model:"rank"`
	Option         *Option         `json:"option,omitempty" rel:"belongs=option_id,ondelete=cascade,stub"`
	Variants       []Variant       `json:"variants,omitempty" rel:"pivot=product_variant_option,option_value_id,variant_id"`
	ProductOptions []ProductOption `json:"product_options,omitempty" rel:"pivot=product_product_option_value,product_option_value_id,product_product_option_id"`
}

// Indexes keep the values of one option apart.
func (OptionValue) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_option_value_option_id_unique", Columns: []string{"option_id", "value"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}

// A ProductOption gives a product an option.
type ProductOption struct {
	module.Model    `model:"prefix=prodopt"`
	ProductID       string        `json:"product_id" model:"index"`
	ProductOptionID string        `json:"product_option_id" model:"index"`
	Product         *Product      `json:"product,omitempty" rel:"belongs=product_id,ondelete=cascade"`
	Option          *Option       `json:"product_option,omitempty" rel:"belongs=product_option_id,ondelete=cascade"`
	Values          []OptionValue `json:"values,omitempty" rel:"pivot=product_product_option_value,product_product_option_id,product_option_value_id"`
}

// A ProductOptionValue allows a product one value of an option it has.
type ProductOptionValue struct {
	module.Model           `model:"prefix=prodoptval"`
	ProductProductOptionID string         `json:"product_product_option_id" model:"index"`
	ProductOptionValueID   string         `json:"product_option_value_id" model:"index"`
	ProductOption          *ProductOption `json:"product_product_option,omitempty" rel:"belongs=product_product_option_id,ondelete=cascade"`
	Value                  *OptionValue   `json:"product_option_value,omitempty" rel:"belongs=product_option_value_id,ondelete=cascade"`
}

// Indexes has the one that cascades need, over deleted rows too.
func (ProductOptionValue) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_product_product_option_value_product_product_option_id_fk", Columns: []string{"product_product_option_id"}},
	}
}
