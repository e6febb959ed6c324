// Package user keeps those who work in the admin, and the invites by which they come.
package user

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Config says how a user module works. JWTSecret signs invites; InviteTTL is a day unless told otherwise.
type Config struct {
	JWTSecret string
	InviteTTL time.Duration
}

// A Module keeps users.
type Module struct {
	Users   *module.Table[User]
	Invites *module.Table[Invite]

	secret []byte
	life   time.Duration
}

// New returns a module without users.
func New(cfg Config) *Module {
	if cfg.InviteTTL == 0 {
		cfg.InviteTTL = 24 * time.Hour
	}
	return &Module{
		Users:   module.NewTable[User]("user", "users"),
		Invites: module.NewTable[Invite]("invite", "invites"),
		secret:  []byte(cfg.JWTSecret),
		life:    cfg.InviteTTL,
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity { return []module.Entity{m.Users, m.Invites} }

// A CreateInviteInput is what an invite is made of.
type CreateInviteInput struct {
	Email    string     `json:"email"`
	Metadata module.Map `json:"metadata"`
}

// CreateInvites makes invites, one for each of list. Somebody who is a user is fault.Invalid.
func (m *Module) CreateInvites(ctx context.Context, list []CreateInviteInput) ([]Invite, error) {
	emails := make([]string, len(list))
	for i, v := range list {
		emails[i] = v.Email
	}
	if err := m.strangers(ctx, emails); err != nil {
		return nil, err
	}
	invites := make([]Invite, len(list))
	for i, v := range list {
		invites[i] = Invite{Model: module.Model{ID: id.New("invite")}, Email: v.Email, Metadata: v.Metadata}
		if err := m.sign(&invites[i]); err != nil {
			return nil, err
		}
	}
	return m.Invites.CreateMany(ctx, invites)
}

// ByEmail finds users by their addresses, in upper or lower case. Exact spellings come first.
func (m *Module) ByEmail(ctx context.Context, emails ...string) ([]User, error) {
	either := make([]module.Filter, len(emails))
	for i, e := range emails {
		either[i] = module.Filter{"email": module.AnyCase(e)}
	}
	if len(either) == 0 {
		return nil, nil
	}
	list, err := m.Users.List(ctx, module.Filter{"$or": either})
	slices.SortStableFunc(list, func(a, b User) int {
		return cmp.Compare(place(emails, a.Email), place(emails, b.Email))
	})
	return list, err
}

// place is where a list has a text; its length if it has not.
func place(list []string, text string) int {
	if i := slices.Index(list, text); i >= 0 {
		return i
	}
	return len(list)
}

// Create saves users. An address of somebody else, in upper or lower case, is fault.Invalid.
func (m *Module) Create(ctx context.Context, list []User) ([]User, error) {
	emails := make([]string, len(list))
	for i, u := range list {
		emails[i] = u.Email
	}
	have, err := m.ByEmail(ctx, emails...)
	if err != nil {
		return nil, err
	}
	if len(have) > 0 {
		return nil, fault.New(fault.Invalid, "User with email: %s, already exists.", have[0].Email)
	}
	return m.Users.CreateMany(ctx, list)
}

func (m *Module) strangers(ctx context.Context, emails []string) error {
	have, err := m.ByEmail(ctx, emails...)
	if len(have) == 0 || err != nil {
		return err
	}
	names := make([]string, len(have))
	for i, u := range have {
		names[i] = u.Email
	}
	return fault.New(fault.Invalid, "User account for following email(s) already exist: %s", strings.Join(names, ", "))
}

// token is what an invite's token says.
type token struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	jwt.RegisteredClaims
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// sign gives an invite a new token, valid from now on.
func (m *Module) sign(v *Invite) error {
	if len(m.secret) == 0 {
		return errors.New("user: no JWT secret is configured")
	}
	now := time.Now()
	v.ExpiresAt = db.Now().Add(m.life)
	claims := token{v.ID, v.Email, jwt.RegisteredClaims{ID: newUUID(), IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(m.life))}}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(m.secret)
	v.Token = signed
	return err
}

// RefreshInviteTokens gives invites new tokens; the old ones are void. Unknown ids are fault.Invalid.
func (m *Module) RefreshInviteTokens(ctx context.Context, ids []string) ([]Invite, error) {
	list, err := m.Invites.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return nil, err
	}
	if missing := without(ids, list); len(missing) > 0 {
		return nil, fault.New(fault.Invalid, "The following invites do not exist: %s", strings.Join(missing, ", "))
	}
	for i := range list {
		if err := m.sign(&list[i]); err != nil {
			return nil, err
		}
		if list[i], err = m.Invites.UpdateOne(ctx, list[i].ID, module.Set{"token": list[i].Token, "expires_at": list[i].ExpiresAt}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func without(ids []string, list []Invite) (missing []string) {
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(v Invite) bool { return v.ID == id }) {
			missing = append(missing, id)
		}
	}
	return missing
}

// ValidateInviteToken returns the invite of a token. One that is not ours, or was replaced, used or is too old, is fault.Unauthorized.
func (m *Module) ValidateInviteToken(ctx context.Context, text string) (v Invite, err error) {
	void := fault.New(fault.Unauthorized, "Unauthorized")
	var t token
	key := func(*jwt.Token) (any, error) { return m.secret, nil }
	_, err = jwt.ParseWithClaims(text, &t, key, jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
	if err != nil || len(m.secret) == 0 || t.ID == "" {
		return v, void
	}
	v, err = m.Invites.Retrieve(ctx, t.ID, module.FindOptions{Lock: true})
	if fault.KindOf(err) == fault.NotFound || err == nil && (v.Token != text || !v.ExpiresAt.After(db.Now())) {
		err = void
	}
	return v, err
}

// Update changes a user. Metadata is merged into what there is. An unknown one is fault.NotFound.
func (m *Module) Update(ctx context.Context, id string, set module.Set) (User, error) {
	u, err := m.Users.Retrieve(ctx, id, module.FindOptions{Lock: true})
	if err != nil || len(set) == 0 {
		return u, err
	}
	if patch, ok := set["metadata"].(module.Map); ok {
		set = maps.Clone(set)
		set["metadata"] = module.Map(metadata.Merge(u.Metadata, patch))
	}
	return m.Users.UpdateOne(ctx, id, set)
}
