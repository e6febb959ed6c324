package adminapi

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/promotionflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/route"
)

// A ruleAttribute is something that rules of promotions can ask about.
type ruleAttribute struct {
	ID        string         `json:"id,omitempty"`
	Value     string         `json:"value,omitempty"`
	Label     string         `json:"label"`
	Required  bool           `json:"required"`
	FieldType string         `json:"field_type"`
	Disguised bool           `json:"disguised,omitempty"` // a column of the application method, shown as if it were a rule
	Hydrate   bool           `json:"hydrate,omitempty"`
	Operators []ruleOperator `json:"operators"`
}

// A ruleOperator is how a rule compares.
type ruleOperator struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Label string `json:"label"`
}

func operators(ids ...string) []ruleOperator {
	out := make([]ruleOperator, len(ids))
	for i, id := range ids {
		out[i] = ruleOperator{id, id, operatorLabel(id)}
	}
	return out
}

func operatorLabel(id string) string {
	switch id {
	case "in":
		return "In"
	case "eq":
		return "Equals"
	case "ne":
		return "Not In"
	}
	return id
}

// attributes makes attributes that are chosen from lists, of their id, path and label.
func attributes(list ...[3]string) []ruleAttribute {
	out := make([]ruleAttribute, len(list))
	for i, a := range list {
		out[i] = ruleAttribute{ID: a[0], Value: a[1], Label: a[2], FieldType: "multiselect", Operators: operators("in", "eq", "ne")}
	}
	return out
}

// A ruleScope is what decides on the attributes of rules.
type ruleScope struct {
	Promotion string `query:"promotion_type"`
	Method    string `query:"application_method_type"`
	Target    string `query:"application_method_target_type"`
}

// attributes are those of one kind of rules: rules, target-rules or buy-rules.
func (s ruleScope) attributes(kind string) []ruleAttribute {
	disguised := func(id, label, field string, required bool) ruleAttribute {
		return ruleAttribute{ID: id, Value: id, Label: label, FieldType: field, Required: required, Disguised: true, Operators: operators("eq")}
	}
	if kind == "rules" {
		currency := disguised("currency_code", "Currency Code", "select", s.Method == "fixed")
		currency.Hydrate = true
		return append(attributes([3]string{"customer_group", "customer.groups.id", "Customer Group"}, [3]string{"region", "region.id", "Region"},
			[3]string{"country", "shipping_address.country_code", "Country"}, [3]string{"sales_channel", "sales_channel_id", "Sales Channel"}), currency)
	}
	out := attributes([3]string{"product", "items.product.id", "Product"}, [3]string{"product_category", "items.product.categories.id", "Product Category"},
		[3]string{"product_collection", "items.product.collection_id", "Product Collection"},
		[3]string{"product_type", "items.product.type_id", "Product Type"}, [3]string{"product_tag", "items.product.tags.id", "Product Tag"})
	if s.Target == "shipping_methods" {
		out = attributes([3]string{"shipping_option_type", "shipping_methods.shipping_option.shipping_option_type_id", "Shipping Option Type"})
	}
	switch {
	case s.Promotion == "buyget" && kind == "buy-rules":
		out = append(out, disguised("buy_rules_min_quantity", "Minimum quantity of items", "number", true))
	case s.Promotion == "buyget":
		out = append(out, disguised("apply_to_quantity", "Quantity of items promotion will apply to", "number", true))
	}
	return out
}

// A choiceOf says where the values of an attribute come from.
type choiceOf struct{ entity, label, value string }

func choice(id string) (choiceOf, bool) {
	switch id {
	case "region", "customer_group", "sales_channel", "product_category":
		return choiceOf{id, "name", "id"}, true
	case "currency_code":
		return choiceOf{"currency", "name", "code"}, true
	case "country":
		return choiceOf{"country", "display_name", "iso_2"}, true
	case "product", "product_collection":
		return choiceOf{id, "title", "id"}, true
	case "product_type", "product_tag":
		return choiceOf{id, "value", "id"}, true
	case "shipping_option_type":
		return choiceOf{id, "label", "id"}, true
	}
	return choiceOf{}, false
}

func checkRuleType(kind string) error {
	switch strings.ReplaceAll(kind, "-", "_") {
	case promotion.RuleKindPromotion, promotion.RuleKindTarget, promotion.RuleKindBuy:
		return nil
	}
	return fault.New(fault.Invalid, "Invalid param rule_type (%s)", kind)
}

// A ruleAPI is what the dashboard asks of rules.
type ruleAPI struct{ flows *promotionflow.Flows }

