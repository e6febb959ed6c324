package cache_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/cache"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

// A process is a cache over a database that it shares with others.
type process struct {
	*cache.Cache
	http.Handler
	read atomic.Int64 // how often the database was read
}

func open(t *testing.T, url string, tables ...string) *process {
	t.Helper()
	p := &process{Cache: &cache.Cache{DB: dbtest.OpenURL(t, url), Tables: tables, MaxBytes: 1 << 20}}
	p.Handler = p.Cache.Handler(http.HandlerFunc(p.sum))
	return p
}

// sum answers with what a row has, of a table or of two.
func (p *process) sum(w http.ResponseWriter, r *http.Request) {
	p.read.Add(1)
	var n int64
	sql := "SELECT n FROM goods WHERE id = 'a'"
	switch r.URL.Query().Get("of") {
	case "both":
		sql = "SELECT g.n + s.n FROM goods g JOIN shelf s ON s.id = g.id WHERE g.id = 'a'"
	case "secret":
		sql = "SELECT n FROM secret WHERE id = 'a'"
	}
	if _, err := db.QueryRow(r.Context(), p.DB, db.Statement{SQL: sql}, &n); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, n)
}

func (p *process) get(t *testing.T, of string) int64 {
	t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?of="+of, nil))
	n, err := strconv.ParseInt(w.Body.String(), 10, 64)
	if err != nil {
		t.Error(w.Code, w.Body.String())
	}
	return n
}

// set writes in one of the ways there are.
func (p *process) set(ctx context.Context, table string, n int64) error {
	s := db.Statement{SQL: "UPDATE " + table + " SET n = $1 WHERE id = 'a'", Args: []any{n}}
	switch rand.IntN(4) {
	case 0:
		s.SQL += " RETURNING n"
		_, err := db.QueryRow(ctx, p.DB, s, new(int64))
		return err
	case 1:
		return p.DB.Batch(ctx, []db.Statement{s, {SQL: "SELECT 1"}}, func(int, db.Rows) error { return nil })
	case 2:
		return p.DB.ExecScript(ctx, strings.Replace(s.SQL, "$1", strconv.FormatInt(n, 10), 1))
	}
	_, err := p.DB.Exec(ctx, s)
	return err
}

// pairs runs a test with two processes on one database.
func pairs(t *testing.T, run func(t *testing.T, a, b *process)) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": dbtest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := url(t)
			a, b := open(t, u, "goods", "shelf"), open(t, u, "goods", "shelf")
			script := ""
			for _, table := range []string{"goods", "shelf", "secret"} {
				script += "CREATE TABLE " + table + " (id text PRIMARY KEY, n integer NOT NULL); INSERT INTO " + table + " VALUES ('a', 0);"
			}
			if err := a.DB.ExecScript(t.Context(), script); err != nil {
				t.Fatal(err)
			}
			if err := a.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "db:migrate") {
				t.Fatalf("it starts without triggers: %v", err)
			}
			for _, p := range []*process{a, b} {
				if err := p.Install(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := p.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			run(t, a, b)
		})
	}
}

// warm waits until a process answers from memory.
func (p *process) warm(t *testing.T, of string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		p.get(t, of)
		if n := p.read.Load(); p.get(t, of) >= 0 && p.read.Load() == n {
			return
		}
	}
	t.Fatal("nothing is answered from memory")
}

