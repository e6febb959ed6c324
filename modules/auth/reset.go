package auth

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A ResetRequest is somebody who wants a new password: EntityID as Provider knows it.
type ResetRequest struct {
	EntityID  string     `json:"entity_id"`
	Provider  string     `json:"provider"`
	ActorType string     `json:"actor_type"`
	Metadata  module.Map `json:"metadata"`
}

// CreateResetToken returns a token that allows one new password. Tokens that were given out before are void. Who is not known is fault.Invalid.
func (m *Module) CreateResetToken(ctx context.Context, f ResetRequest) (token string, err error) {
	p, err := m.byEmail(ctx, f.Provider, f.EntityID)
	if err != nil {
		return "", err
	}
	if p == nil {
		return "", fault.New(fault.Invalid, "Provider identity with entity_id %s and provider %s not found", f.EntityID, f.Provider)
	}
	jti := newUUID()
	err = m.atomic(ctx, func(ctx context.Context) error {
		if _, err := m.PasswordResetTokens.DeleteWhere(ctx, module.Filter{"provider_identity_id": p.ID}); err != nil {
			return err
		}
		_, err := m.PasswordResetTokens.Create(ctx, PasswordResetToken{AuthIdentityID: p.AuthIdentityID, ProviderIdentityID: p.ID,
			EntityID: p.EntityID, TokenHash: hashOf(jti), ExpiresAt: db.Now().Add(m.cfg.ResetTTL)})
		return err
	})
	if err != nil {
		return "", err
	}
	return m.Tokens.signReset(ResetClaims{EntityID: p.EntityID, Provider: f.Provider, ActorType: f.ActorType, ID: jti}, m.cfg.ResetTTL)
}

// RedeemResetToken uses a reset token up and returns whose new password it allows. One that is not valid here is fault.Unauthorized.
func (m *Module) RedeemResetToken(ctx context.Context, token, actorType, provider string) (entityID string, err error) {
	invalid := fault.New(fault.Unauthorized, "Invalid token")
	c, ok := m.Tokens.ParseReset(token)
	if !ok || c.ActorType != actorType {
		return "", invalid
	}
	err = m.atomic(ctx, func(ctx context.Context) error {
		ok, err = m.redeem(ctx, c, provider)
		return err
	})
	if err == nil && !ok {
		err = invalid
	}
	return c.EntityID, err
}

func (m *Module) redeem(ctx context.Context, c ResetClaims, provider string) (bool, error) {
	hash := module.Filter{"token_hash": hashOf(c.ID)}
	list, err := m.PasswordResetTokens.List(ctx, hash, module.FindOptions{Relations: []string{"provider_identity"}})
	t := first(list)
	if t == nil || err != nil {
		return false, err
	}
	if live := t.ExpiresAt.After(db.Now()); live {
		if p := t.ProviderIdentity; p == nil || p.Provider != provider || p.EntityID != c.EntityID {
			return false, nil
		}
	}
	n, err := m.PasswordResetTokens.DeleteWhere(ctx, hash)
	return n == 1 && t.ExpiresAt.After(db.Now()), err
}
