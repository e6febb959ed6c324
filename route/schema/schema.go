// Package schema says what a request may look like. It checks values against schemas in the way and in the words of Medusa's
// validators, and fills Go structs from what passed.
package schema

import (
	"regexp"
	"slices"
	"unicode/utf16"

	"github.com/gorgon-commerce/gorgon/fault"
)

type typ uint8

const (
	unknownType typ = iota
	stringType
	numberType
	boolType
	nullType
	arrayType
	recordType
	objectType
	enumType
	unionType
	lazyType
	dateType
)

// A Schema describes values. It is immutable: its methods return changed copies, so schemas may be shared and built upon.
type Schema struct {
	typ                typ
	optional, nullable bool
	strict             bool
	def                Value
	fields             []Field
	elem               *Schema
	options            []*Schema
	values             []Value
	lazy               func() *Schema
	ref                string
	before, after      func(Value) Value
	rules              []rule
}

// A Field is a member of an object.
type Field struct {
	Name   string
	Schema *Schema
}

// String accepts strings.
func String() *Schema { return &Schema{typ: stringType} }

// Number accepts finite numbers.
func Number() *Schema { return &Schema{typ: numberType} }

// Int accepts whole numbers.
func Int() *Schema { return Number().with(rule{kind: wholeRule}) }

// Bool accepts true and false.
func Bool() *Schema { return &Schema{typ: boolType} }

// Null accepts null alone.
func Null() *Schema { return &Schema{typ: nullType} }

// Unknown accepts anything, also nothing.
func Unknown() *Schema { return &Schema{optional: true, nullable: true} }

// Date accepts points in time: RFC 3339, a day, or milliseconds since 1970.
func Date() *Schema { return &Schema{typ: dateType} }

// ArrayOf accepts arrays of what elem accepts.
func ArrayOf(elem *Schema) *Schema { return &Schema{typ: arrayType, elem: elem} }

// Record accepts objects with any keys and values that elem accepts.
func Record(elem *Schema) *Schema { return &Schema{typ: recordType, elem: elem} }

// Enum accepts certain strings.
func Enum(values ...string) *Schema {
	s := &Schema{typ: enumType}
	for _, v := range values {
		s.values = append(s.values, StringValue(v))
	}
	return s
}

// Literal accepts one value alone.
func Literal(v Value) *Schema { return &Schema{typ: enumType, values: []Value{v}} }

// Union accepts what any of the options accepts; the first that does decides.
func Union(options ...*Schema) *Schema { return &Schema{typ: unionType, options: options} }

// Lazy is for schemas that contain themselves; next is asked at each use.
func Lazy(next func() *Schema) *Schema { return &Schema{typ: lazyType, lazy: next} }

// ObjectOf accepts objects. Members that it does not name are dropped, unless it is strict.
func ObjectOf(fields ...Field) *Schema { return &Schema{typ: objectType, fields: fields} }

// Strings accepts one string or an array of them, as filters do.
func Strings() *Schema { return Union(String(), ArrayOf(String())) }

// Amount accepts what an exact decimal may come as: a number, a string, or {value, precision}.
func Amount() *Schema {
	return Union(Number(), String(), ObjectOf(Field{"value", String()}, Field{"precision", Number()}))
}

// BoolText accepts booleans and the words true and false, and makes booleans of them.
func BoolText() *Schema {
	s := Union(Bool(), String()).Refine("Invalid input", func(v Value) bool { _, ok := truth(v.show()); return ok })
	s.after = func(v Value) Value { b, _ := truth(v.show()); return BoolValue(b) }
	return s
}

