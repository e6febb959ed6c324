package ddl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// Three states of one plugin's models.
type (
	shelf struct {
		module.Model `model:"prefix=shelf"`
		Name         string `json:"name" model:"unique=IDX_shelf_name"`
		Boxes        []box  `json:"boxes" rel:"has=shelf_id,cascade"`
	}
	box struct {
		module.Model `model:"prefix=box"`
		Label        *string `json:"label"`
		Kind         string  `json:"kind" model:"enum=small|large,default=small"`
		ShelfID      *string `json:"shelf_id" model:"index"`
		Shelf        *shelf  `json:"shelf" rel:"belongs=shelf_id,ondelete=cascade"`
	}
	// shelf2 has more columns, and less of an index.
	shelf2 struct {
		module.Model `model:"prefix=shelf"`
		Name         string        `json:"name"`
		Level        int           `json:"level" model:"default=1,index"`
		Rent         money.Decimal `json:"rent" model:"default=0"`
	}
	// box2 belongs to nothing, and what kinds there are has changed.
	box2 struct {
		module.Model `model:"prefix=box"`
		Label        string  `json:"label" model:"default=none"`
		Kind         string  `json:"kind" model:"enum=small|large|huge,default=large"`
		ShelfID      *string `json:"shelf_id"`
		Weight       *int    `json:"weight"`
	}
	tag struct {
		module.Model `model:"prefix=tag"`
		BoxID        string `json:"box_id" model:"index"`
	}
)

// Checks keep weights from being negative.
func (box2) Checks() []module.Check {
	return []module.Check{{Name: "box_weight", Expr: `"weight" >= 0`}}
}

func describe(k db.Dialect, tables ...module.Entity) []ddl.Table {
	var list []*graph.Entity
	for _, t := range tables {
		list = append(list, t.Entity())
	}
	s, err := graph.NewSchema(list)
	if err != nil {
		panic(err)
	}
	return ddl.Tables(k, s.Entities())
}

// states are what the models may be like; the first is nothing.
func states(k db.Dialect) [][]ddl.Table {
	return [][]ddl.Table{
		nil,
		describe(k, module.NewTable[shelf]("shelf"), module.NewTable[box]("box")),
		describe(k, module.NewTable[shelf2]("shelf"), module.NewTable[box2]("box")),
		describe(k, module.NewTable[box2]("box"), module.NewTable[tag]("tag")),
	}
}

// apply runs statements as a migration.
func apply(ctx context.Context, d *db.DB, name string, list []string) error {
	_, err := db.Migrate(ctx, d, []db.MigrationSet{{Plugin: "test", Declared: &db.DeclaredSchema{Name: name,
		SQL: func(context.Context, *db.DB) (string, error) { return ddl.Script(list), nil }}}})
	return err
}

// catalogue describes what the database has.
func catalogue(t testing.TB, d *db.DB) (out []string) {
	sql := `SELECT 'column ' || m.name || ' ' || p.name || ' ' || p.type || ' ' || p."notnull" || ' ' || coalesce(p.dflt_value, '-') || ' ' || p.pk
			FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'gorgon_%' AND m.name NOT LIKE 'sqlite_%'
		UNION ALL SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
		UNION ALL SELECT 'foreign ' || m.name || f."from" || f."table" || f.on_delete FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f`
	if d.Dialect() == db.Postgres {
		sql = `SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '-')
				FROM information_schema.columns WHERE table_schema = ANY (current_schemas(false)) AND table_name NOT LIKE 'gorgon_%'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = ANY (current_schemas(false)) AND tablename NOT LIKE 'gorgon_%'
			UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = ANY (current_schemas(false)::regnamespace[])
				AND conrelid::regclass::text NOT LIKE 'gorgon_%'`
	}
	rows, err := d.Query(context.Background(), db.Statement{SQL: sql})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, string(rows.Value(0)))
	}
	slices.Sort(out)
	return out
}

// From each state to each other, the database is in the end as if it had been made for that one.
func TestDiffLeadsThere(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		list := states(d.Dialect())
		steps := 0
		step := func(from, to int) []string {
			steps++
			if err := apply(t.Context(), d, fmt.Sprint("step", steps), ddl.Diff(d.Dialect(), list[from], list[to])); err != nil {
				t.Fatalf("from %d to %d: %v", from, to, err)
			}
			return catalogue(t, d)
		}
		want := make([][]string, len(list))
		for i := range list {
			want[i] = step(0, i)
			step(i, 0)
		}
		for from := range list {
			for to := range list {
				step(0, from)
				if got := step(from, to); !slices.Equal(got, want[to]) {
					t.Errorf("from %d to %d:\n%s\nwant\n%s", from, to, strings.Join(got, "\n"), strings.Join(want[to], "\n"))
				}
				step(to, 0)
			}
		}
	})
}

