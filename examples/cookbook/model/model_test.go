package model_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/model"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("DM-01", each(define))
	t.Run("DM-02", each(types))
	t.Run("DM-03", each(keys))
	t.Run("DM-04", each(defaults))
	t.Run("DM-05", each(nullable))
	t.Run("DM-06", each(unique))
	t.Run("DM-07", each(namedIndex))
	t.Run("DM-08", each(compositeIndex))
	t.Run("DM-09", each(searchable))
	t.Run("DM-10", market(oneToOne))
	t.Run("DM-11", market(oneToMany))
	t.Run("DM-12", market(manyToMany))
	t.Run("DM-13", market(cascades))
	t.Run("DM-14", market(setOneToOne))
	t.Run("DM-15", market(setOneToMany))
	t.Run("DM-16", market(setManyToMany))
	t.Run("DM-17", market(readRelations))
}

// each runs a row on each database.
func each(row func(*testing.T, *db.DB)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		dbtest.EachDatabase(t, row)
	}
}

// market runs a row on each database with the tables of a market.
func market(row func(*testing.T, context.Context, *model.Market)) func(*testing.T) {
	return each(func(t *testing.T, d *db.DB) {
		m := model.NewMarket()
		row(t, moduletest.Open(t, d, m.Tables()), m)
	})
}

// table makes the table of a model in a database.
func table[T any](t *testing.T, d *db.DB, name string) *module.Table[T] {
	t.Helper()
	tab := module.NewTable[T](name)
	moduletest.Open(t, d, []module.Entity{tab})
	return tab
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused wants an error of a kind.
func refused(t *testing.T, name string, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("%s: got %v, want an error of kind %v", name, err, kind)
	}
}

// is compares what two values look like.
func is(t *testing.T, name string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s is %s, want %s", name, g, w)
	}
}

// index is what a database says about an index.
func index(t *testing.T, d *db.DB, name string) string {
	t.Helper()
	sql := `SELECT sql FROM sqlite_master WHERE type = 'index' AND name = $1`
	if d.Dialect() == db.Postgres {
		sql = `SELECT indexdef FROM pg_indexes WHERE indexname = $1`
	}
	var text string
	if found, err := db.QueryRow(t.Context(), d, db.Statement{SQL: sql, Args: []any{name}}, &text); err != nil || !found {
		t.Fatalf("there is no index %s: %v", name, err)
	}
	return strings.ReplaceAll(text, `"`, "")
}

func define(t *testing.T, d *db.DB) {
	brands := model.Brands()
	moduletest.Open(t, d, []module.Entity{brands})
	b := must(brands.Create(t.Context(), model.Brand{Name: "Acme"}))(t)
	got := must(brands.Retrieve(t.Context(), b.ID))(t)
	if !strings.HasPrefix(got.ID, "brand_") || got.CreatedAt.IsZero() || got.DeletedAt != nil {
		t.Errorf("got %+v, want an id and its times", got)
	}
	is(t, "the name", got.Name, "Acme")
}

// has wants parts in a text.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	if i := slices.IndexFunc(parts, func(p string) bool { return !strings.Contains(text, p) }); i >= 0 {
		t.Errorf("%q is not in %s", parts[i], text)
	}
}