func ruleRoutes(flows *promotionflow.Flows) []route.Route {
	a := ruleAPI{flows}
	out := []route.Route{
		route.Get("/admin/promotions/rule-attribute-options/{rule_type}", a.attributeOptions),
		route.Get("/admin/promotions/{id}/{rule_type}", a.show),
	}
	values := resource.Resource{
		Path: "/admin/promotions/rule-value-options/{rule_type}/{attribute}", Entity: "region", RecordKey: "value", ListKey: "values", NoLogicalFilters: true,
		Fields: "id", Limit: 100,
		Filters: resource.Filters{text("q"), list("value"), text("application_method_target_type")},
		Read:    a.values,
	}
	out = append(out, values.Routes()...)
	for _, kind := range []string{"rules", "target-rules", "buy-rules"} {
		batch := resource.Resource{
			Path: "/admin/promotions/{id}/" + kind, Entity: "promotion_rule", RecordKey: "rule", DeletedObject: "promotion-rule",
			Fields: "id description attribute operator values.value",
			Batch:  resource.DoBatch(a.batch(strings.ReplaceAll(kind, "-", "_"))),
		}
		out = append(out, batch.Routes()...)
	}
	return out
}

func (a ruleAPI) attributeOptions(_ context.Context, in struct {
	Kind string `path:"rule_type"`
	ruleScope
}) (map[string]any, error) {
	if err := checkRuleType(in.Kind); err != nil {
		return nil, err
	}
	return map[string]any{"attributes": in.attributes(in.Kind)}, nil
}

func (a ruleAPI) batch(kind string) func(context.Context, resource.BatchInput[CreatePromotionRuleRequest, UpdatePromotionRuleRequest]) (resource.BatchResult, error) {
	return func(ctx context.Context, in resource.BatchInput[CreatePromotionRuleRequest, UpdatePromotionRuleRequest]) (resource.BatchResult, error) {
		c := promotion.UpdateRulesInput{PromotionID: in.ID, Kind: kind, Add: rules(in.Create), Remove: in.Delete}
		for _, p := range in.Update {
			set := module.SetFrom(p)
			c.Update = append(c.Update, promotion.UpdateRuleInput{ID: p.ID, Set: set, Values: p.Values})
		}
		out, err := a.flows.UpdateRules.Run(ctx, c)
		return resource.BatchResult(out), err
	}
}

// table finds a table of the shop by its name in the graph.
func (a ruleAPI) table(name string) (*graph.Entity, bool) {
	s := a.flows.Promotion.Promotions.Entity().Schema()
	if s == nil {
		return nil, false
	}
	return s.Entity(name)
}

// A labelled value is one that can be chosen.
type labelled struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// labels reads what values are called; there may be others of them that match.
func (a ruleAPI) labels(ctx context.Context, of choiceOf, q graph.Query) ([]labelled, int, error) {
	e, ok := a.table(of.entity)
	if !ok {
		return nil, 0, nil
	}
	q.Node = e.Plan(false, of.label, of.value)
	set, err := graph.Read(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	out := make([]labelled, set.Len())
	for i := range out {
		out[i] = labelled{string(set.Text(i, of.value)), string(set.Text(i, of.label))}
	}
	return out, set.Count, nil
}

// labelledRows are values on the wire.
type labelledRows struct {
	list  []labelled
	total int
}

func (r labelledRows) Len() int   { return len(r.list) }
func (r labelledRows) Total() int { return r.total }

func (r labelledRows) AppendRow(b []byte, i int) []byte { return appendJSON(b, r.list[i]) }
func (r labelledRows) AppendList(b []byte) []byte       { return appendJSON(b, r.list) }

func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...) // texts always are JSON
	}
	return append(b, text...)
}

// values lists what an attribute can be compared with.
func (a ruleAPI) values(ctx context.Context, q *resource.Query) (resource.Rows, error) {
	req := route.RequestFromContext(ctx)
	kind, id := req.Param("rule_type"), req.Param("attribute")
	if err := checkRuleType(kind); err != nil {
		return nil, err
	}
	target, _ := q.Filters["application_method_target_type"].(string)
	delete(q.Filters, "application_method_target_type")
	known := false
	for _, x := range (ruleScope{Target: target}).attributes(kind) {
		known = known || x.ID == id
	}
	of, ok := choice(id)
	if !known || !ok {
		return nil, fault.New(fault.Invalid, "Invalid rule attribute - %s", id)
	}
	if v, given := q.Filters["value"]; given {
		delete(q.Filters, "value")
		q.Filters[of.value] = v
	}
	order := q.Order
	if len(order) == 0 {
		order = []string{of.value}
	}
	rows, total, err := a.labels(ctx, of, graph.Query{Where: q.Filters, Order: order, Skip: q.Skip, Take: q.Take, Count: q.Count})
	return labelledRows{rows, total}, err
}

