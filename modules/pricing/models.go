package pricing

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A PriceSet holds all prices of one thing that is sold: a variant, a shipping option.
type PriceSet struct {
	module.Model `model:"prefix=pset,deleted=gone"`
	Prices       []Price `json:"prices,omitempty" rel:"has=price_set_id,cascade"`
}

// A Price is an amount in one currency, for quantities from MinQuantity to MaxQuantity, where all of its rules hold. One that is in a
// price list counts only while that list does.
type Price struct {
	module.Model `model:"prefix=price,deleted=gone"`
	Title        *string        `json:"title"`
	PriceSetID   string         `json:"price_set_id" model:"index"`
	CurrencyCode string         `json:"currency_code" model:"index"`
	RulesCount   *int           `json:"rules_count" model:"default=0"`
	PriceListID  *string        `json:"price_list_id" model:"index"`
	Amount       money.Decimal  `json:"amount"`
	MinQuantity  *money.Decimal `json:"min_quantity"`
	MaxQuantity  *money.Decimal `json:"max_quantity"`
	PriceSet     *PriceSet      `json:"price_set,omitempty" rel:"belongs=price_set_id,ondelete=cascade,shown"`
	PriceList    *PriceList     `json:"price_list,omitempty" rel:"belongs=price_list_id,ondelete=cascade,shown,stub"`
	Rules        []PriceRule    `json:"price_rules,omitempty" rel:"has=price_id,cascade"`
}

// A PriceRule is a condition of a price: the context's value of Attribute stands in Operator to Value.
type PriceRule struct {
	module.Model `model:"prefix=prule,deleted=gone"`
	Value        string `json:"value"`
	Priority     int    `json:"priority" model:"default=0"`
	PriceID      string `json:"price_id" model:"index"`
	Attribute    string `json:"attribute" model:"default=,index"`
	Operator     string `json:"operator" model:"enum=gte|lte|gt|lt|eq,default=eq"`
	Price        *Price `json:"price,omitempty" rel:"belongs=price_id,ondelete=cascade"`
}

// Indexes let a price have each condition once, and find prices by what their rules say.
func (PriceRule) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_price_rule_attribute_value", Columns: []string{"attribute", "value"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_price_rule_attribute_value_price_id", Columns: []string{"attribute", "value", "price_id"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_price_rule_operator", Columns: []string{"operator"}},
		{Name: "IDX_price_rule_operator_value", Columns: []string{"operator", "value"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_price_rule_price_id_attribute_operator_unique", Columns: []string{"price_id", "attribute", "operator"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}

// The types of price lists: a sale counts where it is cheaper, an override always.
const (
	ListTypeSale     = "sale"
	ListTypeOverride = "override"
)

// A PriceList is a set of prices that are active together: a sale, or an override for certain buyers.
type PriceList struct {
	module.Model `model:"prefix=plist,deleted=gone"`
	Status       string          `json:"status" model:"enum=active|draft,default=draft"`
	StartsAt     *time.Time      `json:"starts_at"`
	EndsAt       *time.Time      `json:"ends_at"`
	RulesCount   *int            `json:"rules_count" model:"default=0"`
	Title        string          `json:"title" model:"searchable"`
	Description  string          `json:"description" model:"searchable"`
	Type         string          `json:"type" model:"enum=sale|override,default=sale"`
	Metadata     module.Map      `json:"metadata"`
	Prices       []Price         `json:"prices,omitempty" rel:"has=price_list_id,cascade"`
	Rules        []PriceListRule `json:"price_list_rules,omitempty" rel:"has=price_list_id,cascade"`
}

// Indexes find the lists that are active now.
func (PriceList) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_price_list_id_status_starts_at_ends_at", Columns: []string{"id", "status", "starts_at", "ends_at"}, Where: "deleted_at IS NULL AND status = 'active'"},
	}
}

// A PriceListRule is a condition of a price list: the context's value of Attribute is one of Value, a JSON array.
type PriceListRule struct {
	module.Model `model:"prefix=prule,deleted=gone"`
	PriceListID  string      `json:"price_list_id" model:"index,gone"`
	Value        module.JSON `json:"value" model:"null"`
	Attribute    string      `json:"attribute" model:"default=,index"`
	PriceList    *PriceList  `json:"price_list,omitempty" rel:"belongs=price_list_id,ondelete=cascade"`
}

// Indexes find the rules by what they ask for.
func (PriceListRule) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_price_list_rule_value", Columns: []string{"value"}, Where: "deleted_at IS NULL", Method: "gin"}}
}

// A PricePreference says whether prices are meant with tax where the context's Attribute (currency_code or region_id) has Value.
type PricePreference struct {
	module.Model   `model:"prefix=prpref,deleted=gone"`
	Attribute      string  `json:"attribute"`
	Value          *string `json:"value"`
	IsTaxInclusive bool    `json:"is_tax_inclusive" model:"default=false"`
}

// Indexes let an attribute's value have one preference.
func (PricePreference) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_price_preference_attribute_value", Columns: []string{"attribute", "value"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}
