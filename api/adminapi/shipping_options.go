package adminapi

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A ShippingRuleInput is a condition of a shipping option: a new one, or with an id the change of one.
type ShippingRuleInput struct{ fulfillment.ShippingOptionRule }

func shippingRuleFields() []schema.Field {
	return []schema.Field{
		{Name: "operator", Schema: schema.Enum("in", "eq", "ne", "gt", "gte", "lt", "lte", "nin")},
		{Name: "attribute", Schema: schema.String()}, {Name: "value", Schema: schema.Union(schema.String(), schema.ArrayOf(schema.String()))},
	}
}

func newShippingRule() *schema.Schema { return schema.ObjectOf(shippingRuleFields()...).Strict() }

func shippingRulePatch() *schema.Schema {
	return schema.ObjectOf(append([]schema.Field{{Name: "id", Schema: schema.String()}}, shippingRuleFields()...)...).Strict()
}

// UnmarshalJSON reads the rule itself.
func (r *ShippingRuleInput) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &r.ShippingOptionRule)
}

// A CreateShippingRule has no id.
type CreateShippingRule struct{ ShippingRuleInput }

// Schema is what a new rule may look like.
func (*CreateShippingRule) Schema() *schema.Schema { return newShippingRule() }

// A UpdateShippingRuleRequest has an id.
type UpdateShippingRuleRequest struct{ ShippingRuleInput }

// Schema is what the change of a rule may look like.
func (*UpdateShippingRuleRequest) Schema() *schema.Schema { return shippingRulePatch() }

// ShippingRuleRequest is a new rule or the change of one.
type ShippingRuleRequest struct{ ShippingRuleInput }

// Schema is what either may look like.
func (*ShippingRuleRequest) Schema() *schema.Schema {
	return schema.Union(shippingRulePatch(), newShippingRule())
}

// A ShippingPrice is a price of a shipping option in a currency or for a region.
type ShippingPrice struct {
	ID           string              `json:"id"`
	CurrencyCode string              `json:"currency_code"`
	RegionID     string              `json:"region_id"`
	Amount       *float64            `json:"amount"`
	Rules        []ShippingPriceRule `json:"rules"`
}

// A ShippingPriceRule is a condition of a price.
type ShippingPriceRule struct {
	Attribute string  `json:"attribute"`
	Operator  string  `json:"operator"`
	Value     float64 `json:"value"`
}

func shippingPrice(optional bool, by string) *schema.Schema {
	rule := schema.ObjectOf(schema.Field{Name: "attribute", Schema: schema.Literal(schema.StringValue("item_total"))},
		schema.Field{Name: "operator", Schema: schema.Enum("gte", "lte", "gt", "lt", "eq")}, schema.Field{Name: "value", Schema: schema.Number()})
	fields := []schema.Field{{Name: by, Schema: schema.String()}, {Name: "amount", Schema: schema.Number()}}
	if optional {
		for i := range fields {
			fields[i].Schema = fields[i].Schema.Optional()
		}
		fields = append([]schema.Field{{Name: "id", Schema: schema.String().Optional()}}, fields...)
	}
	return schema.ObjectOf(append(fields, schema.Field{Name: "rules", Schema: schema.ArrayOf(rule).Optional()})...).Strict()
}

// A CreateShippingPrice is a price of a new option.
type CreateShippingPrice struct{ ShippingPrice }

// Schema is what a new price may look like.
func (*CreateShippingPrice) Schema() *schema.Schema {
	return schema.Union(shippingPrice(false, "currency_code"), shippingPrice(false, "region_id"))
}

// UnmarshalJSON reads the price itself.
func (p *CreateShippingPrice) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &p.ShippingPrice)
}

// A UpdateShippingPriceRequest is a new price or, with an id, the change of one.
type UpdateShippingPriceRequest struct{ ShippingPrice }

// Schema is what either may look like.
func (*UpdateShippingPriceRequest) Schema() *schema.Schema {
	return schema.Union(shippingPrice(true, "currency_code"), shippingPrice(true, "region_id"))
}

