package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

func open(t *testing.T, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestPoolerIsDetected(t *testing.T) {
	t.Parallel()
	direct := dbtest.PostgresURL(t)
	for want, url := range map[db.Pooler]string{
		db.PoolerNone:        direct,
		db.PoolerSession:     dbtest.Pooled(t, "session", direct),
		db.PoolerTransaction: dbtest.Pooled(t, "transaction", direct),
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			for range 3 { // the pooler knows the database by then
				if got := open(t, url, db.Options{}).Pooler(); got != want {
					t.Errorf("detected %s", got)
				}
			}
		})
	}
}

func TestParsePooler(t *testing.T) {
	t.Parallel()
	if p, err := db.ParsePooler(""); p != db.PoolerAuto || err != nil {
		t.Error(p, err)
	}
	if _, err := db.ParsePooler("statement"); err == nil {
		t.Error("a mode in which there are no transactions is accepted")
	}
}

// TestTransactionPooler runs many statements of many clients over few server connections: alone, in batches and in transactions that use each other's.
func TestTransactionPooler(t *testing.T) {
	t.Parallel()
	url := dbtest.Pooled(t, "transaction", dbtest.PostgresURL(t))
	a, b := open(t, url, db.Options{}), open(t, url, db.Options{})
	if err := a.ExecScript(t.Context(), "CREATE TABLE n (i bigint PRIMARY KEY, v text); INSERT INTO n SELECT i, i FROM generate_series(0, 99) i"); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for worker := range 16 {
		d := []*db.DB{a, b}[worker%2]
		group.Go(func() {
			for i := range 40 {
				if err := mixed(t.Context(), d, worker, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	var sum int
	if _, err := db.QueryRow(t.Context(), a, db.Statement{SQL: "SELECT count(*) FROM n"}, &sum); err != nil || sum != 100+16*40 {
		t.Errorf("%d rows, %v", sum, err)
	}
	unchanged(t, a)
}

// mixed reads alone, in a batch, and in a transaction that writes.
func mixed(ctx context.Context, d *db.DB, worker, i int) error {
	var v string
	read := db.Statement{SQL: fmt.Sprintf("SELECT v, %d FROM n WHERE i = $1", i%7), Args: []any{i}}
	rows, err := d.Query(ctx, read)
	if err != nil {
		return err
	}
	for rows.Next() {
		v = string(rows.Value(0))
	}
	rows.Close()
	if rows.Err() != nil || v != fmt.Sprint(i) {
		return fmt.Errorf("read %q of %d: %w", v, i, rows.Err())
	}
	if err := d.Batch(ctx, []db.Statement{read, read}, func(int, db.Rows) error { return nil }); err != nil {
		return err
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Exec(ctx, db.Statement{SQL: "INSERT INTO n VALUES ($1, $2)", Args: []any{1000*(worker+1) + i, "new"}})
		if err != nil {
			return err
		}
		_, err = d.Exec(ctx, db.Statement{SQL: "UPDATE n SET v = $1 WHERE i = $2", Args: []any{"seen", 1000*(worker+1) + i}})
		return err
	})
}

// unchanged wants the server's connections as they were when they were made.
func unchanged(t *testing.T, d *db.DB) {
	t.Helper()
	for range 20 {
		for setting, want := range map[string]string{"plan_cache_mode": "auto", "TimeZone": "UTC"} {
			var got string
			if _, err := db.QueryRow(t.Context(), d, db.Statement{SQL: "SELECT current_setting($1)", Args: []any{setting}}, &got); err != nil || got != want {
				t.Fatalf("%s is %q, %v", setting, got, err)
			}
		}
	}
	var n int
	if _, err := db.QueryRow(t.Context(), d, db.Statement{SQL: "SELECT count(*) FROM pg_prepared_statements"}, &n); err != nil || n > 0 {
		t.Errorf("%d statements are prepared on a server connection of the pooler, %v", n, err)
	}
}

// TestListenBehindPooler hears other processes over a direct URL, and without one only its own.
func TestListenBehindPooler(t *testing.T) {
	t.Parallel()
	direct := dbtest.PostgresURL(t)
	url := dbtest.Pooled(t, "transaction", direct)
	for name, o := range map[string]db.Options{"direct": {DirectURL: direct}, "polling": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := open(t, url, o), open(t, url, o)
			if a.CanListen() != (name == "direct") {
				t.Errorf("HearsOthers is %v", a.CanListen())
			}
			heard := make(chan string, 10)
			if err := a.Listen(t.Context(), name, func(p string) { heard <- p }); err != nil {
				t.Fatal(err)
			}
			sender := b
			if name == "polling" {
				sender = a
			}
			if err := sender.Notify(t.Context(), name, "hello"); err != nil {
				t.Fatal(err)
			}
			select {
			case p := <-heard:
				if p != "hello" {
					t.Errorf("heard %q", p)
				}
			case <-time.After(10 * time.Second):
				t.Error("heard nothing")
			}
		})
	}
}
