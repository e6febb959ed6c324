// Package routetest asks routes questions without a network.
package routetest

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/route"
)

// A Client sends requests to a handler.
type Client struct {
	t      testing.TB
	h      http.Handler
	header http.Header
}

// New returns a client of a router with some routes, which lets everybody in.
func New(t testing.TB, routes ...route.Route) *Client {
	t.Helper()
	h, err := route.NewRouter(route.Config{Log: slog.New(slog.DiscardHandler)}, routes)
	if err != nil {
		t.Fatal(err)
	}
	return NewForHandler(t, h)
}

// NewForHandler returns a client of any handler.
func NewForHandler(t testing.TB, h http.Handler) *Client { return &Client{t, h, http.Header{}} }

// WithT returns the client for another test, such as the target of a fuzz test.
func (c *Client) WithT(t testing.TB) *Client { return &Client{t, c.h, c.header} }

// WithHeader returns a client that sends a header along.
func (c *Client) WithHeader(name, value string) *Client {
	d := *c
	d.header = c.header.Clone()
	d.header.Set(name, value)
	return &d
}

// Get asks for a path with its query.
func (c *Client) Get(path string) *Response { return c.Do(http.MethodGet, path, nil) }

// Post sends a body: a string as it is, anything else as JSON.
func (c *Client) Post(path string, body any) *Response { return c.Do(http.MethodPost, path, body) }

// Delete asks for a deletion.
func (c *Client) Delete(path string) *Response { return c.Do(http.MethodDelete, path, nil) }

// Do sends any request.
func (c *Client) Do(method, path string, body any) *Response {
	c.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader(c.encode(body)))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.header {
		r.Header[k] = v
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	return &Response{c.t, w.Code, w.Header(), w.Body.Bytes()}
}

func (c *Client) encode(body any) []byte {
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return []byte(b)
	case []byte:
		return b
	}
	b, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// A Response is what came back.
type Response struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Want fails the test unless the answer has this status and exactly this body.
func (a *Response) Want(status int, body string) *Response {
	a.t.Helper()
	if got := strings.TrimSpace(string(a.Body)); a.Status != status || got != body {
		a.t.Errorf("got  %d %s\nwant %d %s", a.Status, got, status, body)
	}
	return a
}

// Decode decodes the body of a successful answer; others fail the test.
func (a *Response) Decode(v any) *Response {
	a.t.Helper()
	if a.Status/100 != 2 {
		a.t.Fatalf("got %d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
	return a
}
