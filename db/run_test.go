package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

func TestArguments(t *testing.T) {
	type word string
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		pages, none := 3, (*int)(nil)
		exec(t, ctx, d, `INSERT INTO book (id, title, pages, stock, sold, price) VALUES ($1, $2, $3, $4, $5, $6)`, word("a"), new("T"), &pages, none, new(true), float32(0.5))
		want(t, query(t, ctx, d, `SELECT id, title, pages, stock, price FROM book WHERE title = $1 AND pages >= $2`, "T", int32(3)), "a|T|3|NULL|0.5|\n")
		for name, args := range map[string][]any{"too few": {}, "too many": {"a", "b"}, "wrong type": {make(chan int)}} {
			if _, err := d.Query(ctx, stmt(`SELECT 1 FROM book WHERE id = $1`, args...)); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		want(t, query(t, ctx, d, `SELECT id FROM book WHERE title <> $1`, ""), "a|\n")
	})
}

func TestListArgument(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		for _, id := range []string{"a", `b"\`, "ü"} {
			exec(t, t.Context(), d, addAuthor, id, "x")
		}
		sql := `SELECT id FROM author WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id`
		if d.Dialect() == db.Postgres {
			sql = `SELECT id FROM author WHERE id = ANY($1) ORDER BY id COLLATE "C"`
		}
		want(t, query(t, t.Context(), d, sql, []string{"a", `b"\`, "ü", "\n"}), "a|\nb\"\\|\nü|\n")
		want(t, query(t, t.Context(), d, sql, []string{}), "")
	})
}

func TestNumbersAsText(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		cases := map[float64]string{0: "0", 1: "1", -1.5: "-1.5", 0.1: "0.1", 1e-6: "0.000001", 1.5e-7: "1.5e-7", 123456789012: "123456789012", 1e20: "100000000000000000000", 1e21: "1e+21", 1.5e-300: "1.5e-300"}
		for f, text := range cases {
			var back float64
			found, err := db.QueryRow(t.Context(), d, stmt(`SELECT CAST($1 AS double precision)`, f), &back)
			if !found || err != nil || back != f {
				t.Errorf("%v came back as %v, %v", f, back, err)
			}
			if d.Dialect() == db.SQLite {
				want(t, query(t, t.Context(), d, `SELECT CAST($1 AS real)`, f), text+"|\n")
			}
		}
		want(t, query(t, t.Context(), d, `SELECT CAST($1 AS bigint), CAST($2 AS bigint)`, int64(-1<<63), 1<<62), "-9223372036854775808|4611686018427387904|\n")
	})
}

func TestScan(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx, at := t.Context(), db.Now()
		exec(t, ctx, d, `INSERT INTO book (id, title, pages, price, sold, at) VALUES ($1, $2, $3, $4, $5, $6)`, "a", "T", 7, 2.5, true, at)
		var (
			id         string
			pages      int
			pages64    int64
			price      float64
			sold       bool
			when       time.Time
			raw, null  []byte
			ps, pn     *string
			pi         *int
			pl         *int64
			pf         *float64
			pb         *bool
			pt, pz     *time.Time
			sql                = `SELECT id, pages, pages, price, sold, at, title, isbn, title, isbn, pages, pages, price, sold, at, %s FROM book`
			fields             = []any{&id, &pages, &pages64, &price, &sold, &when, &raw, &null, &ps, &pn, &pi, &pl, &pf, &pb, &pt, &pz}
			found, err         = db.QueryRow(ctx, d, stmt(fmt.Sprintf(sql, "isbn")), fields...)
			got                = []any{id, pages, pages64, price, sold, when.Equal(at), string(raw), null, *ps, pn, *pi, *pl, *pf, *pb, pt.Equal(at), pz}
			nothing    []byte  = nil
			nostring   *string = nil
			notime     *time.Time
		)
		if !found || err != nil {
			t.Fatal(found, err)
		}
		expect := []any{"a", 7, int64(7), 2.5, true, true, "T", nothing, "T", nostring, 7, int64(7), 2.5, true, true, notime}
		if !reflect.DeepEqual(got, expect) {
			t.Errorf("got %v, want %v", got, expect)
		}
		for _, bad := range []any{new(string), new(int), new(struct{})} {
			if _, err := db.QueryRow(ctx, d, stmt(`SELECT isbn FROM book`), bad); err == nil {
				t.Errorf("NULL went into %T", bad)
			}
		}
		if _, err := db.QueryRow(ctx, d, stmt(`SELECT title FROM book`), new(int)); err == nil {
			t.Error("a title went into an int")
		}
		if found, err := db.QueryRow(ctx, d, stmt(`SELECT title FROM book WHERE id = 'no'`), &id); found || err != nil {
			t.Error(found, err)
		}
		if _, err := db.QueryRow(ctx, d, stmt(`SELECT nonsense FROM book`), &id); err == nil {
			t.Error("no error")
		}
	})
}

