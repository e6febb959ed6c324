package api

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Login has routes for people who are logged in.
type Login struct{ shop *commerce.Shop }

// NewLogin protects routes one by one, or all below a path.
func NewLogin(shop *commerce.Shop) gorgon.Plugin {
	l := Login{shop}
	customers := route.Auth(route.Session|route.Bearer, "customer")
	return gorgon.Plugin{
		Name:       "login",
		Middleware: []route.Middleware{{Matcher: "/custom/admin*", Handler: route.Authenticate(route.Session|route.Bearer|route.APIKey, "user")}},
		Routes: []route.Route{
			route.Get("/custom/admin/me", l.user),
			route.Get("/custom/customer/me", l.customer, customers),
		},
	}
}

// user answers who is logged in to the admin. A secret API key is nobody.
func (l Login) user(ctx context.Context, _ struct{}) (user.User, error) {
	actor, _ := route.ActorFromContext(ctx)
	return l.shop.User.Users.Retrieve(ctx, actor.ID)
}

// customer answers which customer is logged in.
func (l Login) customer(ctx context.Context, _ struct{}) (customer.Customer, error) {
	actor, _ := route.ActorFromContext(ctx)
	return l.shop.Customer.Customers.Retrieve(ctx, actor.ID)
}
