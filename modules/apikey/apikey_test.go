package apikey

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

// TestHashOfMedusa checks a hash that Medusa's code made of a token and salt.
func TestHashOfMedusa(t *testing.T) {
	t.Parallel()
	got, err := hash("sk_c945133d2d5f4ac2b5f440d5a59bdb7fd89c894e120a1f8a44196323f5ee1d48", "00112233445566778899aabbccddeeff")
	const want = "bf2cccc4867b7404d889b4f7e5b1963bef7e103632eba76fb10ce5ddf2b1e9f624940d5b464e5a0747541e0db18d309fb6987c7cc5129649d12113d16b16cfb4"
	if err != nil || got != want {
		t.Errorf("got %s %v", got, err)
	}
}

func TestCreate(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		keys, err := m.Create(t.Context(), []CreateInput{{"web", TypePublishable, "user_1"}, {"erp", TypeSecret, "user_1"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, form := range []string{"^pk_[0-9a-f]{64}$", "^sk_[0-9a-f]{64}$"} {
			k := keys[i]
			if !regexp.MustCompile(form).MatchString(k.Token) || k.Redacted != k.Token[:6]+"***"+k.Token[64:] || k.Salt != "" {
				t.Errorf("got %+v", k)
			}
		}
		stored, err := m.Keys.Retrieve(t.Context(), keys[1].ID)
		if err != nil || stored.Token == keys[1].Token || len(stored.Token) != 128 || len(stored.Salt) != 32 {
			t.Errorf("kept %+v %v", stored, err)
		}
		if p := stored.WithoutSecrets(); p.Token != "" || p.Salt != "" {
			t.Errorf("shown %+v", p)
		}
	})
}

func TestAuthenticate(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		keys, err := m.Create(ctx, []CreateInput{{"web", TypePublishable, "user_1"}, {"erp", TypeSecret, "user_1"}})
		if err != nil {
			t.Fatal(err)
		}
		pk, sk := keys[0].Token, keys[1].Token
		if k, err := m.Authenticate(ctx, sk); err != nil || k == nil || k.ID != keys[1].ID {
			t.Errorf("got %+v %v", k, err)
		}
		almost := sk[:20] + strings.Repeat("0", 44) + sk[64:]
		for _, token := range []string{pk, almost, "", "sk_", keys[1].Redacted} {
			if k, err := m.Authenticate(ctx, token); err != nil || k != nil {
				t.Errorf("%s: got %+v %v", token, k, err)
			}
		}
		m.InvalidateCache(ctx)
		if k, err := m.Authenticate(ctx, sk); err != nil || k == nil {
			t.Errorf("the second time: %+v %v", k, err)
		}
		if k, err := m.FindPublishable(ctx, pk); err != nil || k == nil {
			t.Errorf("got %+v %v", k, err)
		}
		if k, err := m.FindPublishable(ctx, sk); err != nil || k != nil {
			t.Errorf("a secret key passed as publishable: %+v %v", k, err)
		}
	})
}

func TestRevoke(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		keys, err := m.Create(ctx, []CreateInput{{"a", TypeSecret, "user_1"}})
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{keys[0].ID}
		wants(t, m.Delete(ctx, ids), fault.NotAllowed, "Cannot delete api keys that are not revoked - "+ids[0])
		if _, err := m.Revoke(ctx, RevokeInput{IDs: ids, RevokedBy: "user_1", RevokeIn: 3600}); err != nil {
			t.Fatal(err)
		}
		wants(t, m.Delete(ctx, ids), fault.NotAllowed, "Cannot delete api keys that are not revoked - "+ids[0])
		if k, _ := m.Authenticate(ctx, keys[0].Token); k == nil {
			t.Error("a key that is to end later does not work now")
		}
		if got, err := m.Revoke(ctx, RevokeInput{IDs: ids, RevokedBy: "user_1"}); err != nil || got[0].IsActive(db.Now().Add(time.Millisecond)) {
			t.Fatalf("got %+v %v", got, err)
		}
		time.Sleep(2 * time.Millisecond) // Medusa too lets a key live through the millisecond in which it ends
		_, err = m.Revoke(ctx, RevokeInput{IDs: ids, RevokedBy: "user_1"})
		wants(t, err, fault.Invalid, "There are 1 secret keys that are already revoked.")
		if k, _ := m.Authenticate(ctx, keys[0].Token); k != nil {
			t.Error("a revoked key works")
		}
		if err := m.Delete(ctx, ids); err != nil {
			t.Error(err)
		}
		if err := m.Delete(ctx, ids); err != nil {
			t.Errorf("deleting what is gone: %v", err)
		}
	})
}

func wants(t *testing.T, err error, kind fault.Kind, message string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.Message(err) != message {
		t.Errorf("got %v %q (%v), want %v %q", fault.KindOf(err), fault.Message(err), err, kind, message)
	}
}

// TestChannels proves that a key is not asked after for each request, that a change counts at once, and that an old answer does not.
func TestChannels(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		keys, err := m.Create(ctx, []CreateInput{{"web", TypePublishable, "user_1"}})
		if err != nil {
			t.Fatal(err)
		}
		asked, now := 0, []string{"sc_1"}
		find := func(_ context.Context, id string) ([]string, error) {
			asked++
			if id != keys[0].ID {
				t.Errorf("asked for %s", id)
			}
			return now, nil
		}
		get := func(token string) []string {
			list, ok, err := m.SalesChannels(ctx, token, find)
			if err != nil || ok != (list != nil) {
				t.Errorf("got %v %v %v", list, ok, err)
			}
			return list
		}
		for range 3 {
			if got := get(keys[0].Token); len(got) != 1 {
				t.Errorf("got %v", got)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		now = []string{"sc_1", "sc_2"}
		m.InvalidateCache(ctx)
		if got := get(keys[0].Token); len(got) != 2 {
			t.Errorf("got %v after a change", got)
		}
		if got := get("pk_nope"); got != nil {
			t.Errorf("got %v", got)
		}
		d, err := m.Keys.Entity().DB()
		if err != nil {
			t.Fatal(err)
		}
		err = d.InTx(ctx, func(ctx context.Context) error {
			_, err := m.Revoke(ctx, RevokeInput{IDs: []string{keys[0].ID}, RevokedBy: "user_1"})
			if got := get(keys[0].Token); got == nil {
				t.Error("the key ended before the commit")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond)
		if got := get(keys[0].Token); got != nil {
			t.Errorf("got %v after the key was revoked", got)
		}
	})
}

// TestMemoryOfTheMeantime forgets what was being found when something changed.
func TestMemoryOfTheMeantime(t *testing.T) {
	t.Parallel()
	var m memory[string]
	name := [32]byte{1}
	_, epoch, _ := m.recall(name)
	m.forget()
	m.learn(name, "old", epoch)
	if f, _, ok := m.recall(name); ok {
		t.Errorf("got %q", f.value)
	}
	_, epoch, _ = m.recall(name)
	m.learn(name, "new", epoch)
	if f, _, ok := m.recall(name); !ok || f.value != "new" {
		t.Errorf("got %q %v", f.value, ok)
	}
	m.stale()
	if f, _, ok := m.recall(name); !ok || !f.at.IsZero() {
		t.Errorf("got %v %v", f, ok)
	}
}
