package schema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
)

// A Source is where the fields of a struct come from.
type Source uint8

// The sources. Body fields are named by their json tag and are required unless they say otherwise; Query fields are named by
// their query tag, are optional unless they say `valid:"required"`, and take numbers and booleans from text.
const (
	Body Source = iota
	Query
)

// A Type is a Go type compiled into a schema and a way to fill it.
type Type struct {
	Schema *Schema
	set    setter
}

type setter func(v Value, dst reflect.Value) error

// Set fills dst, which must be addressable, with a value that the schema has passed.
func (t *Type) Set(v Value, dst reflect.Value) error { return t.set(v, dst) }

// Of compiles a type. In structs, a plain field is required and a pointer, or a struct of the shape {Set, Null bool; Value T}, may
// be absent or null. The tag valid changes that and adds rules, comma-separated: required, optional, nullable, nullish,
// notnull, strict, min=, max=, above=, email, enum=a|b, booltext (a boolean or its word), number, default=. On a list, strict is about its members. A type with a method Schema() *Schema brings its own.
// Structs take the fields of their source: see [Source].
func Of(t reflect.Type, from Source) (*Type, error) {
	c := compiler{from: from, seen: map[reflect.Type]*Type{}}
	out := c.compile(t, true)
	return out, c.err
}

// A Decoder makes values of one Go type.
type Decoder[T any] struct{ typ *Type }

// DecoderFor compiles the type T for values of JSON. It panics when T cannot be decoded, for that is a mistake in the program.
func DecoderFor[T any]() Decoder[T] {
	t, err := Of(reflect.TypeFor[T](), Body)
	if err != nil {
		panic(err)
	}
	return Decoder[T]{t}
}

// Schema is what the decoder checks values against.
func (d Decoder[T]) Schema() *Schema { return d.typ.Schema }

// Decode checks a value and makes a T of it.
func (d Decoder[T]) Decode(v Value) (T, error) {
	var out T
	v, err := Validate(d.typ.Schema, v)
	if err == nil {
		err = d.typ.set(v, reflect.ValueOf(&out).Elem())
	}
	return out, err
}

type compiler struct {
	from Source
	seen map[reflect.Type]*Type
	err  error
}

func (c *compiler) fail(format string, args ...any) *Type {
	if c.err == nil {
		c.err = fmt.Errorf("schema: "+format, args...)
	}
	return &Type{Schema: Unknown(), set: func(Value, reflect.Value) error { return nil }}
}

type schemer interface{ Schema() *Schema }

func (c *compiler) compile(t reflect.Type, top bool) *Type {
	if done := c.special(t); done != nil {
		return done
	}
	switch t.Kind() {
	case reflect.String:
		return &Type{String(), setString}
	case reflect.Bool:
		return c.boolean()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return c.integer(setInt)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return c.integer(setUint)
	case reflect.Float32, reflect.Float64:
		return c.float()
	case reflect.Interface:
		return &Type{Unknown(), setAny}
	case reflect.Pointer:
		return pointer(t, c.compile(t.Elem(), false))
	case reflect.Slice:
		return c.slice(t)
	case reflect.Map:
		return c.dict(t)
	case reflect.Struct:
		return c.structure(t, top)
	}
	return c.fail("%v cannot be part of a request", t)
}

// special compiles the types that say themselves how they are decoded; nil for all others.
func (c *compiler) special(t reflect.Type) *Type {
	ptr := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[Value]():
		return &Type{Unknown(), func(v Value, dst reflect.Value) error { dst.Set(reflect.ValueOf(v)); return nil }}
	case t == reflect.TypeFor[time.Time]():
		return &Type{Date(), setTime}
	case t == reflect.TypeFor[json.RawMessage]():
		return &Type{Unknown(), setRaw}
	case optional(t):
		return opt(t, c.compile(t.Field(2).Type, false))
	case t.Name() == "Decimal" && strings.HasSuffix(t.PkgPath(), "/money"):
		return &Type{Amount().Transform(plainAmount), setJSON}
	case t.Kind() != reflect.Pointer && ptr.Implements(reflect.TypeFor[schemer]()):
		own := reflect.New(t).Interface().(schemer).Schema()
		if ptr.Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return &Type{own, setJSON}
		}
		return &Type{own, c.plain(t)}
	case t.Kind() != reflect.Pointer && ptr.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return &Type{Unknown(), setJSON}
	case t.Kind() != reflect.Pointer && ptr.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return &Type{String(), setText}
	}
	return nil
}

// plain fills a type by its kind alone.
func (c *compiler) plain(t reflect.Type) setter {
	switch t.Kind() {
	case reflect.String:
		return setString
	case reflect.Bool:
		return setBool
	case reflect.Slice:
		return c.slice(t).set
	case reflect.Map:
		return c.dict(t).set
	case reflect.Struct:
		return c.structure(t, false).set
	case reflect.Interface:
		return setAny
	}
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64 {
		return setInt
	}
	return setFloat
}

