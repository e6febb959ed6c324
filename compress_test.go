package gorgon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Larger answers are compressed for who understands that; small ones, and streams, are not.
func TestCompression(t *testing.T) {
	t.Parallel()
	answer := func(contentType string, size int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Write([]byte(strings.Repeat("a", size)))
		}
	}
	for _, c := range []struct {
		on       bool
		h        http.Handler
		accepted string
		want     string
	}{
		{true, answer("application/json; charset=utf-8", 10_000), "gzip, br", "gzip"},
		{true, answer("application/json; charset=utf-8", 10_000), "", ""},
		{true, answer("application/json; charset=utf-8", 100), "gzip", ""},
		{true, answer("text/event-stream", 10_000), "gzip", ""},
		{false, answer("application/json; charset=utf-8", 10_000), "gzip", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", c.accepted)
		w := httptest.NewRecorder()
		New(Config{Compression: c.on, Getenv: func(string) string { return "" }}).compressed(c.h).ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); got != c.want || w.Code != http.StatusOK {
			t.Errorf("%+v got %q", c, got)
		}
	}
}
