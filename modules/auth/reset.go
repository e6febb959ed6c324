package auth

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Forgotten is somebody who wants a new password: EntityID as Provider knows it.
type Forgotten struct {
	EntityID  string     `json:"entity_id"`
	Provider  string     `json:"provider"`
	ActorType string     `json:"actor_type"`
	Metadata  module.Map `json:"metadata"`
}

// ResetToken returns a token that allows one new password. Tokens that were given out before are void. Who is not known is fault.Invalid.
func (m *Module) ResetToken(ctx context.Context, f Forgotten) (token string, err error) {
	p, err := m.byEmail(ctx, f.Provider, f.EntityID)
	if err != nil {
		return "", err
	}
	if p == nil {
		return "", fault.New(fault.Invalid, "Provider identity with entity_id %s and provider %s not found", f.EntityID, f.Provider)
	}
	jti := newUUID()
	err = m.atomic(ctx, func(ctx context.Context) error {
		if _, err := m.Resets.DeleteWhere(ctx, module.Filter{"provider_identity_id": p.ID}); err != nil {
			return err
		}
		_, err := m.Resets.Create(ctx, PasswordResetToken{AuthIdentityID: p.AuthIdentityID, ProviderIdentityID: p.ID,
			EntityID: p.EntityID, TokenHash: hashOf(jti), ExpiresAt: db.Now().Add(m.cfg.ResetLife)})
		return err
	})
	if err != nil {
		return "", err
	}
	return m.Tokens.signReset(ResetClaims{EntityID: p.EntityID, Provider: f.Provider, ActorType: f.ActorType, ID: jti}, m.cfg.ResetLife)
}

// Redeem uses a reset token up and returns whose new password it allows. One that is not valid here is fault.Unauthorized.
func (m *Module) Redeem(ctx context.Context, token, actorType, provider string) (entityID string, err error) {
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
	list, err := m.Resets.List(ctx, hash, module.Find{Relations: []string{"provider_identity"}})
	t := first(list)
	if t == nil || err != nil {
		return false, err
	}
	if live := t.ExpiresAt.After(db.Now()); live {
		if p := t.ProviderIdentity; p == nil || p.Provider != provider || p.EntityID != c.EntityID {
			return false, nil
		}
	}
	n, err := m.Resets.DeleteWhere(ctx, hash)
	return n == 1 && t.ExpiresAt.After(db.Now()), err
}