// Rows outlive the change of their table, and those that name them do too.
func TestDiffKeepsRows(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		ctx, list := t.Context(), states(d.Dialect())
		exec := func(sql string) {
			if _, err := d.Exec(ctx, db.Statement{SQL: sql}); err != nil {
				t.Fatal(err)
			}
		}
		if err := apply(ctx, d, "one", ddl.Diff(d.Dialect(), nil, list[1])); err != nil {
			t.Fatal(err)
		}
		exec(`INSERT INTO shelf (id, name) VALUES ('s1', 'top')`)
		exec(`INSERT INTO box (id, label, shelf_id) VALUES ('b1', 'books', 's1')`)
		if err := apply(ctx, d, "two", ddl.Diff(d.Dialect(), list[1], list[2])); err != nil {
			t.Fatal(err)
		}
		var name, label, kind, at string
		found, err := db.QueryRow(ctx, d, db.Statement{SQL: `SELECT s.name, b.label, b.kind, b.shelf_id FROM shelf s JOIN box b ON b.shelf_id = s.id`}, &name, &label, &kind, &at)
		if err != nil || !found || name+label+kind+at != "topbookssmalls1" {
			t.Errorf("found %v %q %q %q %q: %v", found, name, label, kind, at, err)
		}
		if _, err := d.Exec(ctx, db.Statement{SQL: `UPDATE box SET weight = -1`}); err == nil {
			t.Error("the new check does not hold")
		}
	})
}

// Missing adds what there is not, and touches nothing else.
func TestMissing(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		ctx, list := t.Context(), states(d.Dialect())
		if err := apply(ctx, d, "one", ddl.Diff(d.Dialect(), nil, list[1])); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(ctx, db.Statement{SQL: `INSERT INTO box (id, label) VALUES ('b1', 'books')`}); err != nil {
			t.Fatal(err)
		}
		before := catalogue(t, d)
		missing, err := ddl.Missing(ctx, d, slices.Concat(list[2], list[3][1:]))
		if err != nil {
			t.Fatal(err)
		}
		if err := apply(ctx, d, "two", missing); err != nil {
			t.Fatalf("%v in %s", err, ddl.Script(missing))
		}
		after := catalogue(t, d)
		for _, line := range before {
			if !slices.Contains(after, line) && !strings.HasPrefix(line, "foreign box") { // a table of SQLite's made anew is as the models have it
				t.Errorf("lost: %s", line)
			}
		}
		if again, err := ddl.Missing(ctx, d, slices.Concat(list[2], list[3][1:])); err != nil || len(again) > 0 {
			t.Errorf("still missing: %v %v", again, err)
		}
		var label string
		if found, err := db.QueryRow(ctx, d, db.Statement{SQL: `SELECT label FROM box WHERE weight IS NULL`}, &label); err != nil || !found || label != "books" {
			t.Errorf("found %v %q: %v", found, label, err)
		}
	})
}

func TestSnapshotWritesMigrations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	entities := func(tables ...module.Entity) (list []*graph.Entity) {
		for _, e := range tables {
			list = append(list, e.Entity())
		}
		s, err := graph.NewSchema(list)
		if err != nil {
			t.Fatal(err)
		}
		return s.Entities()
	}
	one := entities(module.NewTable[shelf]("shelf"), module.NewTable[box]("box"))
	two := entities(module.NewTable[shelf2]("shelf"), module.NewTable[box2]("box"))
	generate := func(name string, list []*graph.Entity) []string {
		old, err := ddl.ReadSnapshot(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		files, err := old.Write(dir, name, ddl.NewSnapshot(list))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if files := generate("shelves", one); len(files) != 5 {
		t.Errorf("wrote %v", files)
	}
	if files := generate("same", one); files != nil {
		t.Errorf("wrote %v though nothing had changed", files)
	}
	if files := generate("heavier", two); len(files) != 5 || filepath.Base(files[0]) != "0002_heavier.up.sql" {
		t.Errorf("wrote %v", files)
	}
	if _, err := ddl.Snapshot(nil).Write(dir, "../x", nil); err == nil {
		t.Error("a name that leads out of the folder was taken")
	}
	sets := []db.MigrationSet{{Plugin: "shelves", FS: os.DirFS(dir)}}
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		if done, err := db.Migrate(t.Context(), d, sets); err != nil || len(done) != 2 {
			t.Fatalf("applied %v: %v", done, err)
		}
		if missing, err := ddl.Missing(t.Context(), d, ddl.Tables(d.Dialect(), two)); err != nil || len(missing) > 0 {
			t.Errorf("missing %v: %v", missing, err)
		}
		if undone, err := db.Rollback(t.Context(), d, sets); err != nil || len(undone) != 2 || len(catalogue(t, d)) != 0 {
			t.Errorf("undone %v: %v, left %v", undone, err, catalogue(t, d))
		}
	})
}