func truth(s string) (value, ok bool) {
	if len(s) == 4 && lower(s) == "true" {
		return true, true
	}
	return false, len(s) == 5 && lower(s) == "false"
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// QueryInt accepts integers as query strings have them: 10abc is 10.
func QueryInt() *Schema {
	return Number().Preprocess(func(v Value) Value {
		if v.kind != KindString || v.text == "" {
			return v
		}
		n, ok := parseInt(v.text)
		if !ok {
			return Value{kind: KindNumber, num: nan}
		}
		return NumberValue(n)
	})
}

// QueryBool accepts booleans as query strings have them, and no other words.
func QueryBool() *Schema {
	return Bool().Preprocess(func(v Value) Value {
		if v.kind == KindString && (v.text == "true" || v.text == "false") {
			return BoolValue(v.text == "true")
		}
		return v
	})
}

func (s *Schema) copy() *Schema { c := *s; return &c }

func (s *Schema) with(r rule) *Schema {
	c := s.copy()
	c.rules = append(slices.Clip(s.rules), r)
	return c
}

// Optional lets the value be absent.
func (s *Schema) Optional() *Schema { c := s.copy(); c.optional = true; return c }

// Nullable lets the value be null.
func (s *Schema) Nullable() *Schema { c := s.copy(); c.nullable = true; return c }

// Nullish lets the value be absent or null.
func (s *Schema) Nullish() *Schema { return s.Optional().Nullable() }

// Default is taken for a value that is absent.
func (s *Schema) Default(v Value) *Schema { c := s.copy(); c.def = v; return c }

// Strict refuses members of an object that the schema does not name.
func (s *Schema) Strict() *Schema { c := s.copy(); c.strict = true; return c }

// Preprocess changes a value ahead of all checks.
func (s *Schema) Preprocess(f func(Value) Value) *Schema { c := s.copy(); c.before = f; return c }

// Transform changes a value that passed.
func (s *Schema) Transform(f func(Value) Value) *Schema { c := s.copy(); c.after = f; return c }

// Extend adds fields to an object; those of the same name are replaced in their place.
func (s *Schema) Extend(fields ...Field) *Schema {
	c := s.copy()
	c.fields = slices.Clone(s.fields)
	for _, f := range fields {
		if i := slices.IndexFunc(c.fields, func(o Field) bool { return o.Name == f.Name }); i >= 0 {
			c.fields[i] = f
			continue
		}
		c.fields = append(c.fields, f)
	}
	return c
}

// Fields lists the fields of an object.
func (s *Schema) Fields() []Field { return s.fields }

// Min bounds numbers, and the length of strings and arrays.
func (s *Schema) Min(n float64) *Schema { return s.with(rule{kind: minRule, n: n}) }

// Max bounds numbers, and the length of strings and arrays.
func (s *Schema) Max(n float64) *Schema { return s.with(rule{kind: maxRule, n: n}) }

// GreaterThan wants numbers greater than n.
func (s *Schema) GreaterThan(n float64) *Schema { return s.with(rule{kind: aboveRule, n: n}) }

// Email wants strings to be e-mail addresses.
func (s *Schema) Email() *Schema {
	return s.with(rule{kind: refineRule, text: "Invalid email address", ok: func(v Value) bool { return email(v.text) }})
}

// Refine wants a value that passed the other checks to satisfy ok; message is what the caller is told otherwise.
func (s *Schema) Refine(message string, ok func(Value) bool) *Schema {
	return s.with(rule{kind: refineRule, text: message, ok: ok})
}

type ruleKind uint8

const (
	refineRule ruleKind = iota
	minRule
	maxRule
	aboveRule
	wholeRule
)

// A rule is a check on a value of the right type.
type rule struct {
	kind ruleKind
	n    float64
	text string
	ok   func(Value) bool
}

// measures reports whether the rule bounds a length, which is looked at even when the type is wrong.
func (r rule) measures(s *Schema) bool {
	return (r.kind == minRule || r.kind == maxRule) && (s.typ == stringType || s.typ == arrayType)
}

func size(v Value) (float64, bool) {
	switch v.kind {
	case KindString:
		n := 0
		for _, c := range v.text {
			n += utf16.RuneLen(c)
		}
		return float64(n), true
	case KindArray:
		return float64(len(v.items)), true
	}
	return 0, false
}

var emailForm = regexp.MustCompile(`^[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`)

func email(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] == '.' && s[i-1] == '.' {
			return false
		}
	}
	return s != "" && s[0] != '.' && emailForm.MatchString(s)
}

// Validate returns the value as the schema makes it: with defaults, without unknown members. The error is a fault.Invalid that names the
// first three things that are wrong.
func Validate(s *Schema, v Value) (Value, error) {
	c := checker{root: v}
	out := c.check(s, v)
	if len(c.issues) > 0 {
		return Value{}, fault.New(fault.Invalid, "Invalid request: %s", c.message())
	}
	return out, nil
}
