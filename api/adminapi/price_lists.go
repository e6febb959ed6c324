package adminapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/pricingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// The fields of price lists and of their prices that are shown unless others are asked for.
const (
	priceListFields      = "id type description title status starts_at ends_at created_at updated_at deleted_at metadata price_list_rules.value price_list_rules.attribute"
	priceListPriceFields = "id currency_code amount min_quantity max_quantity created_at deleted_at updated_at price_set.variant.id price_rules.value price_rules.attribute"
)

// A CreatePriceListPriceRequest is a price of a variant in a list.
type CreatePriceListPriceRequest struct {
	VariantID    string                    `json:"variant_id"`
	CurrencyCode string                    `json:"currency_code"`
	Amount       money.Decimal             `json:"amount" valid:"number"`
	MinQuantity  module.Opt[money.Decimal] `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal] `json:"max_quantity" valid:"number"`
	Rules        map[string]string         `json:"rules" valid:"optional"`
}

func (p CreatePriceListPriceRequest) price() pricingflow.PriceInput {
	return pricingflow.PriceInput{VariantID: p.VariantID, PriceInput: pricing.PriceInput{CurrencyCode: module.Some(p.CurrencyCode), Amount: module.Some(p.Amount),
		MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity, Rules: module.Some(pricing.ConditionsFrom(p.Rules))}}
}

// A UpdatePriceListPriceRequest changes a price in a list.
type UpdatePriceListPriceRequest struct {
	ID           string                        `json:"id"`
	VariantID    string                        `json:"variant_id"`
	CurrencyCode module.Opt[string]            `json:"currency_code" valid:"notnull"`
	Amount       module.Opt[money.Decimal]     `json:"amount" valid:"number,notnull"`
	MinQuantity  module.Opt[money.Decimal]     `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal]     `json:"max_quantity" valid:"number"`
	Rules        module.Opt[map[string]string] `json:"rules" valid:"notnull"`
}

func (p UpdatePriceListPriceRequest) price() pricingflow.PriceInput {
	d := pricing.PriceInput{ID: p.ID, CurrencyCode: p.CurrencyCode, Amount: p.Amount, MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity}
	if p.Rules.Set {
		d.Rules = module.Some(pricing.ConditionsFrom(p.Rules.Value))
	}
	return pricingflow.PriceInput{VariantID: p.VariantID, PriceInput: d}
}

// A CreatePriceListRequest is what it takes to make a price list.
type CreatePriceListRequest struct {
	Title       string                        `json:"title"`
	Description string                        `json:"description"`
	StartsAt    module.Opt[string]            `json:"starts_at"`
	EndsAt      module.Opt[string]            `json:"ends_at"`
	Status      module.Opt[string]            `json:"status" valid:"enum=active|draft,notnull"`
	Type        module.Opt[string]            `json:"type" valid:"enum=sale|override,notnull"`
	Rules       map[string][]string           `json:"rules" valid:"optional"`
	Prices      []CreatePriceListPriceRequest `json:"prices" valid:"optional"`
	Metadata    Metadata                      `json:"metadata"`
}

// A UpdatePriceListRequest changes a price list. Rules, when they are set, become all that it has.
type UpdatePriceListRequest struct {
	ID          string                          `path:"id"`
	Title       module.Opt[string]              `json:"title" valid:"notnull"`
	Description module.Opt[string]              `json:"description"`
	StartsAt    module.Opt[string]              `json:"starts_at"`
	EndsAt      module.Opt[string]              `json:"ends_at"`
	Status      module.Opt[string]              `json:"status" valid:"enum=active|draft,notnull"`
	Type        module.Opt[string]              `json:"type" valid:"enum=sale|override,notnull"`
	Rules       module.Opt[map[string][]string] `json:"rules" valid:"notnull"`
	Metadata    Metadata                        `json:"metadata"`
}

// A priceListAPI is /admin/price-lists.
type priceListAPI struct {
	flows    *pricingflow.Flows
	products *product.Module
}

// PriceLists routes /admin/price-lists, with their prices. Read is nil for the query graph.
func PriceLists(flows *pricingflow.Flows, products *product.Module, read resource.Reader) []route.Route {
	a := priceListAPI{flows, products}
	r := resource.Resource{
		Path: "/admin/price-lists", Entity: "price_list", RecordKey: "price_list", ListKey: "price_lists", Retrievable: true,
		Fields: priceListFields,
		Filters: resource.Filters{text("q"), list("id"), {Name: "starts_at", Schema: resource.Dates}, {Name: "ends_at", Schema: resource.Dates},
			{Name: "status", Schema: schema.ArrayOf(schema.Enum("active", "draft")).Optional()}, {Name: "rules_count", Schema: schema.ArrayOf(schema.Number()).Optional()}},
		Limit:                 50,
		NotFoundMessage:       "Price list with id: %s was not found",
		UpdateNotFoundMessage: "Price lists with id: %s was not found",
		Create:                resource.Do(a.create),
		Update:                resource.Do(a.update),
		Delete:                a.delete,
		Prepare:               rulesByAttribute,
		Read:                  read,
	}
	below := r
	below.UpdateNotFoundMessage, below.ListKey, below.Retrievable, below.Create, below.Update, below.Delete = "", "", false, nil, nil, nil
	below.Actions = []resource.Action{resource.Post("/{id}/products", resource.Do(a.removeProducts))}
	prices := resource.Resource{
		Path: "/admin/price-lists/{list_id}/prices", Entity: "price", RecordKey: "price", ListKey: "prices", NoLogicalFilters: true,
		Fields: priceListPriceFields, Limit: 50, Read: read,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["price_list_id"] = route.RequestFromContext(ctx).Param("list_id")
			q.Fields = withPriceSet(q.Fields)
			return nil
		},
	}
	batch := prices
	batch.ListKey, batch.Batch = "", resource.DoBatch(a.batch)
	batch.Prepare = func(_ context.Context, q *resource.Query) error {
		q.Fields = withPriceSet(strings.Fields(priceListPriceFields))
		return nil
	}
	return slices.Concat(r.Routes(), below.Routes(), prices.Routes(), batch.Routes())
}

