package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// A MigrationSet is the migrations of one plugin: plain SQL in files named postgres/0001_name.up.sql, postgres/0001_name.down.sql
// and the same under sqlite/. They are applied in the order of their names.
type MigrationSet struct {
	Plugin string
	FS     fs.FS
	// Baseline names a table that exists only where the first migration has happened by other means: in the database of
	// a Medusa that Gorgon takes over. Where it exists, and nothing of this set was ever applied, the first migration is
	// noted as applied instead of run.
	Baseline string
	// Declared stands for the files where there are none. Together with files it is what they lead to: a database whose tables were made by it, before
	// there were files, has all that they do, so they are noted as applied.
	Declared *DeclaredSchema
}

// MigrationFiles is the set of a plugin that embeds its migrations in a folder of that name.
func MigrationFiles(plugin string, embedded fs.FS) MigrationSet {
	files, _ := fs.Sub(embedded, "migrations") // the name is valid
	return MigrationSet{Plugin: plugin, FS: files}
}

// DeclaredSchema is a schema that is not kept in files: SQL leads from what the database has to what is declared. Name changes with the declarations, and
// so makes the next Migrate do that.
type DeclaredSchema struct {
	Name string
	SQL  func(context.Context, *DB) (string, error)
}

// A Migration is one step of a plugin's schema, and whether a database has it.
type Migration struct {
	Plugin    string
	Name      string    // "0001_name"
	Batch     int       // the migrations of one Migrate share a number; 0 for pending
	AppliedAt time.Time // zero for pending
	Baseline  bool      // Migrate has noted it instead of running it
	Changed   bool      // the file is not the one that was applied

	up, down string
	checksum string
	declared *DeclaredSchema
}

// baseline stands in the place of the checksum of a migration that was noted and not run.
const baseline = "baseline"

const migrationsTable = `CREATE TABLE IF NOT EXISTS gorgon_migrations (
	plugin text NOT NULL, name text NOT NULL, batch integer NOT NULL, checksum text NOT NULL, applied_at text NOT NULL,
	PRIMARY KEY (plugin, name))`

// Migrate applies all pending migrations in one transaction, so that either all or none are, and returns them. Processes that
// start at the same time take turns.
func Migrate(ctx context.Context, d *DB, sets []MigrationSet) ([]Migration, error) {
	pending, err := PendingMigrations(ctx, d, sets)
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	defer d.pool.forget()
	var done []Migration
	return done, d.migrating(ctx, func(ctx context.Context) error {
		all, err := status(ctx, d, sets)
		if err != nil {
			return err
		}
		done, err = apply(ctx, d, sets, all)
		return err
	})
}

// PendingMigrations returns the migrations that Migrate would apply. It changes nothing.
func PendingMigrations(ctx context.Context, d *DB, sets []MigrationSet) ([]Migration, error) {
	all, err := MigrationStatus(ctx, d, sets)
	var pending []Migration
	for _, m := range all {
		if m.Batch == 0 {
			pending = append(pending, m)
		}
	}
	return pending, err
}

// MigrationStatus returns all migrations of the sets in their order, the applied and the pending. It changes nothing.
func MigrationStatus(ctx context.Context, d *DB, sets []MigrationSet) ([]Migration, error) {
	known, err := hasTable(ctx, d, "gorgon_migrations")
	if err != nil {
		return nil, err
	}
	if !known {
		return load(d.dialect, sets)
	}
	return status(ctx, d, sets)
}

// Rollback undoes the migrations of the last batch, last first, and returns them. If one of them has no down file, or was
// taken over by a Baseline, then it fails and nothing is undone.
func Rollback(ctx context.Context, d *DB, sets []MigrationSet) ([]Migration, error) {
	defer d.pool.forget()
	var done []Migration
	return done, d.migrating(ctx, func(ctx context.Context) error {
		all, err := status(ctx, d, sets)
		if err != nil {
			return err
		}
		last := 0
		for _, m := range all {
			last = max(last, m.Batch)
		}
		done, err = undo(ctx, d, all, last)
		return err
	})
}

