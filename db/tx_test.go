package db_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

// shop is an empty schema on both dialects, for a test that gets a database of its own on each.
func onBoth(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		setup(t, d)
		fn(t, d)
	})
}

const addAuthor = `INSERT INTO author (id, name) VALUES ($1, $2)`

func authors(t testing.TB, d *db.DB) string {
	t.Helper()
	rows, err := d.Query(context.Background(), stmt(`SELECT id FROM author ORDER BY id`))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(table(t, rows), "|\n", "")
}

func TestTxIsAllOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx, boom := t.Context(), errors.New("boom")
		err := d.InTx(ctx, func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "x", "X")
			return d.InTx(ctx, func(ctx context.Context) error {
				want(t, query(t, ctx, d, `SELECT name FROM author`), "X|\n")
				want(t, query(t, d.WithoutTx(ctx), d, `SELECT name FROM author`), "")
				if !d.InTransaction(ctx) || d.InTransaction(d.WithoutTx(ctx)) {
					t.Error("InTransaction")
				}
				return boom
			})
		})
		if err != boom {
			t.Fatal(err)
		}
		want(t, authors(t, d), "")
		err = d.InTx(ctx, func(ctx context.Context) error { exec(t, ctx, d, addAuthor, "y", "Y"); return nil })
		if err != nil {
			t.Fatal(err)
		}
		want(t, authors(t, d), "y")
	})
}

func TestTxEndsWithPanicAndGoexit(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() { want(t, fmt.Sprint(recover()), "boom") }()
			_ = d.InTx(t.Context(), func(ctx context.Context) error {
				exec(t, ctx, d, addAuthor, "x", "X")
				panic("boom")
			})
		}()
		t.Run("goexit", func(t *testing.T) {
			_ = d.InTx(t.Context(), func(ctx context.Context) error {
				exec(t, ctx, d, addAuthor, "x", "X")
				t.SkipNow()
				return nil
			})
		})
		exec(t, t.Context(), d, addAuthor, "y", "Y") // the writer is free again
		want(t, authors(t, d), "y")
	})
}

func TestAfterCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		var log []string
		say := func(s string) func() { return func() { log = append(log, s) } }
		ctx := t.Context()
		d.AfterCommit(ctx, say("now"))
		_ = d.InTx(ctx, func(ctx context.Context) error {
			d.AfterCommit(ctx, say("one"))
			_ = d.InTx(ctx, func(ctx context.Context) error { d.AfterCommit(ctx, say("two")); return nil })
			say("body")()
			return nil
		})
		_ = d.InTx(ctx, func(ctx context.Context) error { d.AfterCommit(ctx, say("never")); return errors.New("x") })
		want(t, strings.Join(log, " "), "now body one two")
	})
}

func TestAfterCommitSeesTheCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		seen := ""
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "x", "X")
			d.AfterCommit(ctx, func() {
				seen = authors(t, d)
				exec(t, d.WithoutTx(ctx), d, addAuthor, "y", "Y")
				if _, err := d.Exec(ctx, stmt(addAuthor, "z", "Z")); !errors.Is(err, db.ErrTxDone) {
					t.Error(err)
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, seen, "x")
		want(t, authors(t, d), "xy")
	})
}

func TestFailedTxCannotCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "x", "X")
			_, first := d.Exec(ctx, stmt(addAuthor, "x", "again"))
			if e, ok := errors.AsType[*db.ConstraintError](first); !ok || e.Kind != db.UniqueViolation {
				t.Errorf("%v", first)
			}
			_, second := d.Query(ctx, stmt(`SELECT 1`))
			if !errors.Is(second, db.ErrTxFailed) {
				t.Errorf("%v", second)
			}
			return nil
		})
		if _, ok := errors.AsType[*db.ConstraintError](err); !ok {
			t.Errorf("commit: %v", err)
		}
		want(t, authors(t, d), "")
	})
}

