package schema

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gorgon-commerce/gorgon/fault"
)

// maxDepth bounds how deep a body may nest.
const maxDepth = 1000

// ParseJSON reads a JSON text. Errors are fault.Invalid in the words of V8's JSON.parse, with positions in UTF-16 units, because
// clients of Node servers know them so.
func ParseJSON(text []byte) (Value, error) {
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	p := jsonParser{src: text}
	v := p.value(0)
	if p.err == nil {
		if p.space(); p.pos < len(p.src) {
			p.fail("Unexpected non-whitespace character after JSON")
		}
	}
	if p.err != nil {
		return Value{}, p.err
	}
	return v, nil
}

type jsonParser struct {
	src  []byte
	pos  int
	err  error
	keys []string // of the enclosing objects, as a stack
	vals []Value  // of the enclosing arrays and objects, as a stack
}

func (p *jsonParser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// peek skips white space and returns the next byte, 0 at the end.
func (p *jsonParser) peek() byte {
	p.space()
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *jsonParser) value(depth int) Value {
	if depth > maxDepth {
		p.err = fault.New(fault.Invalid, "JSON is nested too deeply")
		return Value{}
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		s, ok := p.str()
		if !ok {
			return Value{}
		}
		return StringValue(s)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.word("true", BoolValue(true))
	case c == 'f':
		return p.word("false", BoolValue(false))
	case c == 'n':
		return p.word("null", Value{kind: KindNull})
	}
	p.unexpected()
	return Value{}
}

func (p *jsonParser) word(w string, v Value) Value {
	for i := range len(w) {
		if p.pos >= len(p.src) || p.src[p.pos] != w[i] {
			p.unexpected()
			return Value{}
		}
		p.pos++
	}
	return v
}

func (p *jsonParser) array(depth int) Value {
	p.pos++
	if p.peek() == ']' {
		p.pos++
		return Value{kind: KindArray}
	}
	base := len(p.vals)
	for {
		v := p.value(depth + 1)
		if p.err != nil {
			return Value{}
		}
		p.vals = append(p.vals, v)
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			out := Value{kind: KindArray, items: append([]Value(nil), p.vals[base:]...)}
			p.vals = p.vals[:base]
			return out
		default:
			p.fail("Expected ',' or ']' after array element")
			return Value{}
		}
	}
}

func (p *jsonParser) object(depth int) Value {
	p.pos++
	switch p.peek() {
	case '}':
		p.pos++
		return Value{kind: KindObject}
	case '"':
	default:
		p.fail("Expected property name or '}'")
		return Value{}
	}
	kbase, vbase := len(p.keys), len(p.vals)
	for p.member(depth, len(p.keys) == kbase) {
		switch p.peek() {
		case ',':
			if p.pos++; p.peek() != '"' {
				p.fail("Expected double-quoted property name")
				return Value{}
			}
		case '}':
			p.pos++
			return p.seal(kbase, vbase)
		default:
			p.fail("Expected ',' or '}' after property value")
			return Value{}
		}
	}
	return Value{}
}

// member reads one "key": value; a repeated key keeps its place and takes the last value.
// V8 words a missing colon in its own way for the first member alone.
func (p *jsonParser) member(depth int, first bool) bool {
	key, ok := p.str()
	if !ok {
		return false
	}
	if p.peek() != ':' {
		if first {
			p.fail("Expected ':' after property name")
		}
		p.unexpected()
		return false
	}
	p.pos++
	v := p.value(depth + 1)
	p.keys, p.vals = append(p.keys, key), append(p.vals, v)
	return p.err == nil
}

func (p *jsonParser) seal(kbase, vbase int) Value {
	out := Value{kind: KindObject, keys: append([]string(nil), p.keys[kbase:]...), items: append([]Value(nil), p.vals[vbase:]...)}
	p.keys, p.vals = p.keys[:kbase], p.vals[:vbase]
	out.normalize()
	return out
}

