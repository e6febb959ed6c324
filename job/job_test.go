package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/job"
)

func scheduler(t testing.TB, d *db.DB, jobs ...job.Job) *job.Scheduler {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{job.Migrations()}); err != nil {
		t.Fatal(err)
	}
	s := job.NewScheduler(d, slog.New(slog.DiscardHandler))
	if err := s.Add(jobs...); err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, s *job.Scheduler) (stop func()) {
	t.Helper()
	return proctest.Background(t, s.Run)
}

func history(t testing.TB, s *job.Scheduler, name string) []job.Run {
	t.Helper()
	list, err := s.History(t.Context(), name, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Three processes run each tick once.
func TestEachTickOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		var n atomic.Int64
		var stops []func()
		var s *job.Scheduler
		for range 3 {
			s = scheduler(t, d, job.Every("tick", time.Second, func(context.Context) error { n.Add(1); return nil }))
			stops = append(stops, run(t, s))
		}
		time.Sleep(3200 * time.Millisecond)
		for _, stop := range stops {
			stop()
		}
		list := history(t, s, "tick")
		if len(list) < 3 || int64(len(list)) != n.Load() {
			t.Errorf("%d runs, %d in the history", n.Load(), len(list))
		}
		for i, tick := range list {
			if tick.State != job.StateDone || tick.EndedAt == nil || tick.ScheduledFor.Nanosecond() != 0 {
				t.Errorf("%+v", tick)
			}
			if i > 0 && list[i-1].ScheduledFor.Sub(tick.ScheduledFor) != time.Second {
				t.Errorf("from %v to %v", tick.ScheduledFor, list[i-1].ScheduledFor)
			}
		}
	})
}

func TestSlowJobsAreSkipped(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		var at, most atomic.Int64
		slow := func(ctx context.Context) error {
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			select {
			case <-ctx.Done():
			case <-time.After(1500 * time.Millisecond):
			}
			return nil
		}
		var stops []func()
		var s *job.Scheduler
		for range 2 {
			s = scheduler(t, d, job.Every("slow", time.Second, slow))
			s.Lease = time.Second // kept alive by heartbeats
			stops = append(stops, run(t, s))
		}
		time.Sleep(3500 * time.Millisecond)
		for _, stop := range stops {
			stop()
		}
		count := map[job.State]int{}
		for _, tick := range history(t, s, "slow") {
			count[tick.State]++
		}
		if most.Load() != 1 || count[job.StateSkipped] == 0 || count[job.StateDone] == 0 {
			t.Errorf("%d at once, %v", most.Load(), count)
		}
	})
}

