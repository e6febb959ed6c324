package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSnippets wants each paragraph of Go in a guide to be a part of a file of the examples, which are compiled and tested, up to its indentation. What guides link to
// has to be there.
func TestSnippets(t *testing.T) {
	t.Parallel()
	programs := examples(t)
	guides, err := filepath.Glob("guides/*.md")
	if err != nil || len(guides) == 0 {
		t.Fatal("no guides", err)
	}
	for _, guide := range guides {
		b, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range snippets(string(b)) {
			if !partOfAny(s.code, programs) {
				t.Errorf("%s:%d: no file of the examples has\n%s", guide, s.line, s.code)
			}
		}
		for _, m := range link.FindAllStringSubmatch(block.ReplaceAllString(string(b), ""), -1) {
			if _, err := os.Stat(filepath.Join("guides", m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", guide, m[1])
			}
		}
	}
}

// What a guide links to in the repository, and blocks of code, which have no links.
var (
	link  = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	block = regexp.MustCompile("(?ms)^```.*?^```")
)

// A snippet is a block of Go, at a line of its guide.
type snippet struct {
	line int
	code string
}

func snippets(text string) (out []snippet) {
	var block []string
	at := 0
	for i, l := range strings.Split(text, "\n") {
		switch {
		case at == 0 && strings.HasPrefix(l, "```go"):
			at, block = i+2, nil
		case at > 0 && strings.HasPrefix(l, "```"):
			out = append(out, snippet{at, strings.Join(block, "\n")})
			at = 0
		case at > 0:
			block = append(block, l)
		}
	}
	return out
}

// examples are the lines of each file.
func examples(t *testing.T) (out [][]string) {
	t.Helper()
	err := filepath.WalkDir("../examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		b, err := os.ReadFile(path)
		out = append(out, strings.Split(string(b), "\n"))
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatal("no examples", err)
	}
	return out
}

// partOfAny compares a block by its paragraphs, which may come from different places.
func partOfAny(code string, files [][]string) bool {
	for paragraph := range strings.SplitSeq(code, "\n\n") {
		want := dedent(strings.Split(paragraph, "\n"))
		if !slices.ContainsFunc(files, func(lines []string) bool { return part(want, lines) }) {
			return false
		}
	}
	return true
}

func part(want, lines []string) bool {
	for i := range lines {
		if i+len(want) <= len(lines) && slices.Equal(dedent(lines[i:i+len(want)]), want) {
			return true
		}
	}
	return false
}

// dedent takes the indentation of the first line off all.
func dedent(lines []string) []string {
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], "\t"))]
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimPrefix(l, indent)
	}
	return out
}

// TestSnippetsAreCompared makes sure that the comparison can fail.
func TestSnippetsAreCompared(t *testing.T) {
	t.Parallel()
	file := [][]string{{"func f() {", "\tif x {", "\t\tg()", "\t}", "}"}}
	for code, want := range map[string]bool{"if x {\n\tg()\n}": true, "func f() {": true, "if x {\ng()": false, "g(1)": false, "}\n": false, "}\n\n\tif x {": true, "}\n\nif y {": false} {
		if got := partOfAny(code, file); got != want {
			t.Errorf("%q: got %v, want %v", code, got, want)
		}
	}
	if got := snippets("a\n```go\nf()\n```\n```bash\nls\n```"); len(got) != 1 || got[0].line != 3 || got[0].code != "f()" {
		t.Errorf("got %+v", got)
	}
}
