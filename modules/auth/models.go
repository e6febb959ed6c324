package auth

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
)

// An AuthIdentity is somebody who can log in. AppMetadata says whom as: {"user_id": "user_…", "customer_id": "cus_…"}.
type AuthIdentity struct {
	module.Model        `model:"prefix=authid"`
	AppMetadata         module.Map           `json:"app_metadata"`
	ProviderIdentities  []ProviderIdentity   `json:"provider_identities,omitempty" rel:"has=auth_identity_id,cascade"`
	MFAFactors          []MFAFactor          `json:"mfa_factors,omitempty" rel:"has=auth_identity_id,cascade"`
	MFARecoveryCodes    []RecoveryCode       `json:"mfa_recovery_codes,omitempty" rel:"has=auth_identity_id,cascade"`
	Verifications       []Verification       `json:"verifications,omitempty" rel:"has=auth_identity_id,cascade"`
	PasswordResetTokens []PasswordResetToken `json:"password_reset_tokens,omitempty" rel:"has=auth_identity_id,cascade"`
}

// of returns what a provider knows of the identity.
func (a *AuthIdentity) of(provider string) *ProviderIdentity {
	for i := range a.ProviderIdentities {
		if a.ProviderIdentities[i].Provider == provider {
			return &a.ProviderIdentities[i]
		}
	}
	return nil
}

// A ProviderIdentity is how one provider knows somebody: EntityID is an e-mail address, or the subject of an OAuth login.
// ProviderMetadata is the provider's secret, such as a password's hash; it never leaves the module.
type ProviderIdentity struct {
	module.Model
	EntityID            string               `json:"entity_id"`
	Provider            string               `json:"provider"`
	AuthIdentityID      string               `json:"auth_identity_id"`
	UserMetadata        module.Map           `json:"user_metadata"`
	ProviderMetadata    module.Map           `json:"provider_metadata"`
	AuthIdentity        *AuthIdentity        `json:"auth_identity,omitempty" rel:"belongs=auth_identity_id,ondelete=cascade"`
	PasswordResetTokens []PasswordResetToken `json:"password_reset_tokens,omitempty" rel:"has=provider_identity_id,cascade"`
}

// Indexes keep one identity per provider and entity.
func (ProviderIdentity) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_provider_identity_auth_identity_id", Columns: []string{"auth_identity_id"}},
		{Name: "IDX_provider_identity_provider_entity_id", Columns: []string{"entity_id", "provider"}, Unique: true},
	}
}

// A PasswordResetToken allows one change of a password. Only the hash of its name is kept.
type PasswordResetToken struct {
	module.Model       `model:"prefix=authprt"`
	AuthIdentityID     string            `json:"auth_identity_id" model:"index"`
	ProviderIdentityID string            `json:"provider_identity_id" model:"index"`
	EntityID           string            `json:"entity_id"`
	TokenHash          string            `json:"token_hash" model:"index"`
	ExpiresAt          time.Time         `json:"expires_at" model:"index"`
	AuthIdentity       *AuthIdentity     `json:"auth_identity,omitempty" rel:"belongs=auth_identity_id,ondelete=cascade"`
	ProviderIdentity   *ProviderIdentity `json:"provider_identity,omitempty" rel:"belongs=provider_identity_id,ondelete=cascade"`
}

// A Verification is the proof, asked for or given, that an address belongs to an identity.
type Verification struct {
	module.Model     `model:"prefix=authver"`
	AuthIdentityID   string        `json:"auth_identity_id" model:"index"`
	EntityID         string        `json:"entity_id"`
	EntityType       string        `json:"entity_type"`
	CodeProvider     string        `json:"code_provider"`
	VerifiedAt       *time.Time    `json:"verified_at"`
	RequestedAt      time.Time     `json:"requested_at"`
	ProviderMetadata module.Map    `json:"provider_metadata"`
	Metadata         module.Map    `json:"metadata"`
	AuthIdentity     *AuthIdentity `json:"auth_identity,omitempty" rel:"belongs=auth_identity_id,ondelete=cascade"`
}

// Indexes keep one verification per identity and address. The name is cut as PostgreSQL cuts it.
func (Verification) Indexes() []module.Index {
	return []module.Index{{
		Name:    "IDX_auth_verification_unique_auth_identity_entity_id_entity_typ",
		Columns: []string{"auth_identity_id", "entity_id", "entity_type"}, Unique: true, Where: "deleted_at IS NULL",
	}}
}

// An MFAFactor is a second factor. Its status is pending, enabled or disabled; its secret is encrypted.
type MFAFactor struct {
	module.Model     `model:"prefix=authmfa"`
	AuthIdentityID   string        `json:"auth_identity_id" model:"index"`
	Provider         string        `json:"provider"`
	Status           string        `json:"status"`
	ProviderMetadata module.Map    `json:"provider_metadata,omitempty"`
	Metadata         module.Map    `json:"metadata"`
	AuthIdentity     *AuthIdentity `json:"auth_identity,omitempty" rel:"belongs=auth_identity_id,ondelete=cascade"`
}

// Indexes keep one live factor per identity and provider.
func (MFAFactor) Indexes() []module.Index {
	return []module.Index{{
		Name:    "IDX_auth_mfa_factor_auth_identity_provider_active",
		Columns: []string{"auth_identity_id", "provider"}, Unique: true,
		Where: "deleted_at IS NULL AND status IN ('pending', 'enabled')",
	}}
}

// A RecoveryCode stands in for a second factor, once.
type RecoveryCode struct {
	module.Model   `model:"prefix=authmfarec"`
	AuthIdentityID string        `json:"auth_identity_id" model:"index"`
	CodeHash       string        `json:"code_hash"`
	AuthIdentity   *AuthIdentity `json:"auth_identity,omitempty" rel:"belongs=auth_identity_id,ondelete=cascade"`
}

// Indexes tell the codes of an identity apart.
func (RecoveryCode) Indexes() []module.Index {
	return []module.Index{{
		Name:    "IDX_auth_mfa_recovery_code_auth_identity_code_hash",
		Columns: []string{"auth_identity_id", "code_hash"}, Unique: true, Where: "deleted_at IS NULL",
	}}
}

// A SessionRecord is a login that a cookie names. ID is the hash of the cookie's name for it, so that a leaked table opens nothing.
type SessionRecord struct {
	ID        string      `json:"id" model:"key"`
	Claims    module.JSON `json:"claims"`
	ExpiresAt time.Time   `json:"expires_at"`
}

// Indexes serve the removal of what has expired.
func (SessionRecord) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_gorgon_session_expires_at", Columns: []string{"expires_at"}}}
}

// A StateRecord is what a login that takes several requests remembers between them.
type StateRecord struct {
	ID        string     `json:"id" model:"key"`
	Value     module.Map `json:"value"`
	ExpiresAt time.Time  `json:"expires_at"`
}
