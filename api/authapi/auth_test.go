package authapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/api/authapi"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// A shop has logins and users, and one of them: admin@x.io with the password "pw".
type shop struct {
	auth  *auth.Module
	flows *authflow.Flows
	users *userflow.Flows
	keys  *apikey.Module
	admin user.User
	*routetest.Client
}

func open(t *testing.T) *shop {
	t.Helper()
	t.Parallel()
	cfg := auth.Config{JWTSecret: "supersecret", CookieSecret: "supersecret", Cost: auth.Cost{LogN: 4, R: 1, P: 1}, MFA: auth.MFAConfig{Key: "key"}}
	s := &shop{auth: auth.New(cfg), keys: apikey.New()}
	u := user.New(user.Config{JWTSecret: "supersecret"})
	moduletest.Open(t, dbtest.Open(t), s.auth.Tables(), u.Tables(), s.keys.Tables())
	s.flows, s.users = authflow.New(s.auth), userflow.New(u, s.auth)
	id, err := s.auth.Register(t.Context(), "emailpass", auth.Request{Body: map[string]any{"email": "admin@x.io", "password": "pw"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.admin, err = s.users.CreateAccount.Run(t.Context(), userflow.CreateAccountInput{AuthIdentityID: id.ID, User: user.User{Email: "admin@x.io"}}); err != nil {
		t.Fatal(err)
	}
	whoami := route.Get("/admin/whoami", func(ctx context.Context, _ struct{}) (map[string]string, error) {
		a, _ := route.ActorFromContext(ctx)
		return map[string]string{"id": a.ID, "type": a.Type}, nil
	})
	h, err := route.NewRouter(route.Config{Auth: &authflow.Authenticator{Auth: s.auth, Keys: s.keys}}, append(authapi.Routes(s.flows, s.users), whoami))
	if err != nil {
		t.Fatal(err)
	}
	s.Client = routetest.NewForHandler(t, h)
	return s
}

// login returns a token.
func (s *shop) login(path, email, password string) string {
	var out struct{ Token string }
	s.Post(path, map[string]any{"email": email, "password": password}).Decode(&out)
	return out.Token
}

func (s *shop) as(token string) *routetest.Client {
	return s.WithHeader("Authorization", "Bearer "+token)
}

const (
	unauthorized = `{"message":"Unauthorized"}`
	wrong        = `{"type":"unauthorized","message":"Invalid email or password"}`
	void         = `{"type":"unauthorized","message":"Invalid token"}`
)

func TestLogin(t *testing.T) {
	s := open(t)
	me := `{"id":"` + s.admin.ID + `","type":"user"}`
	s.as(s.login("/auth/user/emailpass", "admin@x.io", "pw")).Get("/admin/whoami").Want(200, me)
	s.Get("/admin/whoami").Want(401, unauthorized)
	s.Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"x"}`).Want(401, wrong)
	s.Post("/auth/user/emailpass", `[]`).Want(401, `{"type":"unauthorized","message":"Password should be a string"}`)
	s.Get("/auth/user/emailpass?email=admin@x.io&password=pw").Want(401, `{"type":"unauthorized","message":"Password should be a string"}`)
	s.Post("/auth/user/google", `{}`).Want(400, `{"type":"not_allowed","message":"The actor type user is not allowed to use the auth provider google"}`)
	s.Get("/auth/robot/providers").Want(200,
		`{"providers":[{"id":"emailpass","identifier":"emailpass","display_name":"Email/Password Authentication","flow":"credentials"}]}`)
	fresh := s.login("/auth/user/emailpass/register", "new@x.io", "pw")
	s.as(fresh).Get("/admin/whoami").Want(401, unauthorized)
}

func TestSession(t *testing.T) {
	s := open(t)
	token := s.login("/auth/user/emailpass", "admin@x.io", "pw")
	s.Post("/auth/session", nil).Want(401, unauthorized)
	a := s.as(token).WithHeader("X-Forwarded-Proto", "https").Post("/auth/session", nil)
	set := a.Header.Get("Set-Cookie")
	if !strings.HasSuffix(set, "; HttpOnly; Secure; SameSite=Lax") || !strings.HasPrefix(set, "connect.sid=s%3A") {
		t.Errorf("got %s", set)
	}
	var out struct{ User map[string]any }
	if a.Decode(&out); out.User["actor_id"] != s.admin.ID || out.User["exp"] == nil {
		t.Errorf("got %v", out)
	}
	cookie, _, _ := strings.Cut(set, ";")
	in := s.WithHeader("Cookie", cookie)
	in.Get("/admin/whoami").Want(200, `{"id":"`+s.admin.ID+`","type":"user"}`)
	s.WithHeader("Cookie", cookie+"x").Get("/admin/whoami").Want(401, unauthorized)
	var again struct{ Token string }
	in.Post("/auth/token/refresh", nil).Decode(&again)
	s.as(again.Token).Get("/admin/whoami").Want(200, `{"id":"`+s.admin.ID+`","type":"user"}`)
	s.as(token).Delete("/auth/session").Want(401, unauthorized)
	in.Delete("/auth/session").Want(200, `{"success":true}`)
	in.Get("/admin/whoami").Want(401, unauthorized)
}

func TestSecretKey(t *testing.T) {
	s := open(t)
	keys, err := s.keys.Create(t.Context(), []apikey.CreateInput{{Title: "erp", Type: apikey.TypeSecret, CreatedBy: s.admin.ID}})
	if err != nil {
		t.Fatal(err)
	}
	basic := s.WithHeader("Authorization", "Basic "+keys[0].Token)
	for range 2 {
		basic.Get("/admin/whoami").Want(200, `{"id":"`+keys[0].ID+`","type":"api-key"}`)
	}
	if _, err := s.keys.Revoke(t.Context(), apikey.RevokeInput{IDs: []string{keys[0].ID}, RevokedBy: s.admin.ID}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond)
	basic.Get("/admin/whoami").Want(401, unauthorized)
	s.WithHeader("Authorization", "Basic sk_nope").Get("/admin/whoami").Want(401, unauthorized)
}

func TestReset(t *testing.T) {
	s := open(t)
	s.Post("/auth/user/emailpass/reset-password", `{}`).Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'identifier' is required"}`)
	for _, email := range []string{"admin@x.io", "nobody@x.io"} {
		s.Post("/auth/user/emailpass/reset-password", map[string]any{"identifier": email}).Want(201, "Created")
	}
	login := s.login("/auth/user/emailpass", "admin@x.io", "pw")
	s.as(login).Post("/auth/user/emailpass/update", `{"password":"n"}`).Want(401, void)
	reset, err := s.flows.CreateResetToken.Run(t.Context(), auth.ResetRequest{EntityID: "admin@x.io", Provider: "emailpass", ActorType: "user"})
	if err != nil {
		t.Fatal(err)
	}
	s.as(reset).Get("/admin/whoami").Want(401, unauthorized)
	s.as(reset).Post("/auth/customer/emailpass/update", `{"password":"n"}`).Want(401, void)
	s.as(reset).Post("/auth/user/emailpass/update", `{"password":"new","email":"x@x.io","entity_id":"x"}`).Want(200, `{"success":true}`)
	s.as(reset).Post("/auth/user/emailpass/update", `{"password":"again"}`).Want(401, void)
	s.Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"pw"}`).Want(401, wrong)
	s.login("/auth/user/emailpass", "admin@x.io", "new")
}

func TestVerification(t *testing.T) {
	s := open(t)
	c := s.as(s.login("/auth/customer/emailpass/register", "ver@x.io", "pw"))
	ask := map[string]any{"entity_id": "ver@x.io", "entity_type": "email"}
	s.Post("/auth/verification/request", ask).Want(401, unauthorized)
	if a := c.Post("/auth/verification/request", ask); a.Status != http.StatusCreated {
		t.Errorf("got %d %s", a.Status, a.Body)
	}
	c.Post("/auth/verification/request", `{"entity_id":""}`).Want(400,
		`{"type":"invalid_data","message":"Invalid request: Value for field 'entity_id' too small, expected at least: '1'; Field 'entity_type' is required"}`)
	s.Post("/auth/verification/confirm", `{"code":"nope"}`).Want(400, `{"type":"not_allowed","message":"Verification code is invalid or already used"}`)
}

// TestSecondFactor enrols, and finds that a login is worth nothing without the second factor.
func TestSecondFactor(t *testing.T) {
	s := open(t)
	c := s.as(s.login("/auth/user/emailpass", "admin@x.io", "pw"))
	c.Get("/auth/mfa/factors").Want(200, `{"mfa_factors":[]}`)
	c.Post("/auth/mfa/recovery-codes", `{}`).Want(400, `{"type":"not_allowed","message":"Recovery codes require an enabled MFA factor"}`)
	var e struct {
		Factor struct{ ID, Status string } `json:"mfa_factor"`
		Secret string
	}
	c.Post("/auth/mfa/factors", `{"provider":"totp","label":"me"}`).Decode(&e)
	if e.Factor.Status != "pending" || len(e.Secret) != 32 {
		t.Errorf("got %+v", e)
	}
	c.Post("/auth/mfa/factors/"+e.Factor.ID+"/verify", `{"code":"x"}`).Want(400, `{"type":"not_allowed","message":"Invalid TOTP code"}`)
	if _, err := s.auth.Factors.UpdateOne(t.Context(), e.Factor.ID, module.Set{"status": "enabled"}); err != nil {
		t.Fatal(err)
	}
	var codes struct {
		Codes []string `json:"recovery_codes"`
	}
	c.Post("/auth/mfa/recovery-codes", `{"count":2}`).Decode(&codes)

	var half struct {
		Token     string
		Required  bool           `json:"mfa_required"`
		Challenge auth.Challenge `json:"mfa_challenge"`
	}
	s.Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"pw"}`).Decode(&half)
	if !half.Required || len(half.Challenge.Methods) != 2 {
		t.Fatalf("got %+v", half)
	}
	h := s.as(half.Token)
	const first = `{"message":"MFA verification is required to complete this request"}`
	h.Get("/admin/whoami").Want(401, first)
	h.Get("/auth/mfa/factors").Want(401, first)
	h.Post("/auth/mfa/challenges/authmfachal_nope/verify", `{"method":"totp","code":"1"}`).Want(404,
		`{"type":"not_found","message":"MFA challenge with id \"authmfachal_nope\" was not found"}`)
	var full struct{ Token string }
	h.Post("/auth/mfa/challenges/"+half.Challenge.ID+"/verify", map[string]string{"method": "recovery_code", "code": codes.Codes[1]}).Decode(&full)
	s.as(full.Token).Get("/admin/whoami").Want(200, `{"id":"`+s.admin.ID+`","type":"user"}`)
	s.as(full.Token).Delete("/auth/mfa/factors/" + e.Factor.ID)
	s.as(s.login("/auth/user/emailpass", "admin@x.io", "pw")).Get("/admin/whoami").Want(200, `{"id":"`+s.admin.ID+`","type":"user"}`)
}

