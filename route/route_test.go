package route_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// Opt has the shape of module.Opt.
type Opt[T any] struct {
	Set, Null bool
	Value     T
}

func line(v ...any) string { return strings.TrimSuffix(fmt.Sprintln(v...), "\n") }

type tag struct {
	Value      string         `json:"value"`
	ExternalID Opt[string]    `json:"external_id"`
	Metadata   map[string]any `json:"metadata" valid:"nullish"`
}

func echo(_ context.Context, in tag) (map[string]any, error) {
	return map[string]any{"value": in.Value, "set": in.ExternalID.Set, "null": in.ExternalID.Null, "meta": in.Metadata}, nil
}

func TestBodies(t *testing.T) {
	t.Parallel()
	c := routetest.New(t, route.Post("/admin/tags", echo))
	for _, q := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"value":"a"}`, 200, `{"meta":null,"null":false,"set":false,"value":"a"}`},
		{`{"value":"<a>","external_id":null,"metadata":{"n":1e400,"big":12345678901234567890}}`, 200, `{"meta":{"big":12345678901234567000,"n":null},"null":true,"set":true,"value":"<a>"}`},
		{`{}`, 400, `{"type":"invalid_data","message":"Invalid request: Field 'value' is required"}`},
		{``, 400, `{"type":"invalid_data","message":"Invalid request: Field 'value' is required"}`},
		{`[]`, 400, `{"type":"invalid_data","message":"Invalid request: Field '' is required"}`},
		{`{"value":5}`, 400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'value', got: '5'"}`},
		{`{"value":null}`, 400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'value', got: 'null'"}`},
		{`{"value":"a","bogus":true,"other":1}`, 400, `{"type":"invalid_data","message":"Invalid request: Unrecognized fields: 'bogus, other'"}`},
		{`{"value":"a","metadata":"x"}`, 400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'record' for field 'metadata', got: 'x'"}`},
		{`{"value":5,"bogus":1}`, 400, `{"type":"invalid_data","message":"Invalid request: Expected type: 'string' for field 'value', got: '5'; Unrecognized fields: 'bogus'"}`},
		{`null`, 400, `{"message":"Unexpected token 'n', \"null\" is not valid JSON","type":"invalid_data"}`},
		{`{"broken":`, 400, `{"message":"Unexpected end of JSON input","type":"invalid_data"}`},
	} {
		c.Post("/admin/tags", q.body).Want(q.status, q.want)
	}
	c.WithHeader("Content-Type", "application/x-www-form-urlencoded").Post("/admin/tags", "value=a%40b&metadata[x][y]=1").
		Want(200, `{"meta":{"x":{"y":"1"}},"null":false,"set":false,"value":"a@b"}`)
	c.WithHeader("Content-Type", "text/plain").Post("/admin/tags", "x=1").
		Want(400, `{"type":"invalid_data","message":"Invalid request: Field '' is required"}`)
	c.WithHeader("Content-Type", "application/json; charset=latin1").Post("/admin/tags", "{}").
		Want(415, `{"message":"unsupported charset \"LATIN1\"","type":"unknown_error"}`)
	c.Post("/admin/tags", `{"value":"`+strings.Repeat("x", 110_000)+`"}`).
		Want(413, `{"message":"request entity too large","type":"unknown_error"}`)
}

type address struct {
	City    string  `json:"city"`
	Country *string `json:"country_code"`
}

type order struct {
	ID      string      `path:"id"`
	Limit   int         `query:"limit" valid:"default=20"`
	Deleted bool        `query:"with_deleted"`
	IDs     []string    `query:"id"`
	Status  string      `json:"status" valid:"optional,enum=draft|open"`
	Amount  float64     `json:"amount" valid:"optional,min=0"`
	Count   int         `json:"count" valid:"optional,above=0"`
	Email   Opt[string] `json:"email" valid:"email"`
	Address *address    `json:"address" valid:"optional"`
	Items   []struct {
		VariantID string `json:"variant_id" valid:"min=1"`
	} `json:"items" valid:"optional,min=1"`
}

