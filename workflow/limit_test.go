package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/workflow"
)

// A workflow that takes too long is undone, however it runs and whatever its steps make of it.
func TestWithin(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		deaf := make(chan struct{}) // what a step waits for that does not heed its context
		defer close(deaf)
		body := func(name string) func(workflow.Context, string) (string, error) {
			return func(ctx workflow.Context, in string) (string, error) {
				if err := l.put(ctx, in); err != nil {
					return "", err
				}
				_, _ = workflow.Step(ctx, name, func(ctx context.Context, name string) (string, error) {
					if name == "heeds" {
						<-ctx.Done()
						return "", context.Cause(ctx)
					}
					<-deaf
					return "", nil
				}, name)
				_, err := workflow.Step(ctx, "more", l.outside, "more")
				return in, err
			}
		}
		for _, step := range []string{"heeds", "deaf"} {
			for mode, opts := range map[string][]workflow.Option{"inline": nil, "atomic": {workflow.Atomic()}, "durable": {workflow.Durable()}} {
				w := workflow.New(mode+"-"+step, body(step), append(opts, workflow.RunTimeout(100*time.Millisecond))...)
				l.engine(t, w)
				if _, err := w.Run(t.Context(), "word"); !errors.Is(err, workflow.ErrTimeout) {
					t.Errorf("%s %s: got %v", mode, step, err)
				}
				if got := l.words(t); got != "" {
					t.Errorf("%s %s: left %q behind", mode, step, got)
				}
			}
		}
		if got := l.did(); len(got) == 0 || strings.Contains(got, "outside") {
			t.Errorf("a step was run after the end: %s", got)
		}
	})
}

// A run that is quick enough is not touched, and its caller's patience is its own.
func TestWithinIsEnough(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		for mode, opts := range map[string][]workflow.Option{"inline": nil, "atomic": {workflow.Atomic()}, "durable": {workflow.Durable()}} {
			w := workflow.New(mode, func(ctx workflow.Context, in string) (string, error) { return in, l.put(ctx, in) }, append(opts, workflow.RunTimeout(time.Minute))...)
			l.engine(t, w)
			if got, err := w.Run(t.Context(), mode); err != nil || got != mode {
				t.Errorf("%s: got %q %v", mode, got, err)
			}
		}
		want(t, l.words(t), "atomic durable inline")
	})
}

// Waiting counts too, even when no process was there at the moment.
func TestWithinWaiting(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		w := workflow.New("asking", l.asking(0), workflow.RunTimeout(300*time.Millisecond))
		e := l.engine(t, w)
		stop := work(t, e)
		id := start(t, w, "question")
		l.waits(t, id)
		if _, err := w.Wait(t.Context(), id); !errors.Is(err, workflow.ErrTimeout) {
			t.Errorf("got %v", err)
		}
		want(t, l.words(t), "")

		second := start(t, w, "again")
		l.waits(t, second)
		stop()
		time.Sleep(400 * time.Millisecond)
		if err := e.Signal(t.Context(), second, "answer", "too late"); err != nil {
			t.Fatal(err)
		}
		work(t, l.engine(t, w))
		if _, err := w.Wait(t.Context(), second); !errors.Is(err, workflow.ErrTimeout) {
			t.Errorf("got %v", err)
		}
		want(t, l.words(t), "")
		want(t, l.states(t), "reverted reverted")
	})
}

// What a step that was left behind says later changes nothing.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		for mode, opts := range map[string][]workflow.Option{"inline": nil, "durable": {workflow.Durable()}} {
			late, over := make(chan struct{}), make(chan error, 1)
			w := workflow.New(mode, func(ctx workflow.Context, in string) (string, error) {
				return workflow.Step(ctx, "deaf", func(ctx context.Context, in string) (string, error) {
					if err := workflow.RecordIntent(ctx, in); err != nil {
						return "", err
					}
					<-late
					over <- workflow.RecordIntent(ctx, "something else")
					return in, nil
				}, in, workflow.External(), workflow.UndoOnFailure(), workflow.Undo(l.takeBack), workflow.Timeout(50*time.Millisecond))
			}, append(opts, workflow.Retention(time.Hour))...)
			l.engine(t, w)
			if _, err := w.Run(t.Context(), "word"); !errors.Is(err, workflow.ErrTimeout) {
				t.Error(mode, err)
			}
			close(late)
			if err := <-over; err == nil {
				t.Error(mode, "a step that was left behind may still intend something")
			}
			want(t, l.did(), "take back word tx=false")
		}
		want(t, l.list(t, "SELECT state FROM gorgon_run"), "reverted")
	})
}
