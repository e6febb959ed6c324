package auth

import (
	"context"
	"encoding/base64"
	"testing"
	"time"
)

// cheap is for tests that are not about the cost.
var cheap = Cost{LogN: 4, R: 1, P: 1}

// TestPasswordOfMedusa checks a hash that Medusa 2.21.2 made of "supersecret".
func TestPasswordOfMedusa(t *testing.T) {
	t.Parallel()
	const theirs = "c2NyeXB0AA8AAAAIAAAAAet7XVJ/f/89pELE5MVt+PilRMD57REl7TA01yDn7x9d6VPrFMj5RL1uhX7YCZ69wUxJ7phW32bqKEl0Pql7hEohUwJtIZleVppfvwYgZfbi"
	p := NewPasswordHasher(Cost{}, 0)
	for password, want := range map[string]bool{"supersecret": true, "Supersecret": false, "": false} {
		ok, err := p.Verify(context.Background(), theirs, password)
		if err != nil || ok != want {
			t.Errorf("%q: got %v %v, want %v", password, ok, err, want)
		}
	}
}

// TestPasswordFormat proves that a hash is 96 bytes that say their own cost.
func TestPasswordFormat(t *testing.T) {
	t.Parallel()
	p := NewPasswordHasher(Cost{}, 1)
	hash, err := p.Hash(context.Background(), "pässword")
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(hash)
	if err != nil || len(b) != 96 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if got := string(b[:16]); got != "scrypt\x00\x0f\x00\x00\x00\x08\x00\x00\x00\x01" {
		t.Errorf("got prefix %q", got)
	}
	if _, c, ok := parseHash(hash); !ok || c != DefaultCost {
		t.Errorf("got cost %v %v", c, ok)
	}
	other, _ := p.Hash(context.Background(), "pässword")
	if other == hash {
		t.Error("two hashes of one password are equal")
	}
	if ok, _ := p.Verify(context.Background(), hash, "pässword"); !ok {
		t.Error("the password was not recognised")
	}
}

// TestPasswordDamaged proves that what is no hash is wrong, whatever the password.
func TestPasswordDamaged(t *testing.T) {
	t.Parallel()
	p := NewPasswordHasher(cheap, 0)
	good, err := p.Hash(context.Background(), "x")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := base64.StdEncoding.DecodeString(good)
	for i := range b {
		c := append([]byte(nil), b...)
		c[i] ^= 1
		if ok, err := p.Verify(context.Background(), base64.StdEncoding.EncodeToString(c), "x"); ok || err != nil {
			t.Errorf("byte %d: got %v %v", i, ok, err)
		}
	}
	for _, hash := range []string{"", "scrypt", "!", good[:len(good)-4], base64.StdEncoding.EncodeToString(make([]byte, 96))} {
		if ok, err := p.Verify(context.Background(), hash, ""); ok || err != nil {
			t.Errorf("%q: got %v %v", hash, ok, err)
		}
	}
}

// TestPasswordWaits proves that only so many hashes are worked on at once, and that waiting ends with its context.
func TestPasswordWaits(t *testing.T) {
	t.Parallel()
	p := NewPasswordHasher(cheap, 1)
	p.turn <- struct{}{} // somebody else's turn
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := p.Hash(ctx, "x"); err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
	<-p.turn
	if _, err := p.Hash(context.Background(), "x"); err != nil {
		t.Error(err)
	}
}

// TestPasswordGreedy refuses hashes that would take the machine's memory.
func TestPasswordGreedy(t *testing.T) {
	t.Parallel()
	for _, c := range []Cost{{30, 8, 1}, {15, 1 << 20, 1}, {15, 8, 1 << 20}, {0, 8, 1}, {20, 64, 1}} {
		if c.sane() {
			t.Errorf("%v passed", c)
		}
	}
	if !DefaultCost.sane() {
		t.Error("the default did not pass")
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("c2NyeXB0AA8AAAAIAAAAAet7XVJ/f/89pELE5MVt+PilRMD57REl7TA01yDn7x9d6VPrFMj5RL1uhX7YCZ69wUxJ7phW32bqKEl0Pql7hEohUwJtIZleVppfvwYgZfbi")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if b, c, ok := parseHash(s); ok && (len(b) != hashLen || !c.sane()) {
			t.Errorf("%q passed as %v", s, c)
		}
	})
}
