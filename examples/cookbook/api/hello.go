// Package api shows what routes can do.
package api

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Message is what most of these routes answer.
type Message struct {
	Message string `json:"message"`
}

// Hello has a route of the simplest kind.
func Hello(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "hello", Routes: []route.Route{route.Get("/hello-world", hello)}}
}

func hello(context.Context, struct{}) (Message, error) {
	return Message{"[GET] Hello world!"}, nil
}

// A Counter answers what it finds in the shop.
type Counter struct{ shop *commerce.Shop }

// Count counts the products of the shop by the product module's table.
func (c Counter) Count(ctx context.Context, _ struct{}) (out struct {
	Count int `json:"count"`
}, err error) {
	out.Count, err = c.shop.Product.Products.Count(ctx, nil)
	return out, err
}

// Count has a route that uses a module of the shop.
func Count(shop *commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "count", Routes: []route.Route{route.Get("/products/count", Counter{shop}.Count)}}
}

// Name is what the greeting takes, from the query.
type Name struct {
	Name string `query:"name" valid:"required"`
}

// greet is a workflow of one step.
func greet(ctx workflow.Context, in Name) (Message, error) {
	return workflow.Step(ctx, "say-hello", func(_ context.Context, in Name) (Message, error) { return Message{"Hello, " + in.Name + "!"}, nil }, in)
}

// Greeting has a route that runs a workflow and answers its result.
func Greeting(*commerce.Shop) gorgon.Plugin {
	greeting := workflow.New("greeting", greet)
	return gorgon.Plugin{Name: "greeting", Workflows: []workflow.Any{greeting}, Routes: []route.Route{route.Get("/greeting", greeting.Run)}}
}
