package schema

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

var nan = math.NaN()

type issueCode uint8

const (
	wrongType issueCode = iota
	wrongValue
	wrongUnion
	unknownKeys
	tooSmall
	tooBig
	custom
)

// An issue is one thing that is wrong with a value. Those that only break a rule are soft: the value has the right type.
type issue struct {
	code     issueCode
	soft     bool
	path     []string
	expected string    // wrongType
	values   []string  // wrongValue: what would do; unknownKeys: the keys
	bound    float64   // tooSmall, tooBig
	text     string    // custom
	branches [][]issue // wrongUnion: what is wrong with each option, paths relative to the union
}

type checker struct {
	root   Value
	path   []string
	base   int // paths of issues are relative to path[base:]
	issues []issue
}

func (c *checker) report(i issue) {
	i.path = slices.Clone(c.path[c.base:])
	c.issues = append(c.issues, i)
}

func (c *checker) wrong(expected string) { c.report(issue{code: wrongType, expected: expected}) }

// check returns the value as the schema makes it, or reports what is wrong.
func (c *checker) check(s *Schema, v Value) Value {
	if s.before != nil {
		v = s.before(v)
	}
	if v.kind == KindUndefined && s.def.kind != KindUndefined {
		return s.def
	}
	if v.kind == KindUndefined && s.optional || v.kind == KindNull && s.nullable {
		return v
	}
	n := len(c.issues)
	out := c.typed(s, v)
	if len(s.rules) > 0 {
		c.obey(s, out, v, n)
	}
	if s.after != nil && len(c.issues) == n {
		return s.after(out)
	}
	return out
}

func (c *checker) typed(s *Schema, v Value) Value {
	switch s.typ {
	case stringType:
		return c.want(v, KindString, "string")
	case boolType:
		return c.want(v, KindBool, "boolean")
	case nullType:
		return c.want(v, KindNull, "null")
	case numberType:
		if v.kind != KindNumber || math.IsNaN(v.num) || math.IsInf(v.num, 0) {
			c.wrong("number")
		}
		return v
	case enumType:
		return c.oneOf(s, v)
	case arrayType:
		return c.array(s, v)
	case recordType:
		return c.record(s, v)
	case objectType:
		return c.object(s, v)
	case unionType:
		return c.union(s, v)
	case lazyType:
		return c.check(s.lazy(), v)
	case dateType:
		return c.date(v)
	}
	return v
}

func (c *checker) want(v Value, k Kind, name string) Value {
	if v.kind != k {
		c.wrong(name)
	}
	return v
}

func (c *checker) oneOf(s *Schema, v Value) Value {
	for _, o := range s.values {
		if o.kind == v.kind && o.text == v.text && o.num == v.num {
			return v
		}
	}
	names := make([]string, len(s.values))
	for i, o := range s.values {
		names[i] = o.show()
	}
	c.report(issue{code: wrongValue, values: names})
	return v
}

func (c *checker) date(v Value) Value {
	if _, ok := dateOf(v); !ok {
		c.wrong("date")
	}
	return v
}

