package schema

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
)

// lines reads a file of JSON values, one a line.
func lines[T any](t *testing.T, name string) (out []T) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// The files in testdata were made by Node 20 with body-parser 1.20 and qs 6.16, from mutated seeds.

func TestBodiesAsNode(t *testing.T) {
	t.Parallel()
	for _, c := range lines[struct {
		In       string
		Err, Val *string
	}](t, "testdata/bodies.jsonl") {
		v, err := ParseBody([]byte(c.In))
		switch {
		case c.Err != nil && (err == nil || err.Error() != *c.Err):
			t.Errorf("%q\n got %v\nwant %s", c.In, err, *c.Err)
		case c.Err == nil && err != nil:
			t.Errorf("%q: %v", c.In, err)
		case c.Err == nil:
			var want any
			_ = json.Unmarshal([]byte(*c.Val), &want)
			if got := v.Any(); !reflect.DeepEqual(got, want) {
				t.Errorf("%q is %v, want %v", c.In, got, want)
			}
		}
	}
}

func TestQueriesAsNode(t *testing.T) {
	t.Parallel()
	for _, c := range lines[struct{ In, Out string }](t, "testdata/queries.jsonl") {
		v, err := parseForm(c.In, queryDepth, false)
		if got := string(v.AppendJSON(nil)); err != nil || got != c.Out {
			t.Errorf("%q\n got %s %v\nwant %s", c.In, got, err, c.Out)
		}
	}
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"id[]=a,b":                        `{"id":["a","b"]}`,
		"id[]=a,b&id[]=c":                 `{"id":["a,b","c"]}`,
		"created_at.$gt=1":                `{"created_at":{"$gt":"1"}}`,
		"a.b.c=1":                         `Key accessor more than 2 levels deep: a.b.c`,
		"$or[0][q]=a&$or[1][id][]=b":      `{"$or":[{"q":"a"},{"id":["b"]}]}`,
		"fields=+a,-b":                    `{"fields":" a,-b"}`,
		strings.Repeat("id[]=a&", 25)[1:]: `{"d":["a"],"id":[` + strings.Repeat(`"a",`, 23) + `"a"]}`,
	} {
		v, err := ParseQuery(in)
		got := string(v.AppendJSON(nil))
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestParseInt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"10abc": 10, " -5": -5, "0x1f": 31, "1e1": 1, "1.9": 1, "+7": 7, "99999999999999999999": 1e20} {
		if got, ok := parseInt(in); !ok || got != want {
			t.Errorf("%q is %v, want %v", in, got, want)
		}
	}
	for _, in := range []string{"", "abc", "-", ".5", "0x", "Infinity"} {
		if got, ok := parseInt(in); ok && in != "0x" {
			t.Errorf("%q is %v, want nothing", in, got)
		}
	}
}

func TestNumberText(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{0.1: "0.1", 1e21: "1e+21", 1e-7: "1e-7", 123456789012345680000: "123456789012345680000", math.Copysign(0, -1): "0", math.Inf(1): "Infinity"} {
		if got := numberText(f); got != want {
			t.Errorf("%v is %s, want %s", f, got, want)
		}
	}
}

// A text is JSON for us exactly when it is for encoding/json, and means the same.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,"\ud83d\ude00\u00e9"],"b":null}`, `[]`, `{"a":1,"a":2}`, `"\ud800"`, `{"1":0,"0":1}`, `[1e999]`, "\"\xff\"", `{`, `"\`, `-`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseJSON(b)
		if err != nil {
			if json.Valid(b) && !strings.Contains(err.Error(), "nested") && !strings.HasPrefix(err.Error(), "The text") {
				t.Fatalf("%q: %v", b, err)
			}
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		if !json.Valid(b) {
			t.Fatalf("%q is no JSON", b)
		}
		again, err := ParseJSON(v.AppendJSON(nil))
		if err != nil || !reflect.DeepEqual(again.Any(), v.Any()) {
			t.Fatalf("%q came back as %s", b, v.AppendJSON(nil))
		}
	})
}

// Bodies never panic, and always say something.
func FuzzParseBody(f *testing.F) {
	for _, s := range []string{"null", " \"x\"", "\ufeff{}", "garbage of more than twenty characters", "😀😀", "\xff{", "[object Object]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := ParseBody(b); err == nil && v.Kind() != KindObject && v.Kind() != KindArray || err != nil && err.Error() == "" {
			t.Fatalf("%q: %v %v", b, v, err)
		}
	})
}

// What parses has at most as many values as the text has pairs, and prints as JSON.
func FuzzParseForm(f *testing.F) {
	for _, s := range []string{"a=1&a[]=2", "a[b][c][0]=x&a[b][c][1]=y", "a[[b]]=1&a[999]=2", "%5B%5D=%zz&&=&a.b=+", "a=1&a[b]=2&a[0]=3&a="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []func(string) (Value, error){ParseQuery, ParseForm} {
			if v, err := parse(s); err == nil && (v.Kind() != KindObject || !json.Valid(v.AppendJSON(nil))) {
				t.Fatalf("%q: %s", s, v.AppendJSON(nil))
			}
		}
	})
}

func FuzzParseInt(f *testing.F) {
	f.Add("10abc")
	f.Add(" -0x1F")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseInt(s); ok && n != math.Trunc(n) && !math.IsInf(n, 0) {
			t.Fatalf("%q is %v", s, n)
		}
	})
}
