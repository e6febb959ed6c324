package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A VerificationRequest is what is to be verified of an identity, such as EntityType "email". CodeProvider says how: "token" sends a link.
type VerificationRequest struct {
	AuthIdentityID string     `json:"auth_identity_id"`
	EntityID       string     `json:"entity_id"`
	EntityType     string     `json:"entity_type"`
	CodeProvider   string     `json:"code_provider"`
	Metadata       module.Map `json:"metadata"`
}

// A VerificationCode is a verification and the code that its owner is to be sent. Code is empty when the address was verified before.
type VerificationCode struct {
	Verification Verification `json:"verification"`
	Code         string       `json:"code"`
	ExpiresAt    *time.Time   `json:"expires_at"`
}

func (m *Module) codeProvider(name string) error {
	if name == "token" {
		return nil
	}
	return fault.New(fault.Invalid, "There is no verification code provider %q: use \"token\"", name)
}

// RequestVerification makes a code for an address; codes made before are void.
func (m *Module) RequestVerification(ctx context.Context, a VerificationRequest) (s VerificationCode, err error) {
	if err := m.codeProvider(a.CodeProvider); err != nil {
		return s, err
	}
	err = m.atomic(ctx, func(ctx context.Context) error {
		have, err := m.Verifications.List(ctx, module.Filter{"auth_identity_id": a.AuthIdentityID, "entity_id": a.EntityID, "entity_type": a.EntityType},
			module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		if v := first(have); v != nil && v.VerifiedAt != nil {
			s.Verification = *v
			return nil
		}
		s, err = m.send(ctx, a, first(have))
		return err
	})
	return s, err
}

func (m *Module) send(ctx context.Context, a VerificationRequest, have *Verification) (s VerificationCode, err error) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	s.Code = base64.RawURLEncoding.EncodeToString(b[:])
	now := db.Now()
	expires := now.Add(m.cfg.CodeTTL)
	s.ExpiresAt = &expires
	secret := module.Map{"token_hash": hashOf(s.Code)}
	if have != nil {
		s.Verification, err = m.Verifications.UpdateOne(ctx, have.ID, module.Set{"code_provider": a.CodeProvider, "provider_metadata": secret,
			"requested_at": now, "verified_at": nil})
		return s, err
	}
	s.Verification, err = m.Verifications.Create(ctx, Verification{AuthIdentityID: a.AuthIdentityID, EntityID: a.EntityID, EntityType: a.EntityType,
		CodeProvider: a.CodeProvider, ProviderMetadata: secret, RequestedAt: now, Metadata: a.Metadata})
	return s, err
}

// A VerificationConfirmation is a code that somebody has been sent.
type VerificationConfirmation struct {
	Code         string `json:"code"`
	CodeProvider string `json:"code_provider"`
}

// ConfirmVerification takes a code back. One that is wrong, used or too old is fault.NotAllowed.
func (m *Module) ConfirmVerification(ctx context.Context, c VerificationConfirmation) (v Verification, err error) {
	if err := m.codeProvider(or(c.CodeProvider, "token")); err != nil {
		return v, err
	}
	hash := module.Filter{"provider_metadata": module.Filter{"token_hash": hashOf(c.Code)}}
	err = m.atomic(ctx, func(ctx context.Context) error {
		list, err := m.Verifications.List(ctx, hash, module.FindOptions{Lock: true})
		if err != nil {
			return err
		}
		if len(list) == 0 || list[0].VerifiedAt != nil {
			return fault.New(fault.NotAllowed, "Verification code is invalid or already used")
		}
		if !list[0].RequestedAt.Add(m.cfg.CodeTTL).After(db.Now()) {
			return fault.New(fault.NotAllowed, "Verification code has expired")
		}
		v, err = m.Verifications.UpdateOne(ctx, list[0].ID, module.Set{"verified_at": db.Now()})
		return err
	})
	return v, err
}
