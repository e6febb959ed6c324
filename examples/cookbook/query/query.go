// Package query shows how records are read across modules: by names, as they go to the wire, and into structs.
package query

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Custom is a data model that is linked to a product.
type Custom struct {
	module.Model
	Name  string `json:"name"`
	Miles int    `json:"miles"`
}

// Customs keeps them.
type Customs struct {
	Customs *module.Table[Custom]
	Product *link.Link[product.Product, Custom]
}

// New returns the customs of a shop. Each has a field that is worked out when it is asked for.
func New(shop *commerce.Shop) *Customs {
	c := &Customs{Customs: module.NewTable[Custom]("my_custom", "my_customs")}
	c.Product = link.OneToMany(shop.Product.Products, c.Customs)
	module.Compute(c.Customs, "distance", []string{"miles"}, distance)
	return c
}

// distance is how far customs are away, in the unit of the query's context.
func distance(_ context.Context, list []Custom, args module.Map) ([]float64, error) {
	out := make([]float64, len(list))
	for i, c := range list {
		out[i] = float64(c.Miles)
		if args["unit"] == "km" {
			out[i] *= 1.609344
		}
	}
	return out, nil
}

// Plugin lists all that customs add to their shop.
func (c *Customs) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:   "customs",
		Tables: []module.Entity{c.Customs},
		Links:  []link.Definition{c.Product},
		Routes: []route.Route{route.Get("/customs", fields), route.Get("/customs/linked", linked), route.Get("/customs/some", some), route.Get("/customs/page", page)},
	}
}

// An Answer is what these routes answer: records as the query has written them.
type Answer struct {
	MyCustoms query.Rows `json:"my_customs"`
}

// fields reads chosen fields of a data model.
func fields(ctx context.Context, _ struct{}) (Answer, error) {
	rows, err := query.Graph(ctx, query.GraphRequest{Entity: "my_custom", Fields: []string{"id", "name"}, Order: []string{"name"}})
	return Answer{rows}, err
}

// linked reads records with those that are linked to them.
func linked(ctx context.Context, _ struct{}) (Answer, error) {
	rows, err := query.Graph(ctx, query.GraphRequest{Entity: "my_custom", Fields: []string{"name", "product.*"}, Order: []string{"name"}})
	return Answer{rows}, err
}

// some reads the records with these ids.
func some(ctx context.Context, in struct {
	ID []string `query:"id"`
}) (Answer, error) {
	rows, err := query.Graph(ctx, query.GraphRequest{Entity: "my_custom", Fields: []string{"id", "name"}, Filters: module.Filter{"id": in.ID}})
	return Answer{rows}, err
}

// A Page is some records, and how many there are in all.
type Page struct {
	MyCustoms query.Rows `json:"my_customs"`
	Count     int        `json:"count"`
	Take      int        `json:"take"`
	Skip      int        `json:"skip"`
}

// page reads a page of records, sorted, and counts all.
func page(ctx context.Context, in struct {
	Skip int `query:"skip"`
}) (Page, error) {
	rows, err := query.Graph(ctx, query.GraphRequest{Entity: "my_custom", Fields: []string{"id", "name"}, Order: []string{"-name"}, Skip: in.Skip, Take: 10, Count: true})
	return Page{rows, rows.Total(), 10, in.Skip}, err
}

// A Visit is what a page shows of a custom: the fields of a struct are what is read.
type Visit struct {
	Custom
	Distance float64
	Product  *struct {
		Title    string
		Variants []Variant
	}
}

// A Variant is a variant with what it costs in the query's context.
type Variant struct {
	Title           string
	CalculatedPrice *struct {
		Amount   money.Decimal `json:"calculated_amount"`
		Currency string        `json:"currency_code"`
	}
}

// Visits reads customs into structs, with fields that depend on a region, a currency and a unit.
func Visits(ctx context.Context, region, currency, unit string) ([]Visit, error) {
	return query.List[Visit](ctx, query.Order("name"), query.Context(productflow.PricingContextFor(region, currency)), query.Context(map[string]any{"unit": unit}))
}

// Far reads a page of the customs whose product has a title, the farthest first, and counts them.
func Far(ctx context.Context, title string) ([]Custom, int, error) {
	return query.ListAndCount[Custom](ctx, query.Where(module.Filter{"product": module.Filter{"title": title}}), query.Order("-miles"), query.Page(0, 1))
}
