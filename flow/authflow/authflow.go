package authflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to logins.
const (
	PasswordReset         = event.Topic[PasswordResetData]("auth.password_reset")
	VerificationRequested = event.Topic[VerificationRequestedData]("auth.verification_requested")
	MFAEnabled            = event.Topic[FactorChangedData]("auth.mfa_enabled")
	MFADisabled           = event.Topic[FactorChangedData]("auth.mfa_disabled")
	RecoveryCodesCreated  = event.Topic[RecoveryCodesCreatedData]("auth.mfa_recovery_codes_generated")
)

// A PasswordResetData tells that somebody wants a new password: whoever has the token may set it.
type PasswordResetData struct {
	EntityID  string     `json:"entity_id"`
	ActorType string     `json:"actor_type"`
	Token     string     `json:"token"`
	Metadata  module.Map `json:"metadata"`
}

// A VerificationRequestedData tells that an address is to be verified by a code.
type VerificationRequestedData struct {
	EntityID       string     `json:"entity_id"`
	EntityType     string     `json:"entity_type"`
	CodeProvider   string     `json:"code_provider"`
	AuthIdentityID string     `json:"auth_identity_id"`
	Code           string     `json:"code"`
	ExpiresAt      any        `json:"expires_at"`
	Metadata       module.Map `json:"metadata"`
}

// A FactorChangedData tells that a second factor came or went.
type FactorChangedData struct {
	AuthIdentityID string `json:"auth_identity_id"`
	MFAID          string `json:"mfa_id"`
	Provider       string `json:"provider"`
}

// RecoveryCodesCreatedData tells that somebody has new recovery codes.
type RecoveryCodesCreatedData struct {
	AuthIdentityID string `json:"auth_identity_id"`
	Count          int    `json:"count"`
}

// Flows are the workflows of logins.
type Flows struct {
	Auth *auth.Module

	CreateResetToken    *workflow.Workflow[auth.ResetRequest, string]
	RequestVerification *workflow.Workflow[auth.VerificationRequest, auth.Verification]
	SetAppMetadata      *workflow.Workflow[auth.ActorLink, auth.AuthIdentity]
	EnableFactor        *workflow.Workflow[auth.FactorCode, auth.MFAFactor]
	DisableFactor       *workflow.Workflow[auth.FactorCode, auth.MFAFactor]
	CreateRecoveryCodes *workflow.Workflow[RecoveryCodesCreatedData, []string]
}

// New returns the workflows of a module's logins.
func New(m *auth.Module) *Flows {
	f := &Flows{Auth: m}
	atomic := workflow.Atomic()
	f.CreateResetToken = workflow.New("generate-reset-password-token", f.resetToken, atomic)
	f.RequestVerification = workflow.New("request-verification", f.requestVerification, atomic)
	f.SetAppMetadata = workflow.New("set-auth-app-metadata-workflow", f.setAppMetadata, atomic)
	f.EnableFactor = workflow.New("enable-auth-mfa", f.enable, atomic)
	f.DisableFactor = workflow.New("disable-auth-mfa", f.disable, atomic)
	f.CreateRecoveryCodes = workflow.New("generate-auth-mfa-recovery-codes", f.recoveryCodes, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.CreateResetToken, f.RequestVerification, f.SetAppMetadata, f.EnableFactor, f.DisableFactor, f.CreateRecoveryCodes}
}

func (f *Flows) resetToken(ctx workflow.Context, in auth.ResetRequest) (string, error) {
	token, err := workflow.Step(ctx, "create-password-reset-token", f.Auth.CreateResetToken, in)
	if err != nil {
		return "", err
	}
	c, _ := f.Auth.Tokens.ParseReset(token) // which names the address that was registered
	return token, workflow.Emit(ctx, PasswordReset, PasswordResetData{c.EntityID, in.ActorType, token, orEmpty(in.Metadata)})
}

func orEmpty(m module.Map) module.Map {
	if m == nil {
		return module.Map{}
	}
	return m
}

func (f *Flows) requestVerification(ctx workflow.Context, in auth.VerificationRequest) (auth.Verification, error) {
	s, err := workflow.Step(ctx, "request-verification", f.Auth.RequestVerification, in)
	if err != nil {
		return auth.Verification{}, err
	}
	v := s.Verification
	sent := VerificationRequestedData{v.EntityID, v.EntityType, v.CodeProvider, v.AuthIdentityID, s.Code, s.ExpiresAt, orEmpty(v.Metadata)}
	return v, workflow.Emit(ctx, VerificationRequested, sent)
}

func (f *Flows) setAppMetadata(ctx workflow.Context, in auth.ActorLink) (auth.AuthIdentity, error) {
	return workflow.Step(ctx, "set-auth-app-metadata", f.Auth.LinkActor, in)
}

// changed is what Enable and Disable did.
type changed struct {
	Factor  auth.MFAFactor `json:"factor"`
	Changed bool           `json:"changed"`
}

func (f *Flows) enable(ctx workflow.Context, p auth.FactorCode) (auth.MFAFactor, error) {
	return f.turn(ctx, "enable-auth-mfa", f.Auth.EnableFactor, p, MFAEnabled)
}

func (f *Flows) disable(ctx workflow.Context, p auth.FactorCode) (auth.MFAFactor, error) {
	return f.turn(ctx, "disable-auth-mfa", f.Auth.DisableFactor, p, MFADisabled)
}

func (f *Flows) turn(ctx workflow.Context, name string, do func(context.Context, auth.FactorCode) (auth.MFAFactor, bool, error), p auth.FactorCode,
	topic event.Topic[FactorChangedData]) (auth.MFAFactor, error) {
	c, err := workflow.Step(ctx, name, func(ctx context.Context, p auth.FactorCode) (changed, error) {
		factor, ok, err := do(ctx, p)
		return changed{factor, ok}, err
	}, p)
	if err == nil && c.Changed {
		err = workflow.Emit(ctx, topic, FactorChangedData{c.Factor.AuthIdentityID, c.Factor.ID, c.Factor.Provider})
	}
	return c.Factor, err
}

func (f *Flows) recoveryCodes(ctx workflow.Context, in RecoveryCodesCreatedData) ([]string, error) {
	codes, err := workflow.Step(ctx, "generate-codes", func(ctx context.Context, in RecoveryCodesCreatedData) ([]string, error) {
		return f.Auth.CreateRecoveryCodes(ctx, in.AuthIdentityID, in.Count)
	}, in)
	if err != nil {
		return nil, err
	}
	return codes, workflow.Emit(ctx, RecoveryCodesCreated, RecoveryCodesCreatedData{in.AuthIdentityID, len(codes)})
}
