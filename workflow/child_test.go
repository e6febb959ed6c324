package workflow_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func TestMain(m *testing.M) {
	if !proctest.Child() {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child works on a database until it is killed. With an input it first runs a workflow itself.
func child() error {
	d, err := db.Open(context.Background(), os.Getenv("URL"))
	if err != nil {
		return err
	}
	s := &site{d: d, dir: os.Getenv("DIR"), die: os.Getenv("DIE")}
	e, err := s.engine()
	if err != nil {
		return err
	}
	if name := os.Getenv("RUN"); name != "" {
		_, err := e.RunJSON(context.Background(), name, []byte(os.Getenv("INPUT")), "")
		s.write("ran", fmt.Sprint(err))
		s.point("after")
	}
	if os.Getenv("EVENTS") != "" {
		go func() { s.write("bus", fmt.Sprint(s.listen(e.Bus))) }()
	}
	return e.Run(context.Background())
}

// listen hands out events until the process dies.
func (s *site) listen(b *event.Bus) error {
	b.Lease, b.Poll = time.Second, 20*time.Millisecond
	b.Subscribe(event.On(added, func(_ context.Context, v event.ID) error { s.write("heard", v.ID); return nil }, event.WithName("log")))
	return b.Run(context.Background())
}

// A site is what processes share: a database, and a directory with a log of effects outside of it.
type site struct {
	d   *db.DB
	url string
	dir string
	die string // where a process of it kills itself, the first time
	log *slog.Logger
}

func newSite(t testing.TB, url string) *site {
	t.Helper()
	s := &site{d: dbtest.OpenURL(t, url), url: url, dir: t.TempDir(), log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if _, err := db.Migrate(t.Context(), s.d, []db.MigrationSet{event.Migrations(), workflow.Migrations()}); err != nil {
		t.Fatal(err)
	}
	err := s.d.ExecScript(t.Context(), `CREATE TABLE word (run text, word text, PRIMARY KEY (run, word));
		CREATE TABLE account (id text PRIMARY KEY, n integer NOT NULL CHECK (n >= 0));
		INSERT INTO account VALUES ('from', 100000), ('to', 0), ('bank', 0);
		CREATE TABLE stock (id text PRIMARY KEY, n integer NOT NULL CHECK (n >= 0));
		INSERT INTO stock VALUES ('shelf', 100000), ('reserved', 0), ('sent', 0)`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sites runs fn as a subtest on each dialect.
func sites(t *testing.T, fn func(t *testing.T, s *site)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, newSite(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))) })
	t.Run("postgres", func(t *testing.T) { fn(t, newSite(t, dbtest.PostgresURL(t))) })
}

// engine returns an engine with all workflows of the site.
func (s *site) engine() (*workflow.Engine, error) {
	if s.log == nil {
		s.log = slog.New(slog.NewTextHandler(s, nil))
	}
	e := workflow.NewEngine(s.d, event.NewBus(s.d, s.log), s.log)
	e.Lease, e.Poll = time.Second, 20*time.Millisecond
	if lease, err := time.ParseDuration(os.Getenv("LEASE")); err == nil {
		e.Lease = lease
	}
	keep := workflow.Retention(time.Hour)
	return e, e.Bind(
		workflow.New("durable", s.body, workflow.Durable(), keep),
		workflow.New("atomic", s.body, workflow.Atomic(), keep),
		workflow.New("slow", s.slow, keep),
		workflow.New("transfer", s.transfer, keep),
		workflow.New("transfer-atomic", s.transfer, keep, workflow.Atomic()),
		workflow.New("sale", s.sale, keep),
	)
}

// Write makes a site the place where its processes log to.
func (s *site) Write(b []byte) (int, error) {
	s.write("log", strings.TrimSpace(string(b)))
	return len(b), nil
}

// write adds a line to the log outside of the database.
func (s *site) write(words ...string) {
	f, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, strings.Join(words, " "))
}

// lines are the lines of the log that begin with a prefix.
func (s *site) lines(t testing.TB, prefix string) (list []string) {
	t.Helper()
	f, err := os.Open(filepath.Join(s.dir, "log"))
	if err != nil {
		return nil
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), prefix) {
			list = append(list, sc.Text())
		}
	}
	return list
}

// point is a place where the process may kill itself.
func (s *site) point(name string) {
	if s.die != name {
		return
	}
	if os.Mkdir(filepath.Join(s.dir, "died"), 0o700) == nil {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	}
}

// spawn starts a process on the site.
func (s *site) spawn(t testing.TB, env ...string) *proctest.Process {
	t.Helper()
	return proctest.Start(t, s.env(env...)...)
}

func (s *site) env(more ...string) []string { return append(more, "URL="+s.url, "DIR="+s.dir) }

// work lets this process work on the site until the test ends.
func (s *site) work(t testing.TB) *workflow.Engine {
	t.Helper()
	e, err := s.engine()
	if err != nil {
		t.Fatal(err)
	}
	work(t, e)
	return e
}

func (s *site) text(t testing.TB, sql string, args ...any) string {
	return (&lab{d: s.d}).list(t, sql, args...)
}

