package adminapi

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/flow/taxflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateTaxRegionRequest is what it takes to make a tax region: a country, or a province below one.
type CreateTaxRegionRequest struct {
	CountryCode    string                            `json:"country_code"`
	ProviderID     module.Opt[string]                `json:"provider_id"`
	ProvinceCode   module.Opt[string]                `json:"province_code"`
	ParentID       module.Opt[string]                `json:"parent_id"`
	DefaultTaxRate module.Opt[DefaultTaxRateRequest] `json:"default_tax_rate" valid:"notnull"`
	Metadata       Metadata                          `json:"metadata"`
}

// A DefaultTaxRateRequest is the rate of a new region for all that no rule is about.
type DefaultTaxRateRequest struct {
	Rate         module.Opt[float64] `json:"rate"`
	Code         string              `json:"code"`
	Name         string              `json:"name"`
	IsCombinable module.Opt[bool]    `json:"is_combinable" valid:"notnull"`
	Metadata     Metadata            `json:"metadata"`
}

// A UpdateTaxRegionRequest changes a tax region.
type UpdateTaxRegionRequest struct {
	ID           string             `path:"id"`
	ProvinceCode module.Opt[string] `json:"province_code"`
	ProviderID   module.Opt[string] `json:"provider_id"`
	Metadata     Metadata           `json:"metadata"`
}

// A TaxRuleInput says what a rate is for.
type TaxRuleInput struct {
	Reference   string `json:"reference"`
	ReferenceID string `json:"reference_id"`
}

// A CreateTaxRateRequest is what it takes to make a rate.
type CreateTaxRateRequest struct {
	Rate         module.Opt[float64]        `json:"rate" valid:"notnull"`
	Code         string                     `json:"code"`
	Name         string                     `json:"name"`
	TaxRegionID  string                     `json:"tax_region_id"`
	IsDefault    module.Opt[bool]           `json:"is_default" valid:"notnull"`
	IsCombinable module.Opt[bool]           `json:"is_combinable" valid:"notnull"`
	Rules        module.Opt[[]TaxRuleInput] `json:"rules" valid:"notnull"`
	Metadata     Metadata                   `json:"metadata"`
}

// A UpdateTaxRateRequest changes a rate.
type UpdateTaxRateRequest struct {
	ID           string                     `path:"id"`
	Rate         module.Opt[float64]        `json:"rate" valid:"notnull"`
	Code         module.Opt[string]         `json:"code" valid:"notnull"`
	Name         module.Opt[string]         `json:"name" valid:"notnull"`
	IsDefault    module.Opt[bool]           `json:"is_default" valid:"notnull"`
	IsCombinable module.Opt[bool]           `json:"is_combinable" valid:"notnull"`
	Rules        module.Opt[[]TaxRuleInput] `json:"rules" valid:"notnull"`
	Metadata     Metadata                   `json:"metadata"`
}

// A CreateTaxRuleRequest adds a rule to a rate.
type CreateTaxRuleRequest struct {
	RateID      string `path:"id"`
	Reference   string `json:"reference"`
	ReferenceID string `json:"reference_id"`
}

// A taxAPI is /admin/tax-regions, /admin/tax-rates and /admin/tax-providers.
type taxAPI struct{ flows *taxflow.Flows }

// TaxRoutes routes the regions, rates and providers of taxes.
func TaxRoutes(flows *taxflow.Flows) []route.Route {
	a := taxAPI{flows}
	rates := a.rates()
	rules := rates
	rules.ListKey, rules.Retrievable, rules.Create, rules.Update, rules.Delete, rules.UpdateNotFoundMessage = "", false, nil, nil, nil, ""
	rules.Actions = []resource.Action{resource.Post("/{id}/rules", resource.Do(a.addRule))}
	out := slices.Concat(a.regions().Routes(), rates.Routes(), rules.Routes())
	out = append(out, rates.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/rules/{rule_id}", Param: "rule_id", Object: "tax_rate_rule", Remove: a.dropRule})...)
	return append(out, resource.Resource{
		Path: "/admin/tax-providers", Entity: "tax_provider", RecordKey: "tax_provider", ListKey: "tax_providers",
		Fields: "id is_enabled", Limit: 20,
		Filters: resource.Filters{list("id"), {Name: "is_enabled", Schema: schema.Bool().Optional()}}, // which no query string can be
	}.Routes()...)
}

func (a taxAPI) regions() resource.Resource {
	v := Handlers[CreateTaxRegionRequest, UpdateTaxRegionRequest]{Create: a.createRegion, Delete: func(ctx context.Context, id string) error {
		_, err := a.flows.Regions.Delete.Run(ctx, []string{id})
		return err
	}, Update: func(ctx context.Context, p UpdateTaxRegionRequest) (string, error) {
		_, err := a.flows.Regions.Update.Run(ctx, crudflow.UpdateInput{ID: p.ID, Set: module.SetFrom(p)})
		return p.ID, err
	}}
	return v.with(resource.Resource{
		Path: "/admin/tax-regions", Entity: "tax_region", RecordKey: "tax_region", ListKey: "tax_regions", Retrievable: true,
		Fields: "id country_code province_code parent_id provider_id created_by created_at updated_at deleted_at metadata *children *children.tax_rates " +
			"*children.tax_rates.rules *parent *tax_rates *tax_rates.rules",
		Filters: times(text("q"), list("id"), resource.Filter{Name: "country_code", Schema: resource.Operators},
			resource.Filter{Name: "province_code", Schema: resource.Operators}, resource.Filter{Name: "parent_id", Schema: resource.Operators}, text("created_by")),
		Limit: 20,
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.AllowNull("parent_id")
			return nil
		},
		UpdateNotFoundMessage: `TaxRegion with id "%s" not found`,
	})
}

