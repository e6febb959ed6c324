package loader_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/loader"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("LDR-01", testLoader)
	t.Run("LDR-02", testResources)
	t.Run("LDR-03", testOptions)
	t.Run("LDR-04", testProvide)
}

func plugin(shop *commerce.Shop) *loader.Loader {
	return loader.New(shop, loader.Options{Tag: "new"})
}

func testLoader(t *testing.T) {
	t.Parallel()
	logged := new(bytes.Buffer)
	app := gorgon.New(gorgon.Config{DatabaseURL: "sqlite::memory:", Log: slog.New(slog.NewTextHandler(logged, nil))})
	shop := commerce.New(app)
	app.Use(shop.Plugin(), plugin(shop).Plugin())
	t.Cleanup(app.Close)
	if _, err := app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(logged.String(), "Just started") {
		t.Error("it ran before the start")
	}
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(logged.String(), "Just started the application!"); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}

// testResources wants the tag once, though the shop was started before, when its database was prepared.
func testResources(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, plugin, func(t *testing.T, shop *gorgontest.Shop, l *loader.Loader) {
		if err := shop.App.RunLoaders(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := shop.Product.Tags.Count(shop.Context(), nil); err != nil || n != 1 {
			t.Errorf("there are %d tags: %v", n, err)
		}
	})
}

func testOptions(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabaseWith(t, plugin, func(t *testing.T, shop *gorgontest.Shop, _ *loader.Loader) {
		if n, err := shop.Product.Tags.Count(shop.Context(), module.Filter{"value": "new"}); err != nil || n != 1 {
			t.Errorf("there are %d such tags: %v", n, err)
		}
	})
}

func testProvide(t *testing.T) {
	t.Parallel()
	shop, _ := gorgontest.With(t, plugin)
	shop.Anonymous.Get("/custom-data").Want(200, `{"test":true}`)
}
