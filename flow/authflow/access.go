// Package authflow has what logging in takes beyond the auth module: who a request comes from, and the workflows of passwords and addresses.
package authflow

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/route"
)

// Authenticator knows tokens, sessions and keys. It is the router's [route.Authenticator] and [route.PublishableKeys].
type Authenticator struct {
	Auth *auth.Module
	Keys *apikey.Module
	// Channels returns the sales channels that a publishable key is tied to, by the key's id.
	Channels func(ctx context.Context, keyID string) ([]string, error)
}

var (
	_ route.Authenticator   = (*Authenticator)(nil)
	_ route.PublishableKeys = (*Authenticator)(nil)
)

// AuthenticateBearer verifies a login's token.
func (x *Authenticator) AuthenticateBearer(ctx context.Context, token string) (*route.Actor, error) {
	c, err := x.Auth.Verify(ctx, token)
	if c == nil || err != nil {
		return nil, err
	}
	return c.Actor(), nil
}

// AuthenticateSession finds who is logged in by the request's cookie.
func (x *Authenticator) AuthenticateSession(r *http.Request) (*route.Actor, error) {
	c, err := x.Auth.Sessions.Claims(r)
	if c == nil || err != nil {
		return nil, err
	}
	if ok, err := x.Auth.Current(r.Context(), *c); !ok || err != nil {
		return nil, err
	}
	return c.Actor(), nil
}

// AuthenticateSecretKey finds a secret key that still works; it acts under its own id.
func (x *Authenticator) AuthenticateSecretKey(ctx context.Context, token string) (*route.Actor, error) {
	k, err := x.Keys.Authenticate(ctx, token)
	if k == nil || err != nil {
		return nil, err
	}
	return &route.Actor{Type: "api-key", ID: k.ID}, nil
}

// SalesChannels returns the channels of a publishable key.
func (x *Authenticator) SalesChannels(ctx context.Context, key string) (channels []string, ok bool, err error) {
	return x.Keys.SalesChannels(ctx, key, x.Channels)
}
