package develop

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// shop is a program as a session starts it, without a database.
const shop = `package main

import (
	"io"
	"net"
	"net/http"
	"os"
)

func main() {
	for i, a := range os.Args {
		if a == "--port" {
			go http.ListenAndServe(net.JoinHostPort("127.0.0.1", os.Args[i+1]), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "FIRST") }))
		}
	}
	io.Copy(io.Discard, os.Stdin)
}
`

// Requests are answered by the code as it was saved last: they wait for it, and see what the compiler or the program says when it does not run.
func TestSession(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "go.mod", "module example.com/shop\n\ngo 1.22\n")
	write(t, "main.go", shop)
	pkg, module, ok := FindMainPackage(t.Context(), "command-line-arguments")
	if !ok || pkg != "." || module != "example.com/shop" {
		t.Fatalf("found %q of %q, %t", pkg, module, ok)
	}
	address, err := free()
	if err != nil {
		t.Fatal(err)
	}
	s := Session{Package: pkg, Module: module, Dir: ".gorgon/develop", Address: address, Out: io.Discard, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	answers(t, address, "FIRST")
	write(t, "main.go", strings.Replace(shop, "FIRST", "SECOND", 1))
	answers(t, address, "SECOND")
	write(t, "main.go", "package main\n\nfunc main() { nonsense }\n")
	answers(t, address, "undefined: nonsense")
	write(t, "main.go", "package main\n\nfunc main() { panic(\"no database\") }\n")
	answers(t, address, "panic: no database")
	write(t, "main.go", strings.Replace(shop, "FIRST", "THIRD", 1))
	answers(t, address, "THIRD")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// answers asks until the answer has want in it.
func answers(t *testing.T, address, want string) {
	t.Helper()
	var got string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		r, err := http.Get("http://" + address)
		if err != nil {
			continue
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if got = string(b); strings.Contains(got, want) {
			return
		}
	}
	t.Fatalf("got %q, want %q", got, want)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Extensions are followed from the folder that the program has embedded: what is written, made or removed there is so for the bundler, and the program is
// not built for it.
func TestExtensions(t *testing.T) {
	t.Parallel()
	src, out := filepath.Join(t.TempDir(), "blog", "admin"), t.TempDir()
	laid := filepath.Join(out, "blog", "src", "admin")
	widget, page := filepath.Join("widgets", "w.tsx"), filepath.Join("routes", "p", "page.tsx")
	for _, dir := range []string{src, laid} {
		write(t, filepath.Join(dir, widget), "w")
		write(t, filepath.Join(dir, page), "p")
	}
	other := filepath.Join(t.TempDir(), "other", widget)
	write(t, other, "of another plugin")
	embedded := map[string]bool{other: true, filepath.Join(src, widget): true, filepath.Join(src, page): true}
	w := &watcher{found: &sources{embedded: embedded}, embedding: map[string]bool{filepath.Join(src, "widgets"): true}, extensions: find(out, embedded)}
	if len(w.extensions) != 1 || w.extensions[src] != laid {
		t.Fatalf("found %v", w.extensions)
	}
	write(t, filepath.Join(src, widget), "w2")
	write(t, filepath.Join(src, "widgets", "new.tsx"), "n")
	if err := os.Remove(filepath.Join(src, page)); err != nil {
		t.Fatal(err)
	}
	w.extensions.bring(src)
	if got := fmt.Sprint(files(laid)); got != fmt.Sprint(files(src)) {
		t.Errorf("the bundler has %s", got)
	}
	if got, _ := os.ReadFile(filepath.Join(laid, widget)); string(got) != "w2" {
		t.Errorf("the bundler has %q", got)
	}
}

// Only what the program is made of changes it.
func TestChanges(t *testing.T) {
	t.Parallel()
	w := &watcher{found: &sources{code: map[string]bool{"/shop": true}}, embedding: map[string]bool{"/shop/migrations": true}}
	for name, want := range map[string]bool{
		"/shop/main.go": true, "/shop/go.mod": true, "/shop/.env": true, "/shop/migrations/0001.sql": true,
		"/shop/main_test.go": false, "/shop/main.go~": false, "/shop/.main.go.swp": false, "/shop/gorgon.db": false, "/elsewhere/main.go": false,
	} {
		if got := w.changes(fsnotify.Event{Name: name, Op: fsnotify.Write}); got != want {
			t.Errorf("%s changes the program: %t", name, got)
		}
	}
	if w.changes(fsnotify.Event{Name: "/shop/main.go", Op: fsnotify.Chmod}) {
		t.Error("a new mode changes the program")
	}
}

// A request of the dashboard does not wait for the program.
func TestFront(t *testing.T) {
	t.Parallel()
	f := newFront(&Dashboard{Path: "/app"})
	f.busy()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/app/orders", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "The dashboard is starting") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	w = httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/apparatus", nil).WithContext(ctx))
	if ctx.Err() == nil || w.Body.Len() > 0 {
		t.Errorf("a request was answered while the program was built: %s", w.Body)
	}
}
