package modules_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/modules"
	"github.com/gorgon-commerce/gorgon/gorgontest"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("MOD-01", testModule)
	t.Run("MOD-02", testServices)
	t.Run("MOD-03", testOptions)
	t.Run("MOD-04", testThirdParty)
}

func testModule(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, modules.NewHello, func(t *testing.T, shop *gorgontest.Shop, hello *modules.Hello) {
		var created modules.Custom
		shop.Admin.Post("/admin/customs", `{"name":"Ada"}`).Decode(&created)
		stored, err := hello.Customs.Retrieve(shop.Context(), created.ID)
		if err != nil || stored.Name != "Ada" || !strings.HasPrefix(stored.ID, "my_custom_") {
			t.Errorf("got %+v %v", stored, err)
		}
		var list []modules.Custom
		shop.Admin.Get("/admin/customs").Decode(&list)
		if len(list) != 1 || list[0].ID != created.ID {
			t.Errorf("got %+v", list)
		}
		upToDate(t, shop)
	})
}

// upToDate wants the migration that is in the files to be what makes the table, and db:generate to have nothing to add.
func upToDate(t *testing.T, shop *gorgontest.Shop) {
	t.Helper()
	var out bytes.Buffer
	if code := shop.App.Run(t.Context(), []string{"db:migrate", "--status"}, &out, io.Discard); code != 0 || !strings.Contains(out.String(), "hello/0001_initial") {
		t.Errorf("%d: no migration of hello in\n%s", code, out.String())
	}
	dir := filepath.Join(t.TempDir(), "migrations")
	if err := os.CopyFS(dir, os.DirFS("migrations")); err != nil {
		t.Fatal(err)
	}
	if files, err := shop.App.GenerateMigrations("hello", dir, "change"); err != nil || len(files) != 0 {
		t.Errorf("the migrations are behind the model: %v %v", files, err)
	}
}

func testServices(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, modules.NewMagazine, func(t *testing.T, shop *gorgontest.Shop, m *modules.Magazine) {
		ada, err := m.Authors.Create(shop.Context(), modules.Author{Name: "Ada"})
		if err != nil {
			t.Fatal(err)
		}
		var created modules.Article
		shop.Admin.Post("/admin/articles", map[string]string{"title": "On engines", "author_id": ada.ID}).Decode(&created)
		if a := shop.Admin.Post("/admin/articles", map[string]string{"title": "Spam", "author_id": "nobody"}); a.Status != http.StatusNotFound {
			t.Errorf("got %d %s", a.Status, a.Body)
		}
		list, err := m.Articles.List(shop.Context(), nil)
		if err != nil || len(list) != 1 || list[0].ID != created.ID {
			t.Errorf("got %+v %v", list, err)
		}
	})
}

func testOptions(t *testing.T) {
	t.Parallel()
	env := map[string]string{"BRANDS_URL": "https://brands.example", "BRANDS_API_KEY": "k3y", "DATABASE_URL": "sqlite::memory:"}
	app := gorgon.New(gorgon.Config{Getenv: func(name string) string { return env[name] }})
	c := modules.NewClient(commerce.New(app), modules.FromConfig(app.Config()))
	if want := (modules.Options{URL: "https://brands.example", APIKey: "k3y"}); c.Options != want {
		t.Errorf("got %+v", c.Options)
	}
}

func testThirdParty(t *testing.T) {
	t.Parallel()
	var seen []string
	theirs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b modules.Brand
		_ = json.NewDecoder(r.Body).Decode(&b)
		seen = append(seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+" "+b.Name)
		if b.Name == "broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer theirs.Close()
	shop := gorgontest.New(t, func(s *commerce.Shop) gorgon.Plugin {
		return modules.NewClient(s, modules.Options{URL: theirs.URL, APIKey: "k3y"}).Plugin()
	})
	shop.Admin.Post("/admin/brands", `{"name":"Acme"}`).Want(200, `{"name":"Acme"}`)
	shop.Admin.Post("/admin/brands", `{"name":"broken"}`).Want(503, `{"type":"unavailable","message":"The brands cannot be reached"}`)
	if len(seen) != 2 || seen[0] != "POST /brands Bearer k3y Acme" {
		t.Errorf("they saw %q", seen)
	}
	if logged := shop.LogOutput(); !strings.Contains(logged, "msg=sending method=POST") || strings.Contains(logged, "k3y") {
		t.Errorf("logged %s", logged)
	}
}
