package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// MFAConfig configures second factors. Without a Key there are none.
type MFAConfig struct {
	Key                  string // encrypts the secrets of authenticator apps
	Issuer               string // what apps show; "Medusa"
	Digits               int    // of a code, 6 to 8; 6
	Period               int    // of a code, in seconds; 30
	Window               int    // how many periods a code may be off; 1, and -1 means 0
	ChallengeTTL         time.Duration
	MaxAttempts          int  // per challenge; 5
	RecoveryCodes        int  // made at once; 10
	RequireCodeToDisable bool // wants a code before a factor is disabled
}

func (c MFAConfig) withDefaults() MFAConfig {
	c.Issuer = or(c.Issuer, "Medusa")
	c.Digits = or(c.Digits, 6)
	c.Period = or(c.Period, 30)
	c.Window = max(0, or(c.Window, 1))
	c.ChallengeTTL = or(c.ChallengeTTL, 5*time.Minute)
	c.MaxAttempts = or(c.MaxAttempts, 5)
	c.RecoveryCodes = or(c.RecoveryCodes, 10)
	return c
}

func (c MFAConfig) totp() totp { return totp{c.Digits, c.Period, c.Window} }

func (c MFAConfig) key() (string, error) {
	if c.Key == "" {
		return "", fault.New(fault.Invalid, "MFA encryption key is required to use MFA methods")
	}
	return c.Key, nil
}

const (
	pending  = "pending"
	enabled  = "enabled"
	disabled = "disabled"

	appMethod      = "totp"
	recoveryMethod = "recovery_code"
)

// A Challenge asks for a second factor.
type Challenge struct {
	ID             string     `json:"id"`
	AuthIdentityID string     `json:"auth_identity_id"`
	AuthProvider   *string    `json:"auth_provider"`
	Methods        []string   `json:"methods"`
	ExpiresAt      UnixTime   `json:"expires_at"`
	Attempts       int        `json:"attempts"`
	MaxAttempts    int        `json:"max_attempts"`
	CompletedAt    *UnixTime  `json:"completed_at"`
	Metadata       module.Map `json:"metadata"`
}

// challenge makes a challenge for a login that has a second factor; nil when it has none.
func (m *Module) challenge(ctx context.Context, l LoginResult) (*Challenge, error) {
	methods, err := m.methods(ctx, l.Identity.ID)
	if len(methods) == 0 || err != nil {
		return nil, err
	}
	c := &Challenge{ID: id.New("authmfachal"), AuthIdentityID: l.Identity.ID, AuthProvider: &l.Provider, Methods: methods,
		ExpiresAt: UnixTime(db.Now().Add(m.cfg.MFA.ChallengeTTL)), MaxAttempts: m.cfg.MFA.MaxAttempts}
	return c, m.keep(ctx, c)
}

func (m *Module) keep(ctx context.Context, c *Challenge) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	var value module.Map
	if err := json.Unmarshal(b, &value); err != nil {
		return err
	}
	return m.state.put(ctx, "mfa:"+c.ID, value, time.Until(time.Time(c.ExpiresAt)))
}

// methods lists the ways in which an identity can show that it is itself.
func (m *Module) methods(ctx context.Context, identity string) ([]string, error) {
	n, err := m.Factors.Count(ctx, module.Filter{"auth_identity_id": identity, "provider": appMethod, "status": enabled})
	if n == 0 || err != nil {
		return nil, err
	}
	codes, err := m.RecoveryCodes.Count(ctx, module.Filter{"auth_identity_id": identity})
	if codes > 0 {
		return []string{appMethod, recoveryMethod}, err
	}
	return []string{appMethod}, err
}

// A FactorCode is a code shown as second factor: of an app, method "totp", or one of the "recovery_code"s. ID is of the challenge or factor.
type FactorCode struct {
	ID             string
	AuthIdentityID string
	Method, Code   string
}

// AnswerChallenge answers a challenge. A failed attempt counts even if many come at once.
func (m *Module) AnswerChallenge(ctx context.Context, p FactorCode) (c Challenge, err error) {
	var refused error
	err = m.atomic(ctx, func(ctx context.Context) error {
		if c, err = m.open(ctx, p); err != nil {
			return err
		}
		ok, err := m.proves(ctx, p.Method, p.AuthIdentityID, p.Code)
		if err != nil {
			return err
		}
		if ok {
			now := UnixTime(db.Now())
			c.CompletedAt = &now
		} else {
			refused = c.fail()
		}
		return m.keep(ctx, &c)
	})
	if err == nil {
		err = refused
	}
	return c, err
}

func (c *Challenge) fail() error {
	if c.Attempts++; c.Attempts >= c.MaxAttempts {
		return fault.New(fault.NotAllowed, "MFA challenge has too many failed attempts")
	}
	return fault.New(fault.NotAllowed, "Invalid MFA challenge code")
}

