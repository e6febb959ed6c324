package api

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Counter counts what is in a shop.
type Counter struct{ shop *commerce.Shop }

// NewCounter has a route that uses a module of the shop.
func NewCounter(shop *commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "count", Routes: []route.Route{route.Get("/products/count", Counter{shop}.products)}}
}

func (c Counter) products(ctx context.Context, _ struct{}) (out struct {
	Count int `json:"count"`
}, err error) {
	out.Count, err = c.shop.Product.Products.Count(ctx, nil)
	return out, err
}

// Welcome has a route that runs a workflow and answers its result.
func Welcome(*commerce.Shop) gorgon.Plugin {
	welcome := workflow.New("welcome", welcome)
	return gorgon.Plugin{Name: "welcome", Workflows: []workflow.AnyWorkflow{welcome}, Routes: []route.Route{route.Post("/welcome", welcome.Run)}}
}

// welcome is a workflow of one step. What it takes is what its route takes.
func welcome(ctx workflow.Context, in Greeting) (Message, error) {
	return workflow.Step(ctx, "say-hello", helloBody, in)
}
