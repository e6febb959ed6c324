package auth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// Claims are what a token says of who carries it, in the order and spelling of Medusa's tokens. ActorID is empty while the
// login has no actor yet.
type Claims struct {
	ActorID        string     `json:"actor_id"`
	ActorType      string     `json:"actor_type"`
	AuthIdentityID string     `json:"auth_identity_id"`
	AuthProvider   string     `json:"auth_provider,omitempty"`
	MFAEnabled     bool       `json:"mfa_enabled"`
	MFACompletedAt *UnixTime  `json:"mfa_challenge_completed_at"`
	AppMetadata    module.Map `json:"app_metadata"`
	UserMetadata   module.Map `json:"user_metadata"`
	TokenValidity
	// CredentialVersion is that of the password when the token was made. Medusa's tokens have none.
	CredentialVersion string `json:"credential_version,omitempty"`
}

// Actor is who the claims speak of, as routes see it.
func (c *Claims) Actor() *route.Actor {
	a := &route.Actor{Type: c.ActorType, ID: c.ActorID, AuthIdentityID: c.AuthIdentityID, AuthProvider: c.AuthProvider,
		AppMetadata: c.AppMetadata, UserMetadata: c.UserMetadata, MFAEnabled: c.MFAEnabled}
	if c.MFACompletedAt != nil {
		a.MFACompletedAt = time.Time(*c.MFACompletedAt)
	}
	return a
}

// A ResetClaims is what a token for a new password says. ID is known to the table of reset tokens by its hash.
type ResetClaims struct {
	EntityID  string `json:"entity_id"`
	Provider  string `json:"provider"`
	ActorType string `json:"actor_type"`
	Purpose   string `json:"purpose"`
	TokenValidity
	ID string `json:"jti"`
}

// A UnixTime is a time in JavaScript's form: UTC with milliseconds.
type UnixTime time.Time

// MarshalText writes the moment as 2026-11-22T01:14:38.591Z.
func (m UnixTime) MarshalText() ([]byte, error) {
	return time.Time(m).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
}

// UnmarshalText reads RFC 3339.
func (m *UnixTime) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.RFC3339, string(b))
	*m = UnixTime(t)
	return err
}

// TokenSigner signs and checks JSON web tokens with HMAC-SHA256.
type TokenSigner struct {
	secret []byte
	life   time.Duration
	parser *jwt.Parser
}

// NewTokenSigner returns a signer whose tokens live that long.
func NewTokenSigner(secret string, life time.Duration) *TokenSigner {
	return &TokenSigner{[]byte(secret), life, jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())}
}

var errNoSecret = errors.New("auth: no JWT secret is configured")

func (t *TokenSigner) sign(c jwt.Claims) (string, error) {
	if len(t.secret) == 0 {
		return "", errNoSecret
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(t.secret)
}

func (t *TokenSigner) parse(token string, into jwt.Claims) bool {
	if len(t.secret) == 0 {
		return false
	}
	_, err := t.parser.ParseWithClaims(token, into, func(*jwt.Token) (any, error) { return t.secret, nil })
	return err == nil
}

// Sign returns a token for the claims, valid from now on.
func (t *TokenSigner) Sign(c Claims) (string, error) {
	c.TokenValidity = from(t.life)
	if c.AppMetadata == nil {
		c.AppMetadata = module.Map{}
	}
	if c.UserMetadata == nil {
		c.UserMetadata = module.Map{}
	}
	return t.sign(&c)
}

// Parse returns the claims of a valid token; ok is false for any other.
func (t *TokenSigner) Parse(token string) (c Claims, ok bool) {
	ok = t.parse(token, &c)
	return c, ok
}

// signReset returns a token that allows a new password.
func (t *TokenSigner) signReset(c ResetClaims, life time.Duration) (string, error) {
	c.Purpose, c.TokenValidity = "reset", from(life)
	return t.sign(&c)
}

// ParseReset returns the claims of a valid reset token; ok is false for any other, a login's token for one.
func (t *TokenSigner) ParseReset(token string) (c ResetClaims, ok bool) {
	ok = t.parse(token, &c) && c.Purpose == "reset" && c.ID != "" && c.EntityID != ""
	return c, ok
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// A TokenValidity is when a token was made and when it ends, in seconds since 1970.
type TokenValidity struct {
	IssuedAt  int64 `json:"iat"`
	ExpiresAt int64 `json:"exp"`
}

// from starts the validity now.
func from(life time.Duration) TokenValidity {
	now := time.Now()
	return TokenValidity{now.Unix(), now.Add(life).Unix()}
}

func numeric(seconds int64) *jwt.NumericDate {
	if seconds == 0 {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0))
}

// GetExpirationTime is exp. This method and those below are what the JWT library asks of claims.
func (v TokenValidity) GetExpirationTime() (*jwt.NumericDate, error) {
	return numeric(v.ExpiresAt), nil
}

// GetIssuedAt is iat.
func (v TokenValidity) GetIssuedAt() (*jwt.NumericDate, error) { return numeric(v.IssuedAt), nil }

// GetNotBefore is absent.
func (TokenValidity) GetNotBefore() (*jwt.NumericDate, error) { return nil, nil }

// GetIssuer is absent.
func (TokenValidity) GetIssuer() (string, error) { return "", nil }

// GetSubject is absent.
func (TokenValidity) GetSubject() (string, error) { return "", nil }

// GetAudience is absent.
func (TokenValidity) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }
