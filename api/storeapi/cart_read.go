package storeapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A held cart is one that a request has just changed, so that it need not be read again to be shown.
type held struct{ state *cartflow.State }

type heldKey struct{}

// hold gives a request a place for its cart.
func hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), heldKey{}, &held{})))
	})
}

// held keeps the cart that a workflow returns, and returns its id.
func (c cartAPI) held(ctx context.Context) func(*cartflow.State, error) (string, error) {
	return func(s *cartflow.State, err error) (string, error) {
		if err != nil {
			return "", err
		}
		if h, ok := ctx.Value(heldKey{}).(*held); ok && !c.flows.HasHooks() {
			h.state = s
		}
		return s.ID, nil
	}
}

// read shows a cart: what the request has of it as it is, the rest from the database.
func (c cartAPI) read(ctx context.Context, q *resource.Query) (resource.Rows, error) {
	query := graph.Query{Node: c.flows.Cart.Carts.Entity().Plan(false, q.Fields...), Where: q.Filters, Take: q.Take}
	if h, ok := ctx.Value(heldKey{}).(*held); ok && h.state != nil && h.state.ID == q.Key {
		query.Hand = h.state.Preloaded()
	}
	set, err := graph.Read(ctx, query)
	if err != nil {
		return nil, err
	}
	return cartRows{set}, nil
}

// cartRows are carts on the wire.
type cartRows struct{ *graph.Set }

// Total counts the carts.
func (r cartRows) Total() int { return r.Len() }
