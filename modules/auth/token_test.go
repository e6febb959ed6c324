package auth

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gorgon-commerce/gorgon/module"
)

func body(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTokenClaims compares a token with one of Medusa's, key by key and in order.
func TestTokenClaims(t *testing.T) {
	t.Parallel()
	token, err := NewTokenSigner("supersecret", 24*time.Hour).Sign(Claims{ActorID: "user_1", ActorType: "user", AuthIdentityID: "authid_1",
		AuthProvider: "emailpass", AppMetadata: module.Map{"user_id": "user_1"}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"actor_id":"user_1","actor_type":"user","auth_identity_id":"authid_1","auth_provider":"emailpass","mfa_enabled":false,` +
		`"mfa_challenge_completed_at":null,"app_metadata":{"user_id":"user_1"},"user_metadata":{},"iat":`
	if got := body(t, token); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var v TokenValidity
	if err := json.Unmarshal([]byte(body(t, token)), &v); err != nil || v.ExpiresAt-v.IssuedAt != 86400 {
		t.Errorf("got %v %v", v, err)
	}
	if !strings.HasPrefix(token, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.") {
		t.Errorf("got head %s", token[:40])
	}
}

// TestTokenOfMedusa reads a token that Medusa signed; it has run out, so that only the signature counts.
func TestTokenOfMedusa(t *testing.T) {
	t.Parallel()
	const theirs = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhY3Rvcl9pZCI6InVzZXJfMDFNODBCV1BXR1JEVjNXSzFKMlBGN1RYQk0iLCJhY3Rvcl90eXBlIjoidXNlciIsImF1dGhfaWRlbnRpdHlfaWQiOiJhdXRoaWRfMDFNODBCV1BaNTZNV0VUNzhDNVk4Wlc1MEQiLCJhdXRoX3Byb3ZpZGVyIjoiZW1haWxwYXNzIiwibWZhX2VuYWJsZWQiOmZhbHNlLCJtZmFfY2hhbGxlbmdlX2NvbXBsZXRlZF9hdCI6bnVsbCwiYXBwX21ldGFkYXRhIjp7InVzZXJfaWQiOiJ1c2VyXzAxTTgwQldQV0dSRFYzV0sxSjJQRjdUWEJNIn0sInVzZXJfbWV0YWRhdGEiOnt9LCJpYXQiOjE3OTUzMTAwNjgsImV4cCI6MTc5NTM5NjQ2OH0.3gLe-0_RX4ZCF3ZoJASB_kgRv5C1k0BuTuWFRBBiiAY"
	tokens := NewTokenSigner("supersecret", time.Hour)
	tokens.parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return time.Unix(1795310069, 0) }))
	c, ok := tokens.Parse(theirs)
	if !ok || c.ActorID != "user_01M80BWPWGRDV3WK1J2PF7TXBM" || c.AppMetadata["user_id"] != c.ActorID || c.MFACompletedAt != nil {
		t.Errorf("got %+v %v", c, ok)
	}
}

// TestTokenRefused lists what is not let in.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	tokens := NewTokenSigner("supersecret", time.Hour)
	sign := func(m jwt.SigningMethod, key any, c jwt.MapClaims) string {
		s, err := jwt.NewWithClaims(m, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	soon := time.Now().Add(time.Minute).Unix()
	for name, token := range map[string]string{
		"empty":        "",
		"garbage":      "x.y.z",
		"other secret": sign(jwt.SigningMethodHS256, []byte("other"), jwt.MapClaims{"actor_id": "u", "exp": soon}),
		"no signature": sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, jwt.MapClaims{"actor_id": "u", "exp": soon}),
		"other method": sign(jwt.SigningMethodHS512, []byte("supersecret"), jwt.MapClaims{"actor_id": "u", "exp": soon}),
		"ended":        sign(jwt.SigningMethodHS256, []byte("supersecret"), jwt.MapClaims{"actor_id": "u", "exp": 1}),
		"endless":      sign(jwt.SigningMethodHS256, []byte("supersecret"), jwt.MapClaims{"actor_id": "u"}),
	} {
		if c, ok := tokens.Parse(token); ok {
			t.Errorf("%s passed as %+v", name, c)
		}
	}
	if _, err := NewTokenSigner("", time.Hour).Sign(Claims{}); err == nil {
		t.Error("signed without a secret")
	}
}

// TestTokenPurpose keeps logins and resets apart.
func TestTokenPurpose(t *testing.T) {
	t.Parallel()
	tokens := NewTokenSigner("supersecret", time.Hour)
	login, _ := tokens.Sign(Claims{ActorID: "user_1", ActorType: "user"})
	if c, ok := tokens.ParseReset(login); ok {
		t.Errorf("a login passed as a reset: %+v", c)
	}
	reset, _ := tokens.signReset(ResetClaims{EntityID: "a@b.c", Provider: "emailpass", ActorType: "user", ID: newUUID()}, time.Minute)
	c, ok := tokens.ParseReset(reset)
	if !ok || c.EntityID != "a@b.c" || c.ExpiresAt-c.IssuedAt != 60 {
		t.Errorf("got %+v %v", c, ok)
	}
	const want = `{"entity_id":"a@b.c","provider":"emailpass","actor_type":"user","purpose":"reset","iat":`
	if got := body(t, reset); !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	if a, _ := tokens.Parse(reset); a.ActorID != "" || a.AuthIdentityID != "" {
		t.Errorf("a reset logs in as %+v", a)
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	at := UnixTime(time.Date(2026, 11, 22, 1, 14, 38, 591e6, time.FixedZone("", 3600)))
	b, err := json.Marshal(Claims{MFACompletedAt: &at})
	if err != nil || !strings.Contains(string(b), `"mfa_challenge_completed_at":"2026-11-22T00:14:38.591Z"`) {
		t.Errorf("got %s %v", b, err)
	}
}

// TestCookieVector seals a name as express-session did in a recording, with the secret "supersecret".
func TestCookieVector(t *testing.T) {
	t.Parallel()
	s := NewSessionStore(nil, "supersecret", time.Hour)
	const name = "BTOSpy3-mlhSKDEdMoDn_you-uM742YS"
	const want = "s%3ABTOSpy3-mlhSKDEdMoDn_you-uM742YS.7wxNXrog340zRM%2BsMneEPNmiCksFFt0CoVLYSw5puoY"
	if got := s.seal(name); got != want {
		t.Errorf("got %s", got)
	}
	if got, ok := s.open(want); !ok || got != name {
		t.Errorf("got %q %v", got, ok)
	}
}

func TestCookieForged(t *testing.T) {
	t.Parallel()
	s := NewSessionStore(nil, "supersecret", time.Hour)
	good := s.seal("abc")
	for _, cookie := range []string{"", "s%3A", "s%3Aabc.def", good + "x", good[1:], "s:abc", "%zz", "s%3A.", NewSessionStore(nil, "other", 0).seal("abc")} {
		if name, ok := s.open(cookie); ok {
			t.Errorf("%q opened %q", cookie, name)
		}
	}
	if name, ok := NewSessionStore(nil, "", 0).open(good); ok {
		t.Errorf("without a secret: %q", name)
	}
}

// TestCookieSecure proves that the cookie is Secure when the request came by https, and only then.
func TestCookieSecure(t *testing.T) {
	t.Parallel()
	s := NewSessionStore(nil, "supersecret", time.Hour)
	at := time.Date(2026, 11, 22, 11, 14, 28, 0, time.UTC)
	r := httptest.NewRequest(http.MethodPost, "/auth/session", nil)
	const plain = "; Path=/; Expires=Sun, 22 Nov 2026 11:14:28 GMT; HttpOnly; SameSite=Lax"
	if got := s.cookie(r, "abc", at).String(); got != "connect.sid="+s.seal("abc")+plain {
		t.Errorf("got %s", got)
	}
	for _, proto := range []string{"https", "https,http", "HTTPS"} {
		r.Header.Set("X-Forwarded-Proto", proto)
		if !s.cookie(r, "abc", at).Secure {
			t.Errorf("%s is not secure", proto)
		}
	}
}

func FuzzCookie(f *testing.F) {
	s := NewSessionStore(nil, "supersecret", time.Hour)
	f.Add(s.seal("abc"))
	f.Fuzz(func(t *testing.T, cookie string) {
		if name, ok := s.open(cookie); ok {
			if again, ok := s.open(s.seal(name)); !ok || again != name {
				t.Errorf("%q opened %q, which does not seal", cookie, name)
			}
		}
	})
}

// TestTOTPVectors are those of RFC 6238, appendix B, for SHA-1.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924",
		2000000000: "69279037", 20000000000: "65353130"} {
		if got := (totp{8, 30, 1}).code(key, at/30); got != want {
			t.Errorf("at %d: got %s, want %s", at, got, want)
		}
	}
}

// TestTOTPWindow takes a code one period early or late, and none twice.
func TestTOTPWindow(t *testing.T) {
	t.Parallel()
	c, secret := MFAConfig{}.withDefaults().totp(), newTOTPSecret()
	key, err := base32NoPad.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	step := now.Unix() / 30
	for off, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		if _, ok := c.verify(secret, c.code(key, step+off), now, 0); ok != want {
			t.Errorf("%+d periods: got %v", off, ok)
		}
	}
	used, _ := c.verify(secret, c.code(key, step), now, 0)
	if _, ok := c.verify(secret, c.code(key, step), now, used); ok {
		t.Error("a code was taken twice")
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef"} {
		if _, ok := c.verify(secret, code, now, 0); ok {
			t.Errorf("%q passed", code)
		}
	}
}

func TestTOTPAddress(t *testing.T) {
	t.Parallel()
	if got, want := (totp{6, 30, 1}).uri("Medusa", "a@b.c d", "ABC"), "otpauth://totp/Medusa:a%40b.c%20d?secret=ABC&issuer=Medusa"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := (totp{8, 60, 1}).uri("My Shop", "x", "ABC"), "otpauth://totp/My%20Shop:x?secret=ABC&issuer=My%20Shop&digits=8&period=60"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestSealedSecret(t *testing.T) {
	t.Parallel()
	sealed, err := encrypt("JBSWY3DPEHPK3PXP", "key")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decrypt(sealed, "key"); err != nil || got != "JBSWY3DPEHPK3PXP" {
		t.Errorf("got %q %v", got, err)
	}
	for _, damaged := range []string{"", "v1:::", sealed[1:], sealed + "AAAA", "v2" + sealed[2:]} {
		if got, err := decrypt(damaged, "key"); err == nil {
			t.Errorf("%q opened as %q", damaged, got)
		}
	}
	if _, err := decrypt(sealed, "other"); err == nil {
		t.Error("another key opened it")
	}
}

func BenchmarkParse(b *testing.B) {
	tokens := NewTokenSigner("supersecret", time.Hour)
	token, err := tokens.Sign(Claims{ActorID: "user_1", ActorType: "user", AuthIdentityID: "authid_1", AuthProvider: "emailpass", AppMetadata: module.Map{"user_id": "user_1"}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := tokens.Parse(token); !ok {
			b.Fatal("refused")
		}
	}
}