// migrating runs fn in a transaction that no other migrating process shares. SQLite, which makes a table anew to alter it, does not look at foreign
// keys before the end of it.
func (d *DB) migrating(ctx context.Context, fn func(context.Context) error) error {
	if d.dialect == SQLite {
		pool := d.pool.(*litePool)
		if err := pool.set(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
			return err
		}
		defer pool.set(context.WithoutCancel(ctx), "PRAGMA foreign_keys = ON")
		change := fn
		fn = func(ctx context.Context) error {
			if err := change(ctx); err != nil {
				return err
			}
			return d.dangling(ctx)
		}
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if err := d.Lock(ctx, "gorgon_migrations"); err != nil {
			return err
		}
		if err := d.tx(ctx).script(ctx, migrationsTable); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// dangling is an error if a foreign key of SQLite's names nothing.
func (d *DB) dangling(ctx context.Context) error {
	var table, parent string
	var row *int64
	found, err := QueryRow(ctx, d, Statement{SQL: `SELECT "table", parent, rowid FROM pragma_foreign_key_check LIMIT 1`}, &table, &parent, &row)
	if err == nil && found {
		err = fmt.Errorf("db: a row of %s would name one of %s that is not there", table, parent)
	}
	return err
}

func apply(ctx context.Context, d *DB, sets []MigrationSet, all []Migration) (done []Migration, err error) {
	batch := 1
	for _, m := range all {
		batch = max(batch, m.Batch+1)
	}
	baselines, err := baselines(ctx, d, sets, all)
	if err != nil {
		return nil, err
	}
	now := Now()
	for _, m := range all {
		if m.Batch > 0 {
			continue
		}
		m.Batch, m.AppliedAt, m.Baseline = batch, now, baselines[m.Plugin+"/"+m.Name]
		if err := applyOne(ctx, d, m); err != nil {
			return nil, fmt.Errorf("db: migration %s of %s: %w", m.Name, m.Plugin, err)
		}
		done = append(done, m)
	}
	return done, nil
}

func applyOne(ctx context.Context, d *DB, m Migration) error {
	up, err := m.up, error(nil)
	if m.declared != nil {
		up, err = m.declared.SQL(ctx, d)
	}
	if err != nil {
		return err
	}
	if m.Baseline {
		m.checksum = baseline
	} else if err := d.tx(ctx).script(ctx, up); err != nil {
		return err
	}
	_, err = d.Exec(ctx, Statement{SQL: "INSERT INTO gorgon_migrations (plugin, name, batch, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)",
		Args: []any{m.Plugin, m.Name, m.Batch, m.checksum, m.AppliedAt.Format(TimeLayout)}})
	return err
}

// baselines returns the migrations, as plugin/name, that the schema shows to have happened by other means.
func baselines(ctx context.Context, d *DB, sets []MigrationSet, all []Migration) (map[string]bool, error) {
	first, applied := map[string]string{}, map[string]bool{}
	for _, m := range all {
		if first[m.Plugin] == "" {
			first[m.Plugin] = m.Name
		}
		applied[m.Plugin] = applied[m.Plugin] || m.Batch > 0
	}
	found := map[string]bool{}
	for _, s := range sets {
		if s.FS == nil || applied[s.Plugin] {
			continue
		}
		declared, err := overtakes(ctx, d, s)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			if declared && m.Plugin == s.Plugin {
				found[m.Plugin+"/"+m.Name] = true
			}
		}
		if s.Baseline == "" {
			continue
		}
		exists, err := hasTable(ctx, d, s.Baseline)
		if err != nil {
			return nil, err
		}
		found[s.Plugin+"/"+first[s.Plugin]] = exists
	}
	return found, nil
}

// overtakes reports whether the tables that the files of a set lead to were made before there were files. It is an error if others were.
func overtakes(ctx context.Context, d *DB, s MigrationSet) (bool, error) {
	var name string
	found, err := QueryRow(ctx, d, Statement{SQL: "SELECT name FROM gorgon_migrations WHERE plugin = $1 AND checksum = name ORDER BY batch DESC LIMIT 1", Args: []any{s.Plugin}}, &name)
	if err != nil || !found || s.Declared == nil || s.Declared.Name == name {
		return found && s.Declared != nil, err
	}
	return false, fmt.Errorf("db: the tables of %s were made from its models, which were not then what its migrations lead to: migrate once without them, or begin with an empty database", s.Plugin)
}

func undo(ctx context.Context, d *DB, all []Migration, batch int) (done []Migration, err error) {
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		if m.Batch != batch || batch == 0 {
			continue
		}
		if m.Baseline {
			return nil, fmt.Errorf("db: migration %s of %s was not run here but found in the database, so it is not undone", m.Name, m.Plugin)
		}
		if m.down == "" {
			return nil, fmt.Errorf("db: migration %s of %s has no %s/%s.down.sql", m.Name, m.Plugin, d.dialect, m.Name)
		}
		if err := d.tx(ctx).script(ctx, m.down); err != nil {
			return nil, fmt.Errorf("db: undoing migration %s of %s: %w", m.Name, m.Plugin, err)
		}
		_, err := d.Exec(ctx, Statement{SQL: "DELETE FROM gorgon_migrations WHERE plugin = $1 AND name = $2", Args: []any{m.Plugin, m.Name}})
		if err != nil {
			return nil, err
		}
		done = append(done, m)
	}
	return done, nil
}

