package adminapi

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/promotionflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreatePromotionRequest is what it takes to make a promotion.
type CreatePromotionRequest struct {
	Code              string                                   `json:"code"`
	IsAutomatic       module.Opt[bool]                         `json:"is_automatic" valid:"notnull"`
	Type              string                                   `json:"type" valid:"enum=standard|buyget"`
	IsTaxInclusive    module.Opt[bool]                         `json:"is_tax_inclusive" valid:"notnull"`
	Status            string                                   `json:"status" valid:"enum=draft|active|inactive,default=draft"`
	CampaignID        module.Opt[string]                       `json:"campaign_id"`
	Campaign          module.Opt[campaignPart]                 `json:"campaign" valid:"notnull"`
	ApplicationMethod CreateApplicationMethodRequest           `json:"application_method"`
	Rules             module.Opt[[]CreatePromotionRuleRequest] `json:"rules" valid:"notnull"`
	Limit             module.Opt[int]                          `json:"limit" valid:"min=1"`
	Metadata          Metadata                                 `json:"metadata"`
	AdditionalData    module.Map                               `json:"additional_data" valid:"nullish"`
}

// A UpdatePromotionRequest changes a promotion.
type UpdatePromotionRequest struct {
	ID                string                                     `path:"id"`
	Code              module.Opt[string]                         `json:"code" valid:"notnull"`
	IsAutomatic       module.Opt[bool]                           `json:"is_automatic" valid:"notnull"`
	IsTaxInclusive    module.Opt[bool]                           `json:"is_tax_inclusive" valid:"notnull"`
	Type              module.Opt[string]                         `json:"type" valid:"enum=standard|buyget,notnull"`
	Status            module.Opt[string]                         `json:"status" valid:"enum=draft|active|inactive,notnull"`
	CampaignID        module.Opt[string]                         `json:"campaign_id"`
	ApplicationMethod module.Opt[UpdateApplicationMethodRequest] `json:"application_method" valid:"notnull"`
	Limit             module.Opt[int]                            `json:"limit" valid:"min=1"`
	Metadata          Metadata                                   `json:"metadata"`
	AdditionalData    module.Map                                 `json:"additional_data" valid:"nullish"`
}

// A CreateApplicationMethodRequest says what a promotion takes off of what. The description is not kept.
type CreateApplicationMethodRequest struct {
	Description         module.Opt[string]                       `json:"description"`
	Value               float64                                  `json:"value"`
	CurrencyCode        module.Opt[string]                       `json:"currency_code"`
	MaxQuantity         module.Opt[float64]                      `json:"max_quantity"`
	Type                string                                   `json:"type" valid:"enum=fixed|percentage"`
	TargetType          string                                   `json:"target_type" valid:"enum=order|shipping_methods|items"`
	Allocation          module.Opt[string]                       `json:"allocation" valid:"enum=each|across|once,notnull"`
	TargetRules         module.Opt[[]CreatePromotionRuleRequest] `json:"target_rules" valid:"notnull"`
	BuyRules            module.Opt[[]CreatePromotionRuleRequest] `json:"buy_rules" valid:"notnull"`
	ApplyToQuantity     module.Opt[float64]                      `json:"apply_to_quantity"`
	BuyRulesMinQuantity module.Opt[float64]                      `json:"buy_rules_min_quantity"`
}

type methodFields CreateApplicationMethodRequest

// Schema refuses what an application method does not have.
func (*CreateApplicationMethodRequest) Schema() *schema.Schema {
	return schema.DecoderFor[methodFields]().Schema()
}

// A UpdateApplicationMethodRequest changes an application method.
type UpdateApplicationMethodRequest struct {
	Description         module.Opt[string]  `json:"description"`
	Value               module.Opt[float64] `json:"value" valid:"notnull"`
	MaxQuantity         module.Opt[float64] `json:"max_quantity"`
	CurrencyCode        module.Opt[string]  `json:"currency_code"`
	Type                module.Opt[string]  `json:"type" valid:"enum=fixed|percentage,notnull"`
	TargetType          module.Opt[string]  `json:"target_type" valid:"enum=order|shipping_methods|items,notnull"`
	Allocation          module.Opt[string]  `json:"allocation" valid:"enum=each|across|once,notnull"`
	ApplyToQuantity     module.Opt[float64] `json:"apply_to_quantity"`
	BuyRulesMinQuantity module.Opt[float64] `json:"buy_rules_min_quantity"`
}