// TestUserOfProvider makes a user of a login whose provider vouches for the address.
func TestUserOfProvider(t *testing.T) {
	s := open(t)
	plain := s.login("/auth/user/emailpass/register", "prov@x.io", "pw")
	s.Post("/auth/emailpass/user", `{}`).Want(401, unauthorized)
	s.Post("/auth/google/user", `{}`).Want(400, `{"type":"not_allowed","message":"The actor type user is not allowed to use the auth provider google"}`)
	s.as(plain).Post("/auth/emailpass/user", `{}`).Want(400, `{"type":"invalid_data","message":"Email is required to create a user account."}`)
	c, _ := s.auth.Tokens.Parse(plain)
	c.UserMetadata = module.Map{"email": "prov@x.io", "given_name": "P"}
	vouched, err := s.auth.Tokens.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	s.as(vouched).Post("/cloud/auth/users", `{}`).Want(401, `{"type":"unauthorized","message":"Only cloud identities can create a user account"}`)
	var out struct {
		User struct {
			Email     string
			FirstName string `json:"first_name"`
		}
	}
	if s.as(vouched).Post("/auth/emailpass/user", `{}`).Decode(&out); out.User.Email != "prov@x.io" || out.User.FirstName != "P" {
		t.Errorf("got %+v", out)
	}
	s.as(s.login("/auth/user/emailpass", "prov@x.io", "pw")).Post("/auth/emailpass/user", `{}`).Want(400,
		`{"type":"invalid_data","message":"The user is already registered and cannot create a new account."}`)
}

