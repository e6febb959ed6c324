package auth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Provider knows one way to prove who one is. Its errors are shown to the caller as 401, unless they are of kind fault.Unknown.
type Provider interface {
	// Info names the provider.
	Info() ProviderInfo
	// Register makes a new identity.
	Register(ctx context.Context, r Request, known IdentityStore) (AuthIdentity, error)
	// Authenticate logs in, or returns where the caller has to go for that.
	Authenticate(ctx context.Context, r Request, known IdentityStore) (identity AuthIdentity, location string, err error)
	// Callback ends a login that went elsewhere.
	Callback(ctx context.Context, r Request, known IdentityStore) (AuthIdentity, error)
	// Update changes the secret of an identity; changed is false when the body has nothing to change.
	Update(ctx context.Context, entityID string, body map[string]any, known IdentityStore) (changed bool, err error)
}

// Kind is the kind of auth providers.
const Kind = "auth"

// Provide registers a provider under its id, which is part of its addresses: /auth/user/google,
// /auth/customer/google/callback. Its identities are stored under the id.
func Provide(id string, p Provider) provider.Registration { return provider.New(Kind, id, p) }

// A ProviderInfo says what a provider is called. Flow is "credentials" or "redirect".
type ProviderInfo struct {
	Identifier  string `json:"identifier"`
	DisplayName string `json:"display_name"`
	Flow        string `json:"flow"`
}

// A Request is what a provider sees of a request to log in. Body is nil when it was not an object.
type Request struct {
	URL       string
	Protocol  string // http or https
	ActorType string
	Header    http.Header
	Query     url.Values
	Body      map[string]any
}

// text returns a field of the body that must be a text with something in it.
func (r Request) text(name string) (string, bool) {
	s, ok := r.Body[name].(string)
	return s, ok && s != ""
}

// IdentityStore is the part of the identities that belongs to one provider.
type IdentityStore struct {
	m        *Module
	provider string
}

// Retrieve finds an identity by the provider's name for it. An unknown one is fault.NotFound.
func (k IdentityStore) Retrieve(ctx context.Context, entityID string) (AuthIdentity, error) {
	p, err := k.m.ProviderIdentities.List(ctx, module.Filter{"entity_id": entityID, "provider": k.provider})
	if err != nil {
		return AuthIdentity{}, err
	}
	if len(p) == 0 {
		return AuthIdentity{}, k.notFound(entityID)
	}
	return k.m.Retrieve(ctx, p[0].AuthIdentityID)
}

// RetrieveByEmail finds an identity whose name is an e-mail address, which is the same person in
// upper and lower case. The exact spelling comes first: a database may hold several.
func (k IdentityStore) RetrieveByEmail(ctx context.Context, email string) (AuthIdentity, error) {
	p, err := k.m.byEmail(ctx, k.provider, email)
	if err != nil {
		return AuthIdentity{}, err
	}
	if p == nil {
		return AuthIdentity{}, k.notFound(email)
	}
	return k.m.Retrieve(ctx, p.AuthIdentityID)
}

// byEmail asks for the spelling as given and in lower case first, because these are found by an
// index.
func (m *Module) byEmail(ctx context.Context, provider, email string) (*ProviderIdentity, error) {
	for _, name := range []any{email, strings.ToLower(email), module.AnyCase(email)} {
		list, err := m.ProviderIdentities.List(ctx, module.Filter{"provider": provider, "entity_id": name}, module.FindOptions{Order: []string{"created_at", "id"}})
		if err != nil || len(list) > 0 {
			return first(list), err
		}
	}
	return nil, nil
}

func (k IdentityStore) notFound(entityID string) error {
	return fault.New(fault.NotFound, "AuthIdentity with entity_id \"%s\" not found", entityID)
}

// ProviderMetadata is what the provider keeps of an identity, such as {"password": "…"}.
func (k IdentityStore) ProviderMetadata(a AuthIdentity) module.Map {
	if p := a.of(k.provider); p != nil {
		return p.ProviderMetadata
	}
	return nil
}

// Create makes an identity. Claims are what tokens carry as user_metadata.
func (k IdentityStore) Create(ctx context.Context, entityID string, secret, claims module.Map) (a AuthIdentity, err error) {
	err = k.m.atomic(ctx, func(ctx context.Context) error {
		if a, err = k.m.Identities.Create(ctx, AuthIdentity{}); err != nil {
			return err
		}
		p := ProviderIdentity{Model: module.Model{ID: id.New("")}, EntityID: entityID, Provider: k.provider, AuthIdentityID: a.ID,
			ProviderMetadata: secret, UserMetadata: claims}
		p, err = k.m.ProviderIdentities.Create(ctx, p)
		a.ProviderIdentities = []ProviderIdentity{p}
		return err
	})
	return a, err
}