func TestTxAcrossGoroutinesAndOpenRows(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			var group sync.WaitGroup
			for i := range 10 {
				group.Go(func() {
					exec(t, ctx, d, addAuthor, strconv.Itoa(i), "name")
					query(t, ctx, d, `SELECT count(*) FROM author`)
				})
			}
			group.Wait()
			rows, err := d.Query(ctx, stmt(`SELECT id FROM author ORDER BY id`))
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				id := string(rows.Value(0))
				want(t, query(t, ctx, d, `SELECT id FROM author WHERE id = $1`, id), id+"|\n")
				exec(t, ctx, d, `UPDATE author SET name = $1 WHERE id = $2`, "new", id)
				want(t, string(rows.Value(0)), id)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, authors(t, d), "0123456789")
		want(t, query(t, t.Context(), d, `SELECT count(*) FROM author WHERE name = 'new'`), "10|\n")
	})
}

func TestCancelledTxRollsBack(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.InTx(ctx, func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "x", "X")
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if err := d.InTx(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		exec(t, t.Context(), d, addAuthor, "y", "Y")
		want(t, authors(t, d), "y")
	})
}

// slow runs for about as long as there is patience, in either dialect.
func slow(d *db.DB) db.Statement {
	if d.Dialect() == db.Postgres {
		return stmt(`SELECT pg_sleep(60)`)
	}
	return stmt(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n`)
}

func TestContextInterruptsStatement(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		run := func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
			defer cancel()
			rows, err := d.Query(ctx, slow(d))
			if err == nil {
				for rows.Next() {
				}
				rows.Close()
				err = rows.Err()
			}
			return err
		}
		for range 3 {
			if err := run(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%v", err)
			}
			want(t, query(t, t.Context(), d, `SELECT 1`), "1|\n")
		}
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "x", "X")
			return run(ctx)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%v", err)
		}
		exec(t, t.Context(), d, addAuthor, "y", "Y")
		want(t, authors(t, d), "y")
	})
}

func TestWaitForWriterEndsWithContext(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	setup(t, d)
	err := d.InTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := d.Exec(ctx, stmt(addAuthor, "x", "X"))
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		exec(t, t.Context(), d, `INSERT INTO book (id, title, stock) VALUES ('a', 'A', 0)`)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 20 {
					err := d.InTx(t.Context(), func(ctx context.Context) error {
						var stock int
						_, err := db.QueryRow(ctx, d, lockBook(d), &stock)
						if err == nil {
							_, err = d.Exec(ctx, stmt(`UPDATE book SET stock = $1 WHERE id = 'a'`, stock+1))
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
					query(t, t.Context(), d, `SELECT stock FROM book`)
				}
			})
		}
		group.Wait()
		want(t, query(t, t.Context(), d, `SELECT stock FROM book`), "160|\n")
	})
}

func lockBook(d *db.DB) db.Statement {
	if d.Dialect() == db.Postgres {
		return stmt(`SELECT stock FROM book WHERE id = 'a' FOR UPDATE`)
	}
	return stmt(`SELECT stock FROM book WHERE id = 'a'`)
}

func TestDeadlockIsRetryable(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenPostgres(t)
	setup(t, d)
	exec(t, t.Context(), d, `INSERT INTO book (id, title, stock) VALUES ('a', 'A', 0), ('b', 'B', 0)`)
	var held sync.WaitGroup
	held.Add(2)
	cross := func(first, second string) error {
		return d.InTx(t.Context(), func(ctx context.Context) error {
			exec(t, ctx, d, `UPDATE book SET stock = 1 WHERE id = $1`, first)
			held.Done()
			held.Wait()
			_, err := d.Exec(ctx, stmt(`UPDATE book SET stock = 1 WHERE id = $1`, second))
			return err
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- cross("a", "b") }()
	go func() { errs <- cross("b", "a") }()
	if err := errors.Join(<-errs, <-errs); !db.IsRetryable(err) {
		t.Errorf("%v", err)
	}
}

func TestLockedSQLiteIsRetryable(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + t.TempDir() + "/a.db"
	one, two := dbtest.OpenURL(t, url), dbtest.OpenURL(t, url)
	setup(t, one)
	err := one.InTx(t.Context(), func(ctx context.Context) error {
		exec(t, ctx, one, addAuthor, "x", "X")
		_, err := two.Exec(t.Context(), stmt(addAuthor, "y", "Y")) // another process: waits for 5 s
		return err
	})
	if !errors.Is(err, db.ErrLocked) || !db.IsRetryable(err) {
		t.Errorf("%v", err)
	}
}
