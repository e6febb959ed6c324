package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever is written is read as what it was, and text and bytes are written alike.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "plain", "quote \" and \\", "line\nfeed\t\r\b\f\x00\x1f", "Ærø 日本 🦑", "broken \xff\xc3", "\u2028 </script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := Append([]byte("x"), s)
		if string(b) != string(Append([]byte("x"), []byte(s))) {
			t.Errorf("%q: text and bytes differ", s)
		}
		var got string
		if err := json.Unmarshal(b[1:], &got); err != nil || got != string([]rune(s)) {
			t.Errorf("%q was read as %q: %v", s, got, err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	text := strings.Repeat("A soft shirt of organic cotton. Größe M. ", 8)
	b.ReportAllocs()
	buf := make([]byte, 0, 1024)
	for b.Loop() {
		buf = Append(buf[:0], []byte(text))
	}
}
