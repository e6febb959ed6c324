package tax

import "github.com/gorgon-commerce/gorgon/module"

// A Region is a country, or a province of one, with its own rates of tax. Only a country has a provider; provinces use their parent's.
type Region struct {
	module.Model `model:"prefix=txreg,deleted=gone"`
	ProviderID   *string         `json:"provider_id" model:"index"`
	CountryCode  string          `json:"country_code" model:"searchable"`
	ProvinceCode *string         `json:"province_code" model:"searchable"`
	ParentID     *string         `json:"parent_id"`
	Metadata     module.Map      `json:"metadata"`
	CreatedBy    *string         `json:"created_by"`
	Provider     *ProviderRecord `json:"provider,omitempty" rel:"belongs=provider_id,ondelete=set null,onupdate=none,fk=FK_tax_region_provider_id,stub"`
	Parent       *Region         `json:"parent,omitempty" rel:"belongs=parent_id,ondelete=cascade,onupdate=none,fk=FK_tax_region_parent_id,stub"`
	Children     []Region        `json:"children,omitempty" rel:"has=parent_id,cascade"`
	Rates        []Rate          `json:"tax_rates,omitempty" rel:"has=tax_region_id,cascade"`
}

// Indexes let a country and each of its provinces have one region.
func (Region) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_tax_region_parent_id", Columns: []string{"parent_id"}},
		{Name: "IDX_tax_region_unique_country_nullable_province", Columns: []string{"country_code"}, Unique: true, Where: "province_code IS NULL AND deleted_at IS NULL"},
		{Name: "IDX_tax_region_unique_country_province", Columns: []string{"country_code", "province_code"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}

// Checks keep the provider with the country, and give every province a code.
func (Region) Checks() []module.Check {
	return []module.Check{
		{Name: "CK_tax_region_provider_top_level", Expr: "parent_id IS NULL OR provider_id IS NULL"},
		{Name: "CK_tax_region_country_top_level", Expr: "parent_id IS NULL OR province_code IS NOT NULL"},
	}
}

// A Rate is a percentage of tax in a region. The default one is for all that no other rate has a rule for; a combinable one is added to its
// parent region's.
type Rate struct {
	module.Model `model:"prefix=txr,deleted=gone"`
	Rate         *float64   `json:"rate" model:"type=real"`
	Code         string     `json:"code" model:"searchable"`
	Name         string     `json:"name" model:"searchable"`
	IsDefault    bool       `json:"is_default" model:"default=false"`
	IsCombinable bool       `json:"is_combinable" model:"default=false"`
	TaxRegionID  string     `json:"tax_region_id" model:"index"`
	Metadata     module.Map `json:"metadata"`
	CreatedBy    *string    `json:"created_by"`
	Region       *Region    `json:"tax_region,omitempty" rel:"belongs=tax_region_id,ondelete=cascade,onupdate=none,fk=FK_tax_rate_tax_region_id,shown"`
	Rules        []Rule     `json:"rules,omitempty" rel:"has=tax_rate_id,cascade"`
}

// Indexes let a region have one default rate.
func (Rate) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_single_default_region", Columns: []string{"tax_region_id"}, Unique: true, Where: "is_default = true AND deleted_at IS NULL"},
	}
}

// A Rule makes a rate that of a certain product, product type or shipping option: Reference names the kind, ReferenceID the one.
type Rule struct {
	module.Model `model:"prefix=txrule,deleted=gone"`
	TaxRateID    string     `json:"tax_rate_id" model:"index"`
	ReferenceID  string     `json:"reference_id" model:"index"`
	Reference    string     `json:"reference"`
	Metadata     module.Map `json:"metadata"`
	CreatedBy    *string    `json:"created_by"`
	Rate         *Rate      `json:"tax_rate,omitempty" rel:"belongs=tax_rate_id,ondelete=cascade,onupdate=none,fk=FK_tax_rate_rule_tax_rate_id"`
}

// Indexes let a rate name each thing once.
func (Rule) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_tax_rate_rule_unique_rate_reference", Columns: []string{"tax_rate_id", "reference_id"}, Unique: true, Where: "deleted_at IS NULL"},
	}
}

// A ProviderRecord says that a provider is installed.
type ProviderRecord struct {
	module.Model
	IsEnabled bool     `json:"is_enabled" model:"default=true"`
	Regions   []Region `json:"regions,omitempty" rel:"has=provider_id"`
}