func TestValidation(t *testing.T) {
	t.Parallel()
	c := routetest.New(t, route.Post("/store/orders/{id}", func(_ context.Context, in order) (string, error) {
		return line(in.ID, in.Limit, in.Deleted, in.IDs, in.Status, in.Amount, in.Count, in.Email, in.Address != nil, len(in.Items)), nil
	}))
	bad := func(m string) string { return `{"type":"invalid_data","message":"Invalid request: ` + m + `"}` }
	for _, q := range []struct {
		query, body string
		status      int
		want        string
	}{
		{"", `{}`, 200, `"X1 20 false []  0 0 {false false } false 0"`},
		{"?limit=10abc&id[]=a,b&with_deleted=true", `{"status":"open","items":[{"variant_id":"v","drop":1}]}`, 200, `"X1 10 true [a b] open 0 0 {false false } false 1"`},
		{"?id=a", `{"email":null}`, 200, `"X1 20 false [a]  0 0 {true true } false 0"`},
		{"?limit=abc", `{}`, 400, bad("Expected type: 'number' for field 'limit', got: 'abc'")},
		{"?limit=", `{}`, 400, bad("Expected type: 'number' for field 'limit', got: ''")},
		{"?with_deleted=perhaps", `{}`, 400, bad("Expected type: 'boolean' for field 'with_deleted', got: 'perhaps'")},
		{"?bogus=1&limit=3", `{}`, 400, bad("Unrecognized fields: 'bogus'")},
		{"", `{"status":"gone"}`, 400, bad("Expected: 'draft, open' for field 'status', but got: 'gone'")},
		{"", `{"amount":-1,"count":0}`, 400, bad("Value for field 'amount' too small, expected at least: '0'; Value for field 'count' too small, expected at least: '0'")},
		{"", `{"email":"no"}`, 400, bad("Invalid email address")},
		{"", `{"address":null}`, 400, bad("Expected type: 'object' for field 'address', got: 'null'")},
		{"", `{"address":{"city":5}}`, 400, bad("Expected type: 'string' for field 'address, city', got: '5'")},
		{"", `{"items":[]}`, 400, bad("Value for field 'items' too small, expected at least: '1'")},
		{"", `{"items":[{"variant_id":5}]}`, 400, bad("Field 'items, 0, variant_id' is required")},
		{"", `{"count":1.5}`, 400, bad("Expected type: 'int' for field 'count', got: '1.5'")},
	} {
		c.Post("/store/orders/X1"+q.query, q.body).Want(q.status, q.want)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	fail := func(err error) func(context.Context, struct{}) (struct{}, error) {
		return func(context.Context, struct{}) (struct{}, error) { return struct{}{}, err }
	}
	c := routetest.New(t,
		route.Get("/a", fail(fault.New(fault.NotFound, "Post with id: x was not found"))),
		route.Get("/b", fail(errors.New("secret"))),
		route.Get("/c", fail(fault.New(fault.Duplicate, "twice"))),
		route.Get("/d", func(context.Context, struct{}) (*struct{}, error) { return nil, nil }),
		route.Get("/e", func(context.Context, struct{}) (any, error) { panic("oops") }),
		route.Post("/f", func(context.Context, struct{}) (route.RawResponse, error) {
			return route.RawResponse{Status: 201, ContentType: "text/plain", Body: []byte("Created")}, nil
		}),
		route.Post("/g", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }, route.Created()),
	)
	c.Get("/a").Want(404, `{"type":"not_found","message":"Post with id: x was not found"}`)
	c.Get("/b").Want(500, `{"code":"unknown_error","type":"unknown_error","message":"An unknown error occurred."}`)
	c.Get("/c").Want(422, `{"code":"invalid_request_error","type":"duplicate_error","message":"twice"}`)
	c.Get("/d").Want(200, `{}`)
	c.Get("/e").Want(500, `{"code":"unknown_error","type":"unknown_error","message":"An unknown error occurred."}`)
	c.Post("/f", nil).Want(201, `Created`)
	c.Post("/g", nil).Want(201, `{}`)
	c.Get("/none").Want(404, `{"type":"not_found","message":"Cannot GET /none"}`)
	c.Get("/health").Want(200, "OK")
	tag := c.Get("/d").Header.Get("Etag")
	c.WithHeader("If-None-Match", tag).Get("/d").Want(304, "")
}

// door is an Authenticator that knows one user, one customer and one key.
type door struct{}

func (door) AuthenticateBearer(_ context.Context, token string) (*route.Actor, error) {
	kind, id, ok := strings.Cut(token, ":")
	if !ok {
		return nil, nil
	}
	return &route.Actor{Type: kind, ID: id, AuthIdentityID: "authid_1"}, nil
}

