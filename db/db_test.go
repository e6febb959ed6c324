package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

const schema = `
CREATE TABLE author (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE book (
	id text PRIMARY KEY,
	title text NOT NULL,
	isbn text,
	pages integer,
	price double precision,
	sold boolean NOT NULL DEFAULT false,
	author_id text REFERENCES author (id),
	stock integer CONSTRAINT book_stock_check CHECK (stock >= 0),
	at TIME_TYPE,
	tags LIST_TYPE,
	meta JSON_TYPE
);
CREATE UNIQUE INDEX "IDX_book_isbn" ON book (isbn, title) WHERE isbn IS NOT NULL;
`

// open makes the schema in d.
func setup(t testing.TB, d *db.DB) {
	t.Helper()
	types := strings.NewReplacer("TIME_TYPE", "text", "LIST_TYPE", "text", "JSON_TYPE", "text")
	if d.Dialect() == db.Postgres {
		types = strings.NewReplacer("TIME_TYPE", "timestamptz", "LIST_TYPE", "text[]", "JSON_TYPE", "jsonb")
	}
	if err := d.ExecScript(t.Context(), types.Replace(schema)); err != nil {
		t.Fatal(err)
	}
}

func stmt(sql string, args ...any) db.Statement { return db.Statement{SQL: sql, Args: args} }

func exec(t testing.TB, ctx context.Context, d *db.DB, sql string, args ...any) int64 {
	t.Helper()
	n, err := d.Exec(ctx, stmt(sql, args...))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// table reads an answer as lines of values with bars between them.
func table(t testing.TB, rows db.Rows) string {
	t.Helper()
	var b strings.Builder
	for rows.Next() {
		for i := range rows.Columns() {
			v := string(rows.Value(i))
			if rows.Value(i) == nil {
				v = "NULL"
			}
			b.WriteString(v + "|")
		}
		b.WriteString("\n")
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func query(t testing.TB, ctx context.Context, d *db.DB, sql string, args ...any) string {
	t.Helper()
	rows, err := d.Query(ctx, stmt(sql, args...))
	if err != nil {
		t.Fatal(err)
	}
	return table(t, rows)
}

func want(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		setup(t, d)
		ctx := t.Context()
		at := time.Date(2026, 11, 24, 13, 4, 5, 678_000_000, time.FixedZone("", 2*3600))
		n := exec(t, ctx, d, `INSERT INTO book (id, title, isbn, pages, price, sold, at, tags, meta) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			"a", `Quo"te é`, nil, 12, 0.1, true, at, []string{`x"y\z`, "ä", ""}, []byte(`{"k": 1}`))
		if n != 1 {
			t.Errorf("%d rows inserted", n)
		}
		exec(t, ctx, d, `INSERT INTO book (id, title, pages, price, stock) VALUES ($1, $2, $3, $4, $5)`, "b", "", int64(-9), 1e21, "7")
		got := query(t, ctx, d, `SELECT id, title, isbn, pages, price, at, tags, meta FROM book ORDER BY id`)
		if d.Dialect() == db.Postgres {
			want(t, got, "a|Quo\"te é|NULL|12|0.1|2026-11-24 11:04:05.678+00|{\"x\\\"y\\\\z\",ä,\"\"}|{\"k\": 1}|\nb||NULL|-9|1e+21|NULL|NULL|NULL|\n")
			return
		}
		want(t, got, "a|Quo\"te é|NULL|12|0.1|2026-11-24T11:04:05.678Z|[\"x\\\"y\\\\z\",\"ä\",\"\"]|{\"k\": 1}|\nb||NULL|-9|1e+21|NULL|NULL|NULL|\n")
	})
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		setup(t, d)
		ctx := t.Context()
		boom := errors.New("boom")
		err := d.InTx(ctx, func(ctx context.Context) error {
			exec(t, ctx, d, `INSERT INTO author VALUES ($1, $2)`, "x", "X")
			return d.InTx(ctx, func(ctx context.Context) error {
				want(t, query(t, ctx, d, `SELECT name FROM author`), "X|\n")
				want(t, query(t, d.WithoutTx(ctx), d, `SELECT name FROM author`), "")
				return boom
			})
		})
		if err != boom {
			t.Fatal(err)
		}
		want(t, query(t, ctx, d, `SELECT name FROM author`), "")
	})
}
