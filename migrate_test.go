package gorgon_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

type note struct {
	module.Model
	Text string `json:"text"`
}

type longNote struct {
	module.Model
	Text   string `json:"text"`
	Author string `json:"author"`
}

// A richNote has what a note can get later: old ones have the zero value of each field.
type richNote struct {
	module.Model
	Text   string        `json:"text"`
	Author string        `json:"author"`
	Rank   int           `json:"rank"`
	Weight float64       `json:"weight"`
	Price  money.Decimal `json:"price"`
	Done   bool          `json:"done"`
	Due    time.Time     `json:"due"`
	Tags   []string      `json:"tags"`
	Extra  module.Map    `json:"extra"`
	Colour string        `json:"colour" model:"enum=red|blue"`
}

func notebook[T any](t *testing.T, url string, migrations ...db.MigrationSet) (*gorgon.App, *module.Table[T]) {
	t.Helper()
	app := gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "test", CookieSecret: "test", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }})
	notes := module.NewTable[T]("note")
	app.Use(gorgon.Plugin{Name: "notebook", Tables: []module.Entity{notes}, Migrations: migrations})
	t.Cleanup(func() { app.Close() })
	return app, notes
}

// Tables that were made from models pass to migration files, when there are some, with their rows; later files are applied. If the models had changed in
// between, then nothing is.
func TestFilesTakeOver(t *testing.T) {
	t.Parallel()
	for dialect, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "notes.db"), "postgres": dbtest.PostgresURL(t)} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			ctx, dir := t.Context(), t.TempDir()
			files := db.MigrationSet{Plugin: "notebook", FS: os.DirFS(dir)}

			first, notes := notebook[note](t, url)
			migrate(t, first)
			saved, err := notes.Create(ctx, note{Text: "kept"})
			if err != nil {
				t.Fatal(err)
			}
			changed, _ := notebook[longNote](t, url)
			if _, err := changed.GenerateMigrations("notebook", filepath.Join(dir, "other"), "begin"); err != nil {
				t.Fatal(err)
			}
			other, _ := notebook[longNote](t, url, db.MigrationSet{Plugin: "notebook", FS: os.DirFS(filepath.Join(dir, "other"))})
			if _, err := other.Migrate(ctx); err == nil || !strings.Contains(err.Error(), "not then what its migrations lead to") {
				t.Errorf("other tables were taken over: %v", err)
			}

			if _, err := first.GenerateMigrations("notebook", dir, "begin"); err != nil {
				t.Fatal(err)
			}
			second, notes := notebook[note](t, url, files)
			migrate(t, second)
			if got, err := notes.Retrieve(ctx, saved.ID); err != nil || got.Text != "kept" {
				t.Errorf("got %+v, %v", got, err)
			}
			if _, err := changed.GenerateMigrations("notebook", dir, "author"); err != nil {
				t.Fatal(err)
			}
			third, longer := notebook[longNote](t, url, files)
			if done := migrate(t, third); len(done) != 1 || done[0].Name != "0002_author" {
				t.Errorf("applied %+v", done)
			}
			if got, err := longer.Retrieve(ctx, saved.ID); err != nil || got.Text != "kept" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// A model may get fields when there are records already.
func TestNewFields(t *testing.T) {
	t.Parallel()
	for dialect, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "notes.db"), "postgres": dbtest.PostgresURL(t)} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			plain, notes := notebook[note](t, url)
			migrate(t, plain)
			old, err := notes.Create(t.Context(), note{Text: "old"})
			if err != nil {
				t.Fatal(err)
			}
			rich, riches := notebook[richNote](t, url)
			migrate(t, rich)
			got, err := riches.Retrieve(t.Context(), old.ID)
			if err != nil || got.Text != "old" || got.Author != "" || got.Rank != 0 || got.Done || !got.Price.IsZero() || len(got.Tags)+len(got.Extra) > 0 || got.Colour != "red" {
				t.Errorf("got %+v, %v", got, err)
			}
			if _, err := riches.Update(t.Context(), module.Filter{}, module.Set{"author": nil}); err == nil {
				t.Error("a new column takes NULL")
			}
			if second := migrate(t, rich); len(second) > 0 {
				t.Errorf("still pending: %+v", second)
			}
		})
	}
}

func migrate(t *testing.T, app *gorgon.App) []db.Migration {
	t.Helper()
	done, err := app.Migrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// start gives an empty database its tables. One that is behind it leaves alone unless it is told to migrate.
func TestStartMigrates(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "notes.db")
	short, _ := notebook[note](t, url)
	if code, output := start(t, short); code != 0 {
		t.Fatalf("on an empty database got %d: %s", code, output)
	}
	long, _ := notebook[longNote](t, url)
	if code, output := start(t, long); code == 0 || !strings.Contains(output, "1 migrations are pending") {
		t.Errorf("behind the program got %d: %s", code, output)
	}
	long, _ = notebook[longNote](t, url)
	if code, output := start(t, long, "--migrate"); code != 0 {
		t.Errorf("told to migrate got %d: %s", code, output)
	}
}

// start runs an app until it has begun to serve.
func start(t *testing.T, app *gorgon.App, args ...string) (code int, output string) {
	ctx, stop := context.WithCancel(t.Context())
	app.Use(gorgon.Plugin{Name: "short-lived", Loaders: []func(context.Context) error{func(context.Context) error {
		stop()
		return nil
	}}})
	var b bytes.Buffer
	return app.Run(ctx, append([]string{"start", "--port", "0"}, args...), &b, &b), b.String()
}
