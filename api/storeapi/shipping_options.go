package storeapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// The fields of shipping options: those of one, those of a list besides what is asked for, and those that may be asked for.
const (
	shippingOptionFields = "id name price_type service_zone_id shipping_profile_id provider_id shipping_option_type_id metadata"
	shippingOptionAlways = "id name price_type service_zone_id shipping_profile_id provider_id data service_zone.fulfillment_set_id service_zone.fulfillment_set.type " +
		"service_zone.fulfillment_set.location.id type.id type.label type.description type.code provider.id provider.is_enabled rules.attribute rules.value rules.operator"
	shippingOptionWhole  = "service_zone.fulfillment_set.location.address.* prices.* prices.price_rules.*"
	shippingOptionExtras = shippingOptionFields + " data type type.id type.label type.description type.code provider provider.id provider.is_enabled prices prices.id " +
		"prices.currency_code prices.amount prices.min_quantity prices.max_quantity prices.price_rules prices.price_rules.id prices.price_rules.attribute " +
		"prices.price_rules.operator prices.price_rules.value service_zone service_zone.id service_zone.fulfillment_set_id service_zone.fulfillment_set " +
		"service_zone.fulfillment_set.id service_zone.fulfillment_set.type service_zone.fulfillment_set.location service_zone.fulfillment_set.location.id " +
		"service_zone.fulfillment_set.location.address"
)

// A CalculateShippingRequest asks for the price of a shipping option whose provider works it out.
type CalculateShippingRequest struct {
	ID     string                 `path:"id"`
	CartID string                 `json:"cart_id"`
	Data   module.Opt[module.Map] `json:"data" valid:"notnull"`
}

// A shippingAPI is /store/shipping-options.
type shippingAPI struct {
	flows *shippingflow.Flows
	read  resource.Reader
	check *schema.Schema
}

// ShippingOptions routes /store/shipping-options, which read rows with read.
func ShippingOptions(flows *shippingflow.Flows, read resource.Reader) []route.Route {
	own := []schema.Field{{Name: "cart_id", Schema: schema.String()}, {Name: "is_return", Schema: resource.Flag}}
	branch := schema.ArrayOf(schema.ObjectOf(own...)).Optional()
	a := shippingAPI{flows: flows, read: read, check: schema.ObjectOf(schema.Field{Name: "fields", Schema: schema.String().Optional()},
		schema.Field{Name: "offset", Schema: schema.QueryInt().Optional()}, schema.Field{Name: "limit", Schema: schema.QueryInt().Optional()},
		schema.Field{Name: "order", Schema: schema.String().Optional()}, schema.Field{Name: "with_deleted", Schema: schema.QueryBool().Optional()}).
		Extend(own...).Extend(schema.Field{Name: "$and", Schema: branch}, schema.Field{Name: "$or", Schema: branch}).Strict()}
	one := resource.Resource{
		Path: "/store/shipping-options", Entity: "shipping_option", RecordKey: "shipping_option", Fields: shippingOptionFields, Allow: strings.Fields(shippingOptionExtras),
		Actions: []resource.Action{resource.Post("/{id}/calculate", resource.DoAndRespond(a.calculate))}, Read: read,
	}
	return append(one.Routes(), route.Func(http.MethodGet, "/store/shipping-options", a.list, route.InputSchemas(a.check, nil)))
}

func (a shippingAPI) list(ctx context.Context, req *route.Request) (any, error) {
	raw, err := req.Query()
	if err != nil {
		return nil, err
	}
	params, err := schema.Validate(a.check, raw)
	if err != nil {
		return nil, err
	}
	offers, err := a.flows.ListForCart.Run(ctx, shippingflow.CartOptionsInput{CartID: params.Get("cart_id").Text(), IsReturn: params.Get("is_return").Bool()})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(offers))
	for i, o := range offers {
		ids[i] = o.ID
	}
	rows, err := a.read(ctx, &resource.Query{Entity: "shipping_option", Fields: listedFields(params), Filters: map[string]any{"id": ids}, Order: []string{"id"}, Params: params})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(offers, func(a, b shippingflow.CartOption) int { return strings.Compare(a.ID, b.ID) })
	return offered{rows, offers}, nil
}

// listedFields are those that a request asks for and may, and those that a list always has.
func listedFields(params schema.Value) []string {
	may := strings.Fields(shippingOptionExtras)
	asked := resource.ParseFields(params.Get("fields").Text(), params.Get("fields").Exists(), "id", nil)
	asked = slices.DeleteFunc(asked, func(f string) bool { return !slices.Contains(may, strings.TrimSuffix(f, ".*")) })
	for _, f := range strings.Fields(shippingOptionAlways + " " + shippingOptionWhole) {
		if !slices.Contains(asked, f) {
			asked = append(asked, f)
		}
	}
	return asked
}

// offered is {"shipping_options": […]}: rows with what they cost this cart.
type offered struct {
	rows   resource.Rows
	offers []shippingflow.CartOption
}

// AppendJSON implements the route package's interface of answers.
func (o offered) AppendJSON(b []byte) []byte {
	b = append(b, `{"shipping_options":[`...)
	for i := range o.rows.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.rows.AppendRow(b, i)
		b = appendOffer(b[:len(b)-1], o.offers[i].Price)
		b = append(b, `,"insufficient_inventory":`...)
		b = append(appendBool(b, o.offers[i].InsufficientInventory), '}')
	}
	return append(b, ']', '}')
}

// appendOffer appends what an option costs to an object that is open.
func appendOffer(b []byte, p *shippingflow.Price) []byte {
	if p == nil {
		return append(b, `,"calculated_price":null,"is_tax_inclusive":false`...)
	}
	raw := p.Raw
	if raw == nil {
		raw = appendBool(append(p.Amount.AppendJSON([]byte(`{"calculated_amount":`)), `,"is_calculated_price_tax_inclusive":`...), p.IsTaxInclusive)
		raw = append(raw, '}')
	}
	b = append(append(b, `,"calculated_price":`...), raw...)
	b = p.Amount.AppendJSON(append(b, `,"amount":`...))
	return appendBool(append(b, `,"is_tax_inclusive":`...), p.IsTaxInclusive)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}

// pricedOption is an option with the price that its provider asks for.
type pricedOption struct {
	rows  resource.Rows
	price shippingflow.Price
}

// MarshalJSON writes the option's fields and its price.
func (o pricedOption) MarshalJSON() ([]byte, error) {
	b := o.rows.AppendRow(nil, 0)
	return append(appendOffer(b[:len(b)-1], &o.price), '}'), nil
}

func (a shippingAPI) calculate(ctx context.Context, in CalculateShippingRequest) (out pricedOption, err error) {
	if out.price, err = a.flows.CalculateForCart.Run(ctx, shippingflow.CalculatePriceInput{CartID: in.CartID, OptionID: in.ID, Data: in.Data.Value}); err != nil {
		return out, err
	}
	out.rows, err = a.read(ctx, &resource.Query{Entity: "shipping_option", Fields: strings.Fields(shippingOptionFields), Filters: map[string]any{"id": in.ID}, Take: 1, Key: in.ID})
	return out, err
}
