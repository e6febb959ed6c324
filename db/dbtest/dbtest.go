// Package dbtest gives tests a database of their own.
package dbtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/jackc/pgx/v5"
)

// PostgresEnv names the environment variable with the URL of a PostgreSQL server where tests may create databases.
const PostgresEnv = "GORGON_TEST_POSTGRES"

// EachDatabase runs fn as a subtest on an empty database of each dialect.
func EachDatabase(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, OpenPostgres(t)) })
}

// Open returns an empty SQLite database in a file that goes away with the test.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return OpenURL(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
}

// OpenPostgres returns an empty database on the server of PostgresEnv, which is dropped after the test. Without a server
// the test is skipped.
func OpenPostgres(t testing.TB) *db.DB {
	t.Helper()
	return OpenURL(t, PostgresURL(t))
}

// OpenURL opens a database and closes it after the test.
func OpenURL(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// PostgresURL creates an empty database as OpenPostgres does and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

// PostgresCopy creates a database that is a copy of the one at a URL of PostgresTemplate, and is dropped after the test.
func PostgresCopy(t testing.TB, template string) string {
	t.Helper()
	u, err := url.Parse(template)
	if err != nil {
		t.Fatal(err)
	}
	return create(t, fmt.Sprintf(" TEMPLATE %q", strings.TrimPrefix(u.Path, "/")))
}

func create(t testing.TB, from string) string {
	t.Helper()
	server := ServerURL(t)
	name := "test_" + id.New("")
	admin(t, server, fmt.Sprintf("CREATE DATABASE %q", name)+from)
	t.Cleanup(func() { admin(t, server, fmt.Sprintf("DROP DATABASE IF EXISTS %q WITH (FORCE)", name)) })
	return named(t, server, name)
}

// templates is what the names of databases of PostgresTemplate begin with; the moment of their making follows.
const templates = "template_"

// PostgresTemplate creates an empty database that outlives the test, for copies, and returns its URL. Those that are older than an hour are dropped by the way,
// because nobody knows when a process needs them no longer.
func PostgresTemplate(t testing.TB) string {
	t.Helper()
	server := ServerURL(t)
	sweep(t, server)
	name := templates + id.New("")
	admin(t, server, fmt.Sprintf("CREATE DATABASE %q", name))
	return named(t, server, name)
}

// sweep drops templates of processes that are long over.
func sweep(t testing.TB, server string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresEnv, err)
	}
	defer c.Close(ctx)
	rows, _ := c.Query(ctx, "SELECT datname FROM pg_database WHERE datname >= $1 AND datname < $2", templates, templates+new(id.Generator).NewAt("", time.Now().Add(-time.Hour)))
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		_, _ = c.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()) // somebody else may be at it
	}
}

// ServerURL is the server of PostgresEnv. Without one the test is skipped.
func ServerURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		t.Skip(PostgresEnv + " is not set; `eval $(scripts/postgres env)` starts a server and sets it")
	}
	return server
}

// named is the URL of another database of a server.
func named(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresEnv, err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, server, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresEnv, err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}
