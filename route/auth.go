package route

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
)

// An Actor is who a request comes from.
type Actor struct {
	Type           string // "user", "customer", "api-key", or a type of the shop's own
	ID             string // of the user, customer or key; empty for a login that has no actor yet
	AuthIdentityID string
	AuthProvider   string
	AppMetadata    map[string]any
	UserMetadata   map[string]any
	MFAEnabled     bool
	MFACompletedAt time.Time // zero until the second factor was shown
}

// An Authenticator knows tokens, sessions and keys. Each method returns nil for what it does not accept; errors are failures of its own.
type Authenticator interface {
	// AuthenticateBearer verifies a JSONAppender web token.
	AuthenticateBearer(ctx context.Context, token string) (*Actor, error)
	// AuthenticateSession finds who is logged in by the request's cookie.
	AuthenticateSession(r *http.Request) (*Actor, error)
	// AuthenticateSecretKey finds a secret API key by its token, sk_….
	AuthenticateSecretKey(ctx context.Context, token string) (*Actor, error)
}

// PublishableKeys knows the keys that store requests carry.
type PublishableKeys interface {
	// SalesChannels returns the channels of a key; ok is false when the key is unknown or revoked.
	SalesChannels(ctx context.Context, key string) (channels []string, ok bool, err error)
}

// An AuthMethod is a way to authenticate, or lets more requests through. Methods are combined with |.
type AuthMethod uint8

// The ways to authenticate, and what else may be let through.
const (
	Session AuthMethod = 1 << iota
	Bearer
	APIKey          // of users alone
	Unauthenticated // anybody; the actor is known if there is one
	Unregistered    // a login without an actor, such as one who is about to register
	WithoutMFA      // a login whose second factor is still to be shown
)

// proofs remembers what the request's credentials turned out to be, as several rules may ask.
type proofs struct {
	session, bearer, key             *Actor
	askedSession, askedBearer, asked bool
}

// ActorFromContext returns who a request comes from; ok is false when nobody is logged in.
func ActorFromContext(ctx context.Context) (a Actor, ok bool) {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a, true
	}
	if req := RequestFromContext(ctx); req != nil && req.actor != nil {
		return *req.actor, true
	}
	return Actor{}, false
}

type actorKey struct{}

// WithActor makes a context that acts for somebody, for code that no request started.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// SalesChannels returns the sales channels of the request's publishable key.
func SalesChannels(ctx context.Context) []string {
	if req := RequestFromContext(ctx); req != nil {
		return req.channels
	}
	return nil
}

// PublishableKey returns the request's publishable key; "" when it has none.
func PublishableKey(ctx context.Context) string {
	if req := RequestFromContext(ctx); req != nil {
		return req.key
	}
	return ""
}

// Auth makes a route want a login: one of the actor types ("*" is any), by one of the methods.
func Auth(methods AuthMethod, actorTypes ...string) Option {
	return Use(Authenticate(methods, actorTypes...))
}

