// Package apikey keeps the keys of programs: publishable keys, which say what channels a storefront sells in and are no secret,
// and secret keys, which act as their maker in the admin.
package apikey

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/scrypt"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// The types of keys.
const (
	TypePublishable = "publishable"
	TypeSecret      = "secret"
)

// A Key lets a program in. Of a secret key, Token is a hash; Redacted is enough of it to be recognised by people.
// One whose RevokedAt is in the future still works.
type Key struct {
	module.Model `model:"prefix=apk"`
	Token        string     `json:"token"`
	Salt         string     `json:"salt,omitempty"`
	Redacted     string     `json:"redacted" model:"searchable,index"`
	Title        string     `json:"title" model:"searchable"`
	Type         string     `json:"type" model:"enum=publishable|secret"`
	LastUsedAt   *time.Time `json:"last_used_at"`
	CreatedBy    string     `json:"created_by"`
	RevokedBy    *string    `json:"revoked_by"`
	RevokedAt    *time.Time `json:"revoked_at" model:"index"`
}

// Indexes tell tokens apart, those of deleted keys too.
func (Key) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_api_key_token_unique", Columns: []string{"token"}, Unique: true},
		{Name: "IDX_api_key_type", Columns: []string{"type"}},
	}
}

// IsActive reports whether the key still works.
func (k *Key) IsActive(now time.Time) bool {
	return k.DeletedAt == nil && (k.RevokedAt == nil || k.RevokedAt.After(now))
}

// WithoutSecrets returns the key as it may be shown: the token of a publishable key, and no salt.
func (k Key) WithoutSecrets() Key {
	k.Salt = ""
	if k.Type == TypeSecret {
		k.Token = ""
	}
	return k
}

// A Module keeps keys.
type Module struct {
	Keys *module.Table[Key]
	turn chan struct{} // hashing takes 16 MB, so that only some work at once

	secrets      memory[Key]
	publishables memory[scope]
}

// New returns a module without keys.
func New() *Module {
	return &Module{Keys: module.NewTable[Key]("api_key", "api_keys", "apiKey"), turn: make(chan struct{}, min(4, runtime.GOMAXPROCS(0)))}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity { return []module.Entity{m.Keys} }

// A CreateInput is what a key is made of.
type CreateInput struct {
	Title     string `json:"title"`
	Type      string `json:"type"`
	CreatedBy string `json:"created_by"`
}

// Create makes keys. Of secret ones this is the only time that the tokens can be read.
func (m *Module) Create(ctx context.Context, drafts []CreateInput) ([]Key, error) {
	rows, tokens := make([]Key, len(drafts)), make([]string, len(drafts))
	for i, d := range drafts {
		k, err := m.make(ctx, d)
		if err != nil {
			return nil, err
		}
		rows[i], tokens[i] = k.hashed, k.token
	}
	rows, err := m.Keys.CreateMany(ctx, rows)
	for i := range rows {
		rows[i].Token, rows[i].Salt = tokens[i], ""
	}
	return rows, err
}

type made struct {
	hashed Key
	token  string
}

func (m *Module) make(ctx context.Context, d CreateInput) (made, error) {
	k := Key{Title: d.Title, Type: d.Type, CreatedBy: d.CreatedBy}
	if d.Type == TypePublishable {
		k.Token = "pk_" + randomHex(32)
		k.Redacted = redact(k.Token)
		return made{k, k.Token}, nil
	}
	token := "sk_" + randomHex(32)
	k.Salt, k.Redacted = randomHex(16), redact(token)
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return made{}, ctx.Err()
	}
	defer func() { <-m.turn }()
	var err error
	k.Token, err = hash(token, k.Salt)
	return made{k, token}, err
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// redact leaves the first six and the last three characters.
func redact(token string) string {
	return token[:min(6, len(token))] + "***" + token[max(0, len(token)-3):]
}

// hash is scrypt with the salt's text, N=16384, r=8, p=1, in hexadecimal: what Medusa keeps of a secret key.
func hash(token, salt string) (string, error) {
	b, err := scrypt.Key([]byte(token), []byte(salt), 1<<14, 8, 1, 64)
	if err != nil {
		return "", fmt.Errorf("scrypt: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// live is a filter for keys that still work.
func live() []module.Filter {
	return []module.Filter{{"revoked_at": nil}, {"revoked_at": module.Filter{"$gt": db.Now()}}}
}

// candidates are the secret keys that a token may be of: those that still work and look like it.
func (m *Module) candidates(ctx context.Context, token string) ([]Key, error) {
	return m.Keys.List(ctx, module.Filter{"type": TypeSecret, "redacted": redact(token), "$or": live()})
}

// match finds the key of a token, at the cost of a hash; nil when it is none of them.
func match(list []Key, token string) (*Key, error) {
	for _, k := range list {
		h, err := hash(token, k.Salt)
		if err != nil {
			return nil, err
		}
		if subtle.ConstantTimeCompare([]byte(h), []byte(k.Token)) == 1 {
			return &k, nil
		}
	}
	return nil, nil
}

// FindPublishable finds a publishable key that still works by its token; nil when there is none.
func (m *Module) FindPublishable(ctx context.Context, token string) (*Key, error) {
	list, err := m.Keys.List(ctx, module.Filter{"token": token, "type": TypePublishable, "$or": live()})
	if len(list) == 0 || err != nil {
		return nil, err
	}
	return &list[0], nil
}

// A RevokeInput ends keys, RevokeIn seconds from now if that is more than none.
type RevokeInput struct {
	IDs       []string `json:"ids"`
	RevokedBy string   `json:"revoked_by"`
	RevokeIn  float64  `json:"revoke_in"`
}

// Revoke ends keys. Secret keys that have ended before are fault.Invalid.
func (m *Module) Revoke(ctx context.Context, r RevokeInput) ([]Key, error) {
	if r.RevokedBy == "" {
		return nil, fault.New(fault.Invalid, "You must provide a revoked_by field when revoking a key.")
	}
	now := db.Now()
	n, err := m.Keys.Count(ctx, module.Filter{"id": r.IDs, "type": TypeSecret, "revoked_at": module.Filter{"$lt": now}})
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return nil, fault.New(fault.Invalid, "There are %d secret keys that are already revoked.", n)
	}
	defer m.InvalidateCache(ctx)
	at := now
	if r.RevokeIn > 0 {
		at = now.Add(time.Duration(r.RevokeIn * float64(time.Second)))
	}
	if _, err := m.Keys.Update(ctx, module.Filter{"id": r.IDs}, module.Set{"revoked_at": at, "revoked_by": r.RevokedBy}); err != nil {
		return nil, err
	}
	return m.Keys.List(ctx, module.Filter{"id": r.IDs})
}

// Delete removes keys that are revoked. One that still works is fault.NotAllowed.
func (m *Module) Delete(ctx context.Context, ids []string) error {
	list, err := m.Keys.List(ctx, module.Filter{"id": ids, "$or": live()})
	if err != nil {
		return err
	}
	if len(list) > 0 {
		names := make([]string, len(list))
		for i, k := range list {
			names[i] = k.ID
		}
		return fault.New(fault.NotAllowed, "Cannot delete api keys that are not revoked - %s", strings.Join(names, ", "))
	}
	defer m.InvalidateCache(ctx)
	return m.Keys.Delete(ctx, ids...)
}