// show lists the rules of one kind that a promotion has, in words.
func (a ruleAPI) show(ctx context.Context, in struct {
	ID   string `path:"id"`
	Kind string `path:"rule_type"`
	ruleScope
}) (map[string]any, error) {
	if err := checkRuleType(in.Kind); err != nil {
		return nil, err
	}
	list, err := a.flows.Promotion.Promotions.List(ctx, module.Filter{"id": in.ID}, module.FindOptions{Relations: []string{"rules", "rules.values",
		"application_method", "application_method.target_rules", "application_method.target_rules.values", "application_method.buy_rules",
		"application_method.buy_rules.values"}})
	if err != nil {
		return nil, err
	}
	scope := in.ruleScope
	var method *promotion.ApplicationMethod
	var own []promotion.Rule
	if len(list) > 0 {
		scope.Promotion, method = list[0].Type, list[0].ApplicationMethod
		own = list[0].Rules
	}
	if method != nil {
		scope.Method, scope.Target = method.Type, method.TargetType
	}
	known := scope.attributes(in.Kind)
	out, err := a.disguised(ctx, known, method)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Kind == "rules":
	case method == nil:
		own = nil
	case in.Kind == "buy-rules":
		own = method.BuyRules
	default:
		own = method.TargetRules
	}
	for _, r := range own {
		shown, err := a.words(ctx, known, r, in.Kind != "rules")
		if err != nil {
			return nil, err
		}
		if shown != nil {
			out = append(out, shown)
		}
	}
	return map[string]any{"rules": out}, nil
}

// disguised shows columns of the application method as rules.
func (a ruleAPI) disguised(ctx context.Context, known []ruleAttribute, m *promotion.ApplicationMethod) ([]any, error) {
	out := []any{}
	for _, k := range known {
		if !k.Disguised {
			continue
		}
		values, set := any([]any{}), false
		switch {
		case m == nil:
		case k.ID == "currency_code" && m.CurrencyCode != nil && *m.CurrencyCode != "":
			labels, err := a.named(ctx, k.ID, []string{*m.CurrencyCode})
			if err != nil {
				return nil, err
			}
			values, set = labels, true
		case k.ID == "apply_to_quantity":
			values, set = m.ApplyToQuantity, m.ApplyToQuantity != nil
		case k.ID == "buy_rules_min_quantity":
			values, set = m.BuyRulesMinQuantity, m.BuyRulesMinQuantity != nil
		}
		if !k.Required && !set {
			continue
		}
		shown := map[string]any{"label": k.Label, "required": k.Required, "field_type": k.FieldType, "disguised": true, "operators": k.Operators,
			"attribute": k.ID, "attribute_label": k.Label, "operator": "eq", "operator_label": operatorLabel("eq"), "values": values}
		if k.Hydrate {
			shown["hydrate"] = true
		}
		out = append(out, shown)
	}
	return out, nil
}

// named gives values the labels that they have, or else themselves.
func (a ruleAPI) named(ctx context.Context, id string, values []string) ([]labelled, error) {
	of, _ := choice(id)
	rows, _, err := a.labels(ctx, of, graph.Query{Where: graph.Filter{of.value: values}})
	out := make([]labelled, len(values))
	for i, v := range values {
		out[i] = labelled{v, v}
		for _, r := range rows {
			if r.Value == v && r.Label != "" {
				out[i].Label = r.Label
			}
		}
	}
	return out, err
}

// words shows a rule with the labels of all that it says; nil when its attribute is not one of those known.
func (a ruleAPI) words(ctx context.Context, known []ruleAttribute, r promotion.Rule, whole bool) (any, error) {
	for _, k := range known {
		if k.Value != r.Attribute || k.Hydrate {
			continue
		}
		if _, ok := choice(k.ID); !ok {
			continue
		}
		var values []string
		for _, v := range r.Values {
			values = append(values, v.Value)
		}
		labels, err := a.named(ctx, k.ID, values)
		shown := map[string]any{"id": r.ID, "value": k.Value, "label": k.Label, "required": k.Required, "field_type": k.FieldType, "operators": k.Operators,
			"attribute": r.Attribute, "operator": r.Operator, "values": labels, "attribute_label": k.Label, "operator_label": operatorLabel(r.Operator)}
		if whole {
			shown["description"], shown["created_at"], shown["updated_at"], shown["deleted_at"] = r.Description, jstime.Wrap(r.CreatedAt), jstime.Wrap(r.UpdatedAt), nil
		}
		return shown, err
	}
	return nil, nil
}
