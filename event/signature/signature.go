// Package signature signs what webhooks send, and checks it where it is received. It follows the Standard Webhooks specification, whose libraries in other
// languages can check it as well.
//
// A request has the headers webhook-id, the event's id, which is the same in each attempt; webhook-timestamp, the second of the attempt since 1970; and
// webhook-signature, "v1," and the base64 of the HMAC-SHA256 of "ID.TIMESTAMP.BODY", once for each secret that is valid, with spaces between them.
package signature

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed request.
const (
	IDHeader        = "Webhook-Id"
	TimestampHeader = "Webhook-Timestamp"
	SignatureHeader = "Webhook-Signature"
)

// Tolerance is how far the clocks of sender and receiver may be apart, and how late a recorded request can be sent again.
const Tolerance = 5 * time.Minute

// prefix marks secrets; the rest of one is base64.
const prefix = "whsec_"

// NewSecret returns a secret that nobody can guess: "whsec_" and 24 random bytes in base64.
func NewSecret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return prefix + base64.StdEncoding.EncodeToString(b)
}

func key(secret string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	if err != nil || len(b) == 0 {
		return nil, errors.New("signature: a secret is whsec_ and base64")
	}
	return b, nil
}

func sum(key []byte, id, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.", id, timestamp)
	h.Write(body)
	return h.Sum(nil)
}

// Sign sets the three headers for a body that is sent at a moment, with a signature by each of the secrets.
func Sign(h http.Header, id string, at time.Time, body []byte, secrets ...string) error {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var list []string
	for _, s := range secrets {
		k, err := key(s)
		if err != nil {
			return err
		}
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(sum(k, id, timestamp, body)))
	}
	h.Set(IDHeader, id)
	h.Set(TimestampHeader, timestamp)
	h.Set(SignatureHeader, strings.Join(list, " "))
	return nil
}

// What is wrong with a request that Verify refuses.
var (
	ErrMissing  = errors.New("signature: the request is not signed")
	ErrExpired  = errors.New("signature: the request was made too long ago, or in the future")
	ErrMismatch = errors.New("signature: the signature is not of this body and secret")
)

// Verify reports whether a request was signed with one of the secrets within the Tolerance of now. body is what was received, byte for byte. Whoever must not
// do a thing twice also remembers webhook-id.
func Verify(h http.Header, body []byte, secrets ...string) error {
	return VerifyAt(time.Now(), h, body, secrets...)
}

// VerifyAt is Verify at another moment than now.
func VerifyAt(now time.Time, h http.Header, body []byte, secrets ...string) error {
	id, timestamp, signed := h.Get(IDHeader), h.Get(TimestampHeader), h.Get(SignatureHeader)
	if id == "" || timestamp == "" || signed == "" {
		return ErrMissing
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrMissing
	}
	if apart := now.Sub(time.Unix(seconds, 0)); apart > Tolerance || apart < -Tolerance {
		return ErrExpired
	}
	for _, s := range secrets {
		k, err := key(s)
		if err != nil {
			return err
		}
		if holds(signed, sum(k, id, timestamp, body)) {
			return nil
		}
	}
	return ErrMismatch
}

// holds reports whether one of the signatures of a header is the right one.
func holds(header string, want []byte) bool {
	for s := range strings.FieldsSeq(header) {
		version, text, _ := strings.Cut(s, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
