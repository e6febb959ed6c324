package schema

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gorgon-commerce/gorgon/fault"
)

// Limits of query strings and forms.
const (
	maxParams     = 1000 // more are dropped from a query, and refused in a form
	queryDepth    = 5    // brackets beyond these stay part of the key
	formDepth     = 32   // brackets beyond these are refused
	maxArrayIndex = 1000 // a[n] with a greater n makes an object
)

// ParseQuery reads a query string as Medusa does: a=1&a=2 and a[]=1 are arrays, a[b]=c and a.b=c are objects, a[]=x,y is split at
// its commas. What cannot be unescaped stays as it is.
func ParseQuery(raw string) (Value, error) {
	if raw == "" {
		return Value{kind: KindObject}, nil
	}
	v, err := parseForm(raw, queryDepth, false)
	if err != nil {
		return v, err
	}
	return normalizeQuery(v)
}

// ParseForm reads an urlencoded body.
func ParseForm(body string) (Value, error) {
	if body == "" {
		return ObjectValue(), nil
	}
	return parseForm(body, formDepth, true)
}

// normalizeQuery splits single values of arrays at commas and makes objects of dotted keys.
func normalizeQuery(v Value) (Value, error) {
	if !needsNormalizing(v) {
		return v, nil
	}
	out := Value{kind: KindObject}
	for i, k := range v.keys {
		m := splitCommas(v.items[i])
		parent, child, dotted := strings.Cut(k, ".")
		switch {
		case !dotted:
			out.set(k, m)
		case strings.Contains(child, "."):
			return v, fault.New(fault.InvalidArgument, "Key accessor more than 2 levels deep: %s", k)
		default:
			old := out.Get(parent)
			if old.kind != KindObject {
				old = Value{kind: KindObject}
			}
			out.set(parent, old.With(child, m))
		}
	}
	return out, nil
}

func needsNormalizing(v Value) bool {
	for i, k := range v.keys {
		if v.items[i].kind == KindArray || strings.Contains(k, ".") {
			return true
		}
	}
	return false
}

func splitCommas(v Value) Value {
	if v.kind != KindArray || len(v.items) != 1 || v.items[0].kind != KindString {
		return v
	}
	out := Value{kind: KindArray}
	for part := range strings.SplitSeq(v.items[0].text, ",") {
		out.items = append(out.items, StringValue(part))
	}
	return out
}

// A node is a value under construction. Arrays are sparse: at holds the indexes of items.
type node struct {
	kind  Kind
	text  string
	keys  []string
	at    []int
	items []*node
}

// parseForm follows the rules of the qs library for JavaScript. A strict parse refuses what a lax one cuts off.
func parseForm(s string, depth int, strict bool) (Value, error) {
	pairs, err := splitPairs(s, strict)
	if err != nil {
		return Value{}, err
	}
	root := &node{kind: KindObject}
	for _, p := range pairs {
		chain, ok := splitKey(p.key, depth)
		if !ok && strict {
			return Value{}, fault.New(fault.Invalid, "The input exceeded the depth")
		}
		if len(chain) > 0 {
			root.merge(nest(chain, p.val))
		}
	}
	v := root.value()
	return v, v.check()
}

type pair struct {
	key string
	val *node
}

// splitPairs unescapes the pairs and gathers the values of equal keys.
func splitPairs(s string, strict bool) ([]pair, error) {
	var out []pair
	seen := map[string]int{}
	n := 0
	for part := range strings.SplitSeq(s, "&") {
		if n++; n > maxParams {
			if strict {
				return nil, fault.New(fault.TooLarge, "too many parameters")
			}
			break
		}
		key, val := cutPair(brackets.Replace(part))
		if key == "" {
			continue
		}
		if i, ok := seen[key]; ok {
			out[i].val = combine(out[i].val, val)
			continue
		}
		seen[key] = len(out)
		out = append(out, pair{key, val})
	}
	return out, nil
}

var brackets = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

func cutPair(part string) (string, *node) {
	pos := strings.Index(part, "]=")
	if pos >= 0 {
		pos++
	} else {
		pos = strings.IndexByte(part, '=')
	}
	if pos < 0 {
		return unescape(part), &node{kind: KindString}
	}
	return unescape(part[:pos]), &node{kind: KindString, text: unescape(part[pos+1:])}
}

// unescape gives the text back as it is, but for plus signs, when an escape in it is broken. Halves
// of surrogate pairs are unescaped, so that CheckText refuses them.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out, err := url.QueryUnescape(s)
	if err != nil || !utf8.ValidString(out) && !hasSurrogate(out) {
		return strings.ReplaceAll(s, "+", " ")
	}
	return out
}

func combine(a, b *node) *node {
	out := &node{kind: KindArray}
	for _, n := range []*node{a, b} {
		if n.kind == KindArray {
			for _, m := range n.items {
				out.push(m)
			}
			continue
		}
		out.push(n)
	}
	return out
}

