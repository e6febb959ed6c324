package route

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A branch of the tree of routes is one segment deep. Static segments come before parameters, parameters before wildcards;
// a path whose best branch has no route for the method tries the next.
type branch struct {
	static map[string]*branch // by lower-case segment
	param  *branch
	leaves map[string]*leaf // by method
	wild   map[string]*leaf // by method, for any rest
}

type leaf struct {
	route   *Route
	names   []string // of the parameters, in order
	handler http.Handler
}

// add registers a route.
func (b *branch) add(r Route) error {
	if !strings.HasPrefix(r.Pattern, "/") || r.Method == "" || r.Handler == nil {
		return fmt.Errorf("route: %s %q at %s needs a method, a handler and a pattern that begins with /", r.Method, r.Pattern, r.at)
	}
	names := paramNames(r.Pattern)
	if len(names) > len(Request{}.params) {
		return fmt.Errorf("route: %q at %s has too many parameters", r.Pattern, r.at)
	}
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("route: %q at %s has two parameters %s", r.Pattern, r.at, n)
		}
	}
	at := b
	for seg := range strings.SplitSeq(strings.Trim(r.Pattern, "/"), "/") {
		kind, _ := segment(seg)
		if kind == restSegment {
			return put(&at.wild, r)
		}
		at = at.child(kind, seg)
	}
	return put(&at.leaves, r)
}

func put(m *map[string]*leaf, r Route) error {
	if *m == nil {
		*m = map[string]*leaf{}
	}
	if old := (*m)[r.Method]; old != nil && !r.overrides {
		return fmt.Errorf("route: %s %s at %s is routed already, as %s at %s; route.Override replaces it", r.Method, r.Pattern, r.at, old.route.Pattern, old.route.at)
	}
	(*m)[r.Method] = &leaf{&r, paramNames(r.Pattern), r.handler()}
	return nil
}

func (b *branch) child(kind segmentKind, seg string) *branch {
	if kind == paramSegment {
		if b.param == nil {
			b.param = &branch{}
		}
		return b.param
	}
	if b.static == nil {
		b.static = map[string]*branch{}
	}
	key := asciiLower(seg)
	if b.static[key] == nil {
		b.static[key] = &branch{}
	}
	return b.static[key]
}

type segmentKind uint8

const (
	staticSegment segmentKind = iota
	paramSegment
	restSegment
)

// segment tells what a segment of a pattern stands for: {id} and :id, {rest...} and *, or itself.
func segment(s string) (segmentKind, string) {
	switch {
	case s == "*":
		return restSegment, "*"
	case strings.HasPrefix(s, ":"):
		return paramSegment, s[1:]
	case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "...}"):
		return restSegment, s[1 : len(s)-4]
	case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}"):
		return paramSegment, s[1 : len(s)-1]
	}
	return staticSegment, s
}

// paramNames lists the names in a pattern, in order.
func paramNames(pattern string) []string {
	var names []string
	for seg := range strings.SplitSeq(pattern, "/") {
		if kind, name := segment(seg); kind != staticSegment {
			names = append(names, name)
		}
	}
	return names
}

// find returns the leaf for a path without its leading slash, and puts the escaped parameters into vals.
func (b *branch) find(path, method string, vals *[8]string, n int) *leaf {
	seg, rest, more := strings.Cut(path, "/")
	if next := b.static[asciiLower(seg)]; next != nil {
		if l := next.descend(rest, more, method, vals, n); l != nil {
			return l
		}
	}
	if b.param != nil && seg != "" {
		if l := b.param.descend(rest, more, method, vals, n+1); l != nil {
			vals[n] = seg
			return l
		}
	}
	if l := b.wild[method]; l != nil {
		vals[n] = path
		return l
	}
	return nil
}

func (b *branch) descend(rest string, more bool, method string, vals *[8]string, n int) *leaf {
	if more && rest != "" {
		return b.find(rest, method, vals, n)
	}
	if l := b.leaves[method]; l != nil {
		return l
	}
	if l := b.wild[method]; l != nil {
		vals[n] = ""
		return l
	}
	return nil
}

func asciiLower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// walk visits all leaves.
func (b *branch) walk(visit func(*leaf)) {
	for _, set := range []map[string]*leaf{b.leaves, b.wild} {
		for _, l := range set {
			visit(l)
		}
	}
	for _, c := range b.static {
		c.walk(visit)
	}
	if b.param != nil {
		b.param.walk(visit)
	}
}

// unescapeAll decodes the parameters.
func unescapeAll(vals []string) error {
	for i, v := range vals {
		if !strings.Contains(v, "%") {
			continue
		}
		plain, err := url.PathUnescape(v)
		if err != nil {
			return fault.New(fault.Invalid, "Failed to decode param '%s'", v)
		}
		if err := schema.CheckText(plain); err != nil {
			return err
		}
		vals[i] = plain
	}
	return nil
}

// A matcher is a compiled Middleware.
type matcher struct {
	segments []string
	prefix   bool // it may match a beginning of the path
	methods  []string
	wrap     func(http.Handler) http.Handler
}

func newMatcher(m Middleware) matcher {
	return matcher{strings.Split(strings.Trim(m.Matcher, "/"), "/"), len(m.Methods) == 0, m.Methods, m.Handler}
}

func (m matcher) matches(method string, path []string) bool {
	if !m.prefix && !slices.Contains(m.methods, method) {
		return false
	}
	if len(m.segments) == 1 && m.segments[0] == "" {
		return m.prefix || len(path) == 1 && path[0] == ""
	}
	for i, seg := range m.segments {
		if head, ok := strings.CutSuffix(seg, "*"); ok && i == len(m.segments)-1 {
			return head == "" || i < len(path) && strings.HasPrefix(asciiLower(path[i]), asciiLower(head))
		}
		if i >= len(path) {
			return false
		}
		if kind, _ := segment(seg); kind == staticSegment && seg != "*" && !strings.EqualFold(seg, path[i]) {
			return false
		}
	}
	return m.prefix || len(path) == len(m.segments)
}
