package route_test

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gorgon-commerce/gorgon/route"
)

// send has a router answer a request.
func send(cfg route.Config, r *http.Request, routes ...route.Route) *httptest.ResponseRecorder {
	router, err := route.NewRouter(cfg, routes)
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	return w
}

func hello(context.Context, struct{}) (string, error) { return "hello", nil }

// The files of a form are at hand when the handler is called.
func ExampleUploads() {
	files := route.Post("/files", func(ctx context.Context, _ struct{}) ([]string, error) {
		var out []string
		for _, f := range route.UploadsFromContext(ctx) {
			out = append(out, fmt.Sprintf("%s: %s, %d bytes", f.Filename, f.ContentType, len(f.Content)))
		}
		return out, nil
	}, route.Uploads("files", 1<<20))

	var body strings.Builder
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("files", "poem.txt")
	_, _ = part.Write([]byte("Hope is the thing with feathers"))
	_ = form.Close()
	r := httptest.NewRequest("POST", "/files", strings.NewReader(body.String()))
	r.Header.Set("Content-Type", form.FormDataContentType())
	fmt.Println(send(route.Config{}, r, files).Body)
	// Output: ["poem.txt: application/octet-stream, 31 bytes"]
}

// Of two routes with one pattern, the later has to say that it replaces the other.
func ExampleOverride() {
	ask("GET", "/hello", "", route.Get("/hello", hello), route.Get("/hello", func(context.Context, struct{}) (string, error) {
		return "good day", nil
	}, route.Override()))
	// Output: 200 "good day"
}

// A porter knows one token.
type porter struct{}

func (porter) AuthenticateBearer(_ context.Context, token string) (*route.Actor, error) {
	if token != "open-sesame" {
		return nil, nil
	}
	return &route.Actor{Type: "driver", ID: "ali"}, nil
}

func (porter) AuthenticateSession(*http.Request) (*route.Actor, error)             { return nil, nil }
func (porter) AuthenticateSecretKey(context.Context, string) (*route.Actor, error) { return nil, nil }

// A route may want a login, of actors that the shop has made up.
func ExampleAuth() {
	me := route.Get("/drivers/me", func(ctx context.Context, _ struct{}) (string, error) {
		actor, _ := route.ActorFromContext(ctx)
		return actor.ID, nil
	}, route.Auth(route.Bearer|route.Session, "driver"))

	r := httptest.NewRequest("GET", "/drivers/me", nil)
	fmt.Println(send(route.Config{Auth: porter{}}, r, me).Code)
	r.Header.Set("Authorization", "Bearer open-sesame")
	fmt.Println(send(route.Config{Auth: porter{}}, r, me).Body)
	// Output:
	// 401
	// "ali"
}

// Pages of other origins may use a route that says so.
func ExampleCORS() {
	open := route.Get("/hello", hello, route.Use(route.CORS("https://shop.example.com")))
	for _, origin := range []string{"https://shop.example.com", "https://elsewhere.example"} {
		r := httptest.NewRequest("GET", "/hello", nil)
		r.Header.Set("Origin", origin)
		fmt.Printf("%q\n", send(route.Config{}, r, open).Header().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// "https://shop.example.com"
	// ""
}

// Any http.Handler is a route, and any middleware goes around one.
func ExampleUse() {
	count := 0
	counted := route.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count++
			next.ServeHTTP(w, r)
		})
	})
	ask("GET", "/docs/a/b", "", route.Handle("GET", "/docs/{rest...}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.Path)
	}), counted))
	fmt.Println(count)
	// Output:
	// 200 /docs/a/b
	// 1
}
