package auth

import (
	"context"
	"maps"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// A TokenGrant is what a login gets. While an address is to be verified or a second factor to be shown, its token has no actor.
type TokenGrant struct {
	VerificationRequired bool          `json:"verification_required,omitempty"`
	Verification         *Verification `json:"verification,omitempty"`
	MFARequired          bool          `json:"mfa_required,omitempty"`
	Challenge            *Challenge    `json:"mfa_challenge,omitempty"`
	Token                string        `json:"token"`
}

// claims are those of an identity as an actor of some type.
func claims(a AuthIdentity, actorType, provider string) Claims {
	c := Claims{ActorType: actorType, AuthIdentityID: a.ID, AuthProvider: provider, AppMetadata: maps.Clone(a.AppMetadata)}
	c.ActorID, _ = a.AppMetadata[actorType+"_id"].(string)
	if p := a.of(provider); p != nil {
		c.UserMetadata, c.CredentialVersion = p.UserMetadata, p.credentialVersion()
	}
	return c
}

func (c Claims) withoutActor() Claims {
	c.ActorID = ""
	delete(c.AppMetadata, c.ActorType+"_id")
	return c
}

// GrantToken gives a login its token, or says what is still to be done for it.
func (m *Module) GrantToken(ctx context.Context, l LoginResult, actorType string) (g TokenGrant, err error) {
	c := claims(l.Identity, actorType, l.Provider)
	challenge, err := m.challenge(ctx, l)
	if err != nil {
		return g, err
	}
	c.MFAEnabled = challenge != nil
	due, v, err := m.due(ctx, l, actorType)
	switch {
	case err != nil:
		return g, err
	case due:
		g.VerificationRequired, g.Verification, c = true, v, c.withoutActor()
	case challenge != nil:
		g.MFARequired, g.Challenge, c = true, challenge, c.withoutActor()
	}
	g.Token, err = m.Tokens.Sign(c)
	return g, err
}

// due reports whether the login has an address to verify first, and how far that is.
func (m *Module) due(ctx context.Context, l LoginResult, actorType string) (bool, *Verification, error) {
	for _, r := range m.cfg.RequiredVerifications[actorType] {
		if r.Provider != l.Provider {
			continue
		}
		p := l.Identity.of(l.Provider)
		if p == nil {
			return false, nil, fault.New(fault.NotFound, "Provider identity not found while checking verification")
		}
		list, err := m.Verifications.List(ctx, module.Filter{"auth_identity_id": l.Identity.ID, "entity_id": p.EntityID, "entity_type": r.EntityType})
		v := first(list)
		return v == nil || v.VerifiedAt == nil, v, err
	}
	return false, nil, nil
}

// GrantRegistrationToken gives a new identity its token: no more than to make an actor with, when it has none.
func (m *Module) GrantRegistrationToken(ctx context.Context, l LoginResult, actorType string) (string, error) {
	c := claims(l.Identity, actorType, l.Provider)
	n, err := m.Factors.Count(ctx, module.Filter{"auth_identity_id": l.Identity.ID, "status": enabled})
	if err != nil {
		return "", err
	}
	c.MFAEnabled = n > 0
	return m.Tokens.Sign(c)
}

// RefreshToken gives somebody who is logged in a new token, with the actor that was made in between.
func (m *Module) RefreshToken(ctx context.Context, actor route.Actor) (TokenGrant, error) {
	if actor.AuthProvider == "" {
		return TokenGrant{}, fault.New(fault.Unauthorized, "The auth provider is not set while refreshing token")
	}
	a, err := m.Retrieve(ctx, actor.AuthIdentityID)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.Unauthorized, "Invalid auth identity while refreshing token")
	}
	if err != nil {
		return TokenGrant{}, err
	}
	if actor.ID == "" {
		return m.GrantToken(ctx, LoginResult{Identity: a, Provider: actor.AuthProvider}, actor.Type)
	}
	c := claims(a, actor.Type, actor.AuthProvider)
	c.MFAEnabled = actor.MFAEnabled
	if !actor.MFACompletedAt.IsZero() {
		at := UnixTime(actor.MFACompletedAt)
		c.MFACompletedAt = &at
	}
	token, err := m.Tokens.Sign(c)
	return TokenGrant{Token: token}, err
}
