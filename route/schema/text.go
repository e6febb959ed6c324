package schema

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gorgon-commerce/gorgon/fault"
)

// CheckText refuses text that a database cannot store: PostgreSQL has neither NUL characters nor
// halves of surrogate pairs. Every string of a request passes it, whatever the database is.
func CheckText(s string) error {
	switch {
	case strings.IndexByte(s, 0) >= 0:
		return fault.New(fault.Invalid, "The text %q has a NUL character, which cannot be stored. Remove it", excerpt(s))
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "The text %q is not valid Unicode. Send it as UTF-8, without unpaired surrogates", excerpt(s))
	}
	return nil
}

// CheckQuery applies CheckText to a query string, before anybody parses it. Nearly all pass at a
// glance.
func CheckQuery(raw string) error {
	if utf8.ValidString(raw) && strings.IndexByte(raw, 0) < 0 && !suspicious.MatchString(raw) {
		return nil
	}
	_, err := ParseQuery(raw)
	return err
}

// suspicious are the escapes of a NUL character and of halves of surrogate pairs.
var suspicious = regexp.MustCompile(`(?i)%00|%ed%[ab]`)

// hasSurrogate reports whether a text has half of a surrogate pair, as UTF-8 would write it.
func hasSurrogate(s string) bool {
	for {
		_, rest, found := strings.Cut(s, "\xed")
		if !found {
			return false
		}
		if rest != "" && rest[0] >= 0xa0 && rest[0] <= 0xbf {
			return true
		}
		s = rest
	}
}

// check applies CheckText to every key and string of a value.
func (v Value) check() error {
	if v.kind == KindString {
		return CheckText(v.text)
	}
	for _, k := range v.keys {
		if err := CheckText(k); err != nil {
			return err
		}
	}
	for _, item := range v.items {
		if err := item.check(); err != nil {
			return err
		}
	}
	return nil
}

const excerptRunes = 40

// excerpt returns the beginning of a text, for messages.
func excerpt(s string) string {
	n := 0
	for i := range s {
		if n++; n > excerptRunes {
			return s[:i] + "…"
		}
	}
	return s
}