// number follows V8's order of complaints.
func (p *jsonParser) number() Value {
	start := p.pos
	if p.at() == '-' {
		if p.pos++; !p.digit() {
			p.fail("No number after minus sign")
			return Value{}
		}
	}
	if p.at() == '0' {
		if p.pos++; p.digit() {
			p.fail("Unexpected number")
			return Value{}
		}
	}
	p.digits()
	if p.at() == '.' {
		if p.pos++; !p.digit() {
			p.fail("Unterminated fractional number")
			return Value{}
		}
		p.digits()
	}
	if c := p.at(); c == 'e' || c == 'E' {
		if p.pos++; p.at() == '+' || p.at() == '-' {
			p.pos++
		}
		if !p.digit() {
			p.fail("Exponent part is missing a number")
			return Value{}
		}
		p.digits()
	}
	text := string(p.src[start:p.pos])
	f, _ := strconv.ParseFloat(text, 64) // out of range is ±Inf, as in JavaScript
	return Value{kind: KindNumber, num: f, text: text}
}

func (p *jsonParser) at() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *jsonParser) digit() bool { c := p.at(); return c >= '0' && c <= '9' }

func (p *jsonParser) digits() {
	for p.digit() {
		p.pos++
	}
}

// str reads a string; most have no escapes and are sliced out.
func (p *jsonParser) str() (string, bool) {
	p.pos++
	start := p.pos
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == '"':
			s := string(p.src[start:p.pos])
			p.pos++
			return s, true
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			p.fail("Bad control character in string literal")
			return "", false
		}
		p.pos++
	}
	p.fail("Unterminated string")
	return "", false
}

func (p *jsonParser) escaped(start int) (string, bool) {
	b := append([]byte(nil), p.src[start:p.pos]...)
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			return p.text(string(b))
		case c == '\\':
			var ok bool
			if b, ok = p.escape(b); !ok {
				return "", false
			}
			continue
		case c < ' ':
			p.fail("Bad control character in string literal")
			return "", false
		}
		b = append(b, c)
		p.pos++
	}
	p.fail("Unterminated string")
	return "", false
}

// text checks a string that had escapes. Others cannot have what CheckText refuses.
func (p *jsonParser) text(s string) (string, bool) {
	if p.err == nil {
		p.err = CheckText(s)
	}
	return s, p.err == nil
}

func (p *jsonParser) escape(b []byte) ([]byte, bool) {
	p.pos++
	c := p.at()
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && p.pos < len(p.src) {
		p.pos++
		return append(b, "\"\\/\b\f\n\r\t"[i]), true
	}
	if c != 'u' {
		if p.pos < len(p.src) {
			p.fail("Bad escaped character")
		}
		p.unexpected()
		return b, false
	}
	p.pos++
	r, ok := p.hex4()
	if !ok {
		return b, false
	}
	if utf16.IsSurrogate(r) && p.pos+1 < len(p.src) && p.src[p.pos] == '\\' && p.src[p.pos+1] == 'u' {
		back := p.pos
		p.pos += 2
		low, ok := p.hex4()
		if !ok {
			return b, false
		}
		if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
			return utf8.AppendRune(b, both), true
		}
		p.pos = back
	}
	if utf16.IsSurrogate(r) { // an unpaired half, which Go's runes do not have
		return append(b, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f), true
	}
	return utf8.AppendRune(b, r), true
}

func (p *jsonParser) hex4() (rune, bool) {
	var r rune
	for range 4 {
		d := strings.IndexByte("0123456789abcdef", p.at()|0x20)
		if c := p.at(); d < 0 || c < '0' {
			p.fail("Bad Unicode escape")
			return 0, false
		}
		r = r<<4 | rune(d)
		p.pos++
	}
	return r, true
}

// fail notes the first error, with its position.
func (p *jsonParser) fail(problem string) {
	if p.err == nil {
		at := len(utf16.Encode([]rune(string(p.src[:min(p.pos, len(p.src))]))))
		p.err = fault.New(fault.Invalid, "%s in JSON at position %d", problem, at)
		if strings.HasSuffix(problem, "after JSON") {
			p.err = fault.New(fault.Invalid, "%s at position %d", problem, at)
		}
	}
}