// open finds a challenge that can still be met, and holds it until the transaction ends.
func (m *Module) open(ctx context.Context, p FactorCode) (c Challenge, err error) {
	list, err := m.state.table.List(ctx, module.Filter{"id": hashOf("mfa:" + p.ID)}, module.FindOptions{Lock: true})
	if err != nil {
		return c, err
	}
	if len(list) == 0 {
		return c, fault.New(fault.NotFound, "MFA challenge with id \"%s\" was not found", p.ID)
	}
	b, err := json.Marshal(list[0].Value)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, err
	}
	return c, c.check(p)
}

func (c *Challenge) check(p FactorCode) error {
	switch {
	case c.AuthIdentityID != p.AuthIdentityID:
		return fault.New(fault.NotFound, "MFA challenge with id \"%s\" was not found", p.ID)
	case c.CompletedAt != nil:
		return fault.New(fault.NotAllowed, "MFA challenge has already been completed")
	case !time.Time(c.ExpiresAt).After(db.Now()):
		return fault.New(fault.NotAllowed, "MFA challenge has expired")
	case c.Attempts >= c.MaxAttempts:
		return fault.New(fault.NotAllowed, "MFA challenge has too many failed attempts")
	case !slices.Contains(c.Methods, p.Method):
		return fault.New(fault.Invalid, "MFA challenge does not support method \"%s\"", p.Method)
	}
	return nil
}

// proves reports whether a code is one of the identity's. A code is good for one use.
func (m *Module) proves(ctx context.Context, method, identity, code string) (bool, error) {
	switch method {
	case appMethod:
		list, err := m.Factors.List(ctx, module.Filter{"auth_identity_id": identity, "provider": appMethod, "status": enabled}, module.FindOptions{Lock: true})
		if len(list) == 0 || err != nil {
			return false, err
		}
		return m.matches(ctx, list[0], code)
	case recoveryMethod:
		return m.useRecovery(ctx, identity, code)
	}
	return false, fault.New(fault.Invalid, "There is no MFA method %q", method)
}

// matches checks a code of an app, and remembers its time step so that it is not taken again.
func (m *Module) matches(ctx context.Context, f MFAFactor, code string) (bool, error) {
	key, err := m.cfg.MFA.key()
	if err != nil {
		return false, err
	}
	sealed, _ := f.ProviderMetadata["secret"].(string)
	secret, err := decrypt(sealed, key)
	if err != nil {
		return false, err
	}
	last, _ := f.ProviderMetadata["last_step"].(float64)
	step, ok := m.cfg.MFA.totp().verify(secret, code, time.Now(), int64(last))
	if !ok {
		return false, nil
	}
	meta := maps.Clone(f.ProviderMetadata)
	meta["last_step"] = step
	_, err = m.Factors.Update(ctx, module.Filter{"id": f.ID}, module.Set{"provider_metadata": meta})
	return err == nil, err
}

func (m *Module) useRecovery(ctx context.Context, identity, code string) (bool, error) {
	list, err := m.RecoveryCodes.List(ctx, module.Filter{"auth_identity_id": identity})
	if err != nil {
		return false, err
	}
	for _, c := range list {
		ok, err := m.Passwords.Verify(ctx, c.CodeHash, normal(code))
		if err != nil {
			return false, err
		}
		if ok {
			n, err := m.RecoveryCodes.DeleteWhere(ctx, module.Filter{"id": c.ID})
			return n == 1, err
		}
	}
	return false, nil
}

func normal(code string) string { return strings.ToLower(strings.TrimSpace(code)) }

// CreateRecoveryCodes replaces an identity's recovery codes; count 0 makes as many as configured. The codes can be read now and never again.
func (m *Module) CreateRecoveryCodes(ctx context.Context, identity string, count int) ([]string, error) {
	n, err := m.Factors.Count(ctx, module.Filter{"auth_identity_id": identity, "status": enabled})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.NotAllowed, "Recovery codes require an enabled MFA factor")
	}
	codes := make([]string, or(count, m.cfg.MFA.RecoveryCodes))
	rows := make([]RecoveryCode, len(codes))
	for i := range codes {
		codes[i] = newRecoveryCode()
		hash, err := m.Passwords.Hash(ctx, codes[i])
		if err != nil {
			return nil, err
		}
		rows[i] = RecoveryCode{AuthIdentityID: identity, CodeHash: hash}
	}
	return codes, m.atomic(ctx, func(ctx context.Context) error {
		if _, err := m.RecoveryCodes.DeleteWhere(ctx, module.Filter{"auth_identity_id": identity}); err != nil {
			return err
		}
		_, err := m.RecoveryCodes.CreateMany(ctx, rows)
		return err
	})
}

// newRecoveryCode returns 16 random bytes in groups of four hexadecimal digits.
func newRecoveryCode() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	groups := make([]string, 0, 8)
	for i := 0; i < len(b); i += 2 {
		groups = append(groups, hex.EncodeToString(b[i:i+2]))
	}
	return strings.Join(groups, "-")
}

// An EnrollInput asks for a new second factor. Label and Issuer are what the app shows.
type EnrollInput struct {
	AuthIdentityID string
	Provider       string
	Label          *string
	Issuer         string
	Metadata       module.Map
}

// An Enrollment is a factor that still has to show its first code. The secret can be read now and never again.
type Enrollment struct {
	Factor MFAFactor `json:"mfa_factor"`
	Secret string    `json:"secret"`
	URL    string    `json:"otpauth_url"`
}

