package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/job"
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

// child runs jobs until it is killed.
func child() error {
	d, err := db.Open(context.Background(), os.Getenv("URL"))
	if err != nil {
		return err
	}
	s := job.NewScheduler(d, slog.New(slog.DiscardHandler))
	s.Lease = 500 * time.Millisecond
	if err := s.Add(shared(func(ctx context.Context, name string) { write(os.Getenv("LOG"), name, job.ScheduledFor(ctx)) })...); err != nil {
		return err
	}
	return s.Run(context.Background())
}

// shared are the jobs of the processes.
func shared(note func(context.Context, string)) []job.Job {
	fn := func(name string, takes time.Duration) func(context.Context) error {
		return func(ctx context.Context) error {
			note(ctx, name)
			time.Sleep(takes)
			return nil
		}
	}
	return []job.Job{
		job.Every("tick", time.Second, fn("tick", 0)),
		job.Every("slow", time.Second, fn("slow", 1500*time.Millisecond)),
		job.Every("twice", time.Second, fn("twice", 0), job.MaxRuns(2)),
		job.Every("hangs", time.Second, fn("hangs", time.Hour)),
	}
}

func write(file, name string, at time.Time) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, name, at.Unix())
}

func TestAcceptance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"38 three processes": accept38,
		"38 missed ticks":    accept38missed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// accept38 has three processes run the same jobs, and kills one of them and starts another now and then.
func accept38(t *testing.T) {
	for name, open := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": dbtest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, file := open(t), filepath.Join(t.TempDir(), "log")
			d := dbtest.OpenURL(t, url)
			s := scheduler(t, d, shared(nil)...)
			list := make([]*proctest.Process, 3)
			for i := range list {
				list[i] = proctest.Start(t, "URL="+url, "LOG="+file)
			}
			// A run of "slow" that starts between two kills sees a tick it has to skip: there are at least two ticks between them.
			for i := range 3 {
				time.Sleep(2200 * time.Millisecond)
				list[i%3].Kill()
				list[i%3] = proctest.Start(t, "URL="+url, "LOG="+file)
			}
			time.Sleep(1500 * time.Millisecond)
			for _, c := range list {
				c.Kill()
			}
			ran := read(t, file)
			for name, at := range ran {
				for moment, n := range at {
					if n != 1 {
						t.Errorf("%s ran %d times for %s", name, n, moment)
					}
				}
			}
			if len(ran["tick"]) < 5 || len(ran["twice"]) != 2 || len(ran["slow"]) >= len(ran["tick"]) || len(ran["slow"]) == 0 || len(ran["hangs"]) == 0 {
				t.Error(ran)
			}
			check(t, s)
		})
	}
}

// check looks at what the history says about the jobs of accept38.
func check(t *testing.T, s *job.Scheduler) {
	t.Helper()
	states, err := s.Statuses(t.Context())
	if err != nil || len(states) != 4 {
		t.Fatal(states, err)
	}
	by := map[string]job.Status{}
	for _, x := range states {
		by[x.Name] = x
	}
	if x := by["twice"]; x.Runs != 2 || !x.NextAt.IsZero() || !x.Known {
		t.Errorf("%+v", x)
	}
	if x := by["tick"]; x.Runs < 5 || x.NextAt.IsZero() || x.LastRun == nil || x.Schedule != "@every 1s" {
		t.Errorf("%+v", x)
	}
	count := map[job.State]int{}
	for _, tick := range append(history(t, s, "slow"), history(t, s, "hangs")...) {
		count[tick.State]++
	}
	if count[job.StateSkipped] == 0 || count[job.StateLost] == 0 {
		t.Errorf("nothing was skipped or lost: %v", count)
	}
}

// read counts what ran, by job and moment.
func read(t testing.TB, file string) map[string]map[string]int {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]map[string]int{}
	for line := range strings.Lines(string(b)) {
		name, at, _ := strings.Cut(strings.TrimSpace(line), " ")
		if ran[name] == nil {
			ran[name] = map[string]int{}
		}
		ran[name][at]++
	}
	return ran
}

// accept38missed lets ticks pass while nobody is there.
func accept38missed(t *testing.T) {
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		var lost, caught, all ticks
		jobs := []job.Job{job.Cron("lost", "0 * * * *", lost.note), job.Cron("once", "0 * * * *", caught.note, job.CatchUp()), job.Cron("each", "0 * * * *", all.note, job.CatchUpAll())}
		stop := run(t, scheduler(t, d, jobs...))
		entered := func() bool {
			var n int
			_, err := db.QueryRow(t.Context(), d, db.Statement{SQL: "SELECT count(*) FROM gorgon_job"}, &n)
			return err == nil && n == 3
		}
		for !entered() {
			time.Sleep(time.Millisecond)
		}
		stop()
		hour := time.Now().UTC().Truncate(time.Hour)
		if _, err := d.Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1", Args: []any{hour.Add(-3 * time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		s := scheduler(t, d, jobs...)
		s.MaxDelay = time.Nanosecond
		run(t, s)
		for end := time.Now().Add(10 * time.Second); len(all.list()) < 4 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(150 * time.Millisecond)
		if len(lost.list()) != 0 || len(caught.list()) != 1 {
			t.Errorf("lost %v, once %v", lost.list(), caught.list())
		}
		got := all.list()
		if len(got) != 4 {
			t.Fatal(got)
		}
		for i, at := range got {
			if want := hour.Add(time.Duration(i-3) * time.Hour); !at.Equal(want) {
				t.Errorf("tick %d was for %v, not %v", i, at, want)
			}
		}
	})
}
