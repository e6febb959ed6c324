package route_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/route"
)

// Text that a database cannot store is refused wherever a request has it.
func TestText(t *testing.T) {
	t.Parallel()
	ok := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	router, err := route.NewRouter(route.Config{}, []route.Route{
		route.Handle(http.MethodGet, "/items/{id}", http.HandlerFunc(ok)),
		route.Handle(http.MethodPost, "/items/{id}", http.HandlerFunc(ok)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target, header, media, body string
		status                      int
	}{
		{"/items/a%00b", "", "", "", 400},
		{"/items/%ED%A0%80", "", "", "", 400},
		{"/items/%FF", "", "", "", 400},
		{"/items/a?q=%00", "", "", "", 400},
		{"/items/a?q%00=a", "", "", "", 400},
		{"/items/a?q[a][]=%ed%bf%bf", "", "", "", 400},
		{"/items/a?q=\xff", "", "", "", 400},
		{"/items/a?q=%E9", "", "", "", 200}, // stays as it is, as it does for Medusa
		{"/items/a?q=%ED%95%9C", "", "", "", 200},
		{"/items/a", "a\x00b", "", "", 400},
		{"/items/a", "caf\xe9", "", "", 200},
		{"/items/a", "", "application/json", `{"a":"x\u0000"}`, 400},
		{"/items/a", "", "application/json", `{"a\u0000":1}`, 400},
		{"/items/a", "", "application/json", `{"a":[{"b":"\ud800"}]}`, 400},
		{"/items/a", "", "application/json", `{"a":"\udc00\ud800"}`, 400},
		{"/items/a", "", "application/json", `{"a":"\ud83d\ude00 \\u0000"}`, 200},
		{"/items/a", "", "application/x-www-form-urlencoded", `a=%00`, 400},
		{"/items/a", "", "text/plain", "a\x00", 400},
	} {
		method := http.MethodGet
		if c.media != "" {
			method = http.MethodPost
		}
		r := httptest.NewRequest(method, "/items/a", strings.NewReader(c.body))
		path, query, _ := strings.Cut(c.target, "?")
		if r.URL, err = r.URL.Parse(path); err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", c.media)
		if c.header != "" {
			r.Header["X-Name"] = []string{c.header}
		}
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		if w.Code != c.status || c.status == 400 && !strings.Contains(w.Body.String(), "The text") {
			t.Errorf("%q %q %q: %d %s, want %d", c.target, c.header, c.body, w.Code, w.Body, c.status)
		}
	}
}
