package authapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/flow/authflow"
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
	a, _ := route.ActorFromContext(ctx)
	return a.AuthIdentityID
}

func (a api) listFactors(ctx context.Context, _ struct{}) (jstime.Value, error) {
	list, err := a.auth.ListFactors(ctx, identity(ctx))
	if list == nil {
		list = []auth.MFAFactor{}
	}
	return jstime.Wrap(map[string]any{"mfa_factors": list}), err
}

// An EnrollFactorRequest asks for a new factor.
type EnrollFactorRequest struct {
	Provider string             `json:"provider" valid:"min=1"`
	Label    module.Opt[string] `json:"label"`
	Issuer   module.Opt[string] `json:"issuer" valid:"notnull"`
	Metadata module.Map         `json:"metadata" valid:"nullish"`
}

func (a api) enrol(ctx context.Context, in EnrollFactorRequest) (jstime.Value, error) {
	e, err := a.auth.EnrollFactor(ctx, auth.EnrollInput{AuthIdentityID: identity(ctx), Provider: in.Provider, Label: in.Label.Ptr(),
		Issuer: in.Issuer.Value, Metadata: in.Metadata})
	return jstime.Wrap(e), err
}

// An EnableFactorRequest shows a new factor's first code.
type EnableFactorRequest struct {
	ID   string `path:"id"`
	Code string `json:"code" valid:"min=1"`
}

// oneFactor is the answer that has one factor.
func oneFactor(f auth.MFAFactor) jstime.Value { return jstime.Wrap(map[string]any{"mfa_factor": f}) }

func (a api) enable(ctx context.Context, in EnableFactorRequest) (jstime.Value, error) {
	f, err := a.flows.EnableFactor.Run(ctx, auth.FactorCode{ID: in.ID, AuthIdentityID: identity(ctx), Code: in.Code})
	return oneFactor(f), err
}

// A DisableFactorRequest ends a factor; the code is needed where the shop wants one.
type DisableFactorRequest struct {
	ID     string             `path:"id"`
	Method module.Opt[string] `json:"method" valid:"notnull,min=1"`
	Code   module.Opt[string] `json:"code" valid:"notnull,min=1"`
}

func (a api) disable(ctx context.Context, in DisableFactorRequest) (jstime.Value, error) {
	f, err := a.flows.DisableFactor.Run(ctx, auth.FactorCode{ID: in.ID, AuthIdentityID: identity(ctx), Method: in.Method.Value, Code: in.Code.Value})
	return oneFactor(f), err
}

// CreateRecoveryCodesRequest asks for new recovery codes.
type CreateRecoveryCodesRequest struct {
	Count module.Opt[int] `json:"count" valid:"notnull,min=1,max=50"`
}

// codes is the answer that has recovery codes.
type codes struct {
	Codes []string `json:"recovery_codes"`
}

func (a api) recoveryCodes(ctx context.Context, in CreateRecoveryCodesRequest) (codes, error) {
	list, err := a.flows.CreateRecoveryCodes.Run(ctx, authflow.RecoveryCodesCreatedData{AuthIdentityID: identity(ctx), Count: in.Count.Value})
	return codes{list}, err
}

// An AnswerChallengeRequest answers a challenge.
type AnswerChallengeRequest struct {
	ID     string `path:"id"`
	Method string `json:"method" valid:"min=1"`
	Code   string `json:"code" valid:"min=1"`
}

func (a api) meet(ctx context.Context, in AnswerChallengeRequest) (token, error) {
	actor, _ := route.ActorFromContext(ctx)
	t, err := a.auth.AnswerChallengeAndSign(ctx, auth.FactorCode{ID: in.ID, AuthIdentityID: actor.AuthIdentityID, Method: in.Method, Code: in.Code}, actor.Type, actor.AuthProvider)
	return token{t}, err
}

// verification routes the proof of addresses.
func (a api) verification() []route.Route {
	return []route.Route{
		route.Post("/auth/verification/request", a.requestVerification, anybody(route.Session|route.Bearer|route.WithoutMFA), route.Status(http.StatusCreated)),
		route.Post("/auth/verification/confirm", a.confirmVerification, anybody(route.Session|route.Bearer|route.Unauthenticated)),
	}
}

// A VerificationRequest is to be verified.
type VerificationRequest struct {
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

func (a api) requestVerification(ctx context.Context, in VerificationRequest) (jstime.Value, error) {
	meta := module.Map(in.Metadata)
	if meta == nil {
		meta = module.Map{}
	}
	var out verification
	v, err := a.flows.RequestVerification.Run(ctx, auth.VerificationRequest{AuthIdentityID: identity(ctx), EntityID: in.EntityID, EntityType: in.EntityType,
		CodeProvider: in.CodeProvider, Metadata: meta})
	out.Verification.Verification = v
	if v.UpdatedAt.After(v.CreatedAt) {
		out.Verification.AuthIdentity = &reference{v.AuthIdentityID}
	}
	return jstime.Wrap(out), err
}

// A ConfirmVerificationRequest is the code that was sent.
type ConfirmVerificationRequest struct {
	Code         string             `json:"code" valid:"min=1"`
	CodeProvider module.Opt[string] `json:"code_provider" valid:"notnull,min=1"`
}

// verified is the answer to a code that was good.
type verified struct {
	EntityID     string         `json:"entity_id"`
	EntityType   string         `json:"entity_type"`
	CodeProvider string         `json:"code_provider"`
	VerifiedAt   *auth.UnixTime `json:"verified_at"`
}

func (a api) confirmVerification(ctx context.Context, in ConfirmVerificationRequest) (verified, error) {
	v, err := a.auth.ConfirmVerification(ctx, auth.VerificationConfirmation{Code: in.Code, CodeProvider: in.CodeProvider.Value})
	return verified{v.EntityID, v.EntityType, v.CodeProvider, (*auth.UnixTime)(v.VerifiedAt)}, err
}