// plainAmount makes {value, precision} its value.
func plainAmount(v Value) Value {
	if v.kind == KindObject {
		return v.Get("value")
	}
	return v
}

// optional recognises module.Opt by its shape.
func optional(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Opt[") && t.NumField() == 3 &&
		t.Field(0).Name == "Set" && t.Field(1).Name == "Null" && t.Field(2).Name == "Value"
}

func opt(_ reflect.Type, of *Type) *Type {
	return &Type{of.Schema.Nullish(), func(v Value, dst reflect.Value) error {
		if v.kind == KindUndefined {
			return nil
		}
		dst.Field(0).SetBool(true)
		if v.kind == KindNull {
			dst.Field(1).SetBool(true)
			return nil
		}
		return of.set(v, dst.Field(2))
	}}
}

func pointer(t reflect.Type, of *Type) *Type {
	return &Type{of.Schema.Nullish(), func(v Value, dst reflect.Value) error {
		if v.kind == KindUndefined || v.kind == KindNull {
			return nil
		}
		dst.Set(reflect.New(t.Elem()))
		return of.set(v, dst.Elem())
	}}
}

func (c *compiler) boolean() *Type {
	if c.from == Query {
		return &Type{QueryBool(), setBool}
	}
	return &Type{Bool(), setBool}
}

func (c *compiler) integer(set setter) *Type {
	if c.from == Query {
		return &Type{QueryInt(), set}
	}
	return &Type{Int(), set}
}

func (c *compiler) float() *Type {
	if c.from == Query {
		return &Type{Number().Preprocess(textNumber), setFloat}
	}
	return &Type{Number(), setFloat}
}

func textNumber(v Value) Value {
	if f, err := strconv.ParseFloat(v.text, 64); v.kind == KindString && err == nil {
		return NumberValue(f)
	}
	return v
}

// slice also takes a single value for a list in a query.
func (c *compiler) slice(t reflect.Type) *Type {
	elem := c.compile(t.Elem(), false)
	fill := func(v Value, dst reflect.Value) error {
		dst.Set(reflect.MakeSlice(t, len(v.items), len(v.items)))
		for i, m := range v.items {
			if err := elem.set(m, dst.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	if c.from == Query {
		one := func(v Value) Value {
			if v.kind != KindArray {
				return ArrayValue(v)
			}
			return v
		}
		return &Type{Union(elem.Schema, ArrayOf(elem.Schema)).Transform(one), fill}
	}
	return &Type{ArrayOf(elem.Schema), fill}
}

func (c *compiler) dict(t reflect.Type) *Type {
	if t.Key().Kind() != reflect.String {
		return c.fail("%v has keys that are no strings", t)
	}
	if t.Elem().Kind() == reflect.Interface {
		return &Type{Record(Unknown()), func(v Value, dst reflect.Value) error {
			dst.Set(reflect.ValueOf(v.anyMap()).Convert(t))
			return nil
		}}
	}
	elem := c.compile(t.Elem(), false)
	return &Type{Record(elem.Schema), func(v Value, dst reflect.Value) error {
		dst.Set(reflect.MakeMapWithSize(t, len(v.keys)))
		for i, k := range v.keys {
			m := reflect.New(t.Elem()).Elem()
			if err := elem.set(v.items[i], m); err != nil {
				return err
			}
			dst.SetMapIndex(reflect.ValueOf(k).Convert(t.Key()), m)
		}
		return nil
	}}
}

// A part is one field of a struct.
type part struct {
	name  string
	index []int
	typ   *Type
}

// structure compiles a struct. The outermost of a request refuses unknown members; those inside drop them.
func (c *compiler) structure(t reflect.Type, top bool) *Type {
	if known := c.seen[t]; known != nil {
		return &Type{Lazy(func() *Schema { return known.Schema }), func(v Value, dst reflect.Value) error { return known.set(v, dst) }}
	}
	out := &Type{}
	c.seen[t] = out
	var parts []part
	c.parts(t, nil, &parts, top)
	fields := make([]Field, len(parts))
	for i, p := range parts {
		fields[i] = Field{p.name, p.typ.Schema}
	}
	out.Schema = ObjectOf(fields...)
	out.set = func(v Value, dst reflect.Value) error { return fill(parts, v, dst) }
	delete(c.seen, t)
	if top {
		return &Type{out.Schema.Strict(), out.set}
	}
	return out
}

func fill(parts []part, v Value, dst reflect.Value) error {
	for i := range parts {
		p := &parts[i]
		m := v.Get(p.name)
		if m.kind == KindUndefined {
			continue
		}
		if err := p.typ.set(m, dst.FieldByIndex(p.index)); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) parts(t reflect.Type, index []int, out *[]part, top bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clip(index), i)
		name, ok := c.name(f, top)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag == "" {
			c.parts(f.Type, at, out, top)
			continue
		}
		if !ok || !f.IsExported() {
			continue
		}
		typ := c.tagged(c.compile(f.Type, false), f)
		*out = append(*out, part{name, at, typ})
	}
}

// name tells whether a field is of this compiler's source, and its name there.
func (c *compiler) name(f reflect.StructField, top bool) (string, bool) {
	if top && c.from == Query {
		name, ok := f.Tag.Lookup("query")
		return name, ok
	}
	for _, elsewhere := range []string{"query", "path", "header", "body"} {
		if _, ok := f.Tag.Lookup(elsewhere); ok && top {
			return "", false
		}
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		name = f.Name
	}
	return name, name != "-"
}

// tagged applies a field's tag valid.
func (c *compiler) tagged(t *Type, f reflect.StructField) *Type {
	tag := f.Tag.Get("valid")
	s := t.Schema
	if _, ok := f.Tag.Lookup("query"); ok && c.from == Query {
		s = s.Optional()
	}
	for _, word := range strings.Split(tag, ",") {
		if word == "" {
			continue
		}
		next, err := apply(s, word)
		if err != nil {
			return c.fail("%s: %v", f.Name, err)
		}
		s = next
	}
	return &Type{s, nullSafe(t.set, f.Type)}
}

// nullSafe leaves a field that cannot be null as it is when a nullable schema let null through.
func nullSafe(set setter, t reflect.Type) setter {
	if optional(t) || t == reflect.TypeFor[Value]() || t == reflect.TypeFor[json.RawMessage]() {
		return set
	}
	return func(v Value, dst reflect.Value) error {
		if v.kind == KindNull {
			return nil
		}
		return set(v, dst)
	}
}

func apply(s *Schema, word string) (*Schema, error) {
	key, arg, _ := strings.Cut(word, "=")
	c := s.copy()
	switch key {
	case "required":
		c.optional = false
	case "optional":
		c.optional, c.nullable = true, false
	case "nullable":
		c.optional, c.nullable = false, true
	case "nullish":
		return s.Nullish(), nil
	case "notnull":
		c.nullable = false
	case "strict":
		if s.typ == arrayType {
			c.elem = s.elem.Strict()
			return c, nil
		}
		return s.Strict(), nil
	case "email":
		return s.Email(), nil
	case "enum":
		e := Enum(strings.Split(arg, "|")...)
		e.optional, e.nullable, e.def = s.optional, s.nullable, s.def
		return e, nil
	case "booltext":
		b := BoolText()
		b.optional, b.nullable, b.def = s.optional, s.nullable, s.def
		return b, nil
	case "number":
		n := Number()
		n.optional, n.nullable, n.def = s.optional, s.nullable, s.def
		return n, nil
	case "default":
		return s.Default(constant(s, arg)), nil
	case "min", "max", "above":
		n, err := strconv.ParseFloat(arg, 64)
		return map[string]func(float64) *Schema{"min": s.Min, "max": s.Max, "above": s.GreaterThan}[key](n), err
	default:
		return nil, fmt.Errorf("the tag valid does not know %q", word)
	}
	return c, nil
}

// constant reads the argument of default= as the schema's type.
func constant(s *Schema, arg string) Value {
	switch s.typ {
	case numberType:
		f, _ := strconv.ParseFloat(arg, 64)
		return NumberValue(f)
	case boolType:
		return BoolValue(arg == "true")
	}
	return StringValue(arg)
}

func setString(v Value, dst reflect.Value) error { dst.SetString(v.text); return nil }
func setBool(v Value, dst reflect.Value) error   { dst.SetBool(v.num == 1); return nil }
func setFloat(v Value, dst reflect.Value) error  { dst.SetFloat(v.num); return nil }

func setInt(v Value, dst reflect.Value) error {
	n := int64(v.num)
	if v.num < -1<<63 || v.num >= 1<<63 || dst.OverflowInt(n) {
		return fault.New(fault.Invalid, "Invalid request: The number %s is out of range", v.show())
	}
	dst.SetInt(n)
	return nil
}

func setUint(v Value, dst reflect.Value) error {
	if v.num < 0 || v.num >= 1<<64 || dst.OverflowUint(uint64(v.num)) {
		return fault.New(fault.Invalid, "Invalid request: The number %s is out of range", v.show())
	}
	dst.SetUint(uint64(v.num))
	return nil
}

func setAny(v Value, dst reflect.Value) error {
	if x := v.Any(); x != nil {
		dst.Set(reflect.ValueOf(x))
	}
	return nil
}

func setRaw(v Value, dst reflect.Value) error {
	dst.SetBytes(v.AppendJSON(nil))
	return nil
}

func setTime(v Value, dst reflect.Value) error {
	t, _ := dateOf(v)
	dst.Set(reflect.ValueOf(t))
	return nil
}

func setJSON(v Value, dst reflect.Value) error {
	return refuse(dst.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(v.AppendJSON(nil)))
}

func setText(v Value, dst reflect.Value) error {
	return refuse(dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(v.text)))
}

// refuse makes what a type says of its text the caller's business.
func refuse(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := err.(*fault.Error); ok {
		return f
	}
	return fault.Wrap(err, fault.Invalid, "Invalid request: Invalid input")
}