func TestMissedTicks(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		var lost, caught atomic.Int64
		count := func(n *atomic.Int64) func(context.Context) error {
			return func(context.Context) error { n.Add(1); return nil }
		}
		jobs := []job.Job{job.Cron("lost", "0 0 1 1 *", count(&lost)), job.Cron("caught", "0 0 1 1 *", count(&caught), job.CatchUp())}
		stop := run(t, scheduler(t, d, jobs...))
		rows := func() (n int) {
			if _, err := db.QueryRow(t.Context(), d, db.Statement{SQL: "SELECT count(*) FROM gorgon_job"}, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for rows() < 2 {
			time.Sleep(time.Millisecond)
		}
		stop()
		if _, err := d.Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1", Args: []any{db.Now().Add(-24 * time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		s := scheduler(t, d, jobs...)
		run(t, s)
		for end := time.Now().Add(5 * time.Second); caught.Load() == 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		if lost.Load() != 0 || caught.Load() != 1 {
			t.Errorf("lost ran %d times, caught %d", lost.Load(), caught.Load())
		}
	})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	s := scheduler(t, dbtest.Open(t),
		job.Cron("fails", "@daily", func(context.Context) error { return errors.New("no") }),
		job.Cron("panics", "@daily", func(context.Context) error { panic("oh") }),
		job.Cron("takes long", "@daily", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, job.Timeout(time.Millisecond)))
	for _, j := range s.Jobs() {
		if _, err := s.Trigger(t.Context(), j.Name); err == nil {
			t.Error(j.Name, "did not fail")
		}
		if list := history(t, s, j.Name); len(list) != 1 || list[0].State != job.StateFailed || list[0].Error == "" {
			t.Errorf("%+v", list)
		}
	}
	if _, err := s.Trigger(t.Context(), "unknown"); err == nil {
		t.Error("an unknown job ran")
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	none := func(context.Context) error { return nil }
	s := scheduler(t, dbtest.Open(t), job.Cron("a", "* * * * *", none))
	for _, j := range []job.Job{job.Cron("a", "@daily", none), job.Cron("b", "61 * * * *", none), job.Cron("c", "* * *", none), job.Every("d", time.Millisecond, none)} {
		if err := s.Add(j); err == nil {
			t.Errorf("%s %q was taken", j.Name, j.Schedule)
		}
	}
}

func ExampleCron() {
	j := job.Cron("publish-posts", "*/5 * * * *", func(ctx context.Context) error { return nil })
	fmt.Println(j.Next(time.Date(2026, 3, 1, 12, 3, 0, 0, time.UTC)))
	// Output: 2026-03-01 12:05:00 +0000 UTC
}

// ticks notes what a job was run for.
type ticks struct {
	mu sync.Mutex
	at []time.Time
}

func (l *ticks) note(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = append(l.at, job.ScheduledFor(ctx))
	return nil
}

func (l *ticks) list() []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.at)
}

func TestTimeZones(t *testing.T) {
	t.Parallel()
	none := func(context.Context) error { return nil }
	next := func(j job.Job, from string) string {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		return j.Next(at).Format(time.RFC3339)
	}
	j := job.Cron("a", "30 2 * * *", none, job.TimeZone("Europe/Berlin"))
	for from, want := range map[string]string{
		"2026-01-10T00:00:00Z": "2026-01-10T01:30:00Z", // winter
		"2026-07-10T00:00:00Z": "2026-07-10T00:30:00Z", // summer
		"2026-03-29T00:00:00Z": "2026-03-30T00:30:00Z", // 2:30 does not exist on that day
		"2026-10-25T00:00:00Z": "2026-10-25T00:30:00Z", // 2:30 comes twice
		"2026-10-25T00:30:00Z": "2026-10-26T01:30:00Z",
	} {
		if got := next(j, from); got != want {
			t.Errorf("after %s comes %s, not %s", from, got, want)
		}
	}
	if j.Schedule != "TZ=Europe/Berlin 30 2 * * *" || j.Err() != nil {
		t.Error(j.Schedule, j.Err())
	}
	for _, bad := range []job.Job{job.Cron("b", "@daily", none, job.TimeZone("Middle/Earth")), job.Every("c", time.Hour, none, job.TimeZone("Europe/Berlin")), job.Cron("d", "@daily", none, job.MaxRuns(0))} {
		if bad.Err() == nil {
			t.Error(bad.Name, "was taken")
		}
	}
	if got := next(job.Cron("e", "30 * * * *", none, job.TimeZone("Europe/Berlin")), "2026-10-25T00:30:00Z"); got != "2026-10-25T01:30:00Z" {
		t.Error("a job of every hour leaves out one:", got)
	}
}

// A tick that was taken for dead is told so.
func TestTakenForDead(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		cause := make(chan error, 1)
		s := scheduler(t, d, job.Cron("slow", "@yearly", func(ctx context.Context) error {
			if _, err := d.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_by = 'somebody else'"}); err != nil {
				return err
			}
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return ctx.Err()
		}))
		s.Lease = 30 * time.Millisecond
		if _, err := s.Trigger(t.Context(), "slow"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := <-cause; err == nil || errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
