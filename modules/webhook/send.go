package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/gorgon-commerce/gorgon/event/signature"
)

// ErrPrivateAddress is the error of requests to addresses that are not public.
var ErrPrivateAddress = errors.New("the address of the target is not a public one")

// reserved are ranges that are not private by name, but lead nowhere on the internet, or to an IPv4 address by a detour.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// public reports whether an address is one of the open internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// newClient returns a client that goes to public addresses directly, and not where an answer would lead it. The address is looked at when the connection is made,
// after the name was resolved, so that no name can mean one thing first and another then.
func newClient(cfg Config) *http.Client {
	d := &net.Dialer{Timeout: cfg.Timeout, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err == nil && !cfg.AllowPrivate && !public(at.Addr()) {
			err = ErrPrivateAddress
		}
		return err
	}}
	return &http.Client{
		Timeout:       cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: d.DialContext, ForceAttemptHTTP2: true, TLSClientConfig: cfg.TLS, TLSHandshakeTimeout: cfg.Timeout,
			MaxIdleConns: 100, MaxIdleConnsPerHost: perTarget, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 1 << 16, DisableCompression: true},
	}
}

// excerpt is how much of an answer is read, and kept.
const excerpt = 1024

// send makes one request, and tells how it went.
func (m *Module) send(ctx context.Context, c *http.Client, w Webhook, d Delivery) Attempt {
	started := time.Now()
	a := Attempt{DeliveryID: d.ID, Number: d.Tries}
	status, body, err := m.post(ctx, c, w, d)
	a.Milliseconds = int(time.Since(started).Milliseconds())
	if status > 0 {
		a.Status, a.Response = &status, &body
	}
	if err == nil && (status < 200 || status > 299) {
		err = fmt.Errorf("the target answered with status %d", status)
	}
	if err != nil {
		words := reason(err)
		a.Error = &words
	}
	return a
}

func (m *Module) post(ctx context.Context, c *http.Client, w Webhook, d Delivery) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", m.Config.UserAgent)
	now := time.Now()
	if err := signature.Sign(r.Header, d.EventID, now, d.Payload, w.secrets(now)...); err != nil {
		return 0, "", err
	}
	if r.URL.Scheme != "https" && !m.Config.AllowHTTP { // it was allowed once
		return 0, "", errors.New("the URL does not begin with https://")
	}
	answer, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, excerpt)) // what counts is the status
	return answer.StatusCode, strings.ReplaceAll(strings.ToValidUTF8(string(text), "\uFFFD"), "\x00", ""), nil
}

// reason is what is written down of an error.
func reason(err error) string {
	if errors.Is(err, ErrPrivateAddress) {
		return ErrPrivateAddress.Error()
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		if e.Timeout() {
			return "the target did not answer in time"
		}
		err = e.Err
	}
	s := err.Error()
	return s[:min(len(s), excerpt)]
}
