// Package moduletest gives the tables of a test a database of their own.
package moduletest

import (
	"context"
	"fmt"
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
	ctx, err := open(t.Context(), d, slices.Concat(tables...))
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}

// OpenInMemory gives tables a database in memory, for examples, which have no test to fail: it panics instead. Close the database at the end.
func OpenInMemory(tables ...module.Entity) (context.Context, *db.DB) {
	d, err := db.Open(context.Background(), "sqlite::memory:")
	if err != nil {
		panic(err)
	}
	ctx, err := open(context.Background(), d, tables)
	if err != nil {
		panic(err)
	}
	return ctx, d
}

func open(ctx context.Context, d *db.DB, tables []module.Entity) (context.Context, error) {
	s, err := schema(tables)
	if err != nil {
		return nil, err
	}
	for _, sql := range ddl.Create(d.Dialect(), s.Entities()) {
		if _, err := d.Exec(ctx, db.Statement{SQL: sql}); err != nil {
			return nil, fmt.Errorf("%w in %s", err, sql)
		}
	}
	s.Bind(d)
	return graph.WithSchema(ctx, s), nil
}

// Check reports what is wrong with the models of tables, or with how they relate.
func Check(tables ...module.Entity) error {
	_, err := schema(tables)
	return err
}

func schema(tables []module.Entity) (*graph.Schema, error) {
	list := make([]*graph.Entity, len(tables))
	for i, e := range tables {
		list[i] = e.Entity()
	}
	return graph.NewSchema(list)
}

// EachDatabase runs a test on every database, with modules and tables made for it.
func EachDatabase[M any](t *testing.T, make func() (M, []module.Entity), run func(*testing.T, M)) {
	t.Helper()
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		m, tables := make()
		Open(t, d, tables)
		run(t, m)
	})
}