// dateOf reads a date as JavaScript's Date would, in its common forms.
func dateOf(v Value) (time.Time, bool) {
	if v.kind == KindNumber {
		return time.UnixMilli(int64(v.num)).UTC(), math.Abs(v.num) <= 8.64e15
	}
	if v.kind != KindString {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05", "2006-01", "2006", time.RFC1123, time.RFC1123Z, "Jan 2, 2006", "January 2, 2006", "1/2/2006", "1-2-2006"} {
		if t, err := time.Parse(layout, v.text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func (c *checker) array(s *Schema, v Value) Value {
	if v.kind != KindArray {
		c.wrong("array")
		return v
	}
	out := v
	for i, m := range v.items {
		c.path = append(c.path, strconv.Itoa(i))
		got := c.check(s.elem, m)
		c.path = c.path[:len(c.path)-1]
		out = replace(v, out, i, m, got)
	}
	return out
}

func (c *checker) record(s *Schema, v Value) Value {
	if v.kind != KindObject {
		c.wrong("record")
		return v
	}
	out := v
	for i, m := range v.items {
		c.path = append(c.path, v.keys[i])
		got := c.check(s.elem, m)
		c.path = c.path[:len(c.path)-1]
		out = replace(v, out, i, m, got)
	}
	return out
}

// replace puts got in place of member i, copying the container before its first change.
func replace(orig, out Value, i int, m, got Value) Value {
	if same(m, got) {
		return out
	}
	if len(orig.items) > 0 && &orig.items[0] == &out.items[0] {
		out.items = slices.Clone(orig.items)
	}
	out.items[i] = got
	return out
}

// same reports whether a check left a value as it was, by identity.
func same(a, b Value) bool {
	if a.kind != b.kind || a.num != b.num && a.num == a.num || a.text != b.text || len(a.items) != len(b.items) {
		return false
	}
	return len(a.items) == 0 || &a.items[0] == &b.items[0]
}

// object checks the fields in the schema's order, then looks for members that have no field.
func (c *checker) object(s *Schema, v Value) Value {
	if v.kind != KindObject {
		c.wrong("object")
		return v
	}
	out, known := v, 0
	for i := range s.fields {
		f := &s.fields[i]
		m := v.Get(f.Name)
		if m.kind != KindUndefined {
			known++
		}
		c.path = append(c.path, f.Name)
		got := c.check(f.Schema, m)
		c.path = c.path[:len(c.path)-1]
		if !same(m, got) {
			out = out.With(f.Name, got)
		}
	}
	if known == len(v.keys) {
		return out
	}
	return c.strangers(s, v, out)
}

func (c *checker) strangers(s *Schema, v, out Value) Value {
	var keys []string
	for _, k := range v.keys {
		if !slices.ContainsFunc(s.fields, func(f Field) bool { return f.Name == k }) {
			keys = append(keys, k)
		}
	}
	if s.strict {
		c.report(issue{code: unknownKeys, values: keys})
		return out
	}
	return out.Without(keys...)
}

// union takes the first option that fits. When all fail but one of them merely breaks rules, its issues are the union's.
func (c *checker) union(s *Schema, v Value) Value {
	var branches [][]issue
	soft, found := []issue(nil), 0
	for _, o := range s.options {
		sub := checker{root: c.root, path: c.path, base: len(c.path)}
		got := sub.check(o, v)
		if len(sub.issues) == 0 {
			return got
		}
		if !slices.ContainsFunc(sub.issues, func(i issue) bool { return !i.soft }) {
			soft, found = sub.issues, found+1
		}
		branches = append(branches, sub.issues)
	}
	if found != 1 {
		c.report(issue{code: wrongUnion, branches: branches})
		return v
	}
	for _, i := range soft {
		i.path = slices.Concat(c.path[c.base:], i.path)
		c.issues = append(c.issues, i)
	}
	return v
}

// obey applies the rules. A value of the wrong type is spared all but those of its length.
func (c *checker) obey(s *Schema, v, orig Value, from int) {
	failed := slices.ContainsFunc(c.issues[from:], func(i issue) bool { return !i.soft })
	for _, r := range s.rules {
		if r.measures(s) {
			if n, ok := size(orig); ok {
				c.bound(r, n)
			}
			continue
		}
		if failed {
			continue
		}
		switch r.kind {
		case refineRule:
			if !r.ok(v) {
				c.report(issue{code: custom, soft: true, text: r.text})
			}
		case wholeRule:
			if v.num != math.Trunc(v.num) {
				c.wrong("int")
				failed = true
			}
		default:
			c.bound(r, v.num)
		}
	}
}

func (c *checker) bound(r rule, n float64) {
	switch {
	case r.kind == minRule && n < r.n, r.kind == aboveRule && n <= r.n:
		c.report(issue{code: tooSmall, soft: true, bound: r.n})
	case r.kind == maxRule && n > r.n:
		c.report(issue{code: tooBig, soft: true, bound: r.n})
	}
}

// message words the first three issues.
func (c *checker) message() string {
	var parts []string
	for _, i := range c.issues[:min(3, len(c.issues))] {
		parts = append(parts, c.word(i))
	}
	return strings.Join(parts, "; ")
}

func (c *checker) word(i issue) string {
	path := strings.Join(i.path, ", ")
	switch i.code {
	case wrongType:
		return c.wordTypes([]issue{i})
	case wrongValue:
		got := c.sent(i.path)
		if got.kind == KindUndefined {
			return "Field '" + path + "' is required"
		}
		return "Expected: '" + strings.Join(i.values, ", ") + "' for field '" + path + "', but got: '" + got.show() + "'"
	case wrongUnion:
		return c.wordTypes(i.flat())
	case unknownKeys:
		return "Unrecognized fields: '" + strings.Join(i.values, ", ") + "'"
	case tooSmall:
		return "Value for field '" + path + "' too small, expected at least: '" + numberText(i.bound) + "'"
	case tooBig:
		return "Value for field '" + path + "' too big, expected at most: '" + numberText(i.bound) + "'"
	}
	return i.text
}

// flat lists the issues of all options of a union, with whole paths.
func (i issue) flat() []issue {
	var out []issue
	for _, b := range i.branches {
		for _, o := range b {
			o.path = slices.Concat(i.path, o.path)
			out = append(out, o)
		}
	}
	return out
}

// wordTypes words issues of one field together: the types that would do when something was sent, else that it is required.
func (c *checker) wordTypes(list []issue) string {
	var expected []string
	first := -1
	for n, i := range list {
		if i.code != wrongType {
			continue
		}
		if first < 0 {
			first = n
		}
		if c.sent(i.path).kind != KindUndefined {
			expected = append(expected, i.expected)
		}
	}
	if len(expected) > 0 {
		path := list[first].path
		return "Expected type: '" + strings.Join(expected, ", ") + "' for field '" + strings.Join(path, ", ") + "', got: '" + c.sent(path).show() + "'"
	}
	for _, i := range list {
		if (i.code == wrongType || i.code == wrongValue) && c.sent(i.path).kind == KindUndefined {
			return "Field '" + strings.Join(i.path, ", ") + "' is required"
		}
	}
	return "Invalid input"
}

// sent looks up what the caller sent at a path. It sees into objects only: inside an array everything counts as absent.
func (c *checker) sent(path []string) Value {
	v := c.root
	if v.kind != KindObject {
		return Value{}
	}
	for _, p := range path {
		if v.kind != KindObject {
			return Value{}
		}
		v = v.Get(p)
	}
	return v
}

// TimeOf reads a point in time as [Date] accepts it.
func TimeOf(v Value) (time.Time, bool) { return dateOf(v) }
