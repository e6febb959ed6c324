package gorgon_test

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const modulePath = "github.com/gorgon-commerce/gorgon"

// Limits of size. A function that needs more has two jobs; a file that needs more has two subjects.
const (
	maxFunction  = 60
	maxFile      = 600
	maxFiles     = 15 // in a package, without tests
	maxInterface = 5  // methods
	maxGeneric   = 6  // methods of a generic type: docs/decisions/0101-thin-generics.md
)

// crowded are packages that may have more files: those that list resources, one file each, and two whose parts need each other's insides.
var crowded = map[string]bool{"api/adminapi": true, "api/storeapi": true, "db": true, "internal/graph": true}

// A source is one file of the repository.
type source struct {
	dir, name string
	lines     int
	file      *ast.File
	set       *token.FileSet
}

func (s source) path() string { return filepath.Join(s.dir, s.name) }

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

func sources(t *testing.T) (out []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, source{filepath.ToSlash(filepath.Dir(path)), filepath.Base(path), set.File(f.Pos()).LineCount(), f, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("found only %d files", len(out))
	}
	return out
}

// TestSizes keeps functions, files, packages and interfaces small, and reports the medians.
func TestSizes(t *testing.T) {
	t.Parallel()
	var functions, files []int
	perPackage := map[string]int{}
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		perPackage[s.dir]++
		files = append(files, s.lines)
		if s.lines > maxFile {
			t.Errorf("%s has %d lines, more than %d", s.path(), s.lines, maxFile)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				lines := s.set.Position(n.End()).Line - s.set.Position(n.Pos()).Line + 1
				functions = append(functions, lines)
				if lines > maxFunction {
					t.Errorf("%s: %s has %d lines, more than %d", s.path(), n.Name.Name, lines, maxFunction)
				}
			case *ast.InterfaceType:
				if len(n.Methods.List) > maxInterface {
					t.Errorf("%s: an interface has %d methods, more than %d", s.path(), len(n.Methods.List), maxInterface)
				}
			}
			return true
		})
	}
	for dir, n := range perPackage {
		if n > maxFiles && !crowded[dir] {
			t.Errorf("package %s has %d files, more than %d", dir, n, maxFiles)
		}
	}
	t.Logf("%d packages, %d files (median %d lines), %d functions (median %d lines)", len(perPackage), len(files), median(files), len(functions), median(functions))
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		b, err := os.ReadFile(s.path())
		if err != nil {
			t.Fatal(err)
		}
		if f, err := format.Source(b); err != nil || !bytes.Equal(f, b) {
			t.Errorf("%s is not as gofmt writes it", s.path())
		}
	}
}

func TestGenericTypesAreThin(t *testing.T) {
	t.Parallel()
	methods := map[string]int{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				if name := generic(f.Recv.List[0].Type); name != "" {
					methods[s.dir+"."+name]++
				}
			}
		}
	}
	for name, n := range methods {
		if n > maxGeneric {
			t.Errorf("%s has %d methods, more than %d: every package that can reach it compiles them all", name, n, maxGeneric)
		}
	}
}

// generic is the name of a receiver's type if that has type parameters.
func generic(e ast.Expr) string {
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
	}
	switch e := e.(type) {
	case *ast.IndexExpr:
		return e.X.(*ast.Ident).Name
	case *ast.IndexListExpr:
		return e.X.(*ast.Ident).Name
	}
	return ""
}

func median(list []int) int {
	slices.Sort(list)
	return list[len(list)/2]
}

// TestWords wants a sentence about every package, and none that is a drawer for odds and ends, and no hidden start-up code.
func TestWords(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.dir] = documented[s.dir] || s.file.Doc != nil || s.test()
		switch s.file.Name.Name {
		case "util", "utils", "common", "helper", "helpers":
			t.Errorf("%s: package %s says nothing about what is in it", s.path(), s.file.Name.Name)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init runs behind everybody's back", s.path())
			}
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no documentation", dir)
		}
	}
}

// layers are all packages from the ground up; each may import those before it, and its own layer only where mates is set.
var layers = []struct {
	name  string
	mates bool
	match func(dir string) bool
}{
	{"ground", true, in("fault", "money", "id", "telemetry")},
	{"database", true, in("db", "internal/jstime", "internal/metadata")},
	{"graph", true, in("internal")},
	{"module", true, in("module")},
	{"engine", true, in("link", "query", "event", "workflow", "job", "route", "openapi", "execution", "admin", "cache", "idempotency")},
	{"engine", true, func(dir string) bool { return dir == "provider" }},
	{"gorgon", true, func(dir string) bool { return dir == "." }},
	{"modules", false, in("modules")},
	{"provider", false, in("provider")},
	{"flow", true, in("flow")},
	{"api", true, in("api")},
	{"commerce", true, in("commerce")},
	{"programs", true, in("cmd", "examples", "gorgontest", "test", "docs")},
}

func in(roots ...string) func(string) bool {
	return func(dir string) bool {
		return slices.ContainsFunc(roots, func(r string) bool { return dir == r || strings.HasPrefix(dir, r+"/") })
	}
}

func layer(dir string) int {
	for i, l := range layers {
		if l.match(dir) {
			return i
		}
	}
	return -1
}

// TestLayers lets each layer import only what is below it, and modules nothing of each other.
func TestLayers(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		from := layer(s.dir)
		if from < 0 {
			t.Errorf("%s is in no layer", s.path())
			continue
		}
		if s.test() {
			continue
		}
		for _, imp := range s.file.Imports {
			path, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), modulePath)
			if !ours {
				continue
			}
			dir := strings.TrimPrefix(path, "/")
			if dir == "" {
				dir = "."
			}
			if msg := forbidden(s.dir, dir, from, layer(dir)); msg != "" {
				t.Errorf("%s imports %s: %s", s.path(), dir, msg)
			}
		}
	}
}

func forbidden(dir, imported string, from, to int) string {
	switch {
	case to > from:
		return fmt.Sprintf("%s is above %s", layers[to].name, layers[from].name)
	case to == from && !layers[from].mates && !strings.HasPrefix(imported+"/", dir+"/") && !strings.HasPrefix(dir+"/", imported+"/"):
		return layers[from].name + " do not know each other"
	case layers[from].name == "modules" && layers[to].name == "gorgon":
		return "modules do not know the application"
	}
	return ""
}

// TestWirePassing wants the list of passing scenarios sorted and without repeats, so that merges of it are easy.
func TestWirePassing(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/wire-passing.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	last := ""
	for lines := bufio.NewScanner(f); lines.Scan(); last = lines.Text() {
		if lines.Text() <= last {
			t.Errorf("%q is not after %q", lines.Text(), last)
		}
	}
}