func TestKeeps(t *testing.T) {
	pairs(t, func(t *testing.T, a, b *process) {
		a.warm(t, "both")
		if err := a.set(t.Context(), "secret", 1); err != nil {
			t.Fatal(err)
		}
		n := a.read.Load()
		a.get(t, "both")
		if a.read.Load() != n {
			t.Error("a change of another table made it read again")
		}
		for range 3 {
			a.get(t, "secret")
		}
		if a.read.Load() != n+3 {
			t.Error("what was read of a table that is not watched was kept")
		}
		if err := a.set(t.Context(), "shelf", 5); err != nil {
			t.Fatal(err)
		}
		if got := a.get(t, "both"); got != 5 {
			t.Errorf("after the commit it answers %d", got)
		}
		if s := a.Stats(); s.Hits == 0 || s.Misses == 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestRollback wants a change that was undone to be seen by nobody, and one that is not committed yet by nobody else.
func TestRollback(t *testing.T) {
	pairs(t, func(t *testing.T, a, _ *process) {
		a.warm(t, "goods")
		err := a.DB.InTx(t.Context(), func(ctx context.Context) error {
			if err := a.set(ctx, "goods", 9); err != nil {
				return err
			}
			if got := a.get(t, "goods"); got != 0 {
				t.Errorf("before the commit it answers %d", got)
			}
			return context.Canceled
		})
		if got := a.get(t, "goods"); err == nil || got != 0 {
			t.Errorf("after the rollback it answers %d, %v", got, err)
		}
	})
}

// TestCoherent writes from two processes while both answer: an answer holds all that its process had committed when it was asked for, and soon what
// the other had.
func TestCoherent(t *testing.T) {
	pairs(t, func(t *testing.T, a, b *process) {
		a.warm(t, "both")
		b.warm(t, "both")
		var next, mine atomic.Int64
		var write sync.Mutex
		var work sync.WaitGroup
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		for _, p := range []*process{a, b} {
			work.Go(func() {
				for ctx.Err() == nil {
					write.Lock()
					n := next.Add(1)
					err := p.set(t.Context(), []string{"goods", "shelf"}[rand.IntN(2)], n)
					if err == nil && p == a {
						mine.Store(n)
					}
					write.Unlock()
					if err != nil {
						t.Error(err)
						return
					}
					time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
				}
			})
		}
		for range 3 {
			work.Go(func() {
				for ctx.Err() == nil {
					// Each table's number only grows, and one of them is the last that was committed.
					if least := mine.Load(); a.get(t, "both") < least {
						t.Errorf("an answer lacks what was committed before it was asked for: %d", least)
						return
					}
				}
			})
		}
		work.Wait()
		var want int64
		if _, err := db.QueryRow(t.Context(), a.DB, db.Statement{SQL: "SELECT g.n + s.n FROM goods g, shelf s"}, &want); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(5 * time.Second); a.get(t, "both") != want || b.get(t, "both") != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d and %d, want %d", a.get(t, "both"), b.get(t, "both"), want)
			}
		}
		if s := a.Stats(); s.Hits == 0 {
			t.Errorf("nothing came from memory: %+v", s)
		}
	})
}

// TestStatements wants statements to be answered from memory too, inside of transactions as well, which see their own changes.
func TestStatements(t *testing.T) {
	pairs(t, func(t *testing.T, a, _ *process) {
		a.warm(t, "goods")
		read := func(ctx context.Context) (n int64, sent int) {
			ctx, count := db.WithStatementCounter(ctx)
			if _, err := db.QueryRow(ctx, a.DB, db.Statement{SQL: "SELECT n FROM goods WHERE id = $1", Args: []any{"a"}}, &n); err != nil {
				t.Error(err)
			}
			return n, count.Count()
		}
		expect := func(ctx context.Context, name string, want int64, sent int) {
			t.Helper()
			if n, got := read(ctx); n != want || got != sent {
				t.Errorf("%s: %d with %d statements, want %d with %d", name, n, got, want, sent)
			}
		}
		for read(t.Context()); ; time.Sleep(time.Millisecond) {
			if _, sent := read(t.Context()); sent == 0 {
				break
			}
		}
		undone := errors.New("undone")
		err := a.DB.InTx(t.Context(), func(ctx context.Context) error {
			expect(ctx, "in a transaction", 0, 0)
			if err := a.set(ctx, "goods", 7); err != nil {
				return err
			}
			expect(ctx, "its own change", 7, 1)
			expect(t.Context(), "outside", 0, 0)
			return undone
		})
		if !errors.Is(err, undone) {
			t.Error(err)
		}
		expect(t.Context(), "after the rollback", 0, 0)
		if err := a.set(t.Context(), "goods", 8); err != nil {
			t.Fatal(err)
		}
		expect(t.Context(), "after the commit", 8, 1)
		var list []int64
		ctx, count := db.WithStatementCounter(t.Context())
		err = a.DB.Batch(ctx, []db.Statement{{SQL: "SELECT 1"}, {SQL: "SELECT n FROM goods WHERE id = $1", Args: []any{"a"}}, {SQL: "SELECT 3"}}, func(i int, rows db.Rows) error {
			if len(list) != i {
				t.Errorf("%d comes as number %d", i, len(list))
			}
			for rows.Next() {
				n, _ := strconv.ParseInt(string(rows.Value(0)), 10, 64)
				list = append(list, n)
			}
			return rows.Err()
		})
		if err != nil || !slices.Equal(list, []int64{1, 8, 3}) || count.Count() > 3 {
			t.Errorf("a batch reads %v with %d statements, %v", list, count.Count(), err)
		}
		if _, sent := read(t.Context()); sent > 1 {
			t.Error("read twice")
		}
	})
}

func BenchmarkHit(b *testing.B) {
	d := dbtest.Open(b)
	c := &cache.Cache{DB: d, Tables: []string{"goods"}, MaxBytes: 1 << 20}
	if err := d.ExecScript(b.Context(), "CREATE TABLE goods (id text PRIMARY KEY, n integer)"); err != nil {
		b.Fatal(err)
	}
	if err := c.Install(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := c.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	h := c.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10_000)) }))
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/store/products?limit=20", nil)
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if c.Stats().Hits == 0 {
		b.Fatal("nothing came from memory")
	}
}

// A large answer is kept small, and comes back as it was, to many at a time.
func TestLargeAnswers(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	c := &cache.Cache{DB: d, Tables: []string{"goods"}, MaxBytes: 1 << 20}
	if err := d.ExecScript(t.Context(), "CREATE TABLE goods (id text PRIMARY KEY, n integer)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	body := func(of string) string { return strings.Repeat(`{"title":"A shirt","of":"`+of+`"},`, 10_000) }
	h := c.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body(r.URL.RawQuery)) }))
	ask := func(of string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/store/products?"+of, nil))
		if w.Body.String() != body(of) {
			t.Errorf("%s is not what it was", of)
		}
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 40 { // of which uncompressed three would fill the cache
				ask(fmt.Sprint("page=", i%8))
			}
		})
	}
	all.Wait()
	if s := c.Stats(); s.Hits < 4*s.Misses {
		t.Errorf("%+v", s)
	}
}
