package commerce_test

import (
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// schemaOf is the schema of the stock shop.
func schemaOf(t testing.TB) *graph.Schema {
	t.Helper()
	p := commerce.New(gorgon.New(gorgon.Config{})).Plugin()
	var list []*graph.Entity
	for _, e := range append(p.Tables, p.Links...) {
		list = append(list, e.Entity())
	}
	s, err := graph.NewSchema(list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// facts reads a table of facts: everything but the first column, by it.
func facts(t *testing.T, file string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n")[1:] {
		table, rest, _ := strings.Cut(line, "\t")
		table = strings.Trim(table, `"`)
		out[table] = append(out[table], rest)
	}
	return out
}

const (
	columnsSQL = `SELECT table_name, column_name || chr(9) || CASE WHEN data_type IN ('USER-DEFINED', 'ARRAY') THEN udt_name ELSE data_type END || chr(9) || is_nullable ||
		chr(9) || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'`
	indexesSQL     = `SELECT tablename, indexname || chr(9) || replace(indexdef, ' public.', ' ') FROM pg_indexes WHERE schemaname = 'public'`
	constraintsSQL = `SELECT conrelid::regclass::text, conname || chr(9) || replace(pg_get_constraintdef(oid), ' public.', ' ') FROM pg_constraint
		WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c')`
)

// unlike is all that differs from Medusa's tables, each on purpose.
var unlike = map[string]bool{
	// The default is an id that one installation of Medusa drew when it made the column; each has another, and none is ever used.
	"columns workflow_execution: run_id": true,
	// Two promotions on one way of shipping make two rows of one version, which this refuses: the order could not be placed.
	"indexes order_shipping_method_adjustment: IDX_order_shipping_method_adjustment_version_shipping_method": true,
}

// TestSchemaIsMedusas holds each table that the shop declares, as PostgreSQL describes it, against the table that Medusa's migrations make.
func TestSchemaIsMedusas(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenPostgres(t)
	s := schemaOf(t)
	for _, sql := range ddl.Create(db.Postgres, s.Entities()) {
		if _, err := d.Exec(t.Context(), db.Statement{SQL: sql}); err != nil {
			t.Fatalf("%v in %s", err, sql)
		}
	}
	seen := map[string]bool{}
	for file, sql := range map[string]string{"medusa-columns.tsv": columnsSQL, "medusa-indexes.tsv": indexesSQL, "medusa-constraints.tsv": constraintsSQL} {
		want := facts(t, file)
		got := map[string][]string{}
		rows, err := d.Query(t.Context(), db.Statement{SQL: sql})
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			if strings.HasPrefix(string(rows.Value(1)), "gorgon_") {
				continue // ours are allowed to be there
			}
			table := strings.Trim(string(rows.Value(0)), `"`)
			got[table] = append(got[table], string(rows.Value(1)))
		}
		rows.Close()
		for _, e := range s.Entities() {
			if !strings.HasPrefix(e.Table, "gorgon_") {
				kind := strings.TrimSuffix(strings.TrimPrefix(file, "medusa-"), ".tsv")
				report(t, kind+" "+e.Table+": ", compare(got[e.Table], want[e.Table]), seen)
			}
		}
	}
	for difference := range unlike {
		if !seen[difference] {
			t.Errorf("%s is like Medusa's: take it off the list", difference)
		}
	}
}

// report tells of the lines that differ and should not, and notes those that may.
func report(t *testing.T, of string, lines []string, seen map[string]bool) {
	t.Helper()
	for _, line := range lines {
		name, _, _ := strings.Cut(line, "\t")
		if seen[of+name] = true; !unlike[of+name] {
			t.Error(of + line)
		}
	}
}

// compare lists the lines that only one side has.
func compare(got, want []string) []string {
	sort.Strings(got)
	sort.Strings(want)
	diff := map[string]int{}
	for _, g := range got {
		diff[g]++
	}
	for _, w := range want {
		diff[w]--
	}
	lines := []string{}
	for line, n := range diff {
		switch {
		case n > 0:
			lines = append(lines, line+"\t(ours)")
		case n < 0:
			lines = append(lines, line+"\t(Medusa's)")
		}
	}
	sort.Strings(lines)
	return lines
}

// TestNothingIsMissing wants a database that has all tables, as one that a Medusa has left behind, to be left as it is.
func TestNothingIsMissing(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		s := schemaOf(t)
		for _, sql := range ddl.Create(d.Dialect(), s.Entities()) {
			if _, err := d.Exec(t.Context(), db.Statement{SQL: sql}); err != nil {
				t.Fatalf("%v in %s", err, sql)
			}
		}
		list, err := ddl.Missing(t.Context(), d, ddl.Tables(d.Dialect(), s.Entities()))
		if err != nil || len(list) > 0 {
			t.Errorf("missing %q, %v", list, err)
		}
	})
}
