package auth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/route"
)

func testConfig() Config {
	return Config{JWTSecret: "supersecret", CookieSecret: "supersecret", Cost: cheap, MFA: MFAConfig{Key: "key"}}
}

func fresh() (*Module, []module.Entity) {
	m := New(testConfig())
	return m, m.Tables()
}

func with(email, password any) Request {
	return Request{Body: map[string]any{"email": email, "password": password}}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wants fails the test unless err is of this kind with these words.
func wants(t *testing.T, err error, kind fault.Kind, message string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.Message(err) != message {
		t.Errorf("got %v %q (%v), want %v %q", fault.KindOf(err), fault.Message(err), err, kind, message)
	}
}

func TestLogin(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		again := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		if again.ID != a.ID {
			t.Errorf("got another identity %s", again.ID)
		}
		_, err := m.Register(ctx, "emailpass", with("a@x.io", "other"))
		wants(t, err, fault.Unauthorized, "Identity with email already exists")

		must(m.LinkActor(ctx, ActorLink{a.ID, "user", "user_1"}))(t)
		_, err = m.Register(ctx, "emailpass", with("a@x.io", "pw"))
		wants(t, err, fault.Unauthorized, "Identity with email already exists")
		_, err = m.LinkActor(ctx, ActorLink{a.ID, "user", "user_2"})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("got %v", err)
		}

		l := must(m.Authenticate(ctx, "emailpass", with("a@x.io", "pw")))(t)
		g := must(m.GrantToken(ctx, l, "user"))(t)
		c, ok := m.Tokens.Parse(g.Token)
		if !ok || c.ActorID != "user_1" || c.AuthIdentityID != a.ID || c.AuthProvider != "emailpass" || c.MFAEnabled {
			t.Errorf("got %+v %v", c, ok)
		}
	})
}

func TestLoginRefused(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		for _, c := range []struct {
			r    Request
			want string
		}{
			{with("a@x.io", "wrong"), "Invalid email or password"},
			{with("A@x.io", "wrong"), "Invalid email or password"},
			{with("_@x.io", "pw"), "Invalid email or password"},
			{with("%", "pw"), "Invalid email or password"},
			{with("b@x.io", "pw"), "Invalid email or password"},
			{with("a@x.io", nil), "Password should be a string"},
			{with("a@x.io", 1), "Password should be a string"},
			{with(nil, "x"), "Email should be a string"},
			{with("", "x"), "Email should be a string"},
			{with([]any{"a"}, "x"), "Email should be a string"},
			{Request{}, "Password should be a string"},
		} {
			_, err := m.Authenticate(ctx, "emailpass", c.r)
			wants(t, err, fault.Unauthorized, c.want)
		}
		_, err := m.Callback(ctx, "emailpass", Request{})
		wants(t, err, fault.Unauthorized, "Callback authentication not implemented for provider emailpass")
		_, err = m.Authenticate(ctx, "nope", Request{})
		if fault.KindOf(err) != fault.Unauthorized || !strings.Contains(err.Error(), "Unable to retrieve the auth provider with id: nope") {
			t.Errorf("got %v", err)
		}
		wants(t, m.CheckProviderAllowed("user", "google"), fault.NotAllowed, "The actor type user is not allowed to use the auth provider google")
		if err := m.CheckProviderAllowed("robot", "google"); err != nil {
			t.Error(err)
		}
	})
}

// TestLoginSameWork proves that an unknown address costs as much hashing as a wrong password.
func TestLoginSameWork(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		must(m.Register(t.Context(), "emailpass", with("a@x.io", "pw")))(t)
		for _, email := range []string{"a@x.io", "nobody@x.io"} {
			m.Passwords.turn <- struct{}{}
			for range cap(m.Passwords.turn) - 1 {
				m.Passwords.turn <- struct{}{}
			}
			done := make(chan error)
			go func() {
				_, err := m.Authenticate(t.Context(), "emailpass", with(email, "wrong"))
				done <- err
			}()
			select {
			case err := <-done:
				t.Errorf("%s was answered without a hash: %v", email, err)
			case <-time.After(50 * time.Millisecond):
			}
			for range cap(m.Passwords.turn) {
				<-m.Passwords.turn
			}
			wants(t, <-done, fault.Unauthorized, "Invalid email or password")
		}
	})
}

