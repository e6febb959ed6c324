package signature_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/event/signature"
)

// The test vector that the libraries of Standard Webhooks share.
func TestKnownSignature(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	at := time.Unix(1614265330, 0)
	body := []byte(`{"test": 2432232314}`)
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	if err := signature.Sign(h, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, secret); err != nil {
		t.Fatal(err)
	}
	if got := h.Get(signature.SignatureHeader); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
	if err := signature.VerifyAt(at, h, body, secret); err != nil {
		t.Error(err)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.Now()
	one, two, three := signature.NewSecret(), signature.NewSecret(), signature.NewSecret()
	signed := func(change func(http.Header)) http.Header {
		h := http.Header{}
		if err := signature.Sign(h, "evt_1", now, []byte("body"), one, two); err != nil {
			t.Fatal(err)
		}
		change(h)
		return h
	}
	for name, c := range map[string]struct {
		change  func(http.Header)
		body    string
		secrets []string
		at      time.Time
		want    error
	}{
		"right":         {want: nil},
		"second secret": {secrets: []string{two}},
		"one of many":   {secrets: []string{three, two}},
		"other secret":  {secrets: []string{three}, want: signature.ErrMismatch},
		"no secret":     {secrets: []string{}, want: signature.ErrMismatch},
		"other body":    {body: "bodY", want: signature.ErrMismatch},
		"other id":      {change: func(h http.Header) { h.Set("webhook-id", "evt_2") }, want: signature.ErrMismatch},
		"other moment":  {change: func(h http.Header) { h.Set("webhook-timestamp", fmt.Sprint(now.Unix()+1)) }, want: signature.ErrMismatch},
		"no moment":     {change: func(h http.Header) { h.Set("webhook-timestamp", "soon") }, want: signature.ErrMissing},
		"not signed":    {change: func(h http.Header) { h.Del("webhook-signature") }, want: signature.ErrMissing},
		"other version": {change: func(h http.Header) {
			h.Set("webhook-signature", strings.ReplaceAll(h.Get("webhook-signature"), "v1,", "v2,"))
		}, want: signature.ErrMismatch},
		"a little late":   {at: now.Add(4 * time.Minute)},
		"too late":        {at: now.Add(6 * time.Minute), want: signature.ErrExpired},
		"from the future": {at: now.Add(-6 * time.Minute), want: signature.ErrExpired},
	} {
		if c.change == nil {
			c.change = func(http.Header) {}
		}
		if c.body == "" {
			c.body = "body"
		}
		if c.secrets == nil {
			c.secrets = []string{one}
		}
		if c.at.IsZero() {
			c.at = now
		}
		if err := signature.VerifyAt(c.at, signed(c.change), []byte(c.body), c.secrets...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := signature.Sign(http.Header{}, "x", now, nil, "whsec_?"); err == nil {
		t.Error("signed with a bad secret")
	}
}

func ExampleVerify() {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // from the answer to POST /admin/webhooks
	receive := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = signature.Verify(r.Header, body, secret)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		fmt.Println("heard", string(body))
	}

	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"order.placed"}`))
	_ = signature.Sign(r.Header, "evt_1", time.Now(), []byte(`{"name":"order.placed"}`), secret)
	receive(httptest.NewRecorder(), r)

	r.Body = io.NopCloser(strings.NewReader(`{"name":"order.canceled"}`))
	w := httptest.NewRecorder()
	receive(w, r)
	fmt.Println(w.Code)
	// Output:
	// heard {"name":"order.placed"}
	// 401
}
