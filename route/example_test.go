package route_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// ask sends a request to a router with some routes, and prints the answer.
func ask(method, path, body string, routes ...route.Route) {
	router, err := route.NewRouter(route.Config{}, routes)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
}

// A handler says by its types what it takes and answers.
func ExampleGet() {
	type message struct {
		Message string `json:"message"`
	}
	hello := route.Get("/hello/{name}", func(_ context.Context, in struct {
		Name  string `path:"name"`
		Times int    `query:"times" valid:"default=1,max=3"`
	}) (message, error) {
		return message{strings.Repeat("Hello "+in.Name+"! ", in.Times)}, nil
	})
	ask("GET", "/hello/Ada", "", hello)
	ask("GET", "/hello/Ada?times=4", "", hello)
	// Output:
	// 200 {"message":"Hello Ada! "}
	// 400 {"type":"invalid_data","message":"Invalid request: Value for field 'times' too big, expected at most: '3'"}
}

// Bodies are checked before the handler is called. Faults are answered with their status.
func ExamplePost() {
	divide := route.Post("/divide", func(_ context.Context, in struct {
		A float64 `json:"a"`
		B float64 `json:"b"`
	}) (float64, error) {
		if in.B == 0 {
			return 0, fault.New(fault.Invalid, "Nothing can be divided by zero")
		}
		return in.A / in.B, nil
	})
	ask("POST", "/divide", `{"a":6,"b":4}`, divide)
	ask("POST", "/divide", `{"a":6,"b":0}`, divide)
	ask("POST", "/divide", `{"a":6,"c":4}`, divide)
	// Output:
	// 200 1.5
	// 400 {"type":"invalid_data","message":"Nothing can be divided by zero"}
	// 400 {"type":"invalid_data","message":"Invalid request: Field 'b' is required; Unrecognized fields: 'c'"}
}

// A sequence of events is streamed as it comes.
func ExampleEvents() {
	countdown := route.Get("/countdown", func(context.Context, struct{}) (route.Events, error) {
		return func(yield func(route.Event) bool) {
			for i := 3; i > 0; i-- {
				if !yield(route.Event{Data: i}) {
					return // nobody listens any more
				}
			}
		}, nil
	})
	ask("GET", "/countdown", "", countdown)
	// Output:
	// 200 data: 3
	//
	// data: 2
	//
	// data: 1
}
