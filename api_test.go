package gorgon_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateAPI = flag.Bool("update-api", false, "write testdata/api anew")

// apiDir holds the exported API, one file a package and one line an identifier.
const apiDir = "testdata/api"

// TestAPI compares the exported API of every public package with testdata/api, so that each
// change of it is visible in review. After an intended change run: go test . -run TestAPI -update-api
func TestAPI(t *testing.T) {
	t.Parallel()
	want, got := readAPI(t), currentAPI(t)
	if *updateAPI {
		writeAPI(t, want, got)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		compareAPI(t, name, want[name], got[name])
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s/%s describes a package that does not exist; run go test . -run TestAPI -update-api", apiDir, name)
		}
	}
}

func compareAPI(t *testing.T, name string, want, got []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s lacks %q", name, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s has %q, which the code does not have", name, line)
		}
	}
	if t.Failed() {
		t.Log("if the change is intended, run go test . -run TestAPI -update-api")
	}
}

func readAPI(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(apiDir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = strings.Split(strings.TrimSpace(string(b)), "\n")
	}
	return out
}

func writeAPI(t *testing.T, old, api map[string][]string) {
	t.Helper()
	if err := os.MkdirAll(apiDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name := range old {
		if err := os.Remove(filepath.Join(apiDir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, lines := range api {
		if err := os.WriteFile(filepath.Join(apiDir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// currentAPI lists the exported identifiers of all public packages. Programs, examples and
// internal packages have no API.
func currentAPI(t *testing.T) map[string][]string {
	t.Helper()
	all := slices.DeleteFunc(sources(t), func(s source) bool {
		return s.test() || s.file.Name.Name == "main" || !publicDir(s.dir)
	})
	promoting := map[string]bool{} // "dir.name" of unexported types whose methods exported ones promote
	for _, s := range all {
		for _, name := range embeddedNames(s.file) {
			promoting[s.dir+"."+name] = true
		}
	}
	out := map[string][]string{}
	for _, s := range all {
		name := strings.ReplaceAll(s.dir, "/", "_") + ".txt"
		if s.dir == "." {
			name = "gorgon.txt"
		}
		out[name] = append(out[name], exportedAPI(s, promoting)...)
	}
	for name, lines := range out {
		if slices.Sort(lines); len(lines) == 0 {
			delete(out, name)
		}
	}
	return out
}

func publicDir(dir string) bool {
	parts := strings.Split(dir, "/")
	return !slices.Contains(parts, "internal") && parts[0] != "examples" && parts[0] != "cmd"
}

// embeddedNames are the unexported types that exported structs of a file embed.
func embeddedNames(file *ast.File) (names []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if t, ok := spec.Type.(*ast.StructType); ok && spec.Name.IsExported() {
			for _, f := range t.Fields.List {
				if name := baseName(f.Type); len(f.Names) == 0 && !ast.IsExported(name) {
					names = append(names, name)
				}
			}
		}
		return true
	})
	return names
}

// exportedAPI lists the exported identifiers of one file.
func exportedAPI(s source, promoting map[string]bool) (lines []string) {
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			lines = append(lines, funcAPI(s, d, promoting)...)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				lines = append(lines, specAPI(s.set, d.Tok, spec)...)
			}
		}
	}
	return lines
}

func funcAPI(s source, d *ast.FuncDecl, promoting map[string]bool) []string {
	if !d.Name.IsExported() {
		return nil
	}
	signature := strings.TrimPrefix(nodeText(s.set, d.Type), "func")
	if d.Recv == nil {
		return []string{"func " + d.Name.Name + signature}
	}
	receiver := d.Recv.List[0].Type
	if name := baseName(receiver); !ast.IsExported(name) && !promoting[s.dir+"."+name] {
		return nil
	}
	return []string{"method (" + nodeText(s.set, receiver) + ") " + d.Name.Name + signature}
}

// baseName is the name of a receiver's or an embedded field's type.
func baseName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func specAPI(set *token.FileSet, tok token.Token, spec ast.Spec) (lines []string) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Name.IsExported() {
			return typeAPI(set, spec)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if !name.IsExported() {
				continue
			}
			line := tok.String() + " " + name.Name
			if spec.Type != nil {
				line += " " + nodeText(set, spec.Type)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func typeAPI(set *token.FileSet, spec *ast.TypeSpec) []string {
	head := "type " + spec.Name.Name
	if spec.TypeParams != nil {
		head += strings.TrimPrefix(nodeText(set, &ast.FuncType{TypeParams: spec.TypeParams, Params: &ast.FieldList{}}), "func")
		head = strings.TrimSuffix(head, "()")
	}
	if spec.Assign.IsValid() {
		head += " ="
	}
	switch t := spec.Type.(type) {
	case *ast.StructType:
		return append([]string{head + " struct"}, fieldsAPI(set, "field", spec.Name.Name, t.Fields)...)
	case *ast.InterfaceType:
		return append([]string{head + " interface"}, fieldsAPI(set, "method", spec.Name.Name, t.Methods)...)
	}
	return []string{head + " " + nodeText(set, spec.Type)}
}

func fieldsAPI(set *token.FileSet, kind, owner string, list *ast.FieldList) (lines []string) {
	for _, f := range list.List {
		text := nodeText(set, f.Type)
		if f.Tag != nil {
			text += " " + f.Tag.Value
		}
		if len(f.Names) == 0 && ast.IsExported(baseName(f.Type)) {
			lines = append(lines, "embedded "+owner+" "+text)
		}
		for _, name := range f.Names {
			if name.IsExported() {
				lines = append(lines, kind+" "+owner+"."+name.Name+memberType(kind, text))
			}
		}
	}
	return lines
}

// memberType is a type as it follows a name: a method's without the word func.
func memberType(kind, text string) string {
	if rest, ok := strings.CutPrefix(text, "func("); ok && kind == "method" {
		return "(" + rest
	}
	return " " + text
}

var blanks = regexp.MustCompile(`\s+`)

// nodeText is a node as source text on one line.
func nodeText(set *token.FileSet, node ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, set, node); err != nil {
		panic(err)
	}
	return blanks.ReplaceAllString(b.String(), " ")
}
