package idempotency_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/idempotency"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

const key = "0b6f2c4e-6f0e-4d3a-9f55-1c1f6a3c7e11"

// A till takes money, in a table with a row for each time.
type till struct {
	db    *db.DB
	calls atomic.Int32
	wait  chan struct{} // if not nil, taking waits for its end
	fail  error         // after the money was taken, in the same transaction
	late  error         // and after the commit
}

type taking struct {
	Amount int `json:"amount"`
}

func (x *till) take(ctx context.Context, in taking) (taking, error) {
	x.calls.Add(1)
	if x.wait != nil {
		<-x.wait
	}
	err := x.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := x.db.Exec(ctx, db.Statement{SQL: "INSERT INTO taken (amount) VALUES ($1)", Args: []any{in.Amount}}); err != nil {
			return err
		}
		return x.fail
	})
	if err == nil {
		err = x.late
	}
	return in, err
}

func (x *till) taken(t *testing.T) (n int) {
	t.Helper()
	if _, err := db.QueryRow(t.Context(), x.db, db.Statement{SQL: "SELECT count(*) FROM taken"}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func open(t *testing.T, d *db.DB) (*till, *routetest.Client) {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{idempotency.Migrations()}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(t.Context(), db.Statement{SQL: "CREATE TABLE taken (amount integer)"}); err != nil {
		t.Fatal(err)
	}
	x := &till{db: d}
	k := &idempotency.Middleware{DB: d, Log: slog.New(slog.DiscardHandler)}
	router, err := route.NewRouter(route.Config{Log: slog.New(slog.DiscardHandler)}, []route.Route{route.Post("/take", x.take), route.Post("/other", x.take)},
		route.Middleware{Matcher: "*", Handler: k.Handler})
	if err != nil {
		t.Fatal(err)
	}
	return x, routetest.NewForHandler(t, router)
}

func each(t *testing.T, run func(t *testing.T, x *till, c *routetest.Client)) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		x, c := open(t, d)
		run(t, x, c)
	})
}

func status(t *testing.T, a *routetest.Response, want int, words string) {
	t.Helper()
	if a.Status != want || !strings.Contains(string(a.Body), words) {
		t.Errorf("got %d %s, want %d with %q", a.Status, a.Body, want, words)
	}
}

// A request that is repeated happens once and is answered as before; without a key, or with another, it happens again.
func TestOnce(t *testing.T) {
	each(t, func(t *testing.T, x *till, c *routetest.Client) {
		once := c.WithHeader(idempotency.KeyHeader, key)
		first := once.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		again := once.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		if first.Header.Get(idempotency.ReplayedHeader) != "" || again.Header.Get(idempotency.ReplayedHeader) != "true" || again.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
			t.Errorf("got %v and %v", first.Header, again.Header)
		}
		status(t, once.Post("/take", taking{6}), 400, "used for another request")
		status(t, once.Post("/other", taking{5}), 400, "used for another request")
		status(t, c.WithHeader(idempotency.KeyHeader, "1").Post("/take", taking{5}), 400, "16 to 255 characters")
		if n := x.taken(t); n != 1 {
			t.Errorf("taken %d times", n)
		}
		c.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		c.WithHeader(idempotency.KeyHeader, strings.ToUpper(key)).Post("/take", taking{5}).Want(200, `{"amount":5}`)
		if n := x.taken(t); n != 3 {
			t.Errorf("taken %d times", n)
		}
	})
}

// What has changed nothing may be tried again; what has, may not, whatever it answered.
func TestFailures(t *testing.T) {
	each(t, func(t *testing.T, x *till, c *routetest.Client) {
		once := c.WithHeader(idempotency.KeyHeader, key)
		x.fail = fault.New(fault.NotAllowed, "The till is locked")
		status(t, once.Post("/take", taking{5}), 400, "locked")
		x.fail = nil
		once.Post("/take", taking{5}).Want(200, `{"amount":5}`)

		late := c.WithHeader(idempotency.KeyHeader, "the receipt printer is out of paper")
		x.late = fault.New(fault.Unknown, "no paper")
		status(t, late.Post("/take", taking{7}), 500, "")
		x.late = nil
		status(t, late.Post("/take", taking{7}), 500, "")
		if n := x.taken(t); n != 2 || x.calls.Load() != 3 {
			t.Errorf("taken %d times in %d calls", n, x.calls.Load())
		}
	})
}

// Of many at the same time one is carried out. The others are told to wait, or get its answer.
func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, x *till, c *routetest.Client) {
		once := c.WithHeader(idempotency.KeyHeader, key)
		x.wait = make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { once.Post("/take", taking{5}).Want(200, `{"amount":5}`) })
		for x.calls.Load() == 0 {
		}
		busy := once.Post("/take", taking{5})
		status(t, busy, http.StatusConflict, "under way")
		if busy.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to come again")
		}
		close(x.wait)
		for range 20 {
			all.Go(func() {
				if a := once.Post("/take", taking{5}); a.Status != 200 && a.Status != http.StatusConflict {
					t.Errorf("got %d %s", a.Status, a.Body)
				}
			})
		}
		all.Wait()
		once.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		if n := x.taken(t); n != 1 {
			t.Errorf("taken %d times", n)
		}
	})
}

// A process that dies leaves its claim. Whether the request was carried out stands in the row, for that was committed with it.
func TestDeath(t *testing.T) {
	each(t, func(t *testing.T, x *till, c *routetest.Client) {
		once := c.WithHeader(idempotency.KeyHeader, key)
		once.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		x.die(t, "done = 1")
		status(t, once.Post("/take", taking{5}), http.StatusConflict, "its answer is lost")
		x.die(t, "done = 0, held_until = held_until + 60000")
		status(t, once.Post("/take", taking{5}), http.StatusConflict, "under way")
		x.die(t, "done = 0, held_until = 0")
		once.Post("/take", taking{5}).Want(200, `{"amount":5}`)
		if n := x.taken(t); n != 2 {
			t.Errorf("taken %d times", n)
		}
		if _, err := x.db.Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_request SET created_at = 0"}); err != nil {
			t.Fatal(err)
		}
		later := &idempotency.Middleware{DB: x.db, Log: slog.New(slog.DiscardHandler)}
		router, err := route.NewRouter(route.Config{}, []route.Route{route.Post("/take", x.take)}, route.Middleware{Matcher: "*", Handler: later.Handler})
		if err != nil {
			t.Fatal(err)
		}
		if a := routetest.NewForHandler(t, router).WithHeader(idempotency.KeyHeader, key).Post("/take", taking{5}); a.Header.Get(idempotency.ReplayedHeader) != "" {
			t.Error("a key is remembered for more than a day")
		}
	})
}

// die makes the row what a process that died has left.
func (x *till) die(t *testing.T, set string) {
	t.Helper()
	if _, err := x.db.Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_request SET status = NULL, " + set}); err != nil {
		t.Fatal(err)
	}
}
