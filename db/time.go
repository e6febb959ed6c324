package db

import (
	"fmt"
	"time"
)

// ParseTime reads a time in any of the forms that Rows have it: TimeText, and PostgreSQL's "2006-01-02 15:04:05.123+00".
func ParseTime(text []byte) (time.Time, error) {
	s := string(text)
	if len(s) > 10 && s[10] == 'T' {
		return time.Parse(time.RFC3339Nano, s)
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999", time.DateOnly, "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("db: %q is not a time", s)
}

// AppendJSONTime appends to dst a time in either text form of Rows as "2006-01-02T15:04:05.000Z", without the quotes.
// Digits past the milliseconds are cut off. Text that is in UTC is rewritten byte by byte; anything unusual is parsed.
func AppendJSONTime(dst, raw []byte) []byte {
	if len(raw) < len("2006-01-02 15:04:05") || raw[4] != '-' || raw[10] != ' ' && raw[10] != 'T' {
		return appendOddTime(dst, raw)
	}
	fraction, zone := splitFraction(raw[19:])
	if z := string(zone); z != "+00" && z != "Z" && z != "" {
		return appendOddTime(dst, raw)
	}
	dst = append(dst, raw[:10]...)
	dst = append(dst, 'T')
	dst = append(dst, raw[11:19]...)
	dst = append(dst, '.')
	fraction = fraction[:min(len(fraction), 3)]
	dst = append(dst, fraction...)
	dst = append(dst, "000"[len(fraction):]...)
	return append(dst, 'Z')
}

// splitFraction takes ".123+00" apart into "123" and "+00".
func splitFraction(tail []byte) (fraction, zone []byte) {
	if len(tail) == 0 || tail[0] != '.' {
		return nil, tail
	}
	end := 1
	for end < len(tail) && tail[end] >= '0' && tail[end] <= '9' {
		end++
	}
	return tail[1:end], tail[end:]
}

func appendOddTime(dst, raw []byte) []byte {
	t, err := ParseTime(raw)
	if err != nil {
		return append(dst, raw...)
	}
	return appendTime(dst, t)
}
