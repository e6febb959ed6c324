package adminapi

import (
	"context"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// An addedOption is an option that a product gets: the id of one, with or without a choice of its values, or a new one.
type addedOption struct{ productflow.OptionInput }

// Schema accepts all three.
func (addedOption) Schema() *schema.Schema {
	fresh := schema.ObjectOf(
		schema.Field{Name: "title", Schema: schema.String()}, schema.Field{Name: "values", Schema: schema.ArrayOf(schema.String())},
		schema.Field{Name: "ranks", Schema: schema.Record(schema.Number()).Optional()}, schema.Field{Name: "is_exclusive", Schema: schema.Bool().Optional()},
		schema.Field{Name: "metadata", Schema: schema.Record(schema.Unknown()).Nullish()}).Strict()
	known := schema.ObjectOf(schema.Field{Name: "id", Schema: schema.String()}, schema.Field{Name: "value_ids", Schema: schema.ArrayOf(schema.String())})
	return schema.Union(schema.String(), fresh, known)
}

// UnmarshalJSON reads a text as an id.
func (o *addedOption) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &o.ID)
	}
	return json.Unmarshal(b, &o.OptionInput)
}

// An addedValue is a value that a product gets of an option: the id of one, or {"value": "a new one"}.
type addedValue struct{ id, value string }

// Schema accepts both.
func (addedValue) Schema() *schema.Schema {
	return schema.Union(schema.String(), schema.ObjectOf(schema.Field{Name: "value", Schema: schema.String()}).Strict())
}

// UnmarshalJSON reads a text as an id.
func (v *addedValue) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &v.id)
	}
	var o struct{ Value string }
	err := json.Unmarshal(b, &o)
	v.value = o.Value
	return err
}

// A CreateProductOptionRequest is what it takes to make an option.
type CreateProductOptionRequest struct {
	Title       string                     `json:"title"`
	Values      []string                   `json:"values"`
	Ranks       module.Opt[map[string]int] `json:"ranks" valid:"notnull"`
	IsExclusive module.Opt[bool]           `json:"is_exclusive" valid:"notnull"`
	Metadata    Metadata                   `json:"metadata"`
}

// A UpdateProductOptionRequest changes an option. Values, when they are set, become all that it has.
type UpdateProductOptionRequest struct {
	ID          string                     `path:"id"`
	Title       module.Opt[string]         `json:"title" valid:"notnull"`
	Values      module.Opt[[]string]       `json:"values" valid:"notnull"`
	Ranks       module.Opt[map[string]int] `json:"ranks" valid:"notnull"`
	IsExclusive module.Opt[bool]           `json:"is_exclusive" valid:"notnull"`
	Metadata    Metadata                   `json:"metadata"`
}

// A UpdateProductOptionValueRequest changes a value of an option.
type UpdateProductOptionValueRequest struct {
	OptionID string             `path:"option_id"`
	ID       string             `path:"id"`
	Value    module.Opt[string] `json:"value" valid:"notnull"`
	Metadata Metadata           `json:"metadata"`
}

// A productOptionAPI is /admin/product-options.
type productOptionAPI struct{ flows *productflow.Flows }

// ProductOptions routes /admin/product-options, with their values. Read is nil for the query graph.
func ProductOptions(flows *productflow.Flows, read resource.Reader) []route.Route {
	a := productOptionAPI{flows}
	r := resource.Resource{
		Path: "/admin/product-options", Entity: "product_option", RecordKey: "product_option", ListKey: "product_options", Retrievable: true,
		Fields:                "id title is_exclusive values.* products.* created_at updated_at metadata",
		Filters:               times(text("q"), list("id"), list("title"), resource.Filter{Name: "is_exclusive", Schema: resource.Flag}),
		Limit:                 20,
		UpdateNotFoundMessage: `Product option with id "%s" not found`,
		Create:                resource.Do(a.create),
		Update:                resource.Do(a.update),
		Delete:                a.delete,
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Fields = withKin(q.Fields, "products.")
			return nil
		},
		Read: read,
	}
	values := resource.Resource{
		Path: "/admin/product-options/{option_id}/values", Entity: "product_option_value", RecordKey: "product_option_value", ListKey: "product_option_values", Retrievable: true,
		Fields:  "id value rank option_id created_at updated_at metadata",
		Filters: times(text("q"), list("id"), list("value")),
		Limit:   20,
		Update:  resource.Do(a.updateValue),
		Delete:  a.deleteValue,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			option := route.RequestFromContext(ctx).Param("option_id")
			if q.Filters["option_id"] = option; q.Key != "" {
				return a.flows.Product.CheckOptionValue(ctx, option, q.Key)
			}
			return nil
		},
		Read: read,
	}
	return append(r.Routes(), values.Routes()...)
}

func (a productOptionAPI) create(ctx context.Context, in CreateProductOptionRequest) (string, error) {
	out, err := a.flows.CreateOptions.Run(ctx, []product.CreateOptionInput{{
		Option: product.Option{Title: in.Title, IsExclusive: in.IsExclusive.Value, Metadata: in.Metadata.Value}, Values: in.Values, Ranks: in.Ranks.Value,
	}})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (a productOptionAPI) update(ctx context.Context, in UpdateProductOptionRequest) (string, error) {
	set := module.SetFrom(in)
	delete(set, "values")
	delete(set, "ranks")
	_, err := a.flows.UpdateOptions.Run(ctx, []product.UpdateOptionInput{{ID: in.ID, Set: set, Values: in.Values, Ranks: in.Ranks.Value}})
	return in.ID, err
}

func (a productOptionAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.DeleteOptions.Run(ctx, []string{id})
	return err
}

func (a productOptionAPI) updateValue(ctx context.Context, in UpdateProductOptionValueRequest) (string, error) {
	_, err := a.flows.UpdateOptionValue.Run(ctx, productflow.UpdateOptionValueInput{OptionID: in.OptionID, ID: in.ID, Set: module.SetFrom(in)})
	return in.ID, err
}

func (a productOptionAPI) deleteValue(ctx context.Context, id string) error {
	if err := a.flows.Product.CheckOptionValue(ctx, route.RequestFromContext(ctx).Param("option_id"), id); err != nil {
		return err
	}
	_, err := a.flows.DeleteOptionValues.Run(ctx, []string{id})
	return err
}
