package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/gorgon-commerce/gorgon/workflow/workflowtest"
)

const added = event.Topic[event.ID]("word.added")

// words is a table of words, and a log of what steps did.
type words struct {
	d   *db.DB
	mu  sync.Mutex
	log []string
}

func newWords(t testing.TB, d *db.DB) *words {
	t.Helper()
	if err := d.ExecScript(t.Context(), "CREATE TABLE word (word text PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return &words{d: d}
}

func (w *words) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *words) add(ctx context.Context, word string) (string, error) {
	w.note("add %s", word)
	_, err := w.d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1)", Args: []any{word}})
	return word, err
}

func (w *words) remove(ctx context.Context, word string) error {
	w.note("remove %s", word)
	_, err := w.d.Exec(ctx, db.Statement{SQL: "DELETE FROM word WHERE word = $1", Args: []any{word}})
	return err
}

// outside is a step with an effect outside of the database.
func (w *words) outside(ctx context.Context, name string) (string, error) {
	w.note("outside %s tx=%v", name, w.d.InTransaction(ctx))
	return name, nil
}

func (w *words) takeBack(ctx context.Context, name string) error {
	w.note("take back %s tx=%v", name, w.d.InTransaction(ctx))
	return nil
}

func (w *words) all(t testing.TB) string {
	t.Helper()
	rows, err := w.d.Query(t.Context(), db.Statement{SQL: "SELECT word FROM word ORDER BY word"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		list = append(list, string(rows.Value(0)))
	}
	return strings.Join(list, " ")
}

func want[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

var errBoom = fault.New(fault.Conflict, "boom")

func boom(context.Context, string) (string, error) { return "", errBoom }

func TestAtomic(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		w := newWords(t, d)
		flow := workflow.New("add", func(ctx workflow.Context, in []string) (int, error) {
			for _, s := range in {
				do := w.add
				if s == "boom" {
					do = boom
				}
				if _, err := workflow.Step(ctx, "add", do, s, workflow.Undo(w.remove)); err != nil {
					return 0, err
				}
				if err := workflow.Emit(ctx, added, event.ID{ID: s}); err != nil {
					return 0, err
				}
			}
			return len(in), nil
		}, workflow.Atomic())
		workflowtest.Bind(t, d, flow)
		n, err := flow.Run(t.Context(), []string{"a", "b"})
		if n != 2 || err != nil {
			t.Fatal(n, err)
		}
		_, err = flow.Run(t.Context(), []string{"c", "boom"})
		want(t, err, error(errBoom))
		want(t, w.all(t), "a b")
		want(t, strings.Join(w.log, ", "), "add a, add b, add c")
		got := workflowtest.EmittedTopics(t, d)
		want(t, strings.Join(got, ", "), `word.added {"id":"a"}, word.added {"id":"b"}`)
	})
}

func TestAtomicWithExternalStep(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		w := newWords(t, d)
		flow := workflow.New("pay", func(ctx workflow.Context, last string) (string, error) {
			if _, err := workflow.Step(ctx, "one", w.add, "one", workflow.Undo(w.remove)); err != nil {
				return "", err
			}
			if _, err := workflow.Step(ctx, "pay", w.outside, "payment", workflow.Undo(w.takeBack), workflow.External()); err != nil {
				return "", err
			}
			if _, err := workflow.Step(ctx, "two", w.add, "two", workflow.Undo(w.remove)); err != nil {
				return "", err
			}
			do := w.add
			if last == "boom" {
				do = boom
			}
			return workflow.Step(ctx, "three", do, last)
		}, workflow.Atomic())
		workflowtest.Bind(t, d, flow)
		_, err := flow.Run(t.Context(), "boom")
		want(t, err, error(errBoom))
		want(t, w.all(t), "")
		want(t, strings.Join(w.log, ", "), "add one, outside payment tx=false, add two, take back payment tx=false, remove one")
		if _, err := flow.Run(t.Context(), "three"); err != nil {
			t.Fatal(err, w.log)
		}
		want(t, w.all(t), "one three two")
		err = d.InTx(t.Context(), func(ctx context.Context) error {
			err := errors.Join(w.remove(ctx, "one"), w.remove(ctx, "two"))
			_, err2 := flow.Run(ctx, "four")
			return errors.Join(err, err2)
		})
		if err == nil || !strings.Contains(err.Error(), "external step") {
			t.Error(err)
		}
	})
}