// UnmarshalJSON reads the price itself.
func (p *UpdateShippingPriceRequest) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &p.ShippingPrice)
}

// ShippingOptionTypeInput is a type that a shipping option brings.
type ShippingOptionTypeInput struct {
	Label       string             `json:"label"`
	Description module.Opt[string] `json:"description" valid:"notnull"`
	Code        string             `json:"code"`
}

func (t ShippingOptionTypeInput) model() *fulfillment.ShippingOptionType {
	return &fulfillment.ShippingOptionType{Label: t.Label, Code: t.Code, Description: t.Description.Ptr()}
}

// A CreateShippingOptionRequest is what it takes to make a shipping option.
type CreateShippingOptionRequest struct {
	Name              string                              `json:"name"`
	ServiceZoneID     string                              `json:"service_zone_id"`
	ShippingProfileID string                              `json:"shipping_profile_id"`
	Data              module.Opt[module.Map]              `json:"data" valid:"notnull"`
	PriceType         string                              `json:"price_type" valid:"enum=calculated|flat"`
	ProviderID        string                              `json:"provider_id"`
	Type              module.Opt[ShippingOptionTypeInput] `json:"type" valid:"notnull,strict"`
	TypeID            module.Opt[string]                  `json:"type_id" valid:"notnull"`
	Prices            []CreateShippingPrice               `json:"prices"`
	Rules             module.Opt[[]CreateShippingRule]    `json:"rules" valid:"notnull"`
	Metadata          Metadata                            `json:"metadata" valid:"notnull"`
}

// A UpdateShippingOptionRequest changes a shipping option.
type UpdateShippingOptionRequest struct {
	ID                string                                   `path:"id"`
	Name              module.Opt[string]                       `json:"name" valid:"notnull"`
	Data              module.Opt[module.Map]                   `json:"data" valid:"notnull"`
	PriceType         module.Opt[string]                       `json:"price_type" valid:"notnull,enum=calculated|flat"`
	ProviderID        module.Opt[string]                       `json:"provider_id" valid:"notnull"`
	ShippingProfileID module.Opt[string]                       `json:"shipping_profile_id" valid:"notnull"`
	Type              module.Opt[ShippingOptionTypeInput]      `json:"type" valid:"notnull,strict"`
	TypeID            module.Opt[string]                       `json:"type_id" valid:"notnull"`
	Prices            module.Opt[[]UpdateShippingPriceRequest] `json:"prices" valid:"notnull"`
	Rules             module.Opt[[]ShippingRuleRequest]        `json:"rules" valid:"notnull"`
	Metadata          Metadata                                 `json:"metadata" valid:"notnull"`
}

// An optionAPI is /admin/shipping-options.
type optionAPI struct{ flows *shippingflow.Flows }

// ShippingOptions routes /admin/shipping-options. Read is nil for the query graph.
func ShippingOptions(flows *shippingflow.Flows, read resource.Reader) []route.Route {
	a := optionAPI{flows}
	r := resource.Resource{
		Path: "/admin/shipping-options", Entity: "shipping_option", RecordKey: "shipping_option", ListKey: "shipping_options", Retrievable: true, NoLogicalFilters: true,
		Fields: "id name price_type data provider_id metadata created_at updated_at *rules *type *prices *prices.price_rules *service_zone *shipping_profile *provider",
		Filters: times(list("id"), text("q"), list("service_zone_id"), list("shipping_profile_id"), list("provider_id"), list("stock_location_id"),
			resource.Filter{Name: "is_return", Schema: resource.Flag}, resource.Filter{Name: "admin_only", Schema: resource.Flag}, list("shipping_option_type_id")),
		RelationFilters: map[string]string{"stock_location_id": "service_zone.fulfillment_set.location.id"},
		Limit:           20,
		NotFoundMessage: "Shipping Option with id: %s not found",
		Create:          resource.Do(a.create), Update: resource.Do(a.update), Delete: a.delete,
		Read: read,
	}
	rules := resource.Resource{
		Path: "/admin/shipping-options/{id}/rules", Entity: "shipping_option_rule", RecordKey: "rule", Fields: "id attribute operator", DeletedObject: "shipping_option_rule",
		Batch: resource.DoBatch(a.batchRules), Read: read,
	}
	return append(r.Routes(), rules.Routes()...)
}

