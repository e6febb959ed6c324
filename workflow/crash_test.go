package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/jackc/pgx/v5"
)

// died lets a process run a workflow, or work on one that was started, until it kills itself at a point.
func (s *site) died(t *testing.T, mode, input, point string, start bool) {
	t.Helper()
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lab := lab{d: s.d}
	for _, table := range []string{"word", "gorgon_run", "gorgon_event"} {
		lab.exec(t, "DELETE FROM "+table)
	}
	env := []string{"DIE=" + point, "RUN=" + mode, "INPUT=" + strconv.Quote(input)}
	if start {
		e, err := s.engine()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.StartJSON(t.Context(), mode, []byte(strconv.Quote(input)), ""); err != nil {
			t.Fatal(err)
		}
		env = env[:1]
	}
	c := s.spawn(t, env...)
	err := c.Wait()
	if x, ok := errors.AsType[*exec.ExitError](err); !ok || x.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%s %s: it did not die at %s: %v %v", mode, input, point, err, s.lines(t, ""))
	}
}

// over waits for the end of all runs, and returns their states.
func (s *site) over(t *testing.T) string {
	t.Helper()
	wait(t, "all runs are over", func() bool { return s.text(t, "SELECT id FROM gorgon_run WHERE wake_at IS NOT NULL") == "" })
	return s.text(t, "SELECT state FROM gorgon_run")
}

// killed is a test of processes that die at points, once each, as callers and as workers, in durable and in atomic runs.
func killed(points ...string) func(*testing.T, *site) {
	return func(t *testing.T, s *site) {
		for _, mode := range []string{"durable", "atomic"} {
			for _, start := range []bool{true, false} {
				for _, point := range points {
					if start && point == "after" {
						continue // there is no caller
					}
					s.died(t, mode, "x", point, start)
					t.Run(fmt.Sprintf("%s start=%v %s", mode, start, point), func(t *testing.T) { s.survives(t, mode, point, start) })
				}
			}
		}
	}
}

// survives checks that this process brings a run to its one end that another has died in.
func (s *site) survives(t *testing.T, mode, point string, start bool) {
	s.work(t)
	states := s.over(t)
	// An atomic run that nobody has written down leaves nothing, and that is the end of it.
	none := mode == "atomic" && !start && (point == "begin" || point == "in a" || point == "step 0")
	wantState, wantWords, wantEvents, pays := "done", "a b c", `{"id":"x"}`, 1
	if none {
		wantState, wantWords, wantEvents, pays = "", "", "", 0
	}
	if point == "after pay" {
		pays = 2
	}
	want(t, states, wantState)
	want(t, s.text(t, "SELECT word FROM word ORDER BY word"), wantWords)
	want(t, s.text(t, "SELECT data FROM gorgon_event"), wantEvents)
	paid := s.lines(t, "pay ")
	want(t, len(paid), pays)
	if len(paid) == 2 {
		want(t, paid[0], paid[1]) // the same idempotency key
	}
	want(t, len(s.lines(t, "refund")), 0)
	if mode != "durable" {
		return
	}
	for word, at := range map[string]string{"a": "in a", "b": "in b", "c": ""} { // what was committed is not begun again
		n := 1
		if point == at {
			n = 2
		}
		want(t, len(s.lines(t, "begin "+word)), n)
	}
}

func crash09(t *testing.T, s *site) {
	for _, mode := range []string{"durable", "atomic"} {
		for _, point := range []string{"before undo b", "after undo b", "after refund", "before undo a", "after undo a"} {
			if mode == "atomic" && strings.HasSuffix(point, "b") {
				continue // rolled back instead
			}
			s.died(t, mode, "fail", point, false)
			t.Run(mode+" "+point, func(t *testing.T) {
				s.work(t)
				want(t, s.over(t), "reverted")
				want(t, s.text(t, "SELECT word FROM word"), "")
				want(t, s.text(t, "SELECT data FROM gorgon_event"), "")
				want(t, len(s.lines(t, "pay")), 1)
				n := 1
				if point == "after refund" {
					n = 2
				}
				want(t, len(s.lines(t, "refund")), n)
				want(t, len(s.lines(t, "begin c")), 1)
			})
		}
	}
}