// Who guesses passwords has to wait soon; the owner, who comes from elsewhere, does not.
func TestGuesses(t *testing.T) {
	s := open(t)
	for range 10 {
		s.Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"x"}`).Want(401, wrong)
	}
	for _, email := range []string{"admin@x.io", "ADMIN@x.io"} {
		if a := s.Post("/auth/user/emailpass", map[string]any{"email": email, "password": "pw"}); a.Status != 429 {
			t.Errorf("%s got %d %s", email, a.Status, a.Body)
		}
	}
	s.Post("/auth/user/emailpass", `{"email":"else@x.io","password":"x"}`).Want(401, wrong)
	var in struct{ Token string }
	s.WithHeader("X-Forwarded-For", "198.51.100.7").Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"pw"}`).Decode(&in)
}

// A token opens nothing once its user is gone, is no longer that of the login, or has a new password.
func TestTokensEnd(t *testing.T) {
	s := open(t)
	me := `{"id":"` + s.admin.ID + `","type":"user"}`
	old := s.login("/auth/user/emailpass", "ADMIN@x.io", "pw")
	s.as(old).Get("/admin/whoami").Want(200, me)
	cookie, _, _ := strings.Cut(s.as(old).Post("/auth/session", nil).Header.Get("Set-Cookie"), ";")
	s.WithHeader("Cookie", cookie).Get("/admin/whoami").Want(200, me)

	reset, err := s.flows.CreateResetToken.Run(t.Context(), auth.ResetRequest{EntityID: "Admin@X.io", Provider: "emailpass", ActorType: "user"})
	if err != nil {
		t.Fatal(err)
	}
	s.as(reset).Post("/auth/user/emailpass/update", `{"password":"new"}`).Want(200, `{"success":true}`)
	s.as(old).Get("/admin/whoami").Want(401, unauthorized)
	s.WithHeader("Cookie", cookie).Get("/admin/whoami").Want(401, unauthorized)
	s.Post("/auth/user/emailpass", `{"email":"admin@x.io","password":"pw"}`).Want(401, wrong)

	token := s.login("/auth/user/emailpass", "aDmin@x.io", "new")
	s.as(token).Get("/admin/whoami").Want(200, me)
	identities, err := s.auth.ListByActor(t.Context(), "user", s.admin.ID)
	if err != nil || len(identities) != 1 {
		t.Fatal(identities, err)
	}
	id := identities[0].ID
	if _, err := s.auth.LinkActor(t.Context(), auth.ActorLink{AuthIdentityID: id, ActorType: "user"}); err != nil {
		t.Fatal(err)
	}
	s.as(token).Get("/admin/whoami").Want(401, unauthorized)
	if _, err := s.auth.LinkActor(t.Context(), auth.ActorLink{AuthIdentityID: id, ActorType: "user", ActorID: s.admin.ID}); err != nil {
		t.Fatal(err)
	}
	s.as(token).Get("/admin/whoami").Want(200, me)
	if _, err := s.users.RemoveAccount.Run(t.Context(), s.admin.ID); err != nil {
		t.Fatal(err)
	}
	s.as(token).Get("/admin/whoami").Want(401, unauthorized)
	s.as(token).Post("/auth/token/refresh", nil).Want(401, unauthorized)
}