// Authenticate is the middleware behind Auth. Others are answered 401.
func Authenticate(methods AuthMethod, actorTypes ...string) func(http.Handler) http.Handler {
	g := gate{actorTypes, methods}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			req, r, ok := requestOf(w, r)
			if ok && g.admit(w, r, req) {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// A gate lets actors of some types in.
type gate struct {
	actorTypes []string
	methods    AuthMethod
}

func (g gate) takes(a *Actor) bool {
	return a != nil && (slices.Contains(g.actorTypes, "*") || slices.Contains(g.actorTypes, a.Type))
}

func (g gate) usersOnly() bool { return len(g.actorTypes) == 1 && g.actorTypes[0] == "user" }

// admit sets the request's actor, or answers that there is none.
func (g gate) admit(w http.ResponseWriter, r *http.Request, req *Request) bool {
	a, err := g.actor(r, req)
	if err != nil {
		req.WriteError(w, r, err)
		return false
	}
	open := g.methods&Unauthenticated != 0
	switch {
	case a != nil && a.MFAEnabled && a.MFACompletedAt.IsZero() && !open && g.methods&WithoutMFA == 0:
		unauthorized(w, r, "MFA verification is required to complete this request")
		return false
	case a != nil && (a.ID != "" || a.AuthIdentityID != "" && g.methods&Unregistered != 0):
		req.actor = a
		return true
	case open:
		return true
	}
	unauthorized(w, r, g.hint(r))
	return false
}

func (g gate) hint(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if g.methods&APIKey != 0 && g.usersOnly() && strings.EqualFold(scheme, "bearer") && strings.HasPrefix(token, "sk_") {
		return "A secret API key was passed as a Bearer token. Secret API keys must be sent using HTTP Basic authentication instead (Authorization: Basic <secret-api-key>)."
	}
	return "Unauthorized"
}

// actor tries the key, then the session, then the token.
func (g gate) actor(r *http.Request, req *Request) (*Actor, error) {
	if req.router == nil || req.router.cfg.Auth == nil {
		return req.actor, nil
	}
	auth := req.router.cfg.Auth
	if g.methods&APIKey != 0 && g.usersOnly() {
		a, err := req.secretKey(r, auth)
		if a != nil || err != nil {
			return a, err
		}
	}
	if g.methods&Session != 0 {
		a, err := req.session(r, auth)
		if g.takes(a) || err != nil {
			return a, err
		}
	}
	if g.methods&Bearer != 0 {
		a, err := req.bearer(r, auth)
		if g.takes(a) || err != nil {
			return a, err
		}
	}
	return nil, nil
}

func (q *Request) secretKey(r *http.Request, auth Authenticator) (*Actor, error) {
	if q.proofs.asked {
		return q.proofs.key, nil
	}
	q.proofs.asked = true
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token, _, _ = strings.Cut(token, " ")
	if !strings.EqualFold(scheme, "basic") || token == "" {
		return nil, nil
	}
	if !strings.HasPrefix(token, "sk_") {
		plain, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(token, "="))
		token = string(plain)
	}
	if token = strings.TrimSuffix(token, ":"); !strings.HasPrefix(token, "sk_") {
		return nil, nil
	}
	a, err := auth.AuthenticateSecretKey(r.Context(), token)
	q.proofs.key = a
	return a, err
}

func (q *Request) session(r *http.Request, auth Authenticator) (*Actor, error) {
	if q.proofs.askedSession || r.Header.Get("Cookie") == "" {
		return q.proofs.session, nil
	}
	q.proofs.askedSession = true
	a, err := auth.AuthenticateSession(r)
	q.proofs.session = a
	return a, err
}

func (q *Request) bearer(r *http.Request, auth Authenticator) (*Actor, error) {
	if q.proofs.askedBearer {
		return q.proofs.bearer, nil
	}
	q.proofs.askedBearer = true
	words := strings.Fields(r.Header.Get("Authorization"))
	if len(words) < 2 || !strings.EqualFold(words[0], "bearer") {
		return nil, nil
	}
	a, err := auth.AuthenticateBearer(r.Context(), words[1])
	q.proofs.bearer = a
	return a, err
}

// publishable checks the key of a store request, or answers what is wrong with it.
func (q *Request) publishable(w http.ResponseWriter, r *http.Request, keys PublishableKeys) bool {
	key := r.Header.Get("X-Publishable-Api-Key")
	if key == "" {
		q.WriteError(w, r, fault.New(fault.NotAllowed, "Publishable API key required in the request header: x-publishable-api-key. "+
			"You can manage your keys in settings in the dashboard."))
		return false
	}
	channels, ok, err := keys.SalesChannels(r.Context(), key)
	if err == nil && !ok {
		err = fault.New(fault.NotAllowed, "A valid publishable key is required to proceed with the request")
	}
	if err != nil {
		q.WriteError(w, r, err)
		return false
	}
	q.key, q.channels = key, channels
	return true
}