// EnrollFactor starts a second factor by an authenticator app.
func (m *Module) EnrollFactor(ctx context.Context, e EnrollInput) (out Enrollment, err error) {
	if e.Provider != appMethod {
		return out, fault.New(fault.Invalid, "There is no MFA provider %q: use \"totp\"", e.Provider)
	}
	live, err := m.Factors.Count(ctx, module.Filter{"auth_identity_id": e.AuthIdentityID, "provider": appMethod, "status": []string{pending, enabled}})
	if err != nil {
		return out, err
	}
	if live > 0 {
		return out, fault.New(fault.NotAllowed, "An active TOTP factor already exists for this auth identity")
	}
	key, err := m.cfg.MFA.key()
	if err != nil {
		return out, err
	}
	out.Secret = newTOTPSecret()
	sealed, err := encrypt(out.Secret, key)
	if err != nil {
		return out, err
	}
	issuer := or(e.Issuer, m.cfg.MFA.Issuer)
	label := e.AuthIdentityID
	meta := maps.Clone(e.Metadata)
	if meta == nil {
		meta = module.Map{}
	}
	if e.Label != nil {
		label, meta["label"] = *e.Label, *e.Label
	}
	out.URL = m.cfg.MFA.totp().uri(issuer, label, out.Secret)
	f, err := m.Factors.Create(ctx, MFAFactor{AuthIdentityID: e.AuthIdentityID, Provider: appMethod, Status: pending,
		ProviderMetadata: module.Map{"secret": sealed, "issuer": issuer}, Metadata: meta})
	out.Factor = f.public()
	return out, err
}

func (f MFAFactor) public() MFAFactor {
	f.ProviderMetadata = nil
	return f
}

// ListFactors lists an identity's second factors, those that are disabled too.
func (m *Module) ListFactors(ctx context.Context, identity string) ([]MFAFactor, error) {
	list, err := m.Factors.List(ctx, module.Filter{"auth_identity_id": identity})
	for i := range list {
		list[i] = list[i].public()
	}
	return list, err
}

func (m *Module) factor(ctx context.Context, p FactorCode) (f MFAFactor, err error) {
	list, err := m.Factors.List(ctx, module.Filter{"id": p.ID, "auth_identity_id": p.AuthIdentityID}, module.FindOptions{Lock: true})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "MFA factor with id \"%s\" was not found", p.ID)
	}
	if err != nil {
		return f, err
	}
	return list[0], nil
}

// EnableFactor ends an enrolment by the app's first code. Changed is false when the factor was enabled before.
func (m *Module) EnableFactor(ctx context.Context, p FactorCode) (f MFAFactor, changed bool, err error) {
	err = m.atomic(ctx, func(ctx context.Context) error {
		if f, err = m.factor(ctx, p); err != nil {
			return err
		}
		if f.Status == disabled {
			return fault.New(fault.NotAllowed, "Disabled MFA factors cannot be verified")
		}
		ok, err := m.matches(ctx, f, p.Code)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotAllowed, "Invalid TOTP code")
		}
		changed = f.Status == pending
		f, err = m.Factors.UpdateOne(ctx, f.ID, module.Set{"status": enabled})
		return err
	})
	return f.public(), changed, err
}

// DisableFactor ends a factor. Changed is false when it was disabled before.
func (m *Module) DisableFactor(ctx context.Context, p FactorCode) (f MFAFactor, changed bool, err error) {
	err = m.atomic(ctx, func(ctx context.Context) error {
		if f, err = m.factor(ctx, p); err != nil {
			return err
		}
		if err := m.mayDisable(ctx, f, p); err != nil {
			return err
		}
		changed = f.Status != disabled
		f, err = m.Factors.UpdateOne(ctx, f.ID, module.Set{"status": disabled})
		return err
	})
	return f.public(), changed, err
}

func (m *Module) mayDisable(ctx context.Context, f MFAFactor, p FactorCode) error {
	if f.Status != enabled || !m.cfg.MFA.RequireCodeToDisable {
		return nil
	}
	if p.Method == "" || p.Code == "" {
		return fault.New(fault.Invalid, "MFA verification code is required to disable MFA")
	}
	ok, err := m.proves(ctx, p.Method, f.AuthIdentityID, p.Code)
	if err == nil && !ok {
		err = fault.New(fault.NotAllowed, "Invalid MFA verification code")
	}
	return err
}

// AnswerChallengeAndSign answers a challenge and returns the token of the full login.
func (m *Module) AnswerChallengeAndSign(ctx context.Context, p FactorCode, actorType, provider string) (string, error) {
	ch, err := m.AnswerChallenge(ctx, p)
	if err != nil {
		return "", err
	}
	a, err := m.Retrieve(ctx, ch.AuthIdentityID)
	if err != nil {
		return "", err
	}
	if provider == "" && ch.AuthProvider != nil {
		provider = *ch.AuthProvider
	}
	c := claims(a, actorType, provider)
	c.MFAEnabled, c.MFACompletedAt = true, ch.CompletedAt
	return m.Tokens.Sign(c)
}