// An address is one person in upper and lower case. Where a database has both spellings, the exact one counts.
func TestEmailCase(t *testing.T) {
	s := open(t)
	s.Post("/auth/user/emailpass/register", `{"email":"Admin@X.io","password":"x"}`).Want(401,
		`{"type":"unauthorized","message":"Identity with email already exists"}`)
	if _, err := s.users.CreateInvites.Run(t.Context(), []user.CreateInviteInput{{Email: "ADMIN@x.io"}}); err == nil {
		t.Error("a user was invited")
	}
	if _, err := s.users.Create.Run(t.Context(), []user.User{{Email: "ADMIN@x.io"}}); err == nil {
		t.Error("a second user was made of one address")
	}
	for _, email := range []string{"Two@x.io", "two@X.io"} {
		hash, err := s.auth.Passwords.Hash(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.auth.Identities.Create(t.Context(), auth.AuthIdentity{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.auth.ProviderIdentities.Create(t.Context(), auth.ProviderIdentity{EntityID: email, Provider: "emailpass", AuthIdentityID: a.ID,
			ProviderMetadata: module.Map{"password": hash}})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.login("/auth/user/emailpass", "Two@x.io", "Two@x.io")
	s.login("/auth/user/emailpass", "two@X.io", "two@X.io")
}
