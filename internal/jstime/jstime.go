// Package jstime writes times in JSON as JavaScript does, with three digits of seconds, where encoding/json leaves zeros at the end out.
package jstime

import "encoding/json"

// A Value is encoded as V is, but for its times.
type Value struct{ V any }

// Wrap wraps a value for the wire.
func Wrap(v any) Value { return Value{v} }

// MarshalJSON encodes the value.
func (v Value) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(v.V)
	if err != nil {
		return nil, err
	}
	return pad(b), nil
}

// pad gives each text that is a time in UTC its milliseconds.
func pad(b []byte) []byte {
	out := make([]byte, 0, len(b)+16)
	for i := 0; i < len(b); {
		if b[i] != '"' {
			out = append(out, b[i])
			i++
			continue
		}
		end := i + 1
		for b[end] != '"' {
			if b[end] == '\\' {
				end++
			}
			end++
		}
		out = append(append(append(out, '"'), millis(b[i+1:end])...), '"')
		i = end + 1
	}
	return out
}

const shape = "dddd-dd-ddTdd:dd:dd"

// millis completes "2026-11-22T01:14:38.5Z" and leaves what is no time as it is.
func millis(s []byte) []byte {
	if len(s) < len(shape)+1 || len(s) >= len(shape)+len(".000Z") || s[len(s)-1] != 'Z' {
		return s
	}
	for i, c := range []byte(shape) {
		if digit := s[i] >= '0' && s[i] <= '9'; c == 'd' && !digit || c != 'd' && s[i] != c {
			return s
		}
	}
	part := s[len(shape) : len(s)-1]
	if len(part) == 1 || len(part) > 0 && part[0] != '.' {
		return s
	}
	full := append(append([]byte(nil), s[:len(shape)]...), ".000Z"...)
	copy(full[len(shape):], part)
	return full
}
