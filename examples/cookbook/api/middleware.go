package api

import (
	"net/http"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/route"
)

// Middleware wraps requests by their paths and methods.
func Middleware(shop *commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{
		Name: "middleware",
		Middleware: []route.Middleware{
			{Matcher: "/custom*", Handler: seen("Received a request!")},
			{Matcher: "/custom/:id", Handler: seen("With Path Parameter")},
			{Matcher: "/custom*", Methods: []string{"POST", "PUT"}, Handler: seen("A change")},
		},
		Routes: []route.Route{
			route.Get("/custom", hello),
			route.Post("/custom", hello),
			route.Get("/custom/{id}", helloID),
		},
	}
}

// seen makes middleware of the usual kind, which adds a header to answers.
func seen(name string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("X-Seen", name)
			next.ServeHTTP(w, r)
		})
	}
}

// Browsers lets pages of the storefront use routes that are not under /store.
func Browsers(shop *commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{
		Name:       "browsers",
		Middleware: []route.Middleware{{Matcher: "/custom*", Handler: route.CORS(shop.App.Config().StoreCORS)}},
		Routes:     []route.Route{route.Post("/custom", hello)},
	}
}