// many starts transfers.
func (s *site) many(t *testing.T, n int) {
	t.Helper()
	e, err := s.engine()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name := []string{"transfer", "transfer-atomic"}[i/2%2]
		if _, err := e.StartJSON(t.Context(), name, []byte(strconv.Itoa(i)), ""); err != nil {
			t.Fatal(err)
		}
	}
}

// sums checks that n transfers have ended well, and that nothing was lost or made.
func (s *site) sums(t *testing.T, n int) {
	t.Helper()
	bad := (n + 4) / 5
	defer func() {
		if t.Failed() {
			t.Log(s.report(t))
		}
	}()
	good := n - bad
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run WHERE state = 'done'"), strconv.Itoa(good))
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run WHERE state = 'reverted'"), strconv.Itoa(bad))
	want(t, s.text(t, "SELECT n FROM account ORDER BY id"), fmt.Sprintf("0 %d %d", 100000-good, good))
	want(t, s.text(t, "SELECT count(*) FROM gorgon_event"), strconv.Itoa(good))
	want(t, s.text(t, "SELECT count(DISTINCT CAST(data AS text)) FROM gorgon_event"), strconv.Itoa(good))
	paid := map[string]bool{}
	for _, line := range s.lines(t, "pay ") {
		paid[line] = true
	}
	want(t, len(paid), n)
}

// report tells what is unusual.
func (s *site) report(t testing.TB) string {
	l := lab{d: s.d}
	return l.list4(t, "SELECT id, workflow_id, state, epoch, claims, owner, lease_until, wake_at, error FROM gorgon_run WHERE state NOT IN ('done', 'reverted') LIMIT 5") +
		"\n" + strings.Join(s.lines(t, "log")[max(0, len(s.lines(t, "log"))-10):], "\n")
}

// long reports whether tests may take minutes: GORGON_SOAK says how long.
func long() (time.Duration, bool) {
	d, err := time.ParseDuration(os.Getenv("GORGON_SOAK"))
	return d, err == nil
}

func crash11(t *testing.T, s *site) {
	n := 60
	s.many(t, n)
	stop := s.storm(t, 2)
	s.ended(t, n)
	kills := stop()
	s.sums(t, n)
	t.Logf("%d runs, %d kills", n, kills)
}

// storm lets processes work on the site and die.
func (s *site) storm(t *testing.T, processes int, env ...string) (stop func() int) {
	t.Helper()
	return proctest.KillRandomly(t, processes, s.env(env...)...)
}

// ended waits for the end of n runs, as long as there are some that can end.
func (s *site) ended(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(time.Minute + time.Duration(n)*200*time.Millisecond); s.text(t, "SELECT id FROM gorgon_run WHERE wake_at IS NOT NULL LIMIT 1") != ""; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("runs are stuck: ", s.text(t, "SELECT id || state FROM gorgon_run WHERE wake_at IS NOT NULL"), s.report(t))
		}
	}
}

func crash12(t *testing.T, s *site) {
	e, err := s.engine()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.StartJSON(t.Context(), "slow", []byte(`"x"`), ""); err != nil {
		t.Fatal(err)
	}
	c := s.spawn(t)
	wait(t, "the step runs", func() bool { return len(s.lines(t, "slow")) == 1 })
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	work(t, e)
	want(t, s.over(t), "done")
	if err := c.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	wait(t, "the first worker knows that it has lost the run", func() bool { return strings.Contains(strings.Join(s.lines(t, "log"), ""), "lost to another process") })
	want(t, s.text(t, "SELECT state FROM gorgon_run"), "done")
	want(t, s.text(t, "SELECT word FROM word ORDER BY word"), "a b")
	slow := s.lines(t, "slow")
	want(t, len(slow), 2)
	want(t, slow[0], slow[1])
	want(t, len(s.lines(t, "begin b")), 1)
}