// Update replaces what the provider keeps of an identity.
func (k IdentityStore) Update(ctx context.Context, entityID string, secret module.Map) error {
	n, err := k.m.ProviderIdentities.Update(ctx, module.Filter{"entity_id": entityID, "provider": k.provider}, module.Set{"provider_metadata": secret})
	if err == nil && n == 0 {
		err = k.notFound(entityID)
	}
	return err
}

// SetState keeps something between two requests of one login, such as where an OAuth login goes on.
func (k IdentityStore) SetState(ctx context.Context, key string, value module.Map, life time.Duration) error {
	return k.m.state.put(ctx, k.provider+":"+key, value, life)
}

// GetState returns what was remembered, once; ok is false when there is nothing, or it came too late.
func (k IdentityStore) GetState(ctx context.Context, key string) (value module.Map, ok bool, err error) {
	return k.m.state.take(ctx, k.provider+":"+key)
}

// EmailPass logs in by e-mail address and password.
type EmailPass struct{ Passwords *PasswordHasher }

// Info names the provider "emailpass".
func (EmailPass) Info() ProviderInfo {
	return ProviderInfo{"emailpass", "Email/Password Authentication", "credentials"}
}

func wrong(message string) error { return fault.New(fault.Unauthorized, "%s", message) }

// credentials returns what the body has to have.
func credentials(r Request) (email, password string, err error) {
	password, ok := r.text("password")
	if !ok {
		return "", "", wrong("Password should be a string")
	}
	email, ok = r.text("email")
	if !ok {
		return "", "", wrong("Email should be a string")
	}
	return email, password, nil
}

// Register makes an identity of an e-mail address. Who knows the password of one that has no actor yet gets that one.
func (p EmailPass) Register(ctx context.Context, r Request, known IdentityStore) (AuthIdentity, error) {
	email, password, err := credentials(r)
	if err != nil {
		return AuthIdentity{}, err
	}
	have, err := known.RetrieveByEmail(ctx, email)
	if fault.KindOf(err) == fault.NotFound {
		return p.create(ctx, email, password, known)
	}
	if err != nil {
		return AuthIdentity{}, err
	}
	taken := wrong("Identity with email already exists")
	if len(have.AppMetadata) > 0 {
		return AuthIdentity{}, taken
	}
	return have, p.check(ctx, password, known.ProviderMetadata(have), taken)
}

func (p EmailPass) create(ctx context.Context, email, password string, known IdentityStore) (AuthIdentity, error) {
	hash, err := p.Passwords.Hash(ctx, password)
	if err != nil {
		return AuthIdentity{}, err
	}
	return known.Create(ctx, email, module.Map{"password": hash}, nil)
}

// check returns otherwise unless the password is the one that was kept.
func (p EmailPass) check(ctx context.Context, password string, secret module.Map, otherwise error) error {
	hash, _ := secret["password"].(string)
	ok, err := p.Passwords.Verify(ctx, hash, password)
	if err == nil && !ok {
		err = otherwise
	}
	return err
}

// Authenticate takes as long for an unknown address as for a wrong password, so that nobody learns which it was.
func (p EmailPass) Authenticate(ctx context.Context, r Request, known IdentityStore) (AuthIdentity, string, error) {
	email, password, err := credentials(r)
	if err != nil {
		return AuthIdentity{}, "", err
	}
	have, err := known.RetrieveByEmail(ctx, email)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return AuthIdentity{}, "", err
	}
	err = p.check(ctx, password, known.ProviderMetadata(have), wrong("Invalid email or password"))
	return have, "", err
}

// Callback is not for passwords.
func (EmailPass) Callback(context.Context, Request, IdentityStore) (AuthIdentity, error) {
	return AuthIdentity{}, wrong("Callback authentication not implemented for provider emailpass")
}

// Update sets a new password, if the body has one.
func (p EmailPass) Update(ctx context.Context, entityID string, body map[string]any, known IdentityStore) (bool, error) {
	password, ok := Request{Body: body}.text("password")
	if !ok {
		return false, nil
	}
	have, err := known.RetrieveByEmail(ctx, entityID)
	if err != nil {
		return false, err
	}
	hash, err := p.Passwords.Hash(ctx, password)
	if err != nil {
		return false, err
	}
	secret := maps.Clone(known.ProviderMetadata(have))
	if secret == nil {
		return false, errors.New("auth: the identity has no part of the provider")
	}
	secret["password"] = hash
	return true, known.Update(ctx, have.of(known.provider).EntityID, secret)
}