func TestDetach(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		must(m.LinkActor(ctx, ActorLink{a.ID, "user", "user_1"}))(t)
		must(m.LinkActor(ctx, ActorLink{a.ID, "customer", "cus_1"}))(t)
		for _, at := range []ActorLink{{ActorType: "user", ActorID: "user_1"}, {ActorType: "user", ActorID: "user_1"}} {
			if err := m.UnlinkActor(ctx, at); err != nil {
				t.Fatal(err)
			}
		}
		left := must(m.Authenticate(ctx, "emailpass", with("a@x.io", "pw")))(t)
		if left.Identity.AppMetadata["customer_id"] != "cus_1" || left.Identity.AppMetadata["user_id"] != nil {
			t.Errorf("got %v", left.Identity.AppMetadata)
		}
		if err := m.UnlinkActor(ctx, ActorLink{ActorType: "customer", ActorID: "cus_1"}); err != nil {
			t.Fatal(err)
		}
		_, err := m.Authenticate(ctx, "emailpass", with("a@x.io", "pw"))
		wants(t, err, fault.Unauthorized, "Invalid email or password")
		if b := must(m.Register(ctx, "emailpass", with("a@x.io", "new")))(t); b.ID == a.ID {
			t.Error("the identity is still there")
		}
	})
}

func TestReset(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		f := ResetRequest{EntityID: "a@x.io", Provider: "emailpass", ActorType: "user"}
		old := must(m.CreateResetToken(ctx, f))(t)
		token := must(m.CreateResetToken(ctx, f))(t)
		for _, c := range [][3]string{{old, "user", "emailpass"}, {token, "customer", "emailpass"}, {token, "user", "google"}, {"garbage", "user", "emailpass"}} {
			_, err := m.RedeemResetToken(ctx, c[0], c[1], c[2])
			wants(t, err, fault.Unauthorized, "Invalid token")
		}
		entityID := must(m.RedeemResetToken(ctx, token, "user", "emailpass"))(t)
		_, err := m.RedeemResetToken(ctx, token, "user", "emailpass")
		wants(t, err, fault.Unauthorized, "Invalid token")
		wants(t, m.Update(ctx, "emailpass", entityID, nil), fault.Unauthorized, "Unauthorized")
		if err := m.Update(ctx, "emailpass", entityID, map[string]any{"password": "new"}); err != nil {
			t.Fatal(err)
		}
		must(m.Authenticate(ctx, "emailpass", with("a@x.io", "new")))(t)
		_, err = m.CreateResetToken(ctx, ResetRequest{EntityID: "b@x.io", Provider: "emailpass"})
		wants(t, err, fault.Invalid, "Provider identity with entity_id b@x.io and provider emailpass not found")
	})
}

// TestResetOnce redeems one token many times at once.
func TestResetOnce(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		must(m.Register(t.Context(), "emailpass", with("a@x.io", "pw")))(t)
		token := must(m.CreateResetToken(t.Context(), ResetRequest{EntityID: "a@x.io", Provider: "emailpass", ActorType: "user"}))(t)
		var wg sync.WaitGroup
		won := make(chan error, 8)
		for range cap(won) {
			wg.Go(func() {
				_, err := m.RedeemResetToken(t.Context(), token, "user", "emailpass")
				won <- err
			})
		}
		wg.Wait()
		n := 0
		for range cap(won) {
			if <-won == nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the token was good %d times", n)
		}
	})
}

func TestVerification(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		ask := VerificationRequest{AuthIdentityID: a.ID, EntityID: "a@x.io", EntityType: "email", CodeProvider: "token"}
		old := must(m.RequestVerification(ctx, ask))(t)
		sent := must(m.RequestVerification(ctx, ask))(t)
		if sent.Verification.ID != old.Verification.ID || sent.Code == old.Code {
			t.Errorf("got %+v after %+v", sent, old)
		}
		for _, code := range []string{old.Code, "nope"} {
			_, err := m.ConfirmVerification(ctx, VerificationConfirmation{Code: code})
			wants(t, err, fault.NotAllowed, "Verification code is invalid or already used")
		}
		if v := must(m.ConfirmVerification(ctx, VerificationConfirmation{Code: sent.Code}))(t); v.VerifiedAt == nil {
			t.Error("not verified")
		}
		if again := must(m.RequestVerification(ctx, ask))(t); again.Code != "" {
			t.Error("a verified address was sent a code")
		}
	})
}

