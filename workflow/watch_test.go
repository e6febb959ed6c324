package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// seen collects what a watcher is told until a run ends.
func seen(t *testing.T, changes <-chan workflow.RunChange) string {
	t.Helper()
	var list []string
	for end := time.After(15 * time.Second); ; {
		select {
		case c, ok := <-changes:
			if !ok {
				t.Fatal("the watch ends after", list)
			}
			description := c.Type
			if c.Step != nil {
				description += ":" + c.Step.Key
			}
			list = append(list, description)
			if c.Type == workflow.OnFinish {
				return strings.Join(append(list, c.State, string(c.Output)), " ")
			}
		case <-end:
			t.Fatal("nothing more after", list)
		}
	}
}

// A process hears of runs that another one executes; on SQLite there is only one.
func TestWatchElsewhere(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		body := func(ctx workflow.Context, word string) (string, error) {
			if err := l.put(ctx, word); err != nil {
				return "", err
			}
			if word == "long" {
				return strings.Repeat("x", 10_000), nil
			}
			return word, nil
		}
		here := workflow.New("watched", body, workflow.Durable())
		e := l.engine(t, here)
		other := e
		if l.d.Dialect() == db.Postgres {
			other = l.engine(t, workflow.New("watched", body, workflow.Durable()))
		}
		for _, e := range []*workflow.Engine{e, other} {
			if err := e.ListenForChanges(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		changes, err := other.Watch(ctx, "watched", "")
		if err != nil {
			t.Fatal(err)
		}
		want := "onBegin onStepBegin:put-a onStepSuccess:put-a onFinish done \"a\""
		wait(t, "the other process knows of the watcher", func() bool { return e.Watched() })
		if _, err := here.Run(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if got := seen(t, changes); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if _, err := here.Run(t.Context(), "long"); err != nil {
			t.Fatal(err)
		}
		got := seen(t, changes)
		if l.d.Dialect() == db.Postgres && !strings.HasSuffix(got, "onFinish done null") || l.d.Dialect() == db.SQLite && len(got) < 10_000 {
			t.Error(got)
		}
		stop()
		wait(t, "the watch has ended", func() bool { _, open := <-changes; return !open })
		if l.d.Dialect() == db.SQLite && e.Watched() {
			t.Error("a watcher is left behind")
		}
	})
}

// One who falls behind is let go, and holds nobody up.
func TestWatchTooSlow(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		w := workflow.New("busy", func(ctx workflow.Context, n int) (int, error) {
			for range 200 {
				_ = workflow.Now(ctx)
			}
			return n, nil
		})
		e := l.engine(t, w)
		changes, err := e.Watch(t.Context(), "busy", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Run(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		n := 0
		for range changes { // ends, because the channel is closed
			n++
		}
		if n == 0 || n > 300 || e.Watched() {
			t.Error(n, e.Watched())
		}
		if _, err := e.Watch(t.Context(), "nothing", ""); err == nil {
			t.Error("watched what does not exist")
		}
	})
}

// A run that could not be undone goes forward again once the reason is gone: what was undone is done anew, what stands is kept.
func TestRetryFrom(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		broken := true
		stuck := func(ctx context.Context, word string) error {
			if broken {
				return errors.New("stuck")
			}
			return l.remove(ctx, word)
		}
		w := workflow.New("forward", func(ctx workflow.Context, n int) (int, error) {
			if err := l.put(ctx, "a"); err != nil {
				return 0, err
			}
			if _, err := workflow.Step(ctx, "b", l.add, "b", workflow.Undo(stuck)); err != nil {
				return 0, err
			}
			if err := l.put(ctx, "c"); err != nil {
				return 0, err
			}
			return workflow.Step(ctx, "last", func(context.Context, int) (int, error) {
				if broken {
					return 0, errBoom
				}
				return n, nil
			}, n)
		}, workflow.Durable(), workflow.IdempotencyKey(func(n int) string { return "key" }))
		e := l.engine(t, w)
		if _, err := w.Run(t.Context(), 7); err == nil {
			t.Fatal("no error")
		}
		if got := l.did(); got != "add a, add b, add c, remove c, remove a" || l.states(t) != "failed" {
			t.Fatal(got, l.states(t))
		}
		runs, err := e.ListRuns(t.Context(), "forward", "", 1)
		if err != nil {
			t.Fatal(err)
		}
		id := runs[0].ID
		if err := e.RetryFrom(t.Context(), id, "nothing"); err == nil {
			t.Error("retried from a step that is not there")
		}
		broken = false
		if err := e.RetryFrom(t.Context(), id, "last"); err != nil {
			t.Fatal(err)
		}
		if l.states(t) != "invoking" || l.list(t, "SELECT idem_key FROM gorgon_run") != "key" {
			t.Error(l.states(t))
		}
		work(t, e)
		if n, err := w.Wait(t.Context(), id); err != nil || n != 7 {
			t.Fatal(n, err)
		}
		if got := l.did(); got != "add a, add c" || l.words(t) != "a b c" {
			t.Error(got, l.words(t))
		}
		if err := e.RetryFrom(t.Context(), id, "last"); err == nil {
			t.Error("retried a run that is done")
		}
	})
}

// A step with an effect outside that was undone is not done again under the same key.
func TestRetryFromOutside(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		w := workflow.New("outward", func(ctx workflow.Context, n int) (int, error) {
			if _, err := workflow.Step(ctx, "stuck", l.add, "x", workflow.Undo(func(context.Context, string) error { return errors.New("stuck") })); err != nil {
				return 0, err
			}
			if err := l.effect(ctx, "pay"); err != nil {
				return 0, err
			}
			return workflow.Step(ctx, "last", func(context.Context, int) (int, error) { return 0, errBoom }, n)
		}, workflow.Durable())
		e := l.engine(t, w)
		if _, err := w.Run(t.Context(), 1); err == nil {
			t.Fatal("no error")
		}
		runs, err := e.ListRuns(t.Context(), "outward", "", 1)
		if err != nil {
			t.Fatal(err)
		}
		err = e.RetryFrom(t.Context(), runs[0].ID, "last")
		if err == nil || !strings.Contains(err.Error(), `"effect-pay" had an effect outside`) || l.states(t) != "failed" {
			t.Error(err, l.states(t))
		}
	})
}

// A run that the code no longer fits is forgotten from a step on, and follows the new code.
func TestRetryFromBlocked(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		second := "old"
		w := workflow.New("changed", func(ctx workflow.Context, _ int) (int, error) {
			if err := l.put(ctx, "a"); err != nil {
				return 0, err
			}
			if err := l.put(ctx, second); err != nil {
				return 0, err
			}
			return workflow.Await[int](ctx, "go", 0)
		})
		e := l.engine(t, w)
		_, err := w.Run(t.Context(), 1)
		s, ok := errors.AsType[*workflow.SuspendedError](err)
		if !ok {
			t.Fatal(err)
		}
		second = "new"
		if err := e.Signal(t.Context(), s.RunID, "go", 5); err != nil {
			t.Fatal(err)
		}
		work(t, e)
		wait(t, "the run is blocked", func() bool { return l.states(t) == "blocked" })
		if err := e.RetryFrom(t.Context(), s.RunID, "put-old"); err != nil {
			t.Fatal(err)
		}
		if n, err := w.Wait(t.Context(), s.RunID); err != nil || n != 5 || l.words(t) != "a new old" {
			t.Error(n, err, l.words(t))
		}
	})
}
