package commerce_test

import (
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

// TestMedusaJournal wants a database that began here to tell Medusa which of its migrations the tables are the result of, and links of the length that
// Medusa compares, those that were made without one included.
func TestMedusaJournal(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	d := dbtest.OpenURL(t, url)
	medusas(t, d)
	if err := d.ExecScript(t.Context(), "ALTER TABLE order_cart ALTER COLUMN cart_id TYPE varchar"); err != nil {
		t.Fatal(err)
	}
	if out := run(t, url, "db:migrate"); !strings.Contains(out, "commerce/medusa") {
		t.Fatal(out)
	}
	for sql, want := range map[string]string{
		"SELECT count(*), count(DISTINCT name) FROM mikro_orm_migrations": "178 178",
		"SELECT count(*) FROM link_module_migrations":                     "18",
		"SELECT count(*) FROM information_schema.columns k JOIN link_module_migrations l USING (table_name) WHERE data_type = 'character varying' AND character_maximum_length IS DISTINCT FROM 255": "0",
	} {
		if got := list(t, d, sql); got != want {
			t.Errorf("%s: %s, not %s", sql, got, want)
		}
	}
	for range 2 {
		if out := run(t, url, "db:migrate"); !strings.Contains(out, "up to date") {
			t.Error(out)
		}
	}
}

// TestOlderMedusa refuses the database of a Medusa that lacks a migration, changes nothing, and names the version that is needed.
func TestOlderMedusa(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	d := dbtest.OpenURL(t, url)
	medusas(t, d)
	if err := d.ExecScript(t.Context(), "CREATE TABLE mikro_orm_migrations (id serial, name varchar(255)); INSERT INTO mikro_orm_migrations (name) VALUES ('Migration20240307161216')"); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"db:migrate", "doctor"} {
		if out := run(t, url, command); !strings.Contains(out, "older than 2.21.2") || !strings.Contains(out, "177 of its migrations") {
			t.Errorf("%s says %s", command, out)
		}
	}
	if got := list(t, d, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'gorgon\\_%'"); got != "0" {
		t.Errorf("there are %s tables of ours", got)
	}
}
