package commerce

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

// MedusaVersion is the version of Medusa whose tables the shop has.
const MedusaVersion = "2.21.2"

var (
	// medusaMigrations are the migrations of Medusa's modules that lead to the shop's tables. Those of its search are not among
	// them: the shop has no such tables, and Medusa makes them when it finds that it has not.
	//go:embed data/medusa-migrations.txt
	medusaMigrations string

	// medusaLinks are the tables of links, and Medusa's description of each.
	//go:embed data/medusa-links.txt
	medusaLinks string
)

// medusaJournal writes down, where Medusa does, which of its migrations the tables are the result of. So Medusa can take over the database: its command
// db:migrate then makes only what is missing.
func medusaJournal() db.MigrationSet {
	return db.MigrationSet{Plugin: "commerce/medusa", Declared: &db.DeclaredSchema{Name: "medusa_" + MedusaVersion, SQL: func(_ context.Context, d *db.DB) (string, error) {
		if d.Dialect() != db.Postgres {
			return "", nil // Medusa has no other database
		}
		return journalSQL(), nil
	}}}
}

func journalSQL() string {
	b := []byte(`CREATE TABLE IF NOT EXISTS mikro_orm_migrations (id serial PRIMARY KEY, name varchar(255), executed_at timestamptz DEFAULT current_timestamp);
CREATE TABLE IF NOT EXISTS link_module_migrations (id serial PRIMARY KEY, table_name varchar(255) NOT NULL UNIQUE, link_descriptor jsonb NOT NULL DEFAULT '{}'::jsonb,
	created_at timestamp DEFAULT current_timestamp);
`)
	for name := range strings.Lines(medusaMigrations) {
		b = fmt.Appendf(b, "INSERT INTO mikro_orm_migrations (name) SELECT '%[1]s' WHERE NOT EXISTS (SELECT FROM mikro_orm_migrations WHERE name = '%[1]s');\n", strings.TrimSpace(name))
	}
	for line := range strings.Lines(medusaLinks) {
		table, descriptor, _ := strings.Cut(strings.TrimSpace(line), " ")
		b = fmt.Appendf(b, "INSERT INTO link_module_migrations (table_name, link_descriptor) VALUES ('%s', '%s') ON CONFLICT DO NOTHING;\n", table, descriptor)
	}
	return string(append(b, widenedKeys...))
}

// widenedKeys gives the keys of links that were made without a length the length that Medusa compares.
const widenedKeys = `DO $$ DECLARE c record; BEGIN
	FOR c IN SELECT k.table_name, k.column_name FROM information_schema.columns k JOIN link_module_migrations l ON l.table_name = k.table_name
		WHERE k.table_schema = current_schema() AND k.data_type = 'character varying' AND k.character_maximum_length IS NULL
	LOOP
		EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE varchar(255)', c.table_name, c.column_name);
	END LOOP;
END $$;
`

// checkMedusa refuses the database of an older Medusa.
func (s *Shop) checkMedusa(ctx context.Context) error {
	d := s.App.DB()
	if d.Dialect() != db.Postgres {
		return nil
	}
	var one int
	there, err := db.QueryRow(ctx, d, db.Statement{SQL: "SELECT 1 FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = 'mikro_orm_migrations'"}, &one)
	if err != nil || !there {
		return err
	}
	applied, err := s.appliedByMedusa(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for name := range strings.Lines(medusaMigrations) {
		if name = strings.TrimSpace(name); !slices.Contains(applied, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the database is of a Medusa older than %s: %d of its migrations were not applied, such as %s. Update Medusa to %s, run its db:migrate, and then run this again",
		MedusaVersion, len(missing), missing[len(missing)-1], MedusaVersion)
}

// appliedByMedusa are the migrations that the database has had.
func (s *Shop) appliedByMedusa(ctx context.Context) (names []string, err error) {
	rows, err := s.App.DB().Query(ctx, db.Statement{SQL: "SELECT name FROM mikro_orm_migrations"})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		names = append(names, string(rows.Value(0)))
	}
	return names, rows.Err()
}
