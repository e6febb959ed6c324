// Package dbtest gives tests a database of their own.
package dbtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/jackc/pgx/v5"
)

// ServerEnv names the environment variable with the URL of a PostgreSQL server where tests may create databases.
const ServerEnv = "GORGON_TEST_POSTGRES"

// Each runs fn as a subtest on an empty database of each dialect.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, OpenPostgres(t)) })
}

// Open returns an empty SQLite database in a file that goes away with the test.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return OpenURL(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
}

// OpenPostgres returns an empty database on the server of ServerEnv, which is dropped after the test. Without a server
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
	server := os.Getenv(ServerEnv)
	if server == "" {
		t.Skip(ServerEnv + " is not set; `eval $(scripts/postgres env)` starts a server and sets it")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", ServerEnv, err)
	}
	name := "test_" + id.New("")
	admin(t, server, fmt.Sprintf("CREATE DATABASE %q", name))
	t.Cleanup(func() { admin(t, server, fmt.Sprintf("DROP DATABASE IF EXISTS %q WITH (FORCE)", name)) })
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, server, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("%s: %v", ServerEnv, err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}