// TestVerificationRequired gives a login without a verified address a token without its actor.
func TestVerificationRequired(t *testing.T) {
	moduletest.EachDatabase(t, func() (*Module, []module.Entity) {
		cfg := testConfig()
		cfg.RequiredVerifications = map[string][]RequiredVerification{"customer": {{"emailpass", "email"}}}
		m := New(cfg)
		return m, m.Tables()
	}, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		must(m.LinkActor(ctx, ActorLink{a.ID, "customer", "cus_1"}))(t)
		l := must(m.Authenticate(ctx, "emailpass", with("a@x.io", "pw")))(t)
		g := must(m.GrantToken(ctx, l, "customer"))(t)
		if c, _ := m.Tokens.Parse(g.Token); !g.VerificationRequired || c.ActorID != "" || c.AppMetadata["customer_id"] != nil {
			t.Errorf("got %+v %+v", g, c)
		}
		sent := must(m.RequestVerification(ctx, VerificationRequest{AuthIdentityID: a.ID, EntityID: "a@x.io", EntityType: "email", CodeProvider: "token"}))(t)
		must(m.ConfirmVerification(ctx, VerificationConfirmation{Code: sent.Code}))(t)
		g = must(m.RefreshToken(ctx, route.Actor{Type: "customer", AuthIdentityID: a.ID, AuthProvider: "emailpass"}))(t)
		if c, _ := m.Tokens.Parse(g.Token); g.VerificationRequired || c.ActorID != "cus_1" {
			t.Errorf("got %+v %+v", g, c)
		}
	})
}

func TestSecondFactor(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		must(m.LinkActor(ctx, ActorLink{a.ID, "user", "user_1"}))(t)
		e := must(m.EnrollFactor(ctx, EnrollInput{AuthIdentityID: a.ID, Provider: "totp"}))(t)
		if e.Factor.Status != "pending" || e.Factor.ProviderMetadata != nil {
			t.Errorf("got %+v", e.Factor)
		}
		_, err := m.EnrollFactor(ctx, EnrollInput{AuthIdentityID: a.ID, Provider: "totp"})
		wants(t, err, fault.NotAllowed, "An active TOTP factor already exists for this auth identity")
		_, err = m.CreateRecoveryCodes(ctx, a.ID, 3)
		wants(t, err, fault.NotAllowed, "Recovery codes require an enabled MFA factor")

		key := must(base32NoPad.DecodeString(e.Secret))(t)
		step := time.Now().Unix() / 30
		code := func(off int64) string { return m.cfg.MFA.totp().code(key, step+off) }
		if f, changed, err := m.EnableFactor(ctx, FactorCode{ID: e.Factor.ID, AuthIdentityID: a.ID, Code: code(-1)}); err != nil || !changed || f.Status != "enabled" {
			t.Fatalf("got %+v %v %v", f, changed, err)
		}
		codes := must(m.CreateRecoveryCodes(ctx, a.ID, 2))(t)

		l := must(m.Authenticate(ctx, "emailpass", with("a@x.io", "pw")))(t)
		g := must(m.GrantToken(ctx, l, "user"))(t)
		if c, _ := m.Tokens.Parse(g.Token); !g.MFARequired || c.ActorID != "" || !c.MFAEnabled || len(g.Challenge.Methods) != 2 {
			t.Fatalf("got %+v %+v", g, c)
		}
		p := FactorCode{ID: g.Challenge.ID, AuthIdentityID: a.ID, Method: "totp", Code: code(-1)}
		_, err = m.AnswerChallengeAndSign(ctx, p, "user", "emailpass")
		wants(t, err, fault.NotAllowed, "Invalid MFA challenge code")
		p.Code = code(0)
		token := must(m.AnswerChallengeAndSign(ctx, p, "user", "emailpass"))(t)
		if c, ok := m.Tokens.Parse(token); !ok || c.ActorID != "user_1" || c.MFACompletedAt == nil {
			t.Errorf("got %+v %v", c, ok)
		}
		_, err = m.AnswerChallenge(ctx, p)
		wants(t, err, fault.NotAllowed, "MFA challenge has already been completed")

		g = must(m.GrantToken(ctx, l, "user"))(t)
		p = FactorCode{ID: g.Challenge.ID, AuthIdentityID: a.ID, Method: "recovery_code", Code: " " + strings.ToUpper(codes[0]) + "\n"}
		must(m.AnswerChallenge(ctx, p))(t)
		g = must(m.GrantToken(ctx, l, "user"))(t)
		p.ID = g.Challenge.ID
		_, err = m.AnswerChallenge(ctx, p)
		wants(t, err, fault.NotAllowed, "Invalid MFA challenge code")
	})
}

