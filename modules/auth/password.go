package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"runtime"

	"golang.org/x/crypto/scrypt"
)

// Cost is how hard a password is to guess: scrypt with N = 2^LogN. The memory of one hash is 128·N·R bytes.
type Cost struct{ LogN, R, P int }

// DefaultCost is Medusa's: 32 MB and some 60 ms.
var DefaultCost = Cost{LogN: 15, R: 8, P: 1}

// maxMemory bounds what a stored hash may ask for, in bytes.
const maxMemory = 1 << 28

// sane reports whether the cost is one that this machine should pay.
func (c Cost) sane() bool {
	return c.LogN >= 1 && c.LogN <= 20 && c.R >= 1 && c.R <= 64 && c.P >= 1 && c.P <= 16 && 128*c.R<<c.LogN <= maxMemory
}

// PasswordHasher hashes passwords in the format of the scrypt-kdf package, which the hashes of an existing Medusa database have:
//
//	"scrypt" 0 logN r:4 p:4 salt:32 sha256(all before):16 hmac(all before):32
//
// in base64. Only so many are worked on at once, for each takes its memory.
type PasswordHasher struct {
	cost Cost
	turn chan struct{}
}

const (
	saltAt, sumAt, macAt, hashLen = 16, 48, 64, 96
)

// NewPasswordHasher returns a hasher of the given cost that works on at most parallel hashes at once; 0 is the number of processors, at most 4.
func NewPasswordHasher(cost Cost, parallel int) *PasswordHasher {
	if cost == (Cost{}) {
		cost = DefaultCost
	}
	if parallel <= 0 {
		parallel = min(4, runtime.GOMAXPROCS(0))
	}
	return &PasswordHasher{cost, make(chan struct{}, parallel)}
}

// Hash returns what is to be kept of a password. It waits for its turn as long as ctx allows.
func (p *PasswordHasher) Hash(ctx context.Context, password string) (string, error) {
	b := p.prefix()
	if _, err := rand.Read(b[saltAt:sumAt]); err != nil {
		return "", err
	}
	sum := sha256.Sum256(b[:sumAt])
	copy(b[sumAt:macAt], sum[:16])
	mac, err := p.mac(ctx, p.cost, password, b)
	if err != nil {
		return "", err
	}
	copy(b[macAt:], mac)
	return base64.StdEncoding.EncodeToString(b), nil
}

func (p *PasswordHasher) prefix() []byte {
	b := make([]byte, hashLen)
	copy(b, "scrypt")
	b[7] = byte(p.cost.LogN)
	binary.BigEndian.PutUint32(b[8:], uint32(p.cost.R))
	binary.BigEndian.PutUint32(b[12:], uint32(p.cost.P))
	return b
}

// Verify reports whether the hash was made of this password. A hash that is none is wrong, and takes as long as a real one.
func (p *PasswordHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	b, cost, known := parseHash(hash)
	if !known {
		b, cost = make([]byte, hashLen), p.cost
	}
	mac, err := p.mac(ctx, cost, password, b)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(mac, b[macAt:]) == 1 && known, nil
}

// parseHash takes a hash apart; ok is false when it is none.
func parseHash(hash string) (b []byte, c Cost, ok bool) {
	b, err := base64.StdEncoding.DecodeString(hash)
	if err != nil || len(b) != hashLen || string(b[:7]) != "scrypt\x00" {
		return nil, c, false
	}
	sum := sha256.Sum256(b[:sumAt])
	if subtle.ConstantTimeCompare(sum[:16], b[sumAt:macAt]) != 1 {
		return nil, c, false
	}
	c = Cost{int(b[7]), int(binary.BigEndian.Uint32(b[8:])), int(binary.BigEndian.Uint32(b[12:]))}
	return b, c, c.sane()
}

// mac signs the first 64 bytes of a hash with a key derived from the password.
func (p *PasswordHasher) mac(ctx context.Context, c Cost, password string, b []byte) ([]byte, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	key, err := scrypt.Key([]byte(password), b[saltAt:sumAt], 1<<c.LogN, c.R, c.P, 64)
	if err != nil {
		return nil, fmt.Errorf("scrypt: %w", err)
	}
	h := hmac.New(sha256.New, key[32:])
	h.Write(b[:macAt])
	return h.Sum(nil), nil
}
