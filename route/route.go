// Package route is the HTTP side of a shop: typed handlers of the shape func(ctx, In) (Out, error), a router that behaves as
// Medusa's does where clients can tell, and plain net/http wherever that is enough.
//
// The struct In says what a request may look like. Fields tagged path:"id" come from the pattern, query:"limit" from the query
// string, header:"x-name" from a header; all others are the JSONAppender body, by their json tags (see [schema.Of] for the tag valid).
// A field `body:"raw"` of type []byte takes the body as it came.
package route

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/origin"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Route answers one method on one pattern. Patterns are paths in which {id} stands for a segment and a trailing {rest...} or * for
// anything. Static segments match whatever their case.
type Route struct {
	Method  string
	Pattern string
	Handler http.Handler

	Public    bool                              // no login, though the pattern is under /admin
	NoCORS    bool                              // no CORS headers, though the pattern is under /admin, /store or /auth
	BodyLimit int64                             // of bytes in the body; 0 means the router's
	RawBody   bool                              // the body is not parsed ahead, and not limited
	Cached    bool                              // answers may come from the router's cache
	Use       []func(http.Handler) http.Handler // wrapped around the handler, first outermost

	Body, Query    *schema.Schema // what is accepted; nil when anything is
	In, Out        reflect.Type   // of typed handlers
	ResponseSchema *schema.Schema // what is answered, if that is not Out; nil when nobody has said

	overrides  bool
	additional *schema.Schema // of additional_data in the body, if not that of Body
	at         origin.Place
}

// An Option changes a route.
type Option func(*Route)

// Public lets a route under /admin be used without login.
func Public() Option { return func(r *Route) { r.Public = true } }

// NoCORS keeps CORS headers off a route.
func NoCORS() Option { return func(r *Route) { r.NoCORS = true } }

// BodyLimit bounds the body of a route, in bytes.
func BodyLimit(n int64) Option { return func(r *Route) { r.BodyLimit = n } }

// SkipBodyParsing leaves the body of a route alone, for uploads and streams.
func SkipBodyParsing() Option { return func(r *Route) { r.RawBody = true } }

// Cached lets answers of a route come from the router's cache, if it has one. They must depend on nothing but the address, the publishable key, the
// language, and the database.
func Cached() Option { return func(r *Route) { r.Cached = true } }

// Use wraps the handler of a route in middleware; the first is outermost.
func Use(wrap ...func(http.Handler) http.Handler) Option {
	return func(r *Route) { r.Use = append(r.Use, wrap...) }
}

// Override makes a route take the place of one with the same method and pattern, of which two are a mistake otherwise.
func Override() Option { return func(r *Route) { r.overrides = true } }

// Status answers with another status than 200.
func Status(code int) Option {
	return func(r *Route) {
		if e, ok := r.Handler.(statusSetter); ok {
			e.setStatus(code)
		}
	}
}

// Created answers with status 201.
func Created() Option { return Status(http.StatusCreated) }

// ResponseSchema tells what is answered by a route whose handler has no type for it.
func ResponseSchema(s *schema.Schema) Option { return func(r *Route) { r.ResponseSchema = s } }

// InputSchemas tells the schemas of a route that checks its input itself.
func InputSchemas(query, body *schema.Schema) Option {
	return func(r *Route) { r.Query, r.Body = query, body }
}

// Get routes GET, and HEAD.
func Get[In, Out any](pattern string, h func(context.Context, In) (Out, error), opts ...Option) Route {
	return typed(http.MethodGet, pattern, h, opts)
}

// Post routes POST.
func Post[In, Out any](pattern string, h func(context.Context, In) (Out, error), opts ...Option) Route {
	return typed(http.MethodPost, pattern, h, opts)
}

// Put routes PUT.
func Put[In, Out any](pattern string, h func(context.Context, In) (Out, error), opts ...Option) Route {
	return typed(http.MethodPut, pattern, h, opts)
}

// Patch routes PATCH.
func Patch[In, Out any](pattern string, h func(context.Context, In) (Out, error), opts ...Option) Route {
	return typed(http.MethodPatch, pattern, h, opts)
}

// Delete routes DELETE.
func Delete[In, Out any](pattern string, h func(context.Context, In) (Out, error), opts ...Option) Route {
	return typed(http.MethodDelete, pattern, h, opts)
}

// Handle routes to a plain handler. Its body is as it came, and has been refused already if it was broken JSONAppender.
func Handle(method, pattern string, h http.Handler, opts ...Option) Route {
	return build(Route{Method: method, Pattern: pattern, Handler: h}, opts)
}