func TestInlineUndoesLastFirst(t *testing.T) {
	t.Parallel()
	w := newWords(t, dbtest.Open(t))
	stuck := errors.New("stuck")
	child := workflow.New("child", func(ctx workflow.Context, s string) (string, error) {
		return workflow.Step(ctx, "add", w.add, s, workflow.Undo(func(ctx context.Context, s string) error { return errors.Join(w.remove(ctx, s), stuck) }))
	})
	flow := workflow.New("parent", func(ctx workflow.Context, s string) (string, error) {
		if _, err := workflow.Step(ctx, "add", w.add, "a", workflow.Undo(w.remove)); err != nil {
			return "", err
		}
		if _, err := child.Run(ctx, "b"); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "boom", boom, "")
	})
	_, err := flow.Run(t.Context(), "")
	var c *workflow.CompensationError
	if !errors.As(err, &c) || !errors.Is(err, errBoom) || !errors.Is(err, stuck) || len(c.Undo) != 1 {
		t.Fatal(err)
	}
	want(t, fault.KindOf(err), fault.Conflict)
	want(t, fault.Message(err), "boom")
	want(t, strings.Join(w.log, ", "), "add a, add b, remove b, remove a")
}

func TestParallel(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		w := newWords(t, d)
		body := func(ctx workflow.Context, list []string) ([]string, error) {
			return workflow.ForEach(ctx, list, func(ctx workflow.Context, s string) (string, error) {
				do := w.add
				if s == "boom" {
					do = boom
				}
				return workflow.Step(ctx, "add", do, s, workflow.Undo(w.remove))
			})
		}
		for _, flow := range []*workflow.Workflow[[]string, []string]{workflow.New("plain", body), workflow.New("atomic", body, workflow.Atomic())} {
			workflowtest.Bind(t, d, flow)
			_, err := flow.Run(t.Context(), []string{"x", "boom", "z"})
			if !errors.Is(err, errBoom) {
				t.Error(err)
			}
			want(t, strings.ContainsAny(w.all(t), "xz"), false)
			out, err := flow.Run(t.Context(), []string{flow.Name(), "y" + flow.Name()})
			if err != nil || !slices.Equal(out, []string{flow.Name(), "y" + flow.Name()}) {
				t.Error(out, err)
			}
		}
		want(t, w.all(t), "atomic plain yatomic yplain")
	})
}

func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	flow := workflow.New("panics", func(ctx workflow.Context, s string) (string, error) {
		return workflow.Step(ctx, "panics", func(context.Context, string) (string, error) { panic("oh") }, s)
	})
	_, err := flow.Run(t.Context(), "")
	if p, ok := errors.AsType[*workflow.PanicError](err); !ok || p.Step != "panics" || p.Value != "oh" {
		t.Error(err)
	}
}

// A caller whose run was taken over, because it seemed to be dead, gets what comes of it there, or is told that it goes on.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		for _, ends := range []bool{true, false} {
			entered, leave := make(chan bool), make(chan bool)
			first := true
			w := workflow.New(fmt.Sprint("slow-", ends), func(ctx workflow.Context, in string) (string, error) {
				return workflow.Step(ctx, "slow", func(context.Context, string) (string, error) {
					if !first {
						return "from elsewhere", nil
					}
					first = false
					entered <- true
					<-leave
					return "from here", nil
				}, in, workflow.External())
			}, workflow.Durable())
			other, caller := l.engine(t, w), l.engine(t, w)
			other.Lease, caller.Lease = time.Hour, 50*time.Millisecond
			type outcome struct {
				out string
				err error
			}
			ended := make(chan outcome, 1)
			go func() {
				out, err := w.Run(t.Context(), "")
				ended <- outcome{out, err}
			}()
			<-entered
			if ends {
				l.exec(t, "UPDATE gorgon_run SET owner = 'nobody', lease_until = NULL WHERE state = 'invoking'")
				if worked, err := other.WorkOne(t.Context()); !worked || err != nil {
					t.Fatal(worked, err)
				}
			} else {
				l.exec(t, "UPDATE gorgon_run SET epoch = epoch + 1, owner = 'somebody' WHERE state = 'invoking'")
			}
			close(leave)
			got := <-ended
			if s, ok := errors.AsType[*workflow.SuspendedError](got.err); ends && (got.out != "from elsewhere" || got.err != nil) || !ends && (!ok || s.RunID == "") {
				t.Errorf("ends %v: %q, %v", ends, got.out, got.err)
			}
		}
	})
}
