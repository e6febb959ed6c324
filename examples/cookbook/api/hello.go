// Package api shows what routes can do.
package api

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Message is what most of these routes answer.
type Message struct {
	Message string `json:"message"`
}

// Hello has routes of the simplest kinds.
func Hello(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "hello", Routes: []route.Route{
		route.Get("/hello-world", hello),
		route.Get("/hello-world/{id}", helloID),
		route.Get("/hello", helloName),
		route.Post("/hello", helloBody, route.Status(http.StatusCreated)),
	}}
}

func hello(context.Context, struct{}) (Message, error) {
	return Message{"[GET] Hello world!"}, nil
}

// helloID takes a segment of the path.
func helloID(_ context.Context, in struct {
	ID string `path:"id"`
}) (Message, error) {
	return Message{"[GET] Hello " + in.ID + "!"}, nil
}

// helloName takes parameters of the query, which may be left out unless they are required.
func helloName(_ context.Context, in struct {
	Name  string `query:"name" valid:"required"`
	Times int    `query:"times" valid:"default=1,min=1,max=3"`
}) (out Message, err error) {
	for range in.Times {
		out.Message += "Hello " + in.Name + "!"
	}
	return out, nil
}

// A Greeting is a body. Its fields have to be there unless they say otherwise.
type Greeting struct {
	Name string `json:"name"`
}

// helloBody takes a body.
func helloBody(_ context.Context, in Greeting) (Message, error) {
	return Message{"[POST] Hello " + in.Name + "!"}, nil
}