func TestConstraintErrors(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		exec(t, ctx, d, addAuthor, "x", "X")
		exec(t, ctx, d, `INSERT INTO book (id, title, isbn) VALUES ('a', 'A', '1')`)
		cases := []struct {
			sql     string
			kind    db.ConstraintKind
			columns string
			name    string
		}{
			{`INSERT INTO book (id, title, isbn) VALUES ('b', 'A', '1')`, db.UniqueViolation, "isbn title", "IDX_book_isbn"},
			{`INSERT INTO author (id, name) VALUES ('x', 'A')`, db.UniqueViolation, "id", "author_pkey"},
			{`INSERT INTO author (id) VALUES ('y')`, db.NotNullViolation, "name", ""},
			{`INSERT INTO book (id, title, author_id) VALUES ('c', 'C', 'no')`, db.ForeignKeyViolation, "author_id", "book_author_id_fkey"},
			{`UPDATE book SET stock = -1`, db.CheckViolation, "", "book_stock_check"},
		}
		for _, c := range cases {
			_, err := d.Exec(ctx, stmt(c.sql))
			e, ok := errors.AsType[*db.ConstraintError](err)
			if !ok {
				t.Errorf("%s: %v", c.sql, err)
				continue
			}
			if d.Dialect() == db.SQLite { // it says less
				if c.kind != db.CheckViolation {
					c.name = ""
				}
				if c.kind == db.ForeignKeyViolation {
					c.columns = ""
				}
			}
			if got := strings.Join(e.Columns, " "); e.Kind != c.kind || got != c.columns || e.Constraint != c.name {
				t.Errorf("%s: %+v", c.sql, e)
			}
		}
		rows, err := d.Query(ctx, stmt(`INSERT INTO author VALUES ('x', 'X') RETURNING id`))
		if err == nil {
			rows.Next()
			err = rows.Err()
		}
		if e, ok := errors.AsType[*db.ConstraintError](err); !ok || e.Kind != db.UniqueViolation {
			t.Errorf("through Query: %v", err)
		}
	})
}

func TestReturning(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		rows, err := d.Query(t.Context(), stmt(`INSERT INTO author VALUES ('a', 'A'), ('b', 'B') RETURNING id`))
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		want(t, string(rows.Value(0)), "a")
		rows.Close()
		want(t, authors(t, d), "ab")
		want(t, query(t, t.Context(), d, `WITH x AS (SELECT 'c' AS id) INSERT INTO author SELECT id, id FROM x RETURNING name`), "c|\n")
		if n := exec(t, t.Context(), d, `UPDATE author SET name = id`); n != 3 {
			t.Error(n)
		}
		if n := exec(t, t.Context(), d, `DELETE FROM author WHERE id = 'nobody'`); n != 0 {
			t.Error(n)
		}
	})
}

func TestBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		run := func(ctx context.Context) (log string) {
			err := d.Batch(ctx, []db.Statement{stmt(`SELECT 1, 2`), stmt(`SELECT id FROM author WHERE id = $1`, "a"), stmt(`SELECT id FROM author`), stmt(`SELECT $1`, "end")}, func(i int, rows db.Rows) error {
				log += fmt.Sprint(i, ":")
				if i == 2 {
					return nil // unread
				}
				log += strings.ReplaceAll(table(t, rows), "\n", " ")
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return log
		}
		exec(t, ctx, d, addAuthor, "a", "A")
		want(t, run(ctx), "0:1|2| 1:a| 2:3:end| ")
		_ = d.InTx(ctx, func(ctx context.Context) error { want(t, run(ctx), "0:1|2| 1:a| 2:3:end| "); return nil })
		boom := errors.New("boom")
		err := d.Batch(ctx, []db.Statement{stmt(`SELECT 1`), stmt(`SELECT 2`)}, func(int, db.Rows) error { return boom })
		if !errors.Is(err, boom) {
			t.Error(err)
		}
		ignore := func(int, db.Rows) error { return nil }
		if err := d.Batch(ctx, []db.Statement{stmt(addAuthor, "b", "B"), stmt(addAuthor, "c", "C")}, ignore); err != nil {
			t.Error(err)
		}
		if err := d.Batch(ctx, []db.Statement{stmt(addAuthor, "d", "D"), stmt(addAuthor, "a", "A")}, ignore); err == nil {
			t.Error("no error")
		}
		if err := d.Batch(ctx, []db.Statement{stmt(`SELECT 1`), stmt(`SELECT nonsense`)}, ignore); err == nil {
			t.Error("no error")
		}
		want(t, authors(t, d), "abc")
		want(t, run(ctx)[:12], "0:1|2| 1:a| ")
	})
}

