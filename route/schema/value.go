package schema

import (
	"math"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/internal/jsontext"
)

// A Kind is what a [Value] holds.
type Kind uint8

// The kinds of values. KindUndefined is the zero Value: something that was not sent.
const (
	KindUndefined Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

// A Value is a piece of a request before it has a type: of a JSON body, a form or a query string. Objects keep the order of
// their keys. A Value is never changed once it is made.
type Value struct {
	kind  Kind
	num   float64 // of numbers, as a double; 1 for true
	text  string  // of strings, and the source text of numbers
	items []Value // of arrays, and the members of objects
	keys  []string
}

// StringValue returns a string value.
func StringValue(s string) Value { return Value{kind: KindString, text: s} }

// NumberValue returns a number value.
func NumberValue(f float64) Value { return Value{kind: KindNumber, num: f, text: numberText(f)} }

// BoolValue returns a boolean value.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

// ObjectValue returns an object without members.
func ObjectValue() Value { return Value{kind: KindObject} }

// ArrayValue returns an array.
func ArrayValue(items ...Value) Value { return Value{kind: KindArray, items: items} }

// Kind tells what the value holds.
func (v Value) Kind() Kind { return v.kind }

// Exists reports whether the value was sent at all; null was.
func (v Value) Exists() bool { return v.kind != KindUndefined }

// Text returns a string's text, or the source text of a number; otherwise "".
func (v Value) Text() string { return v.text }

// Float returns a number as a double; otherwise 0.
func (v Value) Float() float64 { return v.num }

// Bool reports whether the value is true.
func (v Value) Bool() bool { return v.kind == KindBool && v.num == 1 }

// Items returns the elements of an array or the members of an object, in order.
func (v Value) Items() []Value { return v.items }

// Keys returns the names of an object's members, in the order of Items.
func (v Value) Keys() []string { return v.keys }

// Get returns a member of an object, or the undefined Value.
func (v Value) Get(key string) Value {
	for i, k := range v.keys {
		if k == key {
			return v.items[i]
		}
	}
	return Value{}
}

// With returns a copy of an object with a member set.
func (v Value) With(key string, m Value) Value {
	out := Value{kind: KindObject, keys: append([]string(nil), v.keys...), items: append([]Value(nil), v.items...)}
	out.set(key, m)
	return out
}

// Without returns a copy of an object without some members.
func (v Value) Without(keys ...string) Value {
	out := Value{kind: KindObject}
next:
	for i, k := range v.keys {
		for _, removed := range keys {
			if k == removed {
				continue next
			}
		}
		out.keys, out.items = append(out.keys, k), append(out.items, v.items[i])
	}
	return out
}

// set is for values under construction.
func (v *Value) set(key string, m Value) {
	for i, k := range v.keys {
		if k == key {
			v.items[i] = m
			return
		}
	}
	v.keys, v.items = append(v.keys, key), append(v.items, m)
}

// Any returns the value as encoding/json would decode it into an any, with JavaScript's numbers: what no double can hold is
// null, and there is no negative zero.
func (v Value) Any() any {
	switch v.kind {
	case KindBool:
		return v.num == 1
	case KindNumber:
		return finite(v.num)
	case KindString:
		return v.text
	case KindArray:
		list := make([]any, len(v.items))
		for i, m := range v.items {
			list[i] = m.Any()
		}
		return list
	case KindObject:
		return v.anyMap()
	}
	return nil
}

func (v Value) anyMap() map[string]any {
	m := make(map[string]any, len(v.keys))
	for i, k := range v.keys {
		m[k] = v.items[i].Any()
	}
	return m
}

func finite(f float64) any {
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return nil
	case f == 0:
		return 0.0
	}
	return f
}

// AppendJSON appends the value as JSON, numbers as they were written. Undefined is null.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case KindBool:
		return strconv.AppendBool(b, v.num == 1)
	case KindNumber:
		if math.IsInf(v.num, 0) || math.IsNaN(v.num) {
			return append(b, "null"...)
		}
		return append(b, v.text...)
	case KindString:
		return AppendString(b, v.text)
	case KindArray:
		return v.appendList(b)
	case KindObject:
		return v.appendObject(b)
	}
	return append(b, "null"...)
}

func (v Value) appendList(b []byte) []byte {
	b = append(b, '[')
	for i, m := range v.items {
		if i > 0 {
			b = append(b, ',')
		}
		b = m.AppendJSON(b)
	}
	return append(b, ']')
}

func (v Value) appendObject(b []byte) []byte {
	b = append(b, '{')
	for i, k := range v.keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendString(b, k), ':')
		b = v.items[i].AppendJSON(b)
	}
	return append(b, '}')
}

// MarshalJSON writes the value as AppendJSON does.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendString appends text as a JSON string.
func AppendString(b []byte, s string) []byte { return jsontext.Append(b, s) }

// show is how messages print a value: as JavaScript's `${v}`.
func (v Value) show() string {
	switch v.kind {
	case KindUndefined:
		return "undefined"
	case KindNull:
		return "null"
	case KindBool:
		return strconv.FormatBool(v.num == 1)
	case KindNumber:
		return numberText(v.num)
	case KindString:
		return v.text
	case KindObject:
		return "[object Object]"
	}
	parts := make([]string, len(v.items))
	for i, m := range v.items {
		if m.kind != KindNull && m.kind != KindUndefined {
			parts[i] = m.show()
		}
	}
	return strings.Join(parts, ",")
}

// numberText prints a double as JavaScript does.
func numberText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mant, exp, _ := strings.Cut(s, "e")
	return mant + "e" + exp[:1] + strings.TrimLeft(exp[1:], "0")
}