// unexpected notes that the token at pos cannot stand there, showing ten characters to either side of it.
func (p *jsonParser) unexpected() {
	if p.err != nil {
		return
	}
	if p.pos >= len(p.src) {
		p.err = fault.New(fault.Invalid, "Unexpected end of JSON input")
		return
	}
	switch c := p.src[p.pos]; {
	case c == '"':
		p.fail("Unexpected string")
	case c == '-' || c >= '0' && c <= '9':
		p.fail("Unexpected number")
	default:
		p.err = fault.New(fault.Invalid, "%s", unexpectedToken(string(p.src), len(utf16.Encode([]rune(string(p.src[:p.pos]))))))
	}
}

func unexpectedToken(src string, pos int) string {
	const around = 10
	if src == "NaN" || src == "Infinity" || src == "undefined" || src == "[object Object]" {
		return `"` + src + `" is not valid JSON`
	}
	u := utf16.Encode([]rune(src))
	from, to, before, after := 0, len(u), "", ""
	if len(u) > 2*around {
		if pos >= around {
			from, before = pos-around, "..."
		}
		if pos < len(u)-around {
			to, after = pos+around, "..."
		}
	}
	cut := func(a, b int) string { return string(utf16.Decode(u[a:b])) }
	return "Unexpected token '" + cut(pos, pos+1) + "', " + before + `"` + cut(from, to) + `"` + after + " is not valid JSON"
}

// ParseBody reads a JSON body: an object or an array, and nothing else; an empty body is an empty object. The words for anything else
// are those of the text with every character from the first on made unreadable.
func ParseBody(text []byte) (Value, error) {
	if len(text) == 0 {
		return Value{kind: KindObject}, nil
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	first := bytes.TrimLeft(text, " \t\n\r")
	if len(first) == 0 {
		return Value{}, fault.New(fault.Invalid, "Unexpected end of JSON input")
	}
	if first[0] == '{' || first[0] == '[' {
		return ParseJSON(text)
	}
	at := len(text) - len(first)
	u := utf16.Encode([]rune(string(first)))
	masked := string(text[:at]) + strings.Repeat("#", len(u))
	msg := unexpectedToken(masked, at)
	return Value{}, fault.New(fault.Invalid, "%s", unmask(msg, u))
}

// unmask puts the first characters of the text in place of each run of #.
func unmask(msg string, u []uint16) string {
	var b strings.Builder
	for i := 0; i < len(msg); {
		n := 0
		for i+n < len(msg) && msg[i+n] == '#' {
			n++
		}
		if n == 0 {
			b.WriteByte(msg[i])
			n = 1
		} else {
			b.WriteString(string(utf16.Decode(u[:min(n, len(u))])))
		}
		i += n
	}
	return b.String()
}

// normalize gives an object JavaScript's order of keys: array indexes first, ascending, and each key once.
func (v *Value) normalize() {
	v.dedupe()
	moved := 0
	for i, k := range v.keys {
		n, ok := arrayIndex(k)
		if !ok {
			continue
		}
		at := moved
		for at > 0 {
			if prev, _ := arrayIndex(v.keys[at-1]); prev < n {
				break
			}
			at--
		}
		m := v.items[i]
		copy(v.keys[at+1:i+1], v.keys[at:i])
		copy(v.items[at+1:i+1], v.items[at:i])
		v.keys[at], v.items[at] = k, m
		moved++
	}
}

func (v *Value) dedupe() {
	if len(v.keys) > 16 {
		v.dedupeMany()
		return
	}
	n := 0
next:
	for i, k := range v.keys {
		for j := range n {
			if v.keys[j] == k {
				v.items[j] = v.items[i]
				continue next
			}
		}
		v.keys[n], v.items[n] = k, v.items[i]
		n++
	}
	v.keys, v.items = v.keys[:n], v.items[:n]
}

func (v *Value) dedupeMany() {
	at := make(map[string]int, len(v.keys))
	n := 0
	for i, k := range v.keys {
		if j, ok := at[k]; ok {
			v.items[j] = v.items[i]
			continue
		}
		at[k] = n
		v.keys[n], v.items[n] = k, v.items[i]
		n++
	}
	v.keys, v.items = v.keys[:n], v.items[:n]
}

// arrayIndex reports whether a key is a number as JavaScript's arrays count.
func arrayIndex(k string) (uint32, bool) {
	if k == "" || k[0] < '0' || k[0] > '9' || len(k) > 10 || len(k) > 1 && k[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(k, 10, 64)
	return uint32(n), err == nil && n < math.MaxUint32
}