// TestChallengeAttempts counts failures, those that come at once too.
func TestChallengeAttempts(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		a := must(m.Register(ctx, "emailpass", with("a@x.io", "pw")))(t)
		e := must(m.EnrollFactor(ctx, EnrollInput{AuthIdentityID: a.ID, Provider: "totp"}))(t)
		must(m.Factors.UpdateOne(ctx, e.Factor.ID, module.Set{"status": "enabled"}))(t)
		g := must(m.GrantToken(ctx, LoginResult{Identity: a, Provider: "emailpass"}, "user"))(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, _ = m.AnswerChallenge(ctx, FactorCode{ID: g.Challenge.ID, AuthIdentityID: a.ID, Method: "totp", Code: "000000"})
			})
		}
		wg.Wait()
		_, err := m.AnswerChallenge(ctx, FactorCode{ID: g.Challenge.ID, AuthIdentityID: a.ID, Method: "totp", Code: "000000"})
		wants(t, err, fault.NotAllowed, "MFA challenge has too many failed attempts")
		_, err = m.AnswerChallenge(ctx, FactorCode{ID: g.Challenge.ID, AuthIdentityID: "authid_other", Method: "totp", Code: "000000"})
		wants(t, err, fault.NotFound, `MFA challenge with id "`+g.Challenge.ID+`" was not found`)
	})
}

func TestNoFactorsWithoutKey(t *testing.T) {
	moduletest.EachDatabase(t, func() (*Module, []module.Entity) {
		cfg := testConfig()
		cfg.MFA.Key = ""
		m := New(cfg)
		return m, m.Tables()
	}, func(t *testing.T, m *Module) {
		_, err := m.EnrollFactor(t.Context(), EnrollInput{AuthIdentityID: "authid_1", Provider: "totp"})
		wants(t, err, fault.Invalid, "MFA encryption key is required to use MFA methods")
	})
}

// TestSession logs in by cookie, finds who it is, and logs out.
func TestSession(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/auth/session", nil)
		if err := m.Sessions.Start(w, r, Claims{ActorID: "user_1", ActorType: "user", AuthIdentityID: "authid_1"}); err != nil {
			t.Fatal(err)
		}
		c := w.Result().Cookies()[0]
		r = httptest.NewRequest(http.MethodGet, "/admin/users/me", nil)
		r.AddCookie(c)
		got := must(m.Sessions.Claims(r))(t)
		if got == nil || got.ActorID != "user_1" {
			t.Fatalf("got %+v", got)
		}
		w = httptest.NewRecorder()
		if err := m.Sessions.Start(w, r, Claims{ActorID: "cus_1", ActorType: "customer"}); err != nil {
			t.Fatal(err)
		}
		if again := w.Result().Cookies()[0].Value; again != c.Value {
			t.Errorf("the session has another name: %s", again)
		}
		if got := must(m.Sessions.Claims(r))(t); got.ActorID != "cus_1" {
			t.Errorf("got %+v", got)
		}
		w = httptest.NewRecorder()
		if err := m.Sessions.End(w, r); err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Set-Cookie"); got != "connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT" {
			t.Errorf("got %s", got)
		}
		if got := must(m.Sessions.Claims(r))(t); got != nil {
			t.Errorf("got %+v after the end", got)
		}
	})
}

// TestSessionEnds proves that old sessions are worth nothing, and that use prolongs others.
func TestSessionEnds(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil)
		if err := m.Sessions.Start(w, r, Claims{ActorID: "user_1"}); err != nil {
			t.Fatal(err)
		}
		r.AddCookie(w.Result().Cookies()[0])
		all := module.Filter{}
		soon := db.Now().Add(time.Minute)
		must(m.SessionRecords.Update(t.Context(), all, module.Set{"expires_at": soon}))(t)
		must(m.Sessions.Claims(r))(t)
		if rec := must(m.SessionRecords.List(t.Context(), all))(t)[0]; !rec.ExpiresAt.After(soon) {
			t.Error("use did not prolong the session")
		}
		must(m.SessionRecords.Update(t.Context(), all, module.Set{"expires_at": db.Now().Add(-time.Second)}))(t)
		if got := must(m.Sessions.Claims(r))(t); got != nil {
			t.Errorf("got %+v", got)
		}
	})
}

// TestRemember keeps the state of a login for one reader.
func TestRemember(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		k := IdentityStore{m, "google"}
		if err := k.SetState(t.Context(), "state", module.Map{"callback_url": "https://x.io"}, time.Minute); err != nil {
			t.Fatal(err)
		}
		v, ok, err := k.GetState(t.Context(), "state")
		if err != nil || !ok || v["callback_url"] != "https://x.io" {
			t.Errorf("got %v %v %v", v, ok, err)
		}
		if _, ok, _ := k.GetState(t.Context(), "state"); ok {
			t.Error("the state was given twice")
		}
	})
}
