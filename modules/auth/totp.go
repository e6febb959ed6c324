package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A totp computes the codes of authenticator apps: RFC 6238 with HMAC-SHA1.
type totp struct {
	digits, period, window int
}

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTPSecret() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base32NoPad.EncodeToString(b[:])
}

// code is the code of one time step.
func (t totp) code(key []byte, step int64) string {
	h := hmac.New(sha1.New, key)
	_ = binary.Write(h, binary.BigEndian, step) // a hash takes all
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	text := fmt.Sprintf("%010d", n)
	return text[len(text)-t.digits:]
}

// verify returns the time step whose code it is; ok is false unless that is near now and after the step used last.
func (t totp) verify(secret, code string, now time.Time, last int64) (step int64, ok bool) {
	key, err := base32NoPad.DecodeString(strings.ToUpper(strings.TrimRight(secret, "=")))
	if err != nil || len(code) != t.digits {
		return 0, false
	}
	here := now.Unix() / int64(t.period)
	for s := here - int64(t.window); s <= here+int64(t.window); s++ {
		if subtle.ConstantTimeCompare([]byte(t.code(key, s)), []byte(code)) == 1 && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// uri is what a QR code shows to an app.
func (t totp) uri(issuer, account, secret string) string {
	s := "otpauth://totp/" + escape(issuer) + ":" + escape(account) + "?secret=" + secret + "&issuer=" + escape(issuer)
	if t.digits != 6 {
		s += fmt.Sprintf("&digits=%d", t.digits)
	}
	if t.period != 30 {
		s += fmt.Sprintf("&period=%d", t.period)
	}
	return s
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

var b64 = base64.RawURLEncoding

func gcmOf(key string) (cipher.AEAD, error) {
	sum := sha256.Sum256([]byte(key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// encrypt seals a secret as "v1:iv:tag:text", with AES-256-GCM under a key that is the hash of the configured one.
func encrypt(secret, key string) (string, error) {
	gcm, err := gcmOf(key)
	if err != nil {
		return "", err
	}
	iv := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(iv) // it never fails
	sealed := gcm.Seal(nil, iv, []byte(secret), nil)
	cut := len(sealed) - gcm.Overhead()
	return strings.Join([]string{"v1", b64.EncodeToString(iv), b64.EncodeToString(sealed[cut:]), b64.EncodeToString(sealed[:cut])}, ":"), nil
}

var errSealed = errors.New("auth: an encrypted secret of a second factor is damaged")

// decrypt opens what encrypt sealed.
func decrypt(sealed, key string) (string, error) {
	parts := strings.Split(sealed, ":")
	if len(parts) != 4 || parts[0] != "v1" {
		return "", errSealed
	}
	var raw [3][]byte
	for i := range raw {
		b, err := b64.DecodeString(parts[i+1])
		if err != nil {
			return "", errSealed
		}
		raw[i] = b
	}
	gcm, err := gcmOf(key)
	if err != nil || len(raw[0]) != gcm.NonceSize() {
		return "", errSealed
	}
	plain, err := gcm.Open(nil, raw[0], append(raw[2], raw[1]...), nil)
	if err != nil {
		return "", errSealed
	}
	return string(plain), nil
}
