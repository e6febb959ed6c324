package openapi_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gorgon-commerce/gorgon/openapi"
	"github.com/gorgon-commerce/gorgon/route"
)

// A route is described by what its handler takes and answers.
func ExampleDocument() {
	type book struct {
		Title string `json:"title" valid:"min=1"`
		Pages *int   `json:"pages"`
	}
	add := route.Post("/books", func(_ context.Context, b book) (book, error) { return b, nil })
	document, err := openapi.Document("Books", "1.0.0", []route.Route{add}, nil)
	if err != nil {
		panic(err)
	}
	var d struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Schema json.RawMessage }
			}
		}
	}
	_ = json.Unmarshal(document, &d)
	fmt.Printf("%s\n", d.Paths["/books"]["post"].RequestBody.Content["application/json"].Schema)
	// Output: {"additionalProperties":false,"properties":{"pages":{"type":["integer","null"]},"title":{"minLength":1,"type":"string"}},"required":["title"],"type":"object"}
}