func drafts(list []ShippingPrice) []shippingflow.PriceInput {
	out := make([]shippingflow.PriceInput, len(list))
	for i, p := range list {
		out[i] = shippingflow.PriceInput{ID: p.ID, CurrencyCode: p.CurrencyCode, RegionID: p.RegionID}
		if p.Amount != nil {
			out[i].Amount = module.Some(money.Float(*p.Amount))
		}
		for _, r := range p.Rules {
			out[i].Rules = append(out[i].Rules, shippingflow.PriceRule{Attribute: r.Attribute, Operator: r.Operator, Value: money.Float(r.Value)})
		}
	}
	return out
}

func (a optionAPI) create(ctx context.Context, in CreateShippingOptionRequest) (string, error) {
	if in.Type.Set == in.TypeID.Set {
		return "", fault.New(fault.Invalid, "Invalid request: Exactly one of 'type' or 'type_id' must be provided, but not both")
	}
	o := fulfillment.ShippingOption{Name: in.Name, ServiceZoneID: in.ServiceZoneID, ShippingProfileID: &in.ShippingProfileID, Data: in.Data.Value, PriceType: in.PriceType,
		ProviderID: &in.ProviderID, ShippingOptionTypeID: in.TypeID.Value, Metadata: in.Metadata.Value}
	if in.Type.Set {
		o.Type = in.Type.Value.model()
	}
	for _, r := range in.Rules.Value {
		o.Rules = append(o.Rules, r.ShippingOptionRule)
	}
	prices := make([]ShippingPrice, len(in.Prices))
	for i, p := range in.Prices {
		prices[i] = p.ShippingPrice
	}
	list, err := a.flows.Create.Run(ctx, []shippingflow.CreateInput{{Option: o, Prices: drafts(prices)}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a optionAPI) update(ctx context.Context, in UpdateShippingOptionRequest) (string, error) {
	if in.Type.Set && in.TypeID.Set {
		return "", fault.New(fault.Invalid, "Invalid request: Only one of 'type' or 'type_id' can be provided")
	}
	set := module.SetFrom(in)
	for _, name := range []string{"type", "type_id", "prices", "rules"} {
		delete(set, name)
	}
	c := shippingflow.UpdateInput{UpdateOptionInput: fulfillment.UpdateOptionInput{ID: in.ID, Set: set, Rules: module.Opt[[]fulfillment.ShippingOptionRule]{Set: in.Rules.Set}}}
	if in.TypeID.Set {
		set["shipping_option_type_id"] = in.TypeID.Value
	}
	if in.Type.Set {
		c.Type = in.Type.Value.model()
	}
	for _, r := range in.Rules.Value {
		c.Rules.Value = append(c.Rules.Value, r.ShippingOptionRule)
	}
	if in.Prices.Set {
		prices := make([]ShippingPrice, len(in.Prices.Value))
		for i, p := range in.Prices.Value {
			prices[i] = p.ShippingPrice
		}
		c.Prices = module.Some(drafts(prices))
	}
	_, err := a.flows.Update.Run(ctx, c)
	return in.ID, err
}

func (a optionAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

func (a optionAPI) batchRules(ctx context.Context, in resource.BatchInput[CreateShippingRule, UpdateShippingRuleRequest]) (resource.BatchResult, error) {
	b := shippingflow.BatchRulesInput{OptionID: in.ID, Delete: in.Delete}
	for _, r := range in.Create {
		b.Create = append(b.Create, r.ShippingOptionRule)
	}
	for _, r := range in.Update {
		b.Update = append(b.Update, r.ShippingOptionRule)
	}
	out, err := a.flows.BatchRules.Run(ctx, b)
	return resource.BatchResult{Created: module.IDs(out.Created), Updated: module.IDs(out.Updated), Deleted: in.Delete}, err
}