// step adds a word in the database, or takes it away.
func (s *site) step(ctx workflow.Context, run, word string) error {
	_, err := workflow.Step(ctx, word, func(ctx context.Context, run string) (string, error) {
		s.write("begin", word)
		_, err := s.d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1, $2)", Args: []any{run, word}})
		s.point("in " + word)
		return run, err
	}, run, workflow.Undo(func(ctx context.Context, run string) error {
		s.point("before undo " + word)
		n, err := s.d.Exec(ctx, db.Statement{SQL: "DELETE FROM word WHERE run = $1 AND word = $2", Args: []any{run, word}})
		if err == nil && n != 1 {
			err = fmt.Errorf("%s was not there", word)
		}
		s.point("after undo " + word)
		return err
	}))
	return err
}

// pay is an effect outside.
func (s *site) pay(ctx workflow.Context, run string) error {
	_, err := workflow.Step(ctx, "pay", func(ctx context.Context, run string) (string, error) {
		s.point("before pay")
		s.write("pay", workflow.StepKey(ctx))
		s.point("after pay")
		return run, nil
	}, run, workflow.External(), workflow.Undo(func(ctx context.Context, run string) error {
		s.write("refund", workflow.StepKey(ctx))
		s.point("after refund")
		return nil
	}))
	return err
}

// body is "x" or, to fail in the end, "fail".
func (s *site) body(ctx workflow.Context, in string) (string, error) {
	s.point("begin")
	for i, step := range []func() error{
		func() error { return s.step(ctx, in, "a") },
		func() error { return s.pay(ctx, in) },
		func() error { return s.step(ctx, in, "b") },
		func() error { return s.step(ctx, in, "c") },
	} {
		if err := step(); err != nil {
			return "", err
		}
		s.point(fmt.Sprintf("step %d", i))
	}
	if in == "fail" {
		_, err := workflow.Step(ctx, "boom", boom, "")
		return "", err
	}
	if err := workflow.Emit(ctx, added, event.ID{ID: in}); err != nil {
		return "", err
	}
	s.point("end")
	return "ok", nil
}

// slow has a step outside that takes a while.
func (s *site) slow(ctx workflow.Context, in string) (string, error) {
	if err := s.step(ctx, in, "a"); err != nil {
		return "", err
	}
	_, err := workflow.Step(ctx, "slow", func(ctx context.Context, _ string) (string, error) {
		s.write("slow", workflow.StepKey(ctx))
		time.Sleep(200 * time.Millisecond)
		return "", nil
	}, "", workflow.External())
	if err != nil {
		return "", err
	}
	return "ok", s.step(ctx, in, "b")
}

// transfer takes one from an account, pays it outside, and gives it to another. Every fifth fails in the end.
func (s *site) transfer(ctx workflow.Context, n int) (string, error) {
	for _, move := range [][2]string{{"from", "bank"}, {}, {"bank", "to"}} {
		if move[0] == "" {
			if err := s.pay(ctx, fmt.Sprint(n)); err != nil {
				return "", err
			}
			continue
		}
		_, err := workflow.Step(ctx, "move", s.move, move, workflow.Undo(func(ctx context.Context, m [2]string) error {
			_, err := s.move(ctx, [2]string{m[1], m[0]})
			return err
		}))
		if err != nil {
			return "", err
		}
	}
	if n%5 == 0 {
		_, err := workflow.Step(ctx, "boom", boom, "")
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: fmt.Sprint(n)})
}

func (s *site) move(ctx context.Context, m [2]string) ([2]string, error) {
	return m, s.shift(ctx, "account", m[0], m[1])
}

// shift takes one from a row of a table and gives it to another.
func (s *site) shift(ctx context.Context, table, from, to string) error {
	change := map[string]int{from: -1, to: 1}
	for _, id := range slices.Sorted(maps.Keys(change)) { // always in the same order: no deadlocks
		_, err := s.d.Exec(ctx, db.Statement{SQL: "UPDATE " + table + " SET n = n + $1 WHERE id = $2", Args: []any{change[id], id}})
		if err != nil {
			return err
		}
	}
	return nil
}

// A goods is a movement of the soak: in a table, from a row to another.
type goods struct{ Table, From, To string }

func (s *site) carry(ctx workflow.Context, name string, g goods) error {
	_, err := workflow.Step(ctx, name, func(ctx context.Context, g goods) (goods, error) { return g, s.shift(ctx, g.Table, g.From, g.To) }, g,
		workflow.Undo(func(ctx context.Context, g goods) error { return s.shift(ctx, g.Table, g.To, g.From) }))
	return err
}

// sale reserves goods and takes money side by side, pays outside, waits, and sends the goods. Every fifth fails in the end.
func (s *site) sale(ctx workflow.Context, n int) (string, error) {
	err := workflow.Parallel(ctx,
		func(ctx workflow.Context) error { return s.carry(ctx, "reserve", goods{"stock", "shelf", "reserved"}) },
		func(ctx workflow.Context) error { return s.carry(ctx, "take", goods{"account", "from", "bank"}) })
	if err != nil {
		return "", err
	}
	if err := s.pay(ctx, fmt.Sprint(n)); err != nil {
		return "", err
	}
	if err := workflow.Sleep(ctx, 20*time.Millisecond); err != nil {
		return "", err
	}
	if err := s.carry(ctx, "settle", goods{"account", "bank", "to"}); err != nil {
		return "", err
	}
	if err := s.carry(ctx, "send", goods{"stock", "reserved", "sent"}); err != nil {
		return "", err
	}
	if n%5 == 0 {
		_, err := workflow.Step(ctx, "boom", boom, "")
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: fmt.Sprint(n)})
}