func (door) AuthenticateSession(r *http.Request) (*route.Actor, error) {
	if c, err := r.Cookie("connect.sid"); err == nil {
		return &route.Actor{Type: "user", ID: c.Value}, nil
	}
	return nil, nil
}

func (door) AuthenticateSecretKey(_ context.Context, token string) (*route.Actor, error) {
	if token == "sk_1" {
		return &route.Actor{Type: "api-key", ID: "apk_1"}, nil
	}
	return nil, nil
}

func (door) SalesChannels(_ context.Context, key string) ([]string, bool, error) {
	return []string{"sc_1"}, key == "pk_1", nil
}

func who(ctx context.Context, in struct {
	ID string `path:"id"`
}) (string, error) {
	a, ok := route.ActorFromContext(ctx)
	return line(in.ID, a.Type, a.ID, ok, route.SalesChannels(ctx), route.RequestFromContext(ctx).Locale()), nil
}

func shop(t *testing.T) *routetest.Client {
	h, err := route.NewRouter(route.Config{Auth: door{}, Keys: door{}, AdminCORS: "http://localhost:9000,/\\.example\\.com$/", StoreCORS: "http://localhost:8000"}, []route.Route{
		route.Get("/admin/posts/{id}", who),
		route.Post("/admin/posts/{id}", who),
		route.Get("/admin/posts/me", func(context.Context, struct{}) (string, error) { return "me", nil }),
		route.Post("/admin/login", func(context.Context, struct{}) (string, error) { return "in", nil }, route.Public()),
		route.Get("/store/posts/{id}", who),
		route.Get("/store/me/{id}", who, route.Auth(route.Bearer|route.Session, "customer")),
		route.Post("/store/me/{id}", who, route.Auth(route.Bearer|route.Unregistered, "customer")),
		route.Get("/files/{rest...}", func(_ context.Context, in struct {
			Rest string `path:"rest"`
		}) (string, error) {
			return in.Rest, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return routetest.NewForHandler(t, h)
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	c := shop(t)
	c.Get("/admin/posts/1").Want(401, `{"message":"Unauthorized"}`)
	c.Get("/admin/none").Want(401, `{"message":"Unauthorized"}`)
	c.Post("/admin/posts/1", "{bad").Want(400, `{"message":"Expected property name or '}' in JSON at position 1","type":"invalid_data"}`)
	c.WithHeader("Authorization", "Bearer customer:c").Get("/admin/posts/1").Want(401, `{"message":"Unauthorized"}`)
	user := c.WithHeader("Authorization", "Bearer user:u")
	user.Get("/admin/posts/Ab%2F1").Want(200, `"Ab/1 user u true [] "`)
	user.Get("/ADMIN/Posts/ME/").Want(200, `"me"`)
	user.Post("/admin/posts/me", nil).Want(200, `"me user u true [] "`)
	user.Get("//admin/posts/1").Want(404, `{"type":"not_found","message":"Cannot GET //admin/posts/1"}`)
	user.Do("PUT", "/admin/posts/1", nil).Want(404, `{"type":"not_found","message":"Cannot PUT /admin/posts/1"}`)
	user.Do("OPTIONS", "/admin/posts/1", nil).Want(200, `GET,HEAD,POST`)
	c.WithHeader("Authorization", "Basic c2tfMTo=").Get("/admin/posts/1").Want(200, `"1 api-key apk_1 true [] "`)
	c.WithHeader("Authorization", "Basic sk_1").Get("/admin/posts/1").Want(200, `"1 api-key apk_1 true [] "`)
	c.WithHeader("Cookie", "connect.sid=s1").Get("/admin/posts/1").Want(200, `"1 user s1 true [] "`)
	c.Post("/admin/login", nil).Want(200, `"in"`)
	c.Get("/store/posts/1").Want(400, `{"type":"not_allowed","message":"Publishable API key required in the request header: x-publishable-api-key. You can manage your keys in settings in the dashboard."}`)
	c.WithHeader("X-Publishable-Api-Key", "no").Get("/store/posts/1").Want(400, `{"type":"not_allowed","message":"A valid publishable key is required to proceed with the request"}`)
	key := c.WithHeader("X-Publishable-Api-Key", "pk_1")
	key.Get("/store/posts/1?locale=de-at").Want(200, `"1   false [sc_1] de-AT"`)
	key.Get("/store/me/1").Want(401, `{"message":"Unauthorized"}`)
	key.WithHeader("Authorization", "Bearer customer:c").Get("/store/me/1").Want(200, `"1 customer c true [sc_1] "`)
	key.WithHeader("Authorization", "Bearer customer:").Get("/store/me/1").Want(401, `{"message":"Unauthorized"}`)
	key.WithHeader("Authorization", "Bearer customer:").Post("/store/me/1", nil).Want(200, `"1 customer  true [sc_1] "`)
	c.Get("/files/a/b%20c/D").Want(200, `"a/b c/D"`)
}

func TestCORS(t *testing.T) {
	t.Parallel()
	ask := func(method, path, origin, want string, status int) {
		t.Helper()
		c := shop(t).WithHeader("Origin", origin)
		if method == "OPTIONS" {
			c = c.WithHeader("Access-Control-Request-Method", "GET").WithHeader("Access-Control-Request-Headers", "x-a, x-b")
		}
		a := c.Do(method, path, nil)
		h := a.Header
		got := h.Get("Access-Control-Allow-Origin") + "|" + h.Get("Access-Control-Allow-Credentials") + "|" + h.Get("Access-Control-Allow-Headers") + "|" + h.Get("Vary")
		if got != want || a.Status != status {
			t.Errorf("%s %s from %s: %d %q, want %d %q", method, path, origin, a.Status, got, status, want)
		}
	}
	pre := "|true|x-a, x-b|Origin, Access-Control-Request-Headers"
	ask("OPTIONS", "/admin/posts/1", "http://localhost:9000", "http://localhost:9000"+pre, 204)
	ask("OPTIONS", "/admin/posts/1", "https://a.example.com", "https://a.example.com"+pre, 204)
	ask("OPTIONS", "/admin/posts/1", "http://evil.example", pre, 204)
	ask("OPTIONS", "/admin/none", "http://localhost:9000", "|||", 401)
	ask("OPTIONS", "/store/none", "http://localhost:8000", "|||", 400)
	ask("GET", "/admin/posts/1", "http://localhost:9000", "http://localhost:9000|true||Origin", 401)
	ask("HEAD", "/admin/posts/1", "http://localhost:9000", "|||", 401)
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	mark := func(s string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Add("X-Seen", s); next.ServeHTTP(w, r) })
		}
	}
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.PathValue("id")) })
	h, err := route.NewRouter(route.Config{}, []route.Route{
		route.Handle("GET", "/custom/{id}", http.NotFoundHandler()), route.Handle("GET", "/custom/{id}", ok, route.Override()), route.Handle("GET", "/customer", ok),
	}, route.Middleware{Matcher: "/custom/:id", Methods: []string{"GET"}, Handler: mark("id")}, route.Middleware{Matcher: "/custom*", Handler: mark("star")},
		route.Middleware{Matcher: "/custom", Handler: mark("prefix")}, route.Middleware{Matcher: "*", Handler: mark("all")})
	if err != nil {
		t.Fatal(err)
	}
	c := routetest.NewForHandler(t, h)
	for path, want := range map[string]string{"/custom/5": "star,prefix,all,id", "/customer": "star,all", "/custom/5/x": "star,prefix,all"} {
		if got := strings.Join(c.Get(path).Header["X-Seen"], ","); got != want {
			t.Errorf("%s saw %s, want %s", path, got, want)
		}
	}
	c.Get("/custom/5").Want(200, "5")
}

func TestServer(t *testing.T) {
	t.Parallel()
	slow := route.Handle("GET", "/stream", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		time.Sleep(50 * time.Millisecond)
		_, _ = io.WriteString(w, "data: 2\n\n")
	}))
	h, err := route.NewRouter(route.Config{}, []route.Route{slow})
	if err != nil {
		t.Fatal(err)
	}
	ln := httptest.NewUnstartedServer(nil).Listener
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- (&route.Server{Handler: h}).Serve(ctx, ln) }()
	res, err := http.Get("http://" + ln.Addr().String() + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, 9)
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "data: 1\n\n" {
		t.Fatalf("%q %v", first, err)
	}
	cancel() // the stream is allowed to end
	if rest, _ := io.ReadAll(res.Body); string(rest) != "data: 2\n\n" {
		t.Errorf("the server cut the stream off: %q", rest)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
