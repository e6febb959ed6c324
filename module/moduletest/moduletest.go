// Package moduletest gives the tables of a test a database of their own.
package moduletest

import (
	"context"
	"slices"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// Open makes tables in a database, binds them to it and returns a context for queries of them.
func Open(t testing.TB, d *db.DB, tables ...[]module.Entity) context.Context {
	t.Helper()
	var list []*graph.Entity
	for _, e := range slices.Concat(tables...) {
		list = append(list, e.Entity())
	}
	s, err := graph.NewSchema(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range ddl.Create(d.Dialect(), s.Entities()) {
		if _, err := d.Exec(t.Context(), db.Statement{SQL: sql}); err != nil {
			t.Fatalf("%v in %s", err, sql)
		}
	}
	s.Bind(d)
	return graph.WithSchema(t.Context(), s)
}

// Each runs a test on every database, with modules and tables made for it.
func Each[M any](t *testing.T, make func() (M, []module.Entity), run func(*testing.T, M)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		m, tables := make()
		Open(t, d, tables)
		run(t, m)
	})
}
