package cookbook_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRows wants a subtest of TestCookbook for each row, in one place only. Rows that are still to come stand in testdata/missing.
func TestRows(t *testing.T) {
	t.Parallel()
	rows, missing, found := read(t, "testdata/rows"), read(t, "testdata/missing"), subtests(t)
	for _, row := range rows {
		switch n, later := len(found[row]), slices.Contains(missing, row); {
		case n == 0 && !later:
			t.Errorf("%s has no test: nothing calls t.Run(%q, …) in a TestCookbook", row, row)
		case n > 0 && later:
			t.Errorf("%s is tested in %s and stands in testdata/missing", row, found[row])
		case n > 1:
			t.Errorf("%s is tested more than once: %s", row, found[row])
		}
	}
	for name, places := range found {
		if !slices.Contains(rows, name) {
			t.Errorf("%s, of %s, is no row of testdata/rows", name, places)
		}
	}
	for _, row := range missing {
		if !slices.Contains(rows, row) {
			t.Errorf("%s, of testdata/missing, is no row of testdata/rows", row)
		}
	}
	t.Logf("%d rows, %d of them still to come", len(rows), len(missing))
}

// read returns the words of a file.
func read(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(b))
}

// subtests are the places of t.Run("…", …) in functions TestCookbook, by name.
func subtests(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "TestCookbook" {
				ast.Inspect(fn.Body, func(n ast.Node) bool { collect(set, n, out); return true })
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func collect(set *token.FileSet, n ast.Node, out map[string][]string) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return
	}
	if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Run" {
		return
	}
	if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		name, _ := strconv.Unquote(lit.Value) // the parser has read it
		out[name] = append(out[name], set.Position(lit.Pos()).String())
	}
}
