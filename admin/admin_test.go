package admin

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// built packs a small dashboard.
func built(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "dashboard.zip")
	if err := pack(fstest.MapFS{"index.html": file("<html>the page</html>"), "assets/a-1.js": file(strings.Repeat("let a;", 1000))}, "s1", to); err != nil {
		t.Fatal(err)
	}
	return to
}

func get(t *testing.T, h http.Handler, path, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A file is the same compressed and not, and every address that is no file is the page.
func TestServe(t *testing.T) {
	t.Parallel()
	s := &Site{Files: []string{"/nowhere", built(t)}}
	plain, zipped := get(t, s, "/app/assets/a-1.js", ""), get(t, s, "/app/assets/a-1.js", "br, gzip")
	unzipped, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := text(t, plain.Body), text(t, unzipped); got != want || len(want) != 6000 {
		t.Errorf("plain has %d bytes, gzip %d", len(want), len(got))
	}
	if zipped.ContentLength > 200 || !strings.Contains(zipped.Header.Get("Content-Type"), "javascript") || !strings.Contains(zipped.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("got %d bytes with %v", zipped.ContentLength, zipped.Header)
	}
	for _, path := range []string{"/app", "/app/", "/app/orders/order_1", "/app/../../etc/passwd", "/app/index.html"} {
		if r := get(t, s, path, ""); text(t, r.Body) != "<html>the page</html>" || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s got %d %v", path, r.StatusCode, r.Header)
		}
	}
	if r := get(t, s, "/app/assets/of-another-version.js", ""); r.StatusCode != http.StatusNotFound {
		t.Errorf("an asset that is gone got %d", r.StatusCode)
	}
}

// Without a dashboard the site says what to do, and serves it once it is there.
func TestNotBuilt(t *testing.T) {
	t.Parallel()
	later := filepath.Join(t.TempDir(), "later.zip")
	s := &Site{Files: []string{later}, Command: "shop build"}
	if r := get(t, s, "/app", ""); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text(t, r.Body), "shop build builds it, with Node.js") {
		t.Errorf("got %d", r.StatusCode)
	}
	if err := os.Rename(built(t), later); err != nil {
		t.Fatal(err)
	}
	if r := get(t, s, "/app", ""); r.StatusCode != http.StatusOK {
		t.Errorf("once built, got %d", r.StatusCode)
	}
}

// A program carries one dashboard at its end, the last that it was given, and runs as before.
func TestAppend(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho ran\nexit\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBundle(program); err == nil {
		t.Fatal("a program without a dashboard has one")
	}
	for range 2 {
		if err := AppendBundle(program, built(t)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := OpenBundle(program)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Fingerprint != "s1" || b.files["index.html"] == nil {
		t.Errorf("got stamp %q and %d files", b.Fingerprint, len(b.files))
	}
	if i, err := os.Stat(program); err != nil || i.Mode().Perm() != 0o755 {
		t.Errorf("the program is %v, %v", i.Mode(), err)
	}
}

// The folder follows the extensions: what changed is written, what is gone is removed, and what npm installed stays.
func TestWrite(t *testing.T) {
	t.Parallel()
	widgets := fstest.MapFS{"widgets/a.tsx": file("a"), "widgets/b.tsx": file("b")}
	p := &Project{Dir: t.TempDir(), Extensions: []Extension{{"blog", widgets}, {"reviews", fstest.MapFS{"routes/x/page.tsx": file("x")}}}}
	at := func(name string) string { return filepath.Join(p.Dir, filepath.FromSlash(name)) }
	must(t, p.Write())
	must(t, os.MkdirAll(at("node_modules/react"), 0o755))
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(at("extensions/blog/src/admin/widgets/a.tsx"), old, old))
	before, err := p.Fingerprint()
	must(t, err)

	delete(widgets, "widgets/b.tsx")
	p.Extensions = p.Extensions[:1]
	must(t, p.Write())
	if after, err := p.Fingerprint(); err != nil || after == before {
		t.Errorf("the stamp stayed %s, %v", after, err)
	}
	if i, err := os.Stat(at("extensions/blog/src/admin/widgets/a.tsx")); err != nil || !i.ModTime().Equal(old) {
		t.Errorf("a file that did not change was written: %v", err)
	}
	for _, gone := range []string{"extensions/blog/src/admin/widgets/b.tsx", "extensions/reviews"} {
		if _, err := os.Stat(at(gone)); err == nil {
			t.Errorf("%s is still there", gone)
		}
	}
	for _, kept := range []string{"node_modules/react", "package-lock.json", "admin.mjs"} {
		if _, err := os.Stat(at(kept)); err != nil {
			t.Errorf("%s is not there", kept)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Packages that extensions need are added to the dashboard's, whose versions win; two versions of one are refused by name.
func TestDependencies(t *testing.T) {
	t.Parallel()
	pkg := func(s string) fstest.MapFS { return fstest.MapFS{"package.json": file(`{"dependencies":` + s + `}`)} }
	p := &Project{Extensions: []Extension{{"a", pkg(`{"recharts":"2.1.0","react":"17.0.0"}`)}}}
	files, err := p.files()
	must(t, err)
	if got := string(files["package.json"]); !strings.Contains(got, `"recharts": "2.1.0"`) || !strings.Contains(got, `"react": "18.3.1"`) {
		t.Errorf("got %s", got)
	}
	p.Extensions = append(p.Extensions, Extension{"b", pkg(`{"recharts":"3.0.0"}`)})
	if _, err := p.files(); err == nil || !strings.Contains(err.Error(), "plugin b wants recharts in version 3.0.0") {
		t.Errorf("got %v", err)
	}
	p.Extensions = []Extension{{"c", fstest.MapFS{"package.json": file("{")}}}
	if _, err := p.files(); err == nil || !strings.Contains(err.Error(), "package.json of plugin c") {
		t.Errorf("got %v", err)
	}
}
