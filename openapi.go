package gorgon

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/openapi"
	"github.com/gorgon-commerce/gorgon/route"
)

// documentation are the routes that describe all others: /openapi.json, and a page at /docs that shows it.
func (a *App) documentation() []route.Route {
	describe := sync.OnceValues(a.OpenAPI)
	return []route.Route{
		route.Func(http.MethodGet, "/openapi.json", func(context.Context, *route.Request) (any, error) {
			b, err := describe()
			return route.RawResponse{ContentType: "application/json; charset=utf-8", Body: b}, err
		}),
		route.Func(http.MethodGet, "/docs", func(context.Context, *route.Request) (any, error) {
			return route.RawResponse{ContentType: "text/html; charset=utf-8", Body: openapi.ViewerPage}, nil
		}),
	}
}

// OpenAPI describes all routes, the plugins' included, as OpenAPI 3.1 in JSON.
func (a *App) OpenAPI() ([]byte, error) {
	router, schema := a.router, a.schema
	var err error
	if router == nil {
		if router, err = a.newRouter(); err != nil {
			return nil, err
		}
	}
	if schema == nil {
		if schema, err = graph.NewSchema(entities(a.plugins)); err != nil {
			return nil, err
		}
	}
	return openapi.Document("Gorgon", Version, router.Routes(), schema.Entities())
}

type openapiCmd struct{}

// Run implements kong's command.
func (openapiCmd) Run(a *App, out io.Writer) error {
	b, err := a.OpenAPI()
	if err == nil {
		_, err = fmt.Fprintln(out, string(b))
	}
	return err
}