// rulesByAttribute shows the rules of lists by their attributes.
func rulesByAttribute(_ context.Context, q *resource.Query) error {
	var out []string
	ruled := false
	for _, f := range q.Fields {
		switch {
		case strings.HasPrefix(f, "price_list_rules"):
			ruled = true
		case f != "rules" && !strings.HasPrefix(f, "rules."):
			out = append(out, f)
		}
	}
	if q.Fields = out; ruled {
		q.Fields = append(out, "rules")
	}
	return nil
}

// withPriceSet adds the keys of price sets of which something is asked.
func withPriceSet(fields []string) []string {
	for _, f := range fields {
		if strings.HasPrefix(f, "price_set.") {
			return append(fields[:len(fields):len(fields)], "price_set_id", "price_set.id")
		}
		if strings.HasPrefix(f, "price_list.") {
			return append(fields[:len(fields):len(fields)], "price_list_id")
		}
	}
	return fields
}

// moments reads when a list begins and ends.
func moments(start, end module.Opt[string]) (from, to module.Opt[*time.Time], err error) {
	if from, err = moment("starts", start); err == nil {
		to, err = moment("ends", end)
	}
	return from, to, err
}

func moment(word string, o module.Opt[string]) (out module.Opt[*time.Time], err error) {
	if out.Set = o.Set; !o.Set || o.Null || o.Value == "" {
		return out, nil
	}
	t, ok := schema.TimeOf(schema.StringValue(o.Value))
	if !ok {
		return out, fault.New(fault.Invalid, "Cannot set price list %s at with with invalid date string: %s", word, o.Value)
	}
	out.Value = &t
	return out, nil
}

func (a priceListAPI) create(ctx context.Context, in CreatePriceListRequest) (string, error) {
	from, to, err := moments(in.StartsAt, in.EndsAt)
	if err != nil {
		return "", err
	}
	l := pricingflow.CreateListInput{CreateListInput: pricing.CreateListInput{Conditions: in.Rules, PriceList: pricing.PriceList{Title: in.Title, Description: in.Description, Status: in.Status.Or("draft"),
		Type: in.Type.Or(pricing.ListTypeSale), StartsAt: from.Value, EndsAt: to.Value, Metadata: in.Metadata.Value}}}
	for _, p := range in.Prices {
		l.Prices = append(l.Prices, p.price())
	}
	out, err := a.flows.Create.Run(ctx, []pricingflow.CreateListInput{l})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (a priceListAPI) update(ctx context.Context, in UpdatePriceListRequest) (string, error) {
	from, to, err := moments(in.StartsAt, in.EndsAt)
	if err != nil {
		return "", err
	}
	set := module.SetFrom(in)
	delete(set, "rules")
	for name, at := range map[string]module.Opt[*time.Time]{"starts_at": from, "ends_at": to} {
		if at.Set {
			set[name] = at.Value
		}
	}
	_, err = a.flows.Update.Run(ctx, []pricing.UpdateListInput{{ID: in.ID, Set: set, Conditions: in.Rules}})
	return in.ID, err
}

func (a priceListAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

func (a priceListAPI) batch(ctx context.Context, in resource.BatchInput[CreatePriceListPriceRequest, UpdatePriceListPriceRequest]) (resource.BatchResult, error) {
	b := pricingflow.BatchInput{ID: route.RequestFromContext(ctx).Param("list_id"), Delete: in.Delete}
	for _, p := range in.Create {
		b.Create = append(b.Create, p.price())
	}
	for _, p := range in.Update {
		b.Update = append(b.Update, p.price())
	}
	out, err := a.flows.Batch.Run(ctx, b)
	return resource.BatchResult(out), err
}

// fewerProducts takes products out of a price list.
type fewerProducts struct {
	ID     string   `path:"id"`
	Remove []string `json:"remove" valid:"optional"`
}

func (a priceListAPI) removeProducts(ctx context.Context, in fewerProducts) (string, error) {
	if len(in.Remove) == 0 {
		return "", fault.New(fault.Invalid, "No product ids passed to remove from price list")
	}
	variants, err := a.products.Variants.List(ctx, module.Filter{"product_id": in.Remove}, module.FindOptions{Select: []string{"id"}})
	if err != nil {
		return "", err
	}
	prices, err := a.flows.PricesOfVariants(ctx, in.ID, module.IDs(variants))
	if err != nil {
		return "", err
	}
	_, err = a.flows.Batch.Run(ctx, pricingflow.BatchInput{ID: in.ID, Delete: prices})
	return in.ID, err
}
