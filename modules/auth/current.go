package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

// Verify returns the claims of a token that is valid and whose login still exists, nil for any
// other. See Current.
func (m *Module) Verify(ctx context.Context, token string) (*Claims, error) {
	c, ok := m.Tokens.Parse(token)
	if !ok {
		return nil, nil
	}
	if ok, err := m.Current(ctx, c); !ok || err != nil {
		return nil, err
	}
	return &c, nil
}

// Current reports whether claims still hold: the identity exists and is the actor that they name,
// and the password is the one that they were made under. It runs one statement, which the cache
// answers while no login changes in any process.
func (m *Module) Current(ctx context.Context, c Claims) (bool, error) {
	a, err := m.identityOf(ctx, c)
	if a == nil || err != nil {
		return false, err
	}
	if id, _ := a.AppMetadata[c.ActorType+"_id"].(string); c.ActorID != "" && c.ActorID != id {
		return false, nil
	}
	p := a.of(c.AuthProvider)
	switch {
	case p == nil:
		return c.CredentialVersion == "", nil
	case c.CredentialVersion != "":
		return c.CredentialVersion == p.credentialVersion(), nil
	}
	// Medusa's tokens have no version. A password that was changed after the token was made voids it.
	changed := p.credentialVersion() != "" && p.UpdatedAt.After(p.CreatedAt)
	return !changed || p.UpdatedAt.Unix() <= c.IssuedAt, nil
}

const identityColumns = `SELECT a.app_metadata, p.provider_metadata, p.created_at, p.updated_at FROM auth_identity a
	LEFT JOIN provider_identity p ON p.auth_identity_id = a.id AND p.provider = $1 AND p.deleted_at IS NULL
	WHERE a.id = $2 AND a.deleted_at IS NULL`

// identityOf reads the identity of claims with the part of their provider, nil if it is gone.
func (m *Module) identityOf(ctx context.Context, c Claims) (*AuthIdentity, error) {
	d, err := m.Identities.Entity().DB()
	if err != nil {
		return nil, err
	}
	rows, err := d.Query(ctx, db.Statement{SQL: identityColumns, Args: []any{c.AuthProvider, c.AuthIdentityID}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var app, secret []byte
	var created, updated *time.Time
	if err := db.Scan(rows, &app, &secret, &created, &updated); err != nil {
		return nil, err
	}
	a := &AuthIdentity{Model: module.Model{ID: c.AuthIdentityID}}
	if created != nil && updated != nil {
		a.ProviderIdentities = []ProviderIdentity{{Provider: c.AuthProvider, Model: module.Model{CreatedAt: *created, UpdatedAt: *updated}}}
		err = unmarshalColumn(secret, &a.ProviderIdentities[0].ProviderMetadata)
	}
	return a, errors.Join(err, unmarshalColumn(app, &a.AppMetadata), rows.Err())
}

// unmarshalColumn reads a column with a JSON object, which may be NULL.
func unmarshalColumn(b []byte, into *module.Map) error {
	if b == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}

// credentialVersion changes with the password. It is empty for a provider that keeps none.
func (p *ProviderIdentity) credentialVersion() string {
	hash, _ := p.ProviderMetadata["password"].(string)
	if hash == "" {
		return ""
	}
	return hashOf(hash)[:16]
}
