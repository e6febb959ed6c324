package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// Search has a route that refuses what makes no sense to it.
func Search(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "search", Routes: []route.Route{route.Get("/search", search)}}
}

func search(_ context.Context, in struct {
	Q string `query:"q"`
}) (Message, error) {
	if in.Q == "" {
		return Message{}, fault.New(fault.Invalid, "The `q` query parameter is required.")
	}
	return Message{"found " + in.Q}, nil
}

// Apology answers all that fails outside of the API for storefronts and admin in its own words.
func Apology(shop *commerce.Shop) gorgon.Plugin {
	p := Search(shop)
	p.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) bool {
		if strings.HasPrefix(r.URL.Path, "/admin/") {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"Something happened."}`))
		return true
	}
	return p
}

// Override has a route in the place of one of the core.
func Override(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "override", Routes: []route.Route{route.Get("/store/regions", hello, route.Override())}}
}
