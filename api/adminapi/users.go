package adminapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// UserFields are the fields of users that are shown unless others are asked for.
const UserFields = "id first_name last_name email avatar_url metadata created_at updated_at deleted_at"

// A UpdateUserRequest changes a user.
type UpdateUserRequest struct {
	ID        string             `path:"id"`
	FirstName module.Opt[string] `json:"first_name"`
	LastName  module.Opt[string] `json:"last_name"`
	AvatarURL module.Opt[string] `json:"avatar_url"`
	Metadata  Metadata           `json:"metadata"`
}

// actorID is who a request comes from.
func actorID(ctx context.Context) string {
	a, _ := route.ActorFromContext(ctx)
	return a.ID
}

// A userAPI is /admin/users.
type userAPI struct {
	users *userflow.Flows
	auth  *authflow.Flows
}

// Users routes /admin/users. Read is nil for the query graph.
func Users(users *userflow.Flows, logins *authflow.Flows, read resource.Reader) []route.Route {
	u := userAPI{users, logins}
	nullish := schema.String().Nullish()
	r := resource.Resource{
		Path: "/admin/users", Entity: "user", RecordKey: "user", ListKey: "users", Retrievable: true, NoLogicalFilters: true,
		Fields: UserFields,
		Filters: times(text("q"), list("id"), resource.Filter{Name: "email", Schema: nullish}, resource.Filter{Name: "first_name", Schema: nullish},
			resource.Filter{Name: "last_name", Schema: nullish}),
		Limit:                 50,
		UpdateNotFoundMessage: `User with id "%s" not found`,
		Update:                resource.Do(u.update),
		Delete:                u.delete,
		Read:                  read,
	}
	me := resource.Resource{Path: r.Path, Entity: r.Entity, RecordKey: r.RecordKey, Retrievable: true, Fields: r.Fields, Read: read}
	out := append(r.Routes(), me.SelfRoutes("/admin/users/me", actorID)...)
	return append(out,
		route.Get("/admin/users/{id}/auth-providers", u.providers),
		route.Post("/admin/users/{id}/reset-password", u.resetPassword),
	)
}

func (u userAPI) update(ctx context.Context, in UpdateUserRequest) (string, error) {
	_, err := u.users.Update.Run(ctx, []userflow.UpdateInput{{ID: in.ID, Set: module.SetFrom(in)}})
	return in.ID, err
}

func (u userAPI) delete(ctx context.Context, id string) error {
	if id == actorID(ctx) {
		return fault.New(fault.NotAllowed, "A user cannot delete itself")
	}
	_, err := u.users.RemoveAccount.Run(ctx, id)
	return err
}

type byID struct {
	ID string `path:"id"`
}

// providerNames is the answer to what a user logs in by.
type providerNames struct {
	Providers []string `json:"providers"`
}

func (u userAPI) providers(ctx context.Context, in byID) (providerNames, error) {
	out := providerNames{[]string{}}
	list, err := u.auth.Auth.ListByActor(ctx, "user", in.ID)
	for _, a := range list {
		for _, p := range a.ProviderIdentities {
			out.Providers = append(out.Providers, p.Provider)
		}
	}
	return out, err
}

// token is the answer to a request for one.
type token struct {
	Token string `json:"token"`
}

func (u userAPI) resetPassword(ctx context.Context, in byID) (token, error) {
	user, err := u.users.User.Users.Retrieve(ctx, in.ID)
	if err != nil {
		return token{}, err
	}
	t, err := u.auth.CreateResetToken.Run(ctx, auth.ResetRequest{EntityID: user.Email, Provider: "emailpass", ActorType: "user"})
	return token{t}, err
}

// A CreateInviteRequest asks somebody to become a user. Roles are for shops that have them.
type CreateInviteRequest struct {
	Email    string     `json:"email"`
	Roles    []string   `json:"roles" valid:"nullish"`
	Metadata module.Map `json:"metadata" valid:"nullish"`
}

// An AcceptInviteRequest makes a user of an invite.
type AcceptInviteRequest struct {
	Token     string             `query:"token" valid:"required"`
	Fields    string             `query:"fields"`
	Email     module.Opt[string] `json:"email"`
	FirstName module.Opt[string] `json:"first_name"`
	LastName  module.Opt[string] `json:"last_name"`
}

// An inviteAPI is /admin/invites.
type inviteAPI struct{ users *userflow.Flows }

// Invites routes /admin/invites. Read is nil for the query graph.
func Invites(users *userflow.Flows, read resource.Reader) []route.Route {
	v := inviteAPI{users}
	r := resource.Resource{
		Path: "/admin/invites", Entity: "invite", RecordKey: "invite", ListKey: "invites", Retrievable: true,
		Fields:  "id email accepted token expires_at metadata created_at updated_at deleted_at",
		Filters: times(text("q"), list("id"), list("email")),
		Limit:   50,
		Create:  resource.Do(v.create),
		Delete:  v.delete,
		Actions: []resource.Action{resource.Post("/{id}/resend", resource.Do(v.resend))},
		Read:    read,
	}
	return append(r.Routes(), route.Post("/admin/invites/accept", v.accept, route.Public(),
		route.Auth(route.Session|route.Bearer|route.Unregistered, "user")))
}

func (v inviteAPI) create(ctx context.Context, in CreateInviteRequest) (string, error) {
	list, err := v.users.CreateInvites.Run(ctx, []user.CreateInviteInput{{Email: in.Email, Metadata: in.Metadata}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (v inviteAPI) delete(ctx context.Context, id string) error {
	_, err := v.users.DeleteInvites.Run(ctx, []string{id})
	return err
}

func (v inviteAPI) resend(ctx context.Context, in byID) (string, error) {
	_, err := v.users.RefreshInviteTokens.Run(ctx, []string{in.ID})
	return in.ID, err
}

// accept tells nobody why an invite is not good.
func (v inviteAPI) accept(ctx context.Context, in AcceptInviteRequest) (any, error) {
	actor, _ := route.ActorFromContext(ctx)
	if actor.ID != "" {
		return nil, fault.New(fault.Invalid, "The user is already authenticated and cannot accept an invite.")
	}
	u, err := v.users.AcceptInvite.Run(ctx, userflow.AcceptInviteInput{Token: in.Token, AuthIdentityID: actor.AuthIdentityID, Email: in.Email.Ptr(),
		FirstName: in.FirstName.Ptr(), LastName: in.LastName.Ptr()})
	switch {
	case err == nil:
		return jstime.Wrap(map[string]any{"user": u}), nil
	case fault.KindOf(err) == fault.Unknown:
		return nil, err
	}
	return route.RawResponse{Status: http.StatusUnauthorized, ContentType: "application/json; charset=utf-8", Body: []byte(`{"message":"Unauthorized"}`)}, nil
}
