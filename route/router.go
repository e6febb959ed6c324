package route

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/route/schema"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// Config is what a Router needs to know of its shop. Origins are as in Medusa's configuration: separated by commas, those
// between slashes are regular expressions.
type Config struct {
	StoreCORS, AdminCORS, AuthCORS string

	Auth      Authenticator   // nil lets everybody in everywhere
	Keys      PublishableKeys // nil asks no store request for a key
	Log       *slog.Logger    // nil is slog.Default
	BodyLimit int64           // in bytes; 0 is DefaultBodyLimit

	// Errors, if set, may answer requests that fail in its own way. If it returns false, having written nothing, they are answered as always.
	Errors func(w http.ResponseWriter, r *http.Request, err error) bool
	// AdditionalData says what may be in the additional_data of some routes.
	AdditionalData []AdditionalDataSchema

	Telemetry *telemetry.Telemetry // is told of requests; may be nil

	Cache func(http.Handler) http.Handler // wraps the handlers of routes that are Cached; nil for none
}

// A Router serves routes. Under /admin it wants a user, under /store a publishable key.
type Router struct {
	cfg    Config
	log    *slog.Logger
	tree   branch
	global []matcher
	scopes [3]scope
}

// A scope is a part of the API with CORS and a login of its own.
type scope struct {
	name string
	cors cors
	gate gate
	key  bool
}

// NewRouter makes a router. Two routes with the same method and pattern are an error, which names both places, unless the later one has [Override].
func NewRouter(cfg Config, routes []Route, middleware ...Middleware) (*Router, error) {
	rt := &Router{cfg: cfg, log: cfg.Log}
	if rt.log == nil {
		rt.log = slog.Default()
	}
	if rt.cfg.BodyLimit == 0 {
		rt.cfg.BodyLimit = DefaultBodyLimit
	}
	rt.scopes = [3]scope{
		{name: "/admin", cors: newCORS(cfg.AdminCORS), gate: gate{[]string{"user"}, Bearer | Session | APIKey}},
		{name: "/store", cors: newCORS(cfg.StoreCORS), gate: gate{[]string{"customer"}, Bearer | Session | Unauthenticated}, key: true},
		{name: "/auth", cors: newCORS(cfg.AuthCORS)},
	}
	health := Handle(http.MethodGet, "/health", http.HandlerFunc(healthy))
	var wrong []error
	for _, r := range append([]Route{health}, routes...) {
		if r.Cached && cfg.Cache != nil {
			r.Handler = cfg.Cache(r.Handler)
		}
		wrong = append(wrong, rt.tree.add(r))
	}
	for _, a := range cfg.AdditionalData {
		wrong = append(wrong, rt.tree.extend(a))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	for _, m := range middleware {
		if m.Handler == nil {
			return nil, fmt.Errorf("route: the middleware for %q has no handler", m.Matcher)
		}
		rt.global = append(rt.global, newMatcher(m))
	}
	slices.SortStableFunc(rt.global, func(a, b matcher) int { return cmp.Compare(len(a.methods), len(b.methods)) })
	return rt, nil
}

func healthy(w http.ResponseWriter, r *http.Request) {
	send(w, r, http.StatusOK, htmlType, []byte("OK"))
}

// Routes lists the routes that are served, by pattern and method.
func (rt *Router) Routes() []Route {
	var out []Route
	rt.tree.walk(func(l *leaf) { out = append(out, *l.route) })
	slices.SortFunc(out, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Method, b.Method))
	})
	return out
}

// ServeHTTP answers a request. A panic is logged and answered as an unknown error.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := &Request{id: requestID(r), router: rt, rawQuery: r.URL.RawQuery, header: r.Header, remote: r.RemoteAddr, body: schema.ObjectValue()}
	w.Header()["X-Request-Id"] = []string{req.id}
	rec := &recorder{ResponseWriter: w}
	started := time.Now()
	if rt.cfg.Telemetry != nil {
		var end func()
		r, end = rt.observe(rec, r, req)
		defer end()
	}
	defer rt.finish(rec, r, req, started)
	rt.serve(rec, r, req)
}

// requestID takes over the caller's id if it is a decent one.
func requestID(r *http.Request) string {
	if own := r.Header.Get("X-Request-Id"); own != "" && len(own) <= 128 && strings.IndexFunc(own, func(c rune) bool { return c <= ' ' || c > '~' }) < 0 {
		return own
	}
	return id.New("req")
}

func (rt *Router) finish(rec *recorder, r *http.Request, req *Request, started time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		rt.log.ErrorContext(r.Context(), "request panicked", "request", req.id, "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
		if rec.status == 0 {
			send(rec, r, http.StatusInternalServerError, jsonType, appendError(nil, "unknown_error", "unknown_error", fault.Message(nil)))
		}
	}
	if rt.log.Enabled(r.Context(), slog.LevelDebug) {
		rt.log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("request", req.id), slog.String("method", r.Method),
			slog.String("path", r.URL.Path), slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", time.Since(started)))
	}
}

