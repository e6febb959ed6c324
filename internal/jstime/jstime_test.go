package jstime

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func ExampleWrap() {
	at := time.Date(2026, 11, 22, 1, 14, 38, 500_000_000, time.UTC)
	b, _ := json.Marshal(Wrap(map[string]any{"at": at, "text": "\"2026\" <b>"}))
	fmt.Println(string(b))
	// Output:
	// {"at":"2026-11-22T01:14:38.500Z","text":"\"2026\" \u003cb\u003e"}
}

func TestMillis(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-22T01:14:38Z":     "2026-11-22T01:14:38.000Z",
		"2026-11-22T01:14:38.5Z":   "2026-11-22T01:14:38.500Z",
		"2026-11-22T01:14:38.59Z":  "2026-11-22T01:14:38.590Z",
		"2026-11-22T01:14:38.591Z": "2026-11-22T01:14:38.591Z",
		"2026-11-22T01:14:38.Z":    "2026-11-22T01:14:38.Z",
		"2026-11-22 01:14:38Z":     "2026-11-22 01:14:38Z",
		"":                         "",
	} {
		if got := string(millis([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzPad proves that only times change.
func FuzzPad(f *testing.F) {
	f.Add(`{"a":"\\\"","b":["2026-11-22T01:14:38Z",1,null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var again any
		if err := json.Unmarshal(pad(b), &again); err != nil {
			t.Fatalf("%s became %s: %v", b, pad(b), err)
		}
	})
}
