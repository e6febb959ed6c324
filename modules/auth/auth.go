// Package auth knows who may log in and how: identities, the providers that prove them, tokens, sessions, second factors.
package auth

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Config says how an auth module works. The zero value of each field but the secrets is Medusa's default.
type Config struct {
	JWTSecret    string
	CookieSecret string

	TokenTTL   time.Duration // of a login's token; 1 day
	SessionTTL time.Duration // of a cookie's session; 10 hours
	ResetTTL   time.Duration // of a token for a new password; 15 minutes
	CodeTTL    time.Duration // of a code that verifies an address; 15 minutes

	Cost              Cost // of password hashes
	MaxParallelHashes int  // password hashes at once; 0 is the number of processors, at most 4

	ProvidersByActor      map[string][]string               // providers by actor type; a type that is not listed may use all. nil lists user and customer with all that are configured
	RequiredVerifications map[string][]RequiredVerification // what has to be verified before a login gets its actor, by actor type
	MFA                   MFAConfig
}

// A RequiredVerification verification is of an address of EntityType, such as "email", for logins by Provider.
type RequiredVerification struct{ Provider, EntityType string }

func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

func (c Config) withDefaults() Config {
	c.TokenTTL = or(c.TokenTTL, 24*time.Hour)
	c.SessionTTL = or(c.SessionTTL, 10*time.Hour)
	c.ResetTTL = or(c.ResetTTL, 15*time.Minute)
	c.CodeTTL = or(c.CodeTTL, 15*time.Minute)
	c.MFA = c.MFA.withDefaults()
	return c
}

// A Module keeps identities.
type Module struct {
	Identities          *module.Table[AuthIdentity]
	ProviderIdentities  *module.Table[ProviderIdentity]
	PasswordResetTokens *module.Table[PasswordResetToken]
	Verifications       *module.Table[Verification]
	Factors             *module.Table[MFAFactor]
	RecoveryCodes       *module.Table[RecoveryCode]
	SessionRecords      *module.Table[SessionRecord]
	StateRecords        *module.Table[StateRecord]

	Tokens    *TokenSigner
	Sessions  *SessionStore
	Passwords *PasswordHasher

	// Providers sign people in. The built-in "emailpass" is always among them.
	Providers *provider.Set[Provider]

	cfg   Config
	state states
}

// New returns a module that logs in by e-mail and password and by the providers of cfg.
func New(cfg Config) *Module {
	cfg = cfg.withDefaults()
	m := &Module{
		Identities:          module.NewTable[AuthIdentity]("auth_identity", "auth_identities"),
		ProviderIdentities:  module.NewTable[ProviderIdentity]("provider_identity", "provider_identities"),
		PasswordResetTokens: module.NewTable[PasswordResetToken]("auth_password_reset_token", "auth_password_reset_tokens"),
		Verifications:       module.NewTable[Verification]("auth_verification", "auth_verifications"),
		Factors:             module.NewTable[MFAFactor]("auth_mfa_factor", "auth_mfa_factors"),
		RecoveryCodes:       module.NewTable[RecoveryCode]("auth_mfa_recovery_code", "auth_mfa_recovery_codes"),
		SessionRecords:      module.NewTable[SessionRecord]("gorgon_session"),
		StateRecords:        module.NewTable[StateRecord]("gorgon_auth_state"),
		Tokens:              NewTokenSigner(cfg.JWTSecret, cfg.TokenTTL),
		Passwords:           NewPasswordHasher(cfg.Cost, cfg.MaxParallelHashes),
		cfg:                 cfg,
	}
	m.Sessions = NewSessionStore(m.SessionRecords, cfg.CookieSecret, cfg.SessionTTL)
	m.state = states{m.StateRecords}
	m.Providers = provider.NewSet[Provider](Kind, Provide("emailpass", EmailPass{m.Passwords}))
	return m
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Identities, m.ProviderIdentities, m.PasswordResetTokens, m.Verifications, m.Factors, m.RecoveryCodes, m.SessionRecords, m.StateRecords}
}

// atomic runs do in one transaction.
func (m *Module) atomic(ctx context.Context, do func(context.Context) error) error {
	d, err := m.Identities.Entity().DB()
	if err != nil {
		return err
	}
	return d.InTx(ctx, do)
}

// A ProviderOption is a provider that somebody may choose to log in by.
type ProviderOption struct {
	ID string `json:"id"`
	ProviderInfo
}

// ListProviders lists the providers that an actor type may use.
func (m *Module) ListProviders(actorType string) []ProviderOption {
	out := []ProviderOption{}
	for id, p := range m.Providers.All() {
		if m.CheckProviderAllowed(actorType, id) == nil {
			out = append(out, ProviderOption{id, p.Info()})
		}
	}
	return out
}

// CheckProviderAllowed reports as fault.NotAllowed when an actor type may not use a provider.
func (m *Module) CheckProviderAllowed(actorType, provider string) error {
	allowed, listed := m.cfg.ProvidersByActor[actorType]
	if m.cfg.ProvidersByActor == nil && (actorType == "user" || actorType == "customer") {
		allowed, listed = m.Providers.IDs(), true
	}
	if listed && !slices.Contains(allowed, provider) {
		return fault.New(fault.NotAllowed, "The actor type %s is not allowed to use the auth provider %s", actorType, provider)
	}
	return nil
}

