package pricing

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// open gives tables a database of their own.
func open(t *testing.T, d *db.DB, tables []module.Entity) {
	t.Helper()
	list := make([]*graph.Entity, len(tables))
	for i, e := range tables {
		list[i] = e.Entity()
	}
	s, err := graph.NewSchema(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range graph.DDL(d.Dialect(), s.Entities()) {
		if _, err := d.Exec(t.Context(), db.Statement{SQL: sql}); err != nil {
			t.Fatalf("%v in %s", err, sql)
		}
	}
	s.Bind(d)
}

// each runs a test on every database.
func each(t *testing.T, make func() (*Module, []module.Entity), run func(*testing.T, *Module)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		m, tables := make()
		open(t, d, tables)
		run(t, m)
	})
}
