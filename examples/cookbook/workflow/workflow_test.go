package workflow_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	cookbook "github.com/gorgon-commerce/gorgon/examples/cookbook/workflow"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/gorgon-commerce/gorgon/workflow/workflowtest"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("WFL-01", row(twoSteps))
	t.Run("WFL-02", diary(fromEverywhere))
	t.Run("WFL-03", row(compensation))
	t.Run("WFL-04", row(transform))
	t.Run("WFL-05", row(condition))
	t.Run("WFL-06", diary(nested))
	t.Run("WFL-07", diary(consumesHook))
	t.Run("WFL-08", diary(exposesHook))
	t.Run("WFL-09", row(retries))
	t.Run("WFL-10", row(parallel))
	t.Run("WFL-11", row(workflowTimeout))
	t.Run("WFL-12", row(stepTimeout))
	t.Run("WFL-13", desk(waits))
	t.Run("WFL-14", desk(succeeds))
	t.Run("WFL-15", desk(fails))
	t.Run("WFL-16", desk(subscribes))
	t.Run("WFL-17", desk(confirmation))
}

// A bench is a notebook in a database where workflows can be bound.
type bench struct {
	*cookbook.Notebook
	ctx context.Context
	d   *db.DB
}

func row(run func(*testing.T, bench)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
			n := cookbook.NewNotebook()
			run(t, bench{n, moduletest.Open(t, d, []module.Entity{n.Notes}), d})
		})
	}
}

func (b bench) bind(t *testing.T, list ...workflow.AnyWorkflow) { workflowtest.Bind(t, b.d, list...) }

// texts are those of all notes, sorted.
func texts(t *testing.T, ctx context.Context, n *cookbook.Notebook) []string {
	t.Helper()
	list, err := n.Notes.List(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, note := range list {
		out = append(out, note.Text)
	}
	slices.Sort(out)
	return out
}

func (b bench) want(t *testing.T, want ...string) {
	t.Helper()
	if got := texts(t, b.ctx, b.Notebook); !slices.Equal(got, want) {
		t.Errorf("the notes are %q, want %q", got, want)
	}
}

func twoSteps(t *testing.T, b bench) {
	w := cookbook.Hello()
	b.bind(t, w)
	got, err := w.Run(b.ctx, cookbook.Name{Name: "Ada"})
	if want := "Hello from step one! Hello Ada from step two!"; err != nil || got.Message != want {
		t.Errorf("got %q %v, want %q", got.Message, err, want)
	}
}

// The second step fails because its text is taken, and the first is undone.
func compensation(t *testing.T, b bench) {
	w := b.Write()
	b.bind(t, w)
	if _, err := w.Run(b.ctx, [2]string{"same", "same"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
	b.want(t)
	if _, err := w.Run(b.ctx, [2]string{"one", "two"}); err != nil {
		t.Error(err)
	}
	b.want(t, "one", "two")
}

func transform(t *testing.T, b bench) {
	w := cookbook.Join()
	b.bind(t, w)
	if got, err := w.Run(b.ctx, cookbook.Name{Name: "Ada"}); err != nil || got != "HELLO FROM STEP ONE! / Hello Ada" {
		t.Errorf("got %q %v", got, err)
	}
}

func condition(t *testing.T, b bench) {
	w := b.Maybe()
	b.bind(t, w)
	for active, want := range map[bool]string{false: "noted nothing", true: "noted active"} {
		if got, err := w.Run(b.ctx, active); err != nil || got != want {
			t.Errorf("%v: got %q %v, want %q", active, got, err, want)
		}
	}
	b.want(t, "active")
}

// A step that fails twice succeeds at the third attempt, and one that fails three times fails.
func retries(t *testing.T, b bench) {
	for failures, ok := range map[int32]bool{2: true, 3: false} {
		var calls atomic.Int32
		w := cookbook.Stubborn(func(context.Context, cookbook.Name) (cookbook.Message, error) {
			if calls.Add(1) <= failures {
				return cookbook.Message{}, errors.New("no line")
			}
			return cookbook.Message{Message: "through"}, nil
		})
		b.bind(t, w)
		got, err := w.Run(b.ctx, cookbook.Name{})
		if ok != (err == nil && got.Message == "through") || calls.Load() != 3 {
			t.Errorf("with %d failures: got %+v %v after %d calls", failures, got, err, calls.Load())
		}
	}
}

// Each of the two steps waits for the other to have begun.
func parallel(t *testing.T, b bench) {
	first, second := make(chan struct{}), make(chan struct{})
	meet := func(mine, theirs chan struct{}, name string) func(context.Context, string) (string, error) {
		return func(_ context.Context, product string) (string, error) {
			close(mine)
			select {
			case <-theirs:
				return name + " of " + product, nil
			case <-time.After(10 * time.Second):
				return "", errors.New("the other step has not begun")
			}
		}
	}
	w := cookbook.SideBySide(meet(first, second, "prices"), meet(second, first, "channels"))
	b.bind(t, w)
	if got, err := w.Run(b.ctx, "tee"); err != nil || !slices.Equal(got, []string{"prices of tee!", "channels of tee!"}) {
		t.Errorf("got %q %v", got, err)
	}
}

// hangs is a step that takes as long as it is let.
func hangs(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func quick(_ context.Context, in string) (string, error) { return in + " done", nil }

func workflowTimeout(t *testing.T, b bench) {
	slow, fast := b.Hasty(50*time.Millisecond, hangs), b.Hasty(time.Minute, quick)
	b.bind(t, slow)
	if _, err := slow.Run(b.ctx, "slow"); !errors.Is(err, workflow.ErrTimeout) {
		t.Errorf("got %v, want %v", err, workflow.ErrTimeout)
	}
	b.want(t)
	b.bind(t, fast)
	if got, err := fast.Run(b.ctx, "fast"); err != nil || got != "fast done" {
		t.Errorf("got %q %v", got, err)
	}
	b.want(t, "fast")
}

func stepTimeout(t *testing.T, b bench) {
	slow, fast := cookbook.Patient(50*time.Millisecond, hangs), cookbook.Patient(time.Minute, quick)
	b.bind(t, slow)
	if got, err := slow.Run(b.ctx, ""); err != nil || got[:9] != "no answer" {
		t.Errorf("got %q %v", got, err)
	}
	b.bind(t, fast)
	if got, err := fast.Run(b.ctx, "it is"); err != nil || got != "it is done" {
		t.Errorf("got %q %v", got, err)
	}
}