func crash13(t *testing.T, s *site) {
	n := 200
	if _, ok := long(); ok {
		n = 1000
	}
	s.many(t, n)
	for range 4 {
		s.spawn(t, "LEASE=1m") // so that a busy machine makes nobody seem dead
	}
	s.ended(t, n)
	s.sums(t, n)
	want(t, len(s.lines(t, "pay ")), n) // nobody has died, so each was paid once
	want(t, len(s.lines(t, "refund ")), (n+4)/5)
}

// crash14 kills a worker in the middle of a step, and looks at the clock until another has the run.
func crash14(t *testing.T, s *site) {
	e, err := s.engine()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.StartJSON(t.Context(), "slow", []byte(`"x"`), ""); err != nil {
		t.Fatal(err)
	}
	c := s.spawn(t)
	wait(t, "the step runs", func() bool { return len(s.lines(t, "slow")) == 1 })
	work(t, e)
	c.Kill()
	died := time.Now()
	wait(t, "another worker runs it", func() bool { return len(s.lines(t, "slow")) == 2 })
	if elapsed := time.Since(died); elapsed > e.Lease+e.Poll+time.Second { // a second for a busy machine
		t.Error("taken over only after", elapsed)
	}
	want(t, s.over(t), "done")
}

// crash15 takes the database away for a while: PostgreSQL ends all connections and takes no new ones, SQLite's file is locked.
func crash15(t *testing.T) {
	away := 6 * time.Second // longer than anybody waits for a lock of SQLite's
	if _, ok := long(); ok {
		away = 30 * time.Second
	}
	t.Run("sqlite", func(t *testing.T) {
		s := newSite(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
		s.many(t, 100)
		s.spawn(t)
		wait(t, "some are done", func() bool { return s.text(t, "SELECT id FROM gorgon_run WHERE wake_at IS NULL LIMIT 1") != "" })
		err := s.d.InTx(t.Context(), func(ctx context.Context) error {
			_, err := s.d.Exec(ctx, db.Statement{SQL: "UPDATE account SET n = n"})
			time.Sleep(away)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.recovered(t, 100)
	})
	t.Run("postgres", func(t *testing.T) {
		url := dbtest.PostgresURL(t)
		s := newSite(t, url)
		s.many(t, 100)
		s.work(t)
		s.disconnect(t, url, away)
		s.recovered(t, 100)
	})
}

// disconnect keeps everybody away from a PostgreSQL database.
func (s *site) disconnect(t *testing.T, url string, away time.Duration) {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	name := config.Database
	config.Database = "postgres"
	admin, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	time.Sleep(100 * time.Millisecond)
	for _, sql := range []string{fmt.Sprintf("ALTER DATABASE %q ALLOW_CONNECTIONS false", name),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'"} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(away)
	if _, err := admin.Exec(t.Context(), fmt.Sprintf("ALTER DATABASE %q ALLOW_CONNECTIONS true", name)); err != nil {
		t.Fatal(err)
	}
}

// recovered checks that n transfers come to an end without anybody's help.
func (s *site) recovered(t *testing.T, n int) {
	t.Helper()
	var left int
	wait(t, "all runs are over", func() bool {
		_, err := db.QueryRow(t.Context(), s.d, db.Statement{SQL: "SELECT count(*) FROM gorgon_run WHERE wake_at IS NOT NULL"}, &left)
		return err == nil && left == 0
	})
	// Some transfers may have failed for want of the database, and were then undone: nothing is lost all the same.
	done := s.text(t, "SELECT count(*) FROM gorgon_run WHERE state = 'done'")
	want(t, s.text(t, "SELECT count(*) FROM gorgon_run WHERE state IN ('done', 'reverted')"), strconv.Itoa(n))
	want(t, s.text(t, "SELECT n FROM account WHERE id = 'to'"), done)
	want(t, s.text(t, "SELECT n FROM account WHERE id = 'bank'"), "0")
	want(t, s.text(t, "SELECT sum(n) FROM account"), "100000")
	want(t, s.text(t, "SELECT count(*) FROM gorgon_event"), done)
	t.Logf("%s of %d done", done, n)
}
