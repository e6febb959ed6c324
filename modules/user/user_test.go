package user

import (
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func fresh() (*Module, []module.Entity) {
	m := New(Config{JWTSecret: "supersecret"})
	return m, m.Tables()
}

func TestInvite(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		list, err := m.CreateInvites(ctx, []CreateInviteInput{{Email: "a@x.io"}})
		if err != nil {
			t.Fatal(err)
		}
		v := list[0]
		if v.Accepted || !strings.HasPrefix(v.ID, "invite_") || time.Until(v.ExpiresAt).Round(time.Hour) != 24*time.Hour {
			t.Errorf("got %+v", v)
		}
		if got, err := m.ValidateInviteToken(ctx, v.Token); err != nil || got.ID != v.ID {
			t.Errorf("got %+v %v", got, err)
		}
		again, err := m.RefreshInviteTokens(ctx, []string{v.ID})
		if err != nil || again[0].Token == v.Token {
			t.Fatalf("got %+v %v", again, err)
		}
		wants(t, check(m.ValidateInviteToken(ctx, v.Token)), fault.Unauthorized, "Unauthorized")
		if _, err := m.ValidateInviteToken(ctx, again[0].Token); err != nil {
			t.Error(err)
		}
		_, err = m.CreateInvites(ctx, []CreateInviteInput{{Email: "a@x.io"}})
		wants(t, err, fault.Invalid, "Invite with email: a@x.io, already exists.")
		_, err = m.RefreshInviteTokens(ctx, []string{v.ID, "invite_x", "invite_y"})
		wants(t, err, fault.Invalid, "The following invites do not exist: invite_x, invite_y")
	})
}

func check(_ Invite, err error) error { return err }

func TestInviteOfUser(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		for _, email := range []string{"a@x.io", "b@x.io"} {
			if _, err := m.Users.Create(t.Context(), User{Email: email}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := m.CreateInvites(t.Context(), []CreateInviteInput{{Email: "c@x.io"}, {Email: "a@x.io"}, {Email: "b@x.io"}})
		if got := fault.Message(err); got != "User account for following email(s) already exist: a@x.io, b@x.io" {
			t.Errorf("got %q", got)
		}
	})
}

func TestInviteVoid(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		list, err := m.CreateInvites(ctx, []CreateInviteInput{{Email: "a@x.io"}})
		if err != nil {
			t.Fatal(err)
		}
		other := New(Config{JWTSecret: "other"})
		forged := list[0]
		if err := other.sign(&forged); err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"", "garbage", forged.Token} {
			wants(t, check(m.ValidateInviteToken(ctx, token)), fault.Unauthorized, "Unauthorized")
		}
		if _, err := m.Invites.UpdateOne(ctx, list[0].ID, module.Set{"expires_at": db.Now().Add(-time.Second)}); err != nil {
			t.Fatal(err)
		}
		wants(t, check(m.ValidateInviteToken(ctx, list[0].Token)), fault.Unauthorized, "Unauthorized")
		if err := m.Invites.Delete(ctx, list[0].ID); err != nil {
			t.Fatal(err)
		}
		wants(t, check(m.ValidateInviteToken(ctx, list[0].Token)), fault.Unauthorized, "Unauthorized")
	})
}

func wants(t *testing.T, err error, kind fault.Kind, message string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.Message(err) != message {
		t.Errorf("got %v %q (%v), want %v %q", fault.KindOf(err), fault.Message(err), err, kind, message)
	}
}