func (n *node) push(m *node) {
	at := 0
	if len(n.at) > 0 {
		at = n.at[len(n.at)-1] + 1
	}
	n.at, n.items = append(n.at, at), append(n.items, m)
}

// splitKey cuts a[b][] into "a", "[b]", "[]". It reports false when there are more brackets than depth; the last segment holds the rest.
func splitKey(key string, depth int) ([]string, bool) {
	open := strings.IndexByte(key, '[')
	if open < 0 {
		return []string{key}, true
	}
	var out []string
	if open > 0 {
		out = append(out, key[:open])
	}
	for range depth {
		end := closing(key, open)
		if end < 0 {
			return append(out, "["+key[open:]+"]"), true
		}
		out = append(out, key[open:end+1])
		next := strings.IndexByte(key[end:], '[')
		if next < 0 {
			return out, true
		}
		open = end + next
	}
	return append(out, "["+key[open:]+"]"), false
}

// closing finds the bracket that closes the one at open.
func closing(key string, open int) int {
	level := 0
	for i := open; i < len(key); i++ {
		switch key[i] {
		case '[':
			level++
		case ']':
			if level--; level == 0 {
				return i
			}
		}
	}
	return -1
}

// nest wraps a value in the containers that its key names, innermost last.
func nest(chain []string, leaf *node) *node {
	for i := len(chain) - 1; i >= 0; i-- {
		seg := chain[i]
		name := strings.TrimSuffix(strings.TrimPrefix(seg, "["), "]")
		bracketed := len(seg) >= 2 && seg[0] == '[' && seg[len(seg)-1] == ']'
		if !bracketed {
			name = seg
		}
		index, err := strconv.Atoi(name)
		switch {
		case seg == "[]":
			leaf = combine(&node{kind: KindArray}, leaf)
		case bracketed && err == nil && index >= 0 && index < maxArrayIndex && strconv.Itoa(index) == name:
			leaf = &node{kind: KindArray, at: []int{index}, items: []*node{leaf}}
		case name == "__proto__":
			leaf = &node{kind: KindObject}
		default:
			leaf = &node{kind: KindObject, keys: []string{name}, items: []*node{leaf}}
		}
	}
	return leaf
}

// merge puts another tree into this one and returns the result, which may be a new node.
func (n *node) merge(o *node) *node {
	switch {
	case o.kind == KindString && o.text == "":
		return n
	case n.kind == KindString:
		if o.kind == KindObject {
			return &node{kind: KindArray, at: []int{0, 1}, items: []*node{n, o}}
		}
		return combine(n, o)
	case o.kind == KindString && n.kind == KindArray:
		n.push(o)
		return n
	case o.kind == KindString:
		return &node{kind: KindArray, at: []int{0, 1}, items: []*node{n, o}}
	case n.kind == KindArray && o.kind == KindArray:
		n.mergeArray(o)
		return n
	}
	if n.kind == KindArray {
		n = n.object()
	}
	o = o.object()
	for i, k := range o.keys {
		n.put(k, o.items[i])
	}
	return n
}

func (n *node) put(k string, m *node) {
	if i := slices.Index(n.keys, k); i >= 0 {
		n.items[i] = n.items[i].merge(m)
		return
	}
	n.keys, n.items = append(n.keys, k), append(n.items, m)
}

func (n *node) mergeArray(o *node) {
	for i, at := range o.at {
		m := o.items[i]
		pos, found := slices.BinarySearch(n.at, at)
		switch {
		case !found:
			n.at, n.items = slices.Insert(n.at, pos, at), slices.Insert(n.items, pos, m)
		case n.items[pos].kind != KindString && m.kind != KindString:
			n.items[pos] = n.items[pos].merge(m)
		default:
			n.push(m)
		}
	}
}

// object turns an array into the object of its indexes.
func (n *node) object() *node {
	if n.kind != KindArray {
		return n
	}
	out := &node{kind: KindObject, items: n.items}
	for _, at := range n.at {
		out.keys = append(out.keys, strconv.Itoa(at))
	}
	return out
}

func (n *node) value() Value {
	v := Value{kind: n.kind, text: n.text, keys: n.keys}
	if len(n.items) > 0 {
		v.items = make([]Value, len(n.items))
	}
	for i, m := range n.items {
		v.items[i] = m.value()
	}
	if v.kind == KindObject {
		v.normalize()
	}
	return v
}

// parseInt reads the integer that a text begins with, as JavaScript's parseInt does: "10abc" is 10, "0x1f" is 31.
func parseInt(s string) (float64, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r\u00a0\ufeff\u2028\u2029")
	sign := 1.0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	base := 10
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		s, base = s[2:], 16
	}
	n := 0
	for n < len(s) && digitOf(s[n]) < base {
		n++
	}
	if n == 0 {
		return 0, false
	}
	u, err := strconv.ParseUint(s[:n], base, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(s[:n], 64)
		return sign * f, true
	}
	return sign * float64(u), true
}

func digitOf(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 99
}
