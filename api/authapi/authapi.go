// Package authapi is /auth: logging in and out, new passwords, verified addresses, second factors.
package authapi

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

const jsonType = "application/json; charset=utf-8"

// An api is what the routes of /auth work on.
type api struct {
	auth  *auth.Module
	flows *authflow.Flows
	users *userflow.Flows

	forgotten route.Decoder[ResetPasswordRequest]
	attempts  *attempts
}

// Routes lists all of /auth, and /cloud/auth.
func Routes(flows *authflow.Flows, users *userflow.Flows) []route.Route {
	a := api{flows.Auth, flows, users, route.Decode[ResetPasswordRequest](), &attempts{}}
	out := []route.Route{
		route.Func(http.MethodPost, "/auth/{actor_type}/{auth_provider}", a.login),
		route.Func(http.MethodGet, "/auth/{actor_type}/{auth_provider}", a.login),
		route.Func(http.MethodPost, "/auth/{actor_type}/{auth_provider}/callback", a.callback),
		route.Func(http.MethodGet, "/auth/{actor_type}/{auth_provider}/callback", a.callback),
		route.Func(http.MethodPost, "/auth/{actor_type}/{auth_provider}/register", a.register),
		route.Func(http.MethodPost, "/auth/{actor_type}/{auth_provider}/reset-password", a.resetPassword),
		route.Func(http.MethodPost, "/auth/{actor_type}/{auth_provider}/update", a.update),
		route.Get("/auth/{actor_type}/providers", a.providers),
		route.Func(http.MethodPost, "/auth/{auth_provider}/user", a.newUser),
		route.Func(http.MethodPost, "/auth/token/refresh", a.refresh, anybody(route.Session|route.Bearer|route.WithoutMFA)),
	}
	out = append(out, a.sessions()...)
	out = append(out, a.factors()...)
	out = append(out, a.verification()...)
	return append(out, a.cloud()...)
}

// anybody wants a login of any type, with an actor or without.
func anybody(methods route.AuthMethod) route.Option {
	return route.Auth(methods|route.Unregistered, "*")
}

// who is the request's path: who wants to do something by which provider.
func (a api) who(req *route.Request) (actorType, provider string, err error) {
	actorType, provider = req.Param("actor_type"), req.Param("auth_provider")
	return actorType, provider, a.auth.CheckProviderAllowed(actorType, provider)
}

// request is what a provider sees of a request.
func request(req *route.Request) auth.Request {
	h := req.Header()
	r := auth.Request{Header: h, ActorType: req.Param("actor_type"), Protocol: "http", Query: url.Values{}}
	if proto, _, _ := strings.Cut(h.Get("X-Forwarded-Proto"), ","); strings.EqualFold(proto, "https") {
		r.Protocol = "https"
	}
	if body := req.Body(); body.Kind() == schema.KindObject {
		r.Body, _ = body.Any().(map[string]any)
	}
	if q, err := req.Query(); err == nil {
		for i, k := range q.Keys() {
			r.Query.Set(k, q.Items()[i].Text())
		}
	}
	return r
}

// where is the answer to a login that goes on elsewhere.
type where struct {
	Location string `json:"location"`
}

// token is the answer that has a token alone.
type token struct {
	Token string `json:"token"`
}

func (a api) login(ctx context.Context, req *route.Request) (any, error) {
	actorType, provider, err := a.who(req)
	if err != nil {
		return nil, err
	}
	attempt := a.attempts.by(req)
	if err := attempt.allowed(); err != nil {
		return nil, err
	}
	l, err := a.auth.Authenticate(ctx, provider, request(req))
	if err != nil {
		if fault.KindOf(err) == fault.Unauthorized {
			attempt.fail()
		}
		return nil, err
	}
	if l.Location != "" {
		return where{l.Location}, nil
	}
	return a.auth.GrantToken(ctx, l, actorType)
}

func (a api) callback(ctx context.Context, req *route.Request) (any, error) {
	actorType, provider, err := a.who(req)
	if err != nil {
		return nil, err
	}
	l, err := a.auth.Callback(ctx, provider, request(req))
	if err != nil {
		return nil, err
	}
	return a.auth.GrantToken(ctx, l, actorType)
}

func (a api) register(ctx context.Context, req *route.Request) (any, error) {
	actorType, provider, err := a.who(req)
	if err != nil {
		return nil, err
	}
	identity, err := a.auth.Register(ctx, provider, request(req))
	if err != nil {
		return nil, err
	}
	t, err := a.auth.GrantRegistrationToken(ctx, auth.LoginResult{Identity: identity, Provider: provider}, actorType)
	return token{t}, err
}

// A ResetPasswordRequest asks for a new password.
type ResetPasswordRequest struct {
	Identifier string         `json:"identifier"`
	Metadata   map[string]any `json:"metadata" valid:"optional"`
}

// resetPassword tells nobody whether there is such a login.
func (a api) resetPassword(ctx context.Context, req *route.Request) (any, error) {
	actorType, provider, err := a.who(req)
	if err != nil {
		return nil, err
	}
	in, err := a.forgotten.Read(req)
	if err != nil {
		return nil, err
	}
	_, err = a.flows.CreateResetToken.Run(ctx, auth.ResetRequest{EntityID: in.Identifier, Provider: provider, ActorType: actorType, Metadata: in.Metadata})
	if err != nil && fault.KindOf(err) == fault.Unknown {
		return nil, err
	}
	return route.RawResponse{Status: http.StatusCreated, ContentType: "text/plain; charset=utf-8", Body: []byte("Created")}, nil
}

func (a api) update(ctx context.Context, req *route.Request) (any, error) {
	actorType, provider, err := a.who(req)
	if err != nil {
		return nil, err
	}
	entity, err := a.auth.RedeemResetToken(ctx, bearer(req), actorType, provider)
	if err != nil {
		return nil, err
	}
	if err := a.auth.Update(ctx, provider, entity, request(req).Body); err != nil {
		return nil, err
	}
	return success{true}, nil
}

// success is the answer of what has nothing else to say.
type success struct {
	Success bool `json:"success"`
}

// bearer is the request's token, "" when it has none.
func bearer(req *route.Request) string {
	words := strings.Fields(req.Header().Get("Authorization"))
	if len(words) < 2 || !strings.EqualFold(words[0], "bearer") {
		return ""
	}
	return words[1]
}

// infos is the answer to how one may log in.
type infos struct {
	Providers []auth.ProviderOption `json:"providers"`
}

func (a api) providers(_ context.Context, in struct {
	ActorType string `path:"actor_type"`
}) (infos, error) {
	return infos{a.auth.ListProviders(in.ActorType)}, nil
}

func (a api) refresh(ctx context.Context, _ *route.Request) (any, error) {
	actor, _ := route.ActorFromContext(ctx)
	return a.auth.RefreshToken(ctx, actor)
}