func (a taxAPI) createRegion(ctx context.Context, n CreateTaxRegionRequest) (string, error) {
	if n.ParentID.Value == "" && n.ProvinceCode.Value == "" && n.ProviderID.Value == "" {
		return "", fault.New(fault.Invalid, "Invalid request: Provider is required when creating a non-province tax region.")
	}
	by := optionalActor(ctx)
	r := tax.Region{CountryCode: strings.ToLower(n.CountryCode), ProviderID: n.ProviderID.Ptr(), ParentID: n.ParentID.Ptr(), Metadata: n.Metadata.Value, CreatedBy: by}
	if p := n.ProvinceCode.Ptr(); p != nil {
		code := strings.ToLower(*p)
		r.ProvinceCode = &code
	}
	if d := n.DefaultTaxRate; d.Set {
		v := d.Value
		r.Rates = []tax.Rate{{Rate: v.Rate.Ptr(), Code: v.Code, Name: v.Name, IsCombinable: v.IsCombinable.Value, Metadata: v.Metadata.Value, IsDefault: true, CreatedBy: by}}
	}
	out, err := a.flows.Regions.Create.Run(ctx, crudflow.CreateInput[tax.Region]{Records: []tax.Region{r}})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func optionalActor(ctx context.Context) *string {
	if id := actorID(ctx); id != "" {
		return &id
	}
	return nil
}

func (a taxAPI) rates() resource.Resource {
	v := Handlers[CreateTaxRateRequest, UpdateTaxRateRequest]{Create: a.createRate, Update: a.updateRate, Delete: func(ctx context.Context, id string) error {
		_, err := a.flows.Rates.Delete.Run(ctx, []string{id})
		return err
	}}
	return v.with(resource.Resource{
		Path: "/admin/tax-rates", Entity: "tax_rate", RecordKey: "tax_rate", ListKey: "tax_rates", Retrievable: true,
		Fields: "id name code rate tax_region_id is_default is_combinable created_by created_at updated_at deleted_at metadata *tax_region *rules",
		Filters: append(times(text("q"), resource.Filter{Name: "tax_region_id", Schema: resource.Operators}, resource.Filter{Name: "is_default", Schema: resource.Flag}, list("service_zone_id"),
			list("shipping_profile_id"), list("provider_id"), list("shipping_option_type_id"), text("created_by")), nothing("$and"), nothing("$or")),
		Prepare: func(_ context.Context, q *resource.Query) error {
			dropEmpty(q.Filters)
			return nil
		},
		NoLogicalFilters:      true,
		Limit:                 20,
		UpdateNotFoundMessage: `Tax rate with id "%s" not found`,
	})
}

// nothing is a parameter that is taken and has no effect.
func nothing(name string) resource.Filter {
	return resource.Filter{Name: name, Schema: schema.ArrayOf(schema.ObjectOf()).Optional()}
}

func (a taxAPI) rules(ctx context.Context, list []TaxRuleInput) []tax.Rule {
	by := optionalActor(ctx)
	out := make([]tax.Rule, len(list))
	for i, r := range list {
		out[i] = tax.Rule{Reference: r.Reference, ReferenceID: r.ReferenceID, CreatedBy: by}
	}
	return out
}

func (a taxAPI) createRate(ctx context.Context, n CreateTaxRateRequest) (string, error) {
	r := tax.Rate{Rate: n.Rate.Ptr(), Code: n.Code, Name: n.Name, TaxRegionID: n.TaxRegionID, IsDefault: n.IsDefault.Value, IsCombinable: n.IsCombinable.Value,
		Metadata: n.Metadata.Value, CreatedBy: optionalActor(ctx), Rules: a.rules(ctx, n.Rules.Value)}
	out, err := a.flows.Rates.Create.Run(ctx, crudflow.CreateInput[tax.Rate]{Records: []tax.Rate{r}})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (a taxAPI) updateRate(ctx context.Context, p UpdateTaxRateRequest) (string, error) {
	set := module.SetFrom(p)
	delete(set, "rules")
	if _, err := a.flows.Rates.Update.Run(ctx, crudflow.UpdateInput{ID: p.ID, Set: set}); err != nil || !p.Rules.Set {
		return p.ID, err
	}
	return a.flows.SetRules.Run(ctx, taxflow.SetRulesInput{RateID: p.ID, Rules: a.rules(ctx, p.Rules.Value)})
}

func (a taxAPI) addRule(ctx context.Context, n CreateTaxRuleRequest) (string, error) {
	r := a.rules(ctx, []TaxRuleInput{{n.Reference, n.ReferenceID}})
	r[0].TaxRateID = n.RateID
	_, err := a.flows.Rules.Create.Run(ctx, crudflow.CreateInput[tax.Rule]{Records: r})
	return n.RateID, err
}

func (a taxAPI) dropRule(ctx context.Context, _, rule string) error {
	_, err := a.flows.Rules.Delete.Run(ctx, []string{rule})
	return err
}
