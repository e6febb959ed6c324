package authapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/route"
)

// oneUser is the answer that has a user.
func oneUser(u user.User) jstime.Value { return jstime.Wrap(map[string]any{"user": u}) }

// newUser makes a user of a login whose provider vouches for its e-mail address. The provider is checked before the login is.
func (a api) newUser(ctx context.Context, req *route.Request) (any, error) {
	provider := req.Param("auth_provider")
	if err := a.auth.CheckProviderAllowed("user", provider); err != nil {
		return nil, err
	}
	c, err := a.auth.Verify(ctx, bearer(req))
	if err != nil {
		return nil, err
	}
	if c == nil || c.ActorType != "user" || c.AuthIdentityID == "" {
		return route.RawResponse{Status: http.StatusUnauthorized, ContentType: jsonType, Body: []byte(`{"message":"Unauthorized"}`)}, nil
	}
	if c.MFAEnabled && c.MFACompletedAt == nil {
		return route.RawResponse{Status: http.StatusUnauthorized, ContentType: jsonType, Body: []byte(`{"message":"MFA verification is required to complete this request"}`)}, nil
	}
	return a.userOf(ctx, c.Actor(), provider, "Only "+provider+" identities can create a user account for this authentication context")
}

// userOf ties a login to the user of its address, or makes one.
func (a api) userOf(ctx context.Context, actor *route.Actor, provider, foreign string) (any, error) {
	email, _ := actor.UserMetadata["email"].(string)
	switch {
	case actor.ID != "":
		return nil, fault.New(fault.Invalid, "The user is already registered and cannot create a new account.")
	case email == "":
		return nil, fault.New(fault.Invalid, "Email is required to create a user account.")
	}
	id, err := a.auth.Retrieve(ctx, actor.AuthIdentityID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	if len(id.ProviderIdentities) != 1 || id.ProviderIdentities[0].Provider != provider {
		return nil, fault.New(fault.Unauthorized, "%s", foreign)
	}
	have, err := a.users.User.ByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	if len(have) > 0 {
		_, err := a.flows.SetAppMetadata.Run(ctx, auth.ActorLink{AuthIdentityID: id.ID, ActorType: "user", ActorID: have[0].ID})
		return oneUser(have[0]), err
	}
	u, err := a.users.CreateAccount.Run(ctx, userflow.CreateAccountInput{AuthIdentityID: id.ID, User: user.User{Email: email,
		FirstName: claim(actor, "given_name"), LastName: claim(actor, "family_name")}})
	return oneUser(u), err
}

func claim(actor *route.Actor, name string) *string {
	if s, ok := actor.UserMetadata[name].(string); ok {
		return &s
	}
	return nil
}

// cloud routes what a hosted shop would have.
func (a api) cloud() []route.Route {
	return []route.Route{
		route.Get("/cloud/auth", func(context.Context, struct{}) (map[string]bool, error) {
			return map[string]bool{"enabled": false}, nil
		}),
		route.Func(http.MethodPost, "/cloud/auth/users", func(ctx context.Context, _ *route.Request) (any, error) {
			actor, _ := route.ActorFromContext(ctx)
			return a.userOf(ctx, &actor, "cloud", "Only cloud identities can create a user account")
		}, route.Auth(route.Bearer|route.Unregistered, "user")),
	}
}