type methodPatchFields UpdateApplicationMethodRequest

// Schema refuses what an application method does not have.
func (*UpdateApplicationMethodRequest) Schema() *schema.Schema {
	return schema.DecoderFor[methodPatchFields]().Schema()
}

// RuleValues are one value or several.
type RuleValues []string

// Schema takes a text or a list of texts.
func (*RuleValues) Schema() *schema.Schema { return schema.Strings() }

// UnmarshalJSON reads a text as a list of one.
func (v *RuleValues) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*v = make(RuleValues, 1)
		return json.Unmarshal(b, &(*v)[0])
	}
	return json.Unmarshal(b, (*[]string)(v))
}

// A CreatePromotionRuleRequest is a condition of a promotion.
type CreatePromotionRuleRequest struct {
	Operator    string             `json:"operator" valid:"enum=gte|lte|gt|lt|eq|ne|in"`
	Description module.Opt[string] `json:"description"`
	Attribute   string             `json:"attribute"`
	Values      RuleValues         `json:"values"`
}

type ruleFields CreatePromotionRuleRequest

// Schema refuses what a rule does not have.
func (*CreatePromotionRuleRequest) Schema() *schema.Schema {
	return schema.DecoderFor[ruleFields]().Schema()
}

// A UpdatePromotionRuleRequest changes a rule; its values are replaced.
type UpdatePromotionRuleRequest struct {
	ID          string             `json:"id"`
	Operator    module.Opt[string] `json:"operator" valid:"enum=gte|lte|gt|lt|eq|ne|in,notnull"`
	Description module.Opt[string] `json:"description"`
	Attribute   module.Opt[string] `json:"attribute" valid:"notnull"`
	Values      RuleValues         `json:"values"`
}

type rulePatchFields UpdatePromotionRuleRequest

// Schema refuses what a rule does not have.
func (*UpdatePromotionRuleRequest) Schema() *schema.Schema {
	return schema.DecoderFor[rulePatchFields]().Schema()
}

// A promotionAPI is /admin/promotions.
type promotionAPI struct{ flows *promotionflow.Flows }

// Promotions routes /admin/promotions. Read is nil for the query graph.
func Promotions(flows *promotionflow.Flows, read resource.Reader) []route.Route {
	p := promotionAPI{flows}
	either := func(name string) resource.Filter { return resource.Filter{Name: name, Schema: resource.Operators} }
	currency := schema.ObjectOf(schema.Field{Name: "currency_code", Schema: resource.TextOrList}).Optional()
	r := resource.Resource{
		Path: "/admin/promotions", Entity: "promotion", RecordKey: "promotion", ListKey: "promotions", Retrievable: true,
		Fields: "id code is_automatic is_tax_inclusive type limit used status created_at updated_at deleted_at metadata campaign_id *campaign " +
			"*campaign.budget *application_method *application_method.buy_rules application_method.buy_rules.values.value " +
			"*application_method.target_rules application_method.target_rules.values.value rules.id rules.attribute rules.operator rules.values.value",
		Filters:         times(text("q"), either("code"), either("id"), list("campaign_id"), resource.Filter{Name: "application_method", Schema: currency}),
		Limit:           50,
		NotFoundMessage: "Promotion with id or code: %s was not found",
		Create:          resource.Do(p.create),
		Update:          resource.Do(p.update),
		Delete:          p.delete,
		Prepare:         byCode,
		Read:            read,
	}
	return append(r.Routes(), ruleRoutes(flows)...)
}

// byCode finds one promotion by its code, too.
func byCode(_ context.Context, q *resource.Query) error {
	if q.Key != "" {
		delete(q.Filters, "id")
		q.Filters["$or"] = []any{map[string]any{"id": q.Key}, map[string]any{"code": q.Key}}
	}
	return nil
}

