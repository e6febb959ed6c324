package auth

import (
	"context"
	"net/http"

	flow "github.com/gorgon-commerce/gorgon/flow/auth"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/route"
)

// factors routes second factors.
func (a api) factors() []route.Route {
	login := anybody(route.Session | route.Bearer)
	return []route.Route{
		route.Get("/auth/mfa/factors", a.listFactors, login),
		route.Post("/auth/mfa/factors", a.enrol, login),
		route.Post("/auth/mfa/factors/{id}/verify", a.enable, login),
		route.Delete("/auth/mfa/factors/{id}", a.disable, login),
		route.Post("/auth/mfa/recovery-codes", a.recoveryCodes, login),
		route.Post("/auth/mfa/challenges/{id}/verify", a.meet, anybody(route.Session|route.Bearer|route.WithoutMFA)),
	}
}

// identity is who a request comes from.
func identity(ctx context.Context) string {
	a, _ := route.ActorFrom(ctx)
	return a.AuthIdentityID
}

func (a api) listFactors(ctx context.Context, _ struct{}) (jstime.Value, error) {
	list, err := a.auth.ListFactors(ctx, identity(ctx))
	if list == nil {
		list = []auth.MFAFactor{}
	}
	return jstime.Of(map[string]any{"mfa_factors": list}), err
}

// An Enrolment asks for a new factor.
type Enrolment struct {
	Provider string             `json:"provider" valid:"min=1"`
	Label    module.Opt[string] `json:"label"`
	Issuer   module.Opt[string] `json:"issuer" valid:"notnull"`
	Metadata module.Map         `json:"metadata" valid:"nullish"`
}

func (a api) enrol(ctx context.Context, in Enrolment) (jstime.Value, error) {
	e, err := a.auth.Enrol(ctx, auth.Enrol{AuthIdentityID: identity(ctx), Provider: in.Provider, Label: in.Label.Ptr(),
		Issuer: in.Issuer.Value, Metadata: in.Metadata})
	return jstime.Of(e), err
}

// A Code shows a new factor's first code.
type Code struct {
	ID   string `path:"id"`
	Code string `json:"code" valid:"min=1"`
}

// oneFactor is the answer that has one factor.
func oneFactor(f auth.MFAFactor) jstime.Value { return jstime.Of(map[string]any{"mfa_factor": f}) }

func (a api) enable(ctx context.Context, in Code) (jstime.Value, error) {
	f, err := a.flows.EnableFactor.Run(ctx, auth.Proof{ID: in.ID, AuthIdentityID: identity(ctx), Code: in.Code})
	return oneFactor(f), err
}

// A Disabling ends a factor; the code is needed where the shop wants one.
type Disabling struct {
	ID     string             `path:"id"`
	Method module.Opt[string] `json:"method" valid:"notnull,min=1"`
	Code   module.Opt[string] `json:"code" valid:"notnull,min=1"`
}

func (a api) disable(ctx context.Context, in Disabling) (jstime.Value, error) {
	f, err := a.flows.DisableFactor.Run(ctx, auth.Proof{ID: in.ID, AuthIdentityID: identity(ctx), Method: in.Method.Value, Code: in.Code.Value})
	return oneFactor(f), err
}

// RecoveryCodes asks for new recovery codes.
type RecoveryCodes struct {
	Count module.Opt[int] `json:"count" valid:"notnull,min=1,max=50"`
}

// codes is the answer that has recovery codes.
type codes struct {
	Codes []string `json:"recovery_codes"`
}

func (a api) recoveryCodes(ctx context.Context, in RecoveryCodes) (codes, error) {
	list, err := a.flows.MakeRecoveryCodes.Run(ctx, flow.CodesMade{AuthIdentityID: identity(ctx), Count: in.Count.Value})
	return codes{list}, err
}

// A Meeting answers a challenge.
type Meeting struct {
	ID     string `path:"id"`
	Method string `json:"method" valid:"min=1"`
	Code   string `json:"code" valid:"min=1"`
}

func (a api) meet(ctx context.Context, in Meeting) (token, error) {
	who, _ := route.ActorFrom(ctx)
	t, err := a.auth.MeetAndSign(ctx, auth.Proof{ID: in.ID, AuthIdentityID: who.AuthIdentityID, Method: in.Method, Code: in.Code}, who.Type, who.AuthProvider)
	return token{t}, err
}

// verification routes the proof of addresses.
func (a api) verification() []route.Route {
	return []route.Route{
		route.Post("/auth/verification/request", a.requestVerification, anybody(route.Session|route.Bearer|route.WithoutMFA), route.Status(http.StatusCreated)),
		route.Post("/auth/verification/confirm", a.confirmVerification, anybody(route.Session|route.Bearer|route.Unauthenticated)),
	}
}

// An Address is to be verified.
type Address struct {
	EntityID     string         `json:"entity_id" valid:"min=1"`
	EntityType   string         `json:"entity_type" valid:"min=1"`
	CodeProvider string         `json:"code_provider" valid:"min=1,default=token"`
	Metadata     map[string]any `json:"metadata" valid:"optional"`
}

// verification is the answer that has one. One that was asked for before tells whose it is once more.
type verification struct {
	Verification struct {
		auth.Verification
		AuthIdentity *reference `json:"auth_identity,omitempty"`
	} `json:"verification"`
}

type reference struct {
	ID string `json:"id"`
}

func (a api) requestVerification(ctx context.Context, in Address) (jstime.Value, error) {
	meta := module.Map(in.Metadata)
	if meta == nil {
		meta = module.Map{}
	}
	var out verification
	v, err := a.flows.RequestVerification.Run(ctx, auth.Address{AuthIdentityID: identity(ctx), EntityID: in.EntityID, EntityType: in.EntityType,
		CodeProvider: in.CodeProvider, Metadata: meta})
	out.Verification.Verification = v
	if v.UpdatedAt.After(v.CreatedAt) {
		out.Verification.AuthIdentity = &reference{v.AuthIdentityID}
	}
	return jstime.Of(out), err
}

// A Confirmation is the code that was sent.
type Confirmation struct {
	Code         string             `json:"code" valid:"min=1"`
	CodeProvider module.Opt[string] `json:"code_provider" valid:"notnull,min=1"`
}

// verified is the answer to a code that was good.
type verified struct {
	EntityID     string       `json:"entity_id"`
	EntityType   string       `json:"entity_type"`
	CodeProvider string       `json:"code_provider"`
	VerifiedAt   *auth.Moment `json:"verified_at"`
}

func (a api) confirmVerification(ctx context.Context, in Confirmation) (verified, error) {
	v, err := a.auth.ConfirmVerification(ctx, auth.Confirmation{Code: in.Code, CodeProvider: in.CodeProvider.Value})
	return verified{v.EntityID, v.EntityType, v.CodeProvider, (*auth.Moment)(v.VerifiedAt)}, err
}