// serve follows the order of Medusa's middleware: body, CORS, publishable key, login, the shop's own, route.
func (rt *Router) serve(w http.ResponseWriter, r *http.Request, req *Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	found := rt.find(path, r.Method, req)
	if !rt.parse(w, r, req, found) {
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, req))
	if s := rt.scope(r.URL.Path); s != nil && !rt.enter(s, w, r, req, found, path) {
		return
	}
	h := rt.last(found, path)
	if len(rt.global) > 0 {
		segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
		for _, m := range slices.Backward(rt.global) {
			if m.matches(r.Method, segments) {
				h = m.wrap(h)
			}
		}
	}
	h.ServeHTTP(w, r)
}

func (rt *Router) find(path, method string, req *Request) *leaf {
	l := rt.tree.find(path, method, &req.params, 0)
	if l == nil && method == http.MethodHead {
		l = rt.tree.find(path, http.MethodGet, &req.params, 0)
	}
	if l != nil {
		req.names, req.pattern, req.additional = l.names, l.route.Pattern, l.route.additional
	}
	return l
}

// parse reads the body and the parameters, or answers what is wrong with them.
func (rt *Router) parse(w http.ResponseWriter, r *http.Request, req *Request, found *leaf) bool {
	limit := rt.cfg.BodyLimit
	if err := req.checkText(); err != nil {
		req.refuse(w, r, err)
		return false
	}
	if found != nil {
		if found.route.BodyLimit > 0 {
			limit = found.route.BodyLimit
		}
		if err := unescapeAll(req.params[:]); err != nil {
			req.refuse(w, r, err)
			return false
		}
		for i, n := range found.names {
			r.SetPathValue(n, req.params[i])
		}
		if found.route.RawBody {
			return true
		}
	}
	if err := req.read(r, limit); err != nil {
		req.refuse(w, r, err)
		return false
	}
	return true
}

func (rt *Router) scope(path string) *scope {
	for i := range rt.scopes {
		s := &rt.scopes[i]
		if n := len(s.name); len(path) >= n && strings.EqualFold(path[:n], s.name) && (len(path) == n || path[n] == '/') {
			return s
		}
	}
	return nil
}

// enter does what a scope wants done before its routes. It reports false when it has answered.
func (rt *Router) enter(s *scope, w http.ResponseWriter, r *http.Request, req *Request, found *leaf, path string) bool {
	if target := rt.corsTarget(r, found, path); target != nil && !target.route.NoCORS && s.cors.apply(w, r) {
		return false
	}
	if s.key {
		if rt.cfg.Keys != nil && !req.publishable(w, r, rt.cfg.Keys) {
			return false
		}
		req.store, req.locale = true, localeOf(r)
	}
	if rt.cfg.Auth == nil || s.gate.actorTypes == nil || found != nil && found.route.Public {
		return true
	}
	return s.gate.admit(w, r, req)
}

// corsTarget is the route that a request, or the request that a preflight asks for, would reach. HEAD counts only where it is a route of its own.
func (rt *Router) corsTarget(r *http.Request, found *leaf, path string) *leaf {
	method := r.Method
	if method == http.MethodOptions {
		if asked := r.Header.Get("Access-Control-Request-Method"); asked != "" {
			method = asked
		}
	}
	if found != nil && found.route.Method == method {
		return found
	}
	var vals [8]string
	return rt.tree.find(path, method, &vals, 0)
}

// last is the handler at the end of the chain: the route, the list of methods for OPTIONS, or that there is nothing.
func (rt *Router) last(found *leaf, path string) http.Handler {
	if found != nil {
		return found.handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && rt.options(w, r, path) {
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		RequestFromContext(r.Context()).WriteError(w, r, fault.New(fault.NotFound, "Cannot %s %s", r.Method, r.URL.Path))
	})
}

func (rt *Router) options(w http.ResponseWriter, r *http.Request, path string) bool {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		var vals [8]string
		if rt.tree.find(path, m, &vals, 0) == nil {
			continue
		}
		methods = append(methods, m)
		if m == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	if methods == nil {
		return false
	}
	allow := strings.Join(methods, ",")
	w.Header()["Allow"] = []string{allow}
	send(w, r, http.StatusOK, htmlType, []byte(allow))
	return true
}

// localeOf reads ?locale= or the header x-medusa-locale, in the usual case of BCP 47: en-US, zh-Hans.
func localeOf(r *http.Request) string {
	tag := r.Header.Get("X-Medusa-Locale")
	if strings.Contains(r.URL.RawQuery, "locale=") {
		if q := r.URL.Query().Get("locale"); q != "" {
			tag = q
		}
	}
	parts := strings.FieldsFunc(tag, func(c rune) bool { return c == '-' || c == '_' })
	for i, p := range parts {
		switch {
		case i == 0:
			parts[i] = strings.ToLower(p)
		case len(p) == 2:
			parts[i] = strings.ToUpper(p)
		case len(p) == 4:
			parts[i] = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
		}
	}
	return strings.Join(parts, "-")
}

// A recorder remembers what was answered. http.ResponseController reaches through it, and it flushes.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 || w.status < 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far.
func (w *recorder) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // not all writers can
}