func (m *Module) provider(name string) (Provider, IdentityStore, error) {
	if p, err := m.Providers.Get(name); err == nil {
		return p, IdentityStore{m, name}, nil
	}
	return nil, IdentityStore{}, fault.New(fault.Unauthorized, "\nUnable to retrieve the auth provider with id: %s\n"+
		"Please make sure that the provider is registered in the container and it is configured correctly in your project configuration file.", name)
}

// refusal makes 401 of what a provider says.
func refusal(err error) error {
	if err == nil || fault.KindOf(err) == fault.Unknown || fault.KindOf(err) == fault.Unauthorized {
		return err
	}
	return fault.Wrap(err, fault.Unauthorized, "%s", fault.Message(err))
}

// Retrieve finds an identity with its providers' parts.
func (m *Module) Retrieve(ctx context.Context, id string) (AuthIdentity, error) {
	return m.Identities.Retrieve(ctx, id, module.FindOptions{Relations: []string{"provider_identities"}})
}

// Register makes an identity by a provider.
func (m *Module) Register(ctx context.Context, provider string, r Request) (AuthIdentity, error) {
	p, known, err := m.provider(provider)
	if err != nil {
		return AuthIdentity{}, err
	}
	a, err := p.Register(ctx, r, known)
	return a, refusal(err)
}

// A LoginResult is who has logged in by a provider, or the Location where the login goes on.
type LoginResult struct {
	Identity AuthIdentity
	Provider string
	Location string
}

// Authenticate logs in by a provider. What does not succeed is fault.Unauthorized.
func (m *Module) Authenticate(ctx context.Context, provider string, r Request) (LoginResult, error) {
	p, known, err := m.provider(provider)
	if err != nil {
		return LoginResult{}, err
	}
	a, location, err := p.Authenticate(ctx, r, known)
	return LoginResult{a, provider, location}, refusal(err)
}

// Callback ends a login that went elsewhere.
func (m *Module) Callback(ctx context.Context, provider string, r Request) (LoginResult, error) {
	p, known, err := m.provider(provider)
	if err != nil {
		return LoginResult{}, err
	}
	a, err := p.Callback(ctx, r, known)
	return LoginResult{Identity: a, Provider: provider}, refusal(err)
}

// Update changes the secret that a provider keeps of an identity, such as its password.
func (m *Module) Update(ctx context.Context, provider, entityID string, body map[string]any) error {
	p, known, err := m.provider(provider)
	if err != nil {
		return err
	}
	changed, err := p.Update(ctx, entityID, body, known)
	if err == nil && !changed {
		err = fault.New(fault.Unauthorized, "Unauthorized")
	}
	return refusal(err)
}

// An ActorLink makes an identity an actor: ActorID of ActorType, such as "user". An empty ActorID takes the actor away.
type ActorLink struct {
	AuthIdentityID string `json:"auth_identity_id"`
	ActorType      string `json:"actor_type"`
	ActorID        string `json:"actor_id"`
}

// LinkActor makes an identity an actor. One that is an actor of this type already is fault.Invalid.
func (m *Module) LinkActor(ctx context.Context, at ActorLink) (a AuthIdentity, err error) {
	err = m.atomic(ctx, func(ctx context.Context) error {
		a, err = m.Identities.Retrieve(ctx, at.AuthIdentityID, module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		key, meta := at.ActorType+"_id", maps.Clone(a.AppMetadata)
		if meta == nil {
			meta = module.Map{}
		}
		if at.ActorID == "" {
			meta[key] = nil
		} else if meta[key] != nil {
			return fault.New(fault.Invalid, "This login has a %s already. Log in with it, or register with another e-mail address", at.ActorType)
		} else {
			meta[key] = at.ActorID
		}
		a, err = m.Identities.UpdateOne(ctx, a.ID, module.Set{"app_metadata": meta})
		return err
	})
	return a, err
}

// UnlinkActor takes an actor from the identity that has it. An identity that is no other actor is removed for good, so that its
// address can be registered anew. Removing an actor that never logged in is no failure.
func (m *Module) UnlinkActor(ctx context.Context, at ActorLink) error {
	return m.atomic(ctx, func(ctx context.Context) error {
		list, err := m.ListByActor(ctx, at.ActorType, at.ActorID)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := m.detach(ctx, a, at.ActorType); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Module) detach(ctx context.Context, a AuthIdentity, actorType string) error {
	for key, v := range a.AppMetadata {
		if key != actorType+"_id" && v != nil {
			_, err := m.LinkActor(ctx, ActorLink{AuthIdentityID: a.ID, ActorType: actorType})
			return err
		}
	}
	return m.Remove(ctx, a.ID)
}

// ListByActor finds the identities of an actor.
func (m *Module) ListByActor(ctx context.Context, actorType, actorID string) ([]AuthIdentity, error) {
	return m.Identities.List(ctx, module.Filter{"app_metadata": module.Filter{actorType + "_id": actorID}},
		module.FindOptions{Relations: []string{"provider_identities"}})
}

// Remove deletes an identity for good, with all that belongs to it.
func (m *Module) Remove(ctx context.Context, id string) error {
	filter := module.Filter{"auth_identity_id": id}
	return m.atomic(ctx, func(ctx context.Context) error {
		for _, clear := range []func(context.Context, module.Filter) (int64, error){
			m.PasswordResetTokens.DeleteWhere, m.RecoveryCodes.DeleteWhere, m.Factors.DeleteWhere, m.Verifications.DeleteWhere, m.ProviderIdentities.DeleteWhere,
		} {
			if _, err := clear(ctx, filter); err != nil {
				return err
			}
		}
		return m.Identities.Delete(ctx, id)
	})
}