func status(ctx context.Context, d *DB, sets []MigrationSet) ([]Migration, error) {
	all, err := load(d.dialect, sets)
	if err != nil {
		return nil, err
	}
	index := map[string]*Migration{}
	for i := range all {
		index[all[i].Plugin+"/"+all[i].Name] = &all[i]
	}
	rows, err := d.Query(ctx, Statement{SQL: "SELECT plugin, name, batch, checksum, applied_at FROM gorgon_migrations"})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a Migration
		if err := Scan(rows, &a.Plugin, &a.Name, &a.Batch, &a.checksum, &a.AppliedAt); err != nil {
			return nil, err
		}
		if m := index[a.Plugin+"/"+a.Name]; m != nil {
			m.Batch, m.AppliedAt, m.Baseline = a.Batch, a.AppliedAt, a.checksum == baseline
			m.Changed = !m.Baseline && m.checksum != a.checksum
		}
	}
	return all, rows.Err()
}

// load reads the files of one dialect.
func load(dialect Dialect, sets []MigrationSet) (all []Migration, err error) {
	for _, s := range sets {
		if s.FS == nil {
			all = append(all, Migration{Plugin: s.Plugin, Name: s.Declared.Name, checksum: s.Declared.Name, declared: s.Declared})
			continue
		}
		names, err := fs.Glob(s.FS, dialect.String()+"/*.up.sql")
		if err != nil {
			return nil, err
		}
		for _, file := range names { // in the order of their names
			m, err := loadOne(s, file)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
	}
	return all, nil
}

func loadOne(s MigrationSet, file string) (Migration, error) {
	up, err := fs.ReadFile(s.FS, file)
	if err != nil {
		return Migration{}, err
	}
	base := strings.TrimSuffix(file, ".up.sql")
	down, err := fs.ReadFile(s.FS, base+".down.sql")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Migration{}, err
	}
	sum := sha256.Sum256(up)
	return Migration{Plugin: s.Plugin, Name: path.Base(base), up: string(up), down: string(down), checksum: hex.EncodeToString(sum[:])}, nil
}

// IsEmpty reports whether a database has no tables.
func IsEmpty(ctx context.Context, d *DB) (bool, error) {
	sql := "SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1"
	if d.dialect == Postgres {
		sql = "SELECT 1 FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) LIMIT 1"
	}
	var one int
	found, err := QueryRow(ctx, d, Statement{SQL: sql}, &one)
	return !found, err
}

func hasTable(ctx context.Context, r *DB, name string) (bool, error) {
	sql := "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1"
	if r.dialect == Postgres {
		sql = "SELECT 1 FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = $1"
	}
	var one int
	return QueryRow(ctx, r, Statement{SQL: sql, Args: []any{name}}, &one)
}

// String is the dialect's name, which is also that of its migrations' folder: "sqlite" or "postgres".
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}