func TestBatchInTxMayNest(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			return d.Batch(ctx, []db.Statement{stmt(`SELECT 'a'`), stmt(`SELECT 'b'`)}, func(_ int, rows db.Rows) error {
				for rows.Next() {
					exec(t, ctx, d, addAuthor, string(rows.Value(0)), "x")
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, authors(t, d), "ab")
	})
}

func TestManyStatements(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			for i := range 1200 { // more than a connection keeps prepared
				want(t, query(t, ctx, d, fmt.Sprintf(`SELECT %d WHERE $1 = 'x'`, i%600), "x"), fmt.Sprintf("%d|\n", i%600))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSchemaMayChange(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		exec(t, ctx, d, addAuthor, "a", "A")
		for range 4 {
			want(t, query(t, ctx, d, `SELECT * FROM author`), "a|A|\n")
		}
		if err := d.ExecScript(ctx, `ALTER TABLE author ADD COLUMN age integer; -- a comment; with a semicolon`); err != nil {
			t.Fatal(err)
		}
		want(t, query(t, ctx, d, `SELECT * FROM author`), "a|A|NULL|\n")
		err := d.InTx(ctx, func(ctx context.Context) error {
			want(t, query(t, ctx, d, `SELECT * FROM author`), "a|A|NULL|\n")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ExecScript(ctx, `CREATE TABLE x (a text); CREATE TABLE y (nonsense`); err == nil {
			t.Error("no error")
		}
		if _, err := d.Query(ctx, stmt(`SELECT * FROM x`)); d.Dialect() == db.SQLite && err == nil {
			t.Error("half a script was kept")
		}
	})
}

func TestCounter(t *testing.T) {
	onBoth(t, func(t *testing.T, d *db.DB) {
		ctx, counter := db.WithStatementCounter(t.Context())
		err := d.InTx(ctx, func(ctx context.Context) error {
			exec(t, ctx, d, addAuthor, "a", "A")
			query(t, ctx, d, `SELECT 1`)
			return d.Batch(ctx, []db.Statement{stmt(`SELECT 2`), stmt(`SELECT 3`)}, func(int, db.Rows) error { return nil })
		})
		if err != nil || counter.Count() != 4 || counter.Statements()[3] != "SELECT 3" {
			t.Error(err, counter.Statements())
		}
	})
}

func TestRegexp(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	want(t, query(t, t.Context(), d, `SELECT 'abc' REGEXP $1, 'abd' REGEXP $2`, "^ab.$", "c$"), "1|0|\n")
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	setup(t, d)
	exec(t, t.Context(), d, addAuthor, "replace", "UPDATE")
	want(t, query(t, t.Context(), d, `WITH a AS (SELECT name FROM author) SELECT * FROM a WHERE name = 'UPDATE'`), "UPDATE|\n")
	want(t, query(t, t.Context(), d, "\n\tvalues (1), (2)"), "1|\n2|\n")
}

func TestMemory(t *testing.T) {
	t.Parallel()
	one, two := dbtest.OpenURL(t, "sqlite::memory:"), dbtest.OpenURL(t, "sqlite::memory:")
	setup(t, one)
	setup(t, two)
	exec(t, t.Context(), one, addAuthor, "a", "A")
	want(t, authors(t, one), "a")
	want(t, authors(t, two), "")
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := dir + "/file"
	if err := os.WriteFile(file, []byte("this is no database, and long enough to show it"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"", "mysql://x", "postgres://nobody@127.0.0.1:1/x?connect_timeout=2", "sqlite:" + file, "sqlite:" + file + "/below.db"} {
		if d, err := db.Open(t.Context(), url); err == nil {
			d.Close()
			t.Errorf("%q opened", url)
		}
	}
	d, err := db.Open(t.Context(), "sqlite:"+dir+"/new/folder/a.db")
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if _, err := os.Stat(dir + "/new/folder/a.db-wal"); err == nil {
		t.Error("the write-ahead log is left over")
	}
}