// Func routes to a handler that looks at the request itself. What it returns is written like the Out of a typed handler.
func Func(method, pattern string, h func(context.Context, *Request) (any, error), opts ...Option) Route {
	return build(Route{Method: method, Pattern: pattern, Handler: &dynamic{h: h, out: newWriter()}}, opts)
}

// typed panics when In cannot be decoded, for that is a mistake in the program.
func typed[In, Out any](method, pattern string, h func(context.Context, In) (Out, error), opts []Option) Route {
	p, err := compile(reflect.TypeFor[In]())
	if err != nil {
		panic(err)
	}
	e := &endpoint[In, Out]{plan: p, h: h, out: newWriter(), streams: reflect.TypeFor[Out]() == reflect.TypeFor[Events]()}
	r := Route{Method: method, Pattern: pattern, Handler: e, In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
	if p.body != nil {
		r.Body = p.body.Schema
	}
	if p.query != nil {
		r.Query = p.query.Schema
	}
	return build(r, opts)
}

func build(r Route, opts []Option) Route {
	r.at = origin.Caller()
	for _, o := range opts {
		o(&r)
	}
	return r
}

// handler is the route's handler inside its middleware.
func (r *Route) handler() http.Handler {
	h := r.Handler
	for _, wrap := range slices.Backward(r.Use) {
		h = wrap(h)
	}
	return h
}

// A Middleware wraps all requests that match. With methods, the matcher must be the whole path; without, it may be a beginning of
// it. In a matcher, :id or {id} stands for a segment and * for anything: "/custom*", "/custom/:id".
type Middleware struct {
	Matcher string
	Methods []string
	Handler func(http.Handler) http.Handler
}

type statusSetter interface {
	setStatus(int)
	success() int
}

// Success is the status of answers without an error.
func (r *Route) Success() int {
	if e, ok := r.Handler.(statusSetter); ok {
		return e.success()
	}
	return http.StatusOK
}

// A Parameter is a value of the path or a header that a typed handler takes.
type Parameter struct {
	Name, In string // In is "path" or "header"
	Schema   *schema.Schema
}

// Parameters are what the pattern names, and the headers that a typed handler reads.
func (r *Route) Parameters() (out []Parameter) {
	types := map[string]*schema.Schema{}
	e, typed := r.Handler.(planned)
	if typed {
		for _, s := range e.filled().path {
			types[s.name] = s.typ.Schema
		}
	}
	for _, name := range paramNames(r.Pattern) {
		s := types[name]
		if s == nil {
			s = schema.String()
		}
		out = append(out, Parameter{name, "path", s})
	}
	if typed {
		for _, s := range e.filled().header {
			out = append(out, Parameter{s.name, "header", s.typ.Schema})
		}
	}
	return out
}

type planned interface{ filled() *plan }

// An endpoint is a typed handler.
type endpoint[In, Out any] struct {
	plan    *plan
	h       func(context.Context, In) (Out, error)
	out     *writer
	streams bool
}

func (e *endpoint[In, Out]) setStatus(code int) { e.out.status = code }
func (e *endpoint[In, Out]) success() int       { return e.out.status }
func (e *endpoint[In, Out]) filled() *plan      { return e.plan }

// ServeHTTP also works without a router, so that one route can be tested alone.
func (e *endpoint[In, Out]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, r, ok := requestOf(w, r)
	if !ok {
		return
	}
	var in In
	if err := e.plan.fill(req, reflect.ValueOf(&in).Elem()); err != nil {
		req.WriteError(w, r, err)
		return
	}
	ctx := r.Context()
	if e.streams {
		var cancel context.CancelFunc
		ctx, cancel = untilStop(ctx)
		defer cancel()
	}
	out, err := e.h(ctx, in)
	if err != nil {
		req.WriteError(w, r, err)
		return
	}
	e.out.write(w, r.WithContext(ctx), req, out)
}

// A dynamic is a handler that looks at the request itself.
type dynamic struct {
	h   func(context.Context, *Request) (any, error)
	out *writer
}

func (d *dynamic) setStatus(code int) { d.out.status = code }
func (d *dynamic) success() int       { return d.out.status }

func (d *dynamic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, r, ok := requestOf(w, r)
	if !ok {
		return
	}
	out, err := d.h(r.Context(), req)
	if err != nil {
		req.WriteError(w, r, err)
		return
	}
	d.out.write(w, r, req, out)
}
