package starter_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/starter"
	"github.com/gorgon-commerce/gorgon/examples/starter/shop/reviews"
)

const checkout = "../.."

// A shop that was begun builds against the checkout, and its tests pass.
func TestNew(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := filepath.Join(t.TempDir(), "my-shop")
	if err := (starter.Shop{Dir: dir, Module: "example.com/my-shop", Gorgon: checkout}).Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", args[0], err, out)
		}
	}
	main, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil || !strings.Contains(string(main), `"example.com/my-shop/reviews"`) || strings.Contains(string(main), "starter") {
		t.Errorf("main.go is %v\n%s", err, main)
	}
}

// What cannot be begun is refused, and nothing is written.
func TestRefused(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]starter.Shop{
		"is there already":                    {Dir: full, Module: "shop", Gorgon: checkout},
		`"My Shop" cannot be the path`:        {Dir: filepath.Join(t.TempDir(), "x"), Module: "My Shop", Gorgon: checkout},
		"is no checkout of github.com/gorgon": {Dir: filepath.Join(t.TempDir(), "x"), Module: "shop", Gorgon: full},
	} {
		if err := s.Write(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if list, err := os.ReadDir(s.Dir); err == nil && len(list) > 1 {
			t.Errorf("%s: %d files were written", want, len(list))
		}
	}
}

// The migrations lead to the models.
func TestMigrations(t *testing.T) {
	t.Parallel()
	app := gorgon.New(gorgon.Config{Getenv: func(string) string { return "" }})
	shop := commerce.New(app)
	app.Use(shop.Plugin(), reviews.New(shop).Plugin())
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("shop/reviews/migrations")); err != nil {
		t.Fatal(err)
	}
	files, err := app.GenerateMigrations("reviews", dir, "change")
	if err != nil || len(files) > 0 {
		t.Errorf("got %v, %v; run go run ./examples/starter/shop db:generate reviews -d examples/starter/shop/reviews/migrations", files, err)
	}
}