// whole is a number as columns of whole numbers keep it.
func whole(n module.Opt[float64]) *int {
	if !n.Set || n.Null {
		return nil
	}
	v := int(money.Float(n.Value).Round(0).Int64())
	return &v
}

func (in CreatePromotionRequest) check() error {
	m := in.ApplicationMethod
	if in.Campaign.Set && in.CampaignID.Value != "" ||
		in.Type == "buyget" && (len(m.BuyRules.Value) == 0 || !m.ApplyToQuantity.Set || !m.BuyRulesMinQuantity.Set) {
		return fault.New(fault.Invalid, "Invalid request: Buyget promotions require at least one buy rule and quantities to be defined")
	}
	if err := limited(in.IsAutomatic.Value, in.Limit); err != nil {
		return err
	}
	return in.Campaign.Value.Budget.Value.check()
}

func limited(automatic bool, limit module.Opt[int]) error {
	if automatic && limit.Set && !limit.Null {
		return fault.New(fault.Invalid, "Invalid request: Automatic promotions cannot have a usage limit")
	}
	return nil
}

func (p promotionAPI) create(ctx context.Context, in CreatePromotionRequest) (string, error) {
	if err := in.check(); err != nil {
		return "", err
	}
	v := promotion.Promotion{Code: in.Code, IsAutomatic: in.IsAutomatic.Value, Type: in.Type, IsTaxInclusive: in.IsTaxInclusive.Value, Status: in.Status,
		CampaignID: in.CampaignID.Ptr(), Limit: in.Limit.Ptr(), Metadata: in.Metadata.Value, Rules: rules(in.Rules.Value)}
	if in.Campaign.Set {
		c := CreateCampaignRequest(in.Campaign.Value).model()
		v.Campaign = &c
	}
	m := in.ApplicationMethod
	value := money.Float(m.Value)
	v.ApplicationMethod = &promotion.ApplicationMethod{Value: &value, CurrencyCode: m.CurrencyCode.Ptr(), MaxQuantity: whole(m.MaxQuantity), Type: m.Type,
		TargetType: m.TargetType, Allocation: m.Allocation.Ptr(), ApplyToQuantity: whole(m.ApplyToQuantity),
		BuyRulesMinQuantity: whole(m.BuyRulesMinQuantity), TargetRules: rules(m.TargetRules.Value), BuyRules: rules(m.BuyRules.Value)}
	out, err := p.flows.Create.Run(ctx, promotionflow.CreateInput{Promotions: []promotion.Promotion{v}, AdditionalData: in.AdditionalData})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func rules(list []CreatePromotionRuleRequest) []promotion.Rule {
	out := make([]promotion.Rule, len(list))
	for i, r := range list {
		out[i] = promotion.Rule{Attribute: r.Attribute, Operator: r.Operator, Description: r.Description.Ptr()}
		for _, v := range r.Values {
			out[i].Values = append(out[i].Values, promotion.RuleValue{Value: v})
		}
	}
	return out
}

func (p promotionAPI) update(ctx context.Context, in UpdatePromotionRequest) (string, error) {
	if err := limited(in.IsAutomatic.Value, in.Limit); err != nil {
		return "", err
	}
	set := module.SetFrom(in)
	delete(set, "status")
	delete(set, "application_method")
	m := in.ApplicationMethod.Value
	method := module.SetFrom(m)
	delete(method, "description")
	if m.Value.Set {
		method["value"] = money.Float(m.Value.Value)
	}
	for name, n := range map[string]module.Opt[float64]{"max_quantity": m.MaxQuantity, "apply_to_quantity": m.ApplyToQuantity,
		"buy_rules_min_quantity": m.BuyRulesMinQuantity} {
		if v := whole(n); v != nil {
			method[name] = *v
		}
	}
	_, err := p.flows.Update.Run(ctx, promotionflow.UpdateInput{UpdateInput: promotion.UpdateInput{ID: in.ID, Set: set, ApplicationMethod: method}, Status: in.Status.Value,
		AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (p promotionAPI) delete(ctx context.Context, id string) error {
	_, err := p.flows.Delete.Run(ctx, []string{id})
	return err
}
