package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// asking adds a word, waits for an answer, and adds that.
func (l *lab) asking(limit time.Duration) func(workflow.Context, string) (string, error) {
	return func(ctx workflow.Context, in string) (string, error) {
		if err := l.put(ctx, in); err != nil {
			return "", err
		}
		answer, err := workflow.Await[string](ctx, "answer", limit)
		if err != nil {
			return "", err
		}
		return answer, l.put(ctx, answer)
	}
}

func start[In, Out any](t testing.TB, w *workflow.Workflow[In, Out], in In) string {
	t.Helper()
	id, err := w.Start(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (l *lab) waits(t testing.TB, id string) {
	t.Helper()
	wait(t, "the run waits", func() bool {
		return l.list(t, "SELECT s.state FROM gorgon_run_step s JOIN gorgon_run r ON r.id = s.run_id WHERE s.run_id = $1 AND s.state = 'waiting' AND r.owner IS NULL", id) == "waiting"
	})
}

func accept23(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(0))
	e := l.engine(t, w)
	id := start(t, w, "question")
	if err := e.Signal(t.Context(), id, "answer", "yes"); err != nil {
		t.Fatal(err)
	}
	work(t, e)
	if out, err := w.Wait(t.Context(), id); out != "yes" || err != nil {
		t.Error(out, err)
	}
	want(t, l.words(t), "question yes")
}

func accept24(t *testing.T, l *lab) {
	runs, rounds := 10, 20
	if testing.Short() {
		runs, rounds = 5, 5
	}
	w := workflow.New("echo", func(ctx workflow.Context, n int) (string, error) {
		var got []string
		for range n {
			s, err := workflow.Await[string](ctx, "s", 0)
			if err != nil {
				return "", err
			}
			got = append(got, s)
		}
		return strings.Join(got, " "), nil
	})
	e := l.engine(t, w)
	work(t, e)
	work(t, l.engine(t, w))
	var wg sync.WaitGroup
	for range runs {
		id := start(t, w, rounds)
		wg.Go(func() {
			var sent []string
			for i := range rounds {
				sent = append(sent, fmt.Sprint(i))
				if err := e.Signal(t.Context(), id, "s", fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Duration(i%7) * time.Millisecond)
			}
			out, err := w.Wait(t.Context(), id)
			if err != nil || out != strings.Join(sent, " ") {
				t.Error(out, err)
			}
		})
	}
	wg.Wait()
}

func accept25(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(0))
	e := l.engine(t, w)
	work(t, e)
	id := start(t, w, "question")
	l.waits(t, id)
	tid := l.list(t, "SELECT transaction_id FROM gorgon_run")
	if err := e.CompleteStep(t.Context(), "asking", tid, "put-question", "no", nil); fault.KindOf(err) != fault.NotAllowed {
		t.Error("a step that is over was answered", err)
	}
	if err := e.CompleteStep(t.Context(), "asking", "unknown", "answer", "yes", nil); err == nil {
		t.Error("an unknown run was answered")
	}
	var wg sync.WaitGroup
	var taken atomic.Int64
	for range 5 {
		wg.Go(func() {
			if e.CompleteStep(t.Context(), "asking", tid, "answer", "yes", nil) == nil {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	want(t, taken.Load(), 1)
	if out, err := w.Wait(t.Context(), id); out != "yes" || err != nil {
		t.Error(out, err)
	}
	if err := e.CompleteStep(t.Context(), "asking", tid, "answer", "no", nil); err == nil {
		t.Error("a run that is over was answered")
	}
	id = start(t, w, "q2")
	l.waits(t, id)
	tid = l.list(t, "SELECT transaction_id FROM gorgon_run WHERE id = $1", id)
	if err := e.CompleteStep(t.Context(), "asking", tid, "answer", nil, fault.New(fault.NotAllowed, "refused")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Wait(t.Context(), id); fault.Message(err) != "refused" {
		t.Error(err)
	}
	want(t, l.words(t), "question yes")
}

func accept26(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(700*time.Millisecond))
	stop := work(t, l.engine(t, w))
	begin := time.Now()
	id := start(t, w, "question")
	l.waits(t, id)
	stop() // nobody is there when the time comes
	time.Sleep(300 * time.Millisecond)
	work(t, l.engine(t, w))
	_, err := w.Wait(t.Context(), id)
	if !errors.Is(err, workflow.ErrTimeout) || time.Since(begin) < 700*time.Millisecond {
		t.Error(err, time.Since(begin))
	}
	want(t, l.words(t), "")
	want(t, l.states(t), "reverted")
}

func accept27(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(0))
	e := l.engine(t, w)
	work(t, e)
	id := start(t, w, "question")
	l.waits(t, id)
	if err := e.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Wait(t.Context(), id); !errors.Is(err, workflow.ErrCanceled) {
		t.Error(err)
	}
	if err := e.Signal(t.Context(), id, "answer", "late"); err == nil {
		t.Error("a late signal was taken")
	}
	if err := e.Cancel(t.Context(), id); fault.KindOf(err) != fault.NotAllowed {
		t.Error(err)
	}
	want(t, l.did(), "add question, remove question")
}

func accept28(t *testing.T, l *lab) {
	started := make(chan bool, 1)
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		if err := l.put(ctx, "a"); err != nil {
			return "", err
		}
		_, err := workflow.Step(ctx, "long", func(ctx context.Context, in string) (string, error) {
			started <- true
			<-ctx.Done() // and yet claims to have succeeded
			return in, nil
		}, in, workflow.Undo(l.remove))
		if err != nil {
			return "", err
		}
		return "", l.put(ctx, "never")
	})
	other := l.engine(t)
	worker := l.engine(t, w)
	if l.d.Dialect() == db.SQLite { // whose one transaction at a time is that of the step
		other = worker
	}
	work(t, worker)
	id := start(t, w, "b")
	<-started
	if err := other.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Wait(t.Context(), id); !errors.Is(err, workflow.ErrCanceled) {
		t.Error(err)
	}
	want(t, l.did(), "add a, remove a")
	want(t, l.states(t), "reverted")
}

func accept29(t *testing.T, l *lab) {
	var at []time.Time
	var mu sync.Mutex
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		return workflow.Step(ctx, "flaky", func(ctx context.Context, in string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
			l.note("attempt %d", workflow.Attempt(ctx))
			if in == "final" {
				return "", workflow.Permanent(errBoom)
			}
			return "", errBoom
		}, in, workflow.Retry(3, 600*time.Millisecond), workflow.External())
	})
	stop := work(t, l.engine(t, w))
	id := start(t, w, "")
	wait(t, "it waits for the third attempt", func() bool {
		return l.list(t, "SELECT attempts FROM gorgon_run_step WHERE state = 'waiting'") == "2"
	})
	stop()
	work(t, l.engine(t, w))
	if _, err := w.Wait(t.Context(), id); fault.Message(err) != "boom" {
		t.Error(err)
	}
	want(t, l.did(), "attempt 1, attempt 2, attempt 3, attempt 4")
	for i, least := range []time.Duration{600, 1200, 2400} {
		if pause := at[i+1].Sub(at[i]); pause < least*time.Millisecond-5*time.Millisecond || pause > least*time.Millisecond+time.Second {
			t.Errorf("pause %d was %v", i+1, pause)
		}
	}
	if _, err := w.Wait(t.Context(), start(t, w, "final")); fault.Message(err) != "boom" {
		t.Error(err)
	}
	want(t, l.did(), "attempt 1")
}

func accept30(t *testing.T, l *lab) {
	w := workflow.New("w", func(ctx workflow.Context, d time.Duration) (string, error) {
		if err := l.put(ctx, "before"); err != nil {
			return "", err
		}
		if err := workflow.Sleep(ctx, d); err != nil {
			return "", err
		}
		return "", l.put(ctx, "after")
	})
	stop := work(t, l.engine(t, w))
	id := start(t, w, time.Hour)
	l.waits(t, id)
	stop()
	want(t, strings.Contains(stacks(), "accept30.func1"), false)
	due := l.list(t, "SELECT due_at FROM gorgon_run_step WHERE state = 'waiting'")
	at, err := db.ParseTime([]byte(due))
	if err != nil || time.Until(at) < 59*time.Minute || time.Until(at) > time.Hour {
		t.Error(due, err)
	}
	e := l.engine(t, w)
	work(t, e)
	time.Sleep(200 * time.Millisecond)
	want(t, l.words(t), "before")
	// An hour passes.
	l.exec(t, "UPDATE gorgon_run_step SET due_at = $1 WHERE state = 'waiting'", time.Now())
	l.exec(t, "UPDATE gorgon_run SET wake_at = $1", time.Now())
	if _, err := w.Wait(t.Context(), id); err != nil {
		t.Error(err)
	}
	want(t, l.did(), "add before, add after")
}

func stacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}

func accept31(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(0))
	e := l.engine(t, w)
	_, err := w.Run(t.Context(), "question")
	s, ok := errors.AsType[*workflow.SuspendedError](err)
	if !ok {
		t.Fatal(err)
	}
	want(t, l.list(t, "SELECT key || ' ' || state FROM gorgon_run_step ORDER BY pos"), "put-question done answer waiting")
	if err := e.Signal(t.Context(), s.RunID, "answer", "yes"); err != nil {
		t.Fatal(err)
	}
	work(t, l.engine(t, w))
	if out, err := w.Wait(t.Context(), s.RunID); out != "yes" || err != nil {
		t.Error(out, err)
	}
	want(t, l.did(), "add question, add yes")
	atomic := workflow.New("asking-atomic", l.asking(0), workflow.Atomic())
	l.engine(t, atomic)
	if _, err := atomic.Run(t.Context(), "q"); err == nil {
		t.Error("an atomic workflow waits")
	}
	err = l.d.InTx(t.Context(), func(ctx context.Context) error {
		_, err := w.Run(ctx, "r")
		return err
	})
	if err == nil || errors.As(err, &s) {
		t.Error("a run waits inside of a transaction", err)
	}
	want(t, l.words(t), "question yes")
}

func accept32(t *testing.T, l *lab) {
	var changed atomic.Bool
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		if changed.Load() {
			if err := l.put(ctx, "new"); err != nil {
				return "", err
			}
		}
		return l.asking(0)(ctx, in)
	})
	e := l.engine(t, w)
	work(t, e)
	id := start(t, w, "question")
	l.waits(t, id)
	changed.Store(true)
	if err := e.Signal(t.Context(), id, "answer", "yes"); err != nil {
		t.Fatal(err)
	}
	_, err := w.Wait(t.Context(), id)
	if err == nil || !strings.Contains(err.Error(), `"put-question"`) || !strings.Contains(err.Error(), `"put-new"`) {
		t.Error(err)
	}
	want(t, l.states(t), "blocked")
	want(t, l.did(), "add question")
	changed.Store(false)
	if err := e.Retry(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if out, err := w.Wait(t.Context(), id); out != "yes" || err != nil {
		t.Error(out, err)
	}
}

func accept33(t *testing.T, l *lab) {
	var deployed atomic.Bool
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		if deployed.Load() && workflow.Patched(ctx, "greet") {
			if err := l.put(ctx, "hello-"+in); err != nil {
				return "", err
			}
		}
		return l.asking(0)(ctx, in)
	})
	e := l.engine(t, w)
	work(t, e)
	old := start(t, w, "old")
	l.waits(t, old)
	deployed.Store(true)
	young := start(t, w, "young")
	l.waits(t, young)
	for _, id := range []string{old, young} {
		if err := e.Signal(t.Context(), id, "answer", id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Wait(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	want(t, l.did(), "add old, add hello-young, add young, add "+old+", add "+young)
}

func accept34(t *testing.T, l *lab) {
	v1 := workflow.New("w", func(ctx workflow.Context, in string) (string, error) { return "one", l.put(ctx, in) })
	v2 := workflow.New("w", func(ctx workflow.Context, in string) (string, error) { return "two", l.put(ctx, in) }, workflow.Version(2))
	other := workflow.New("other", l.three)
	l.engine(t, v1)
	first := start(t, v1, "a")
	l.engine(t, v2)
	second := start(t, v2, "b")
	work(t, l.engine(t, other))
	stop := work(t, l.engine(t, v2))
	if out, err := v2.Wait(t.Context(), second); out != "two" || err != nil {
		t.Error(out, err)
	}
	time.Sleep(100 * time.Millisecond)
	want(t, l.words(t), "b")
	stop()
	both := l.engine(t, v1, v2)
	work(t, both)
	if out, err := v1.Wait(t.Context(), first); out != "one" || err != nil {
		t.Error(out, err)
	}
	if out, err := both.RunJSON(t.Context(), "w", []byte(`"c"`), ""); out != "two" || err != nil {
		t.Error(out, err)
	}
	if _, err := both.RunJSON(t.Context(), "unknown", nil, ""); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if _, err := both.RunJSON(t.Context(), "w", []byte(`{}`), ""); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}

func accept35(t *testing.T, l *lab) {
	for _, opts := range [][]workflow.Option{nil, {workflow.Atomic()}, {workflow.Durable(), workflow.Retention(time.Hour)}} {
		for _, childOpts := range [][]workflow.Option{nil, {workflow.Atomic()}} {
			child := workflow.New("child", func(ctx workflow.Context, in string) (string, error) {
				for _, s := range []string{"c1", "c2"} {
					if err := l.put(ctx, s); err != nil {
						return "", err
					}
				}
				if in == "boom" {
					return workflow.Step(ctx, "boom", boom, "")
				}
				return "", nil
			}, childOpts...)
			parent := workflow.New("parent", func(ctx workflow.Context, in string) (string, error) {
				if err := l.put(ctx, "p1"); err != nil {
					return "", err
				}
				if _, err := child.Run(ctx, in); err != nil {
					return "", err
				}
				return workflow.Step(ctx, "boom", boom, "")
			}, opts...)
			l.engine(t, child, parent)
			l.exec(t, "DELETE FROM gorgon_run")
			for _, in := range []string{"boom", ""} {
				if _, err := parent.Run(t.Context(), in); err != error(errBoom) {
					t.Error(err)
				}
				want(t, l.words(t), "")
				got := l.did()
				if opts == nil && (childOpts == nil || in == "") {
					want(t, got, "add p1, add c1, add c2, remove c2, remove c1, remove p1")
				}
			}
			if len(opts) == 2 {
				want(t, l.states(t), "reverted reverted")
			}
		}
	}
}

func accept36(t *testing.T, l *lab) {
	var hook workflow.Hook[string]
	var asked workflow.HookWithResult[string, int]
	body := func(ctx workflow.Context, in string) (int, error) {
		if err := hook.Run(ctx, in); err != nil {
			return 0, err
		}
		n, err := asked.Run(ctx, in)
		if err == nil && in == "boom" {
			_, err = workflow.Step(ctx, "boom", boom, "")
		}
		return n, err
	}
	w := workflow.New("w", body, workflow.Durable(), workflow.Retention(time.Hour))
	l.engine(t, w)
	if n, err := w.Run(t.Context(), "x"); n != 0 || err != nil {
		t.Error(n, err)
	}
	want(t, l.list(t, "SELECT key FROM gorgon_run_step"), "")
	hook.Handle(func(ctx workflow.Context, s string) error { return l.put(ctx, s+"1") })
	hook.Handle(func(ctx workflow.Context, s string) error { return l.put(ctx, s+"2") })
	asked.Handle(func(ctx workflow.Context, s string) (int, error) { return 7, l.put(ctx, s+"3") })
	if n, err := w.Run(t.Context(), "x"); n != 7 || err != nil {
		t.Error(n, err)
	}
	if _, err := w.Run(t.Context(), "boom"); err != error(errBoom) {
		t.Error(err)
	}
	want(t, l.words(t), "x1 x2 x3")
	defer func() {
		if s := fmt.Sprint(recover()); strings.Count(s, "acceptance_wait_test.go:") != 2 {
			t.Error(s)
		}
	}()
	asked.Handle(func(workflow.Context, string) (int, error) { return 0, nil })
}

func accept37(t *testing.T, l *lab) {
	body := func(ctx workflow.Context, in string) (string, error) {
		if err := l.put(ctx, "a"); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "bad", func(context.Context, string) (string, error) {
			if in == "panic" {
				panic("oh")
			}
			time.Sleep(time.Hour)
			return "", nil
		}, in, workflow.Timeout(20*time.Millisecond))
	}
	for _, opts := range [][]workflow.Option{nil, {workflow.Atomic()}, {workflow.Durable()}} {
		w := workflow.New("w", body, opts...)
		l.engine(t, w)
		_, err := w.Run(t.Context(), "panic")
		if p, ok := errors.AsType[*workflow.PanicError](err); !ok || !strings.Contains(string(p.Stack), "accept37") {
			t.Error(err)
		}
		if _, err := w.Run(t.Context(), "sleep"); !errors.Is(err, workflow.ErrTimeout) {
			t.Error(err)
		}
		want(t, l.words(t), "")
	}
	bodyPanics := workflow.New("body", func(ctx workflow.Context, in string) (string, error) {
		if err := l.put(ctx, "a"); err != nil {
			return "", err
		}
		panic("in the body")
	}, workflow.Durable())
	l.engine(t, bodyPanics)
	if _, err := bodyPanics.Run(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "in the body") {
		t.Error(err)
	}
	want(t, l.words(t)+l.states(t), "")
}

func accept40(t *testing.T, l *lab) {
	w := workflow.New("asking", l.asking(0), workflow.Retention(time.Second))
	e := l.engine(t, w)
	work(t, e)
	id := start(t, w, "question")
	if err := e.Signal(t.Context(), id, "answer", "yes"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Wait(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	rows := func() string {
		return l.list(t, "SELECT (SELECT count(*) FROM gorgon_run) + (SELECT count(*) FROM gorgon_run_step) + (SELECT count(*) FROM gorgon_run_signal)")
	}
	want(t, rows(), "5")
	if err := e.RemoveExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, rows(), "5")
	time.Sleep(time.Second)
	if err := e.RemoveExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, rows(), "0")
	if _, err := w.Wait(t.Context(), id); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	// Finished runs are not in the way of those that wait.
	sql := "EXPLAIN QUERY PLAN SELECT id FROM gorgon_run WHERE wake_at <= " + l.d.Dialect().Now() + " ORDER BY wake_at LIMIT 1"
	plan := "SELECT 'gorgon_run_wake'"
	if l.d.Dialect() == db.Postgres {
		l.exec(t, `INSERT INTO gorgon_run (id, workflow_id, transaction_id, version, state, epoch, created_at, updated_at)
			SELECT 'r' || n, 'w', 't', 0, 'done', 1, now(), now() FROM generate_series(1, 20000) n`)
		l.exec(t, "ANALYZE gorgon_run")
		sql = strings.Replace(sql, "EXPLAIN QUERY PLAN", "EXPLAIN", 1)
	}
	_ = plan
	want(t, strings.Contains(l.list4(t, sql), "gorgon_run_wake"), true)
}

// list4 is all columns of an answer as one text.
func (l *lab) list4(t testing.TB, sql string) string {
	t.Helper()
	rows, err := l.d.Query(t.Context(), db.Statement{SQL: sql})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		for i := range rows.Columns() {
			b.Write(rows.Value(i))
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func acceptIntent(t *testing.T, l *lab) {
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		return workflow.StepWithUndo(ctx, "pay", func(ctx context.Context, in string) (string, string, error) {
			if err := workflow.RecordIntent(ctx, "intent-"+in); err != nil {
				return "", "", err
			}
			l.note("pay %s, kept %s", in, l.list(t, "SELECT undo FROM gorgon_run_step"))
			return "", "", errBoom
		}, l.takeBack, in, workflow.External(), workflow.UndoOnFailure())
	}, workflow.Durable())
	l.engine(t, w)
	if _, err := w.Run(t.Context(), "x"); err != error(errBoom) {
		t.Error(err)
	}
	want(t, l.did(), `pay x, kept "intent-x", take back intent-x tx=false`)
}

func acceptLock(t *testing.T, l *lab) {
	var at, most atomic.Int64
	busy := func(ctx context.Context, in string) (string, error) {
		most.Store(max(most.Load(), at.Add(1)))
		time.Sleep(2 * time.Millisecond)
		at.Add(-1)
		return in, nil
	}
	key := workflow.Lock(func(string) string { return "cart" })
	pair := func() (inner, outer *workflow.Workflow[string, string]) {
		inner = workflow.New("inner", func(ctx workflow.Context, in string) (string, error) { return workflow.Step(ctx, "busy", busy, in) }, workflow.Atomic(), key)
		return inner, workflow.New("outer", func(ctx workflow.Context, in string) (string, error) {
			if _, err := workflow.Step(ctx, "busy", busy, in, workflow.External()); err != nil {
				return "", err
			}
			return inner.Run(ctx, in)
		}, workflow.Atomic(), key)
	}
	inner, outer := pair()
	inner2, outer2 := pair() // as in another process
	durable := workflow.New("durable", func(ctx workflow.Context, in string) (string, error) {
		return workflow.Step(ctx, "busy", busy, in, workflow.External())
	}, key)
	one := l.engine(t, inner, outer, durable)
	l.engine(t, inner2, outer2)
	work(t, one)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			w := []*workflow.Workflow[string, string]{inner, outer, durable, inner2, outer2}[i%5]
			if _, err := w.Run(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(t, most.Load(), 1)
	want(t, l.list(t, "SELECT key FROM gorgon_lock"), "")
}

// After an external step a transaction that lost against another is begun anew from what was committed: nothing before it happens again.
func acceptReopen(t *testing.T, l *lab) {
	var lost atomic.Bool
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		if err := l.put(ctx, "order"); err != nil {
			return "", err
		}
		if err := l.effect(ctx, "payment"); err != nil {
			return "", err
		}
		if err := l.put(ctx, "captured"); err != nil {
			return "", err
		}
		if !lost.Swap(true) {
			return workflow.Step(ctx, "unlucky", func(context.Context, string) (string, error) { return "", db.ErrLocked }, "")
		}
		_, err := workflow.Step(ctx, "unlucky", l.add, "lucky")
		return "ok", errors.Join(err, workflow.Emit(ctx, added, event.ID{ID: "order"}))
	}, workflow.Atomic())
	l.engine(t, w)
	if out, err := w.Run(t.Context(), ""); out != "ok" || err != nil {
		t.Error(out, err)
	}
	want(t, l.did(), "add order, outside payment tx=false, add captured, add captured, add lucky")
	want(t, l.words(t), "captured lucky order")
	want(t, l.events(t), `word.added{"id":"order"}`)
	want(t, l.states(t), "")
}

// An answer that had to wait for the run's row, while another one was taken, is refused.
func TestAnswerTooLate(t *testing.T) {
	t.Parallel()
	l := newLab(t, dbtest.OpenPostgres(t))
	w := workflow.New("asking", l.asking(0))
	e := l.engine(t, w)
	stop := work(t, e)
	id := start(t, w, "question")
	l.waits(t, id)
	stop()
	tid := l.list(t, "SELECT transaction_id FROM gorgon_run")
	answered := make(chan error, 1)
	err := l.d.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := l.d.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_run SET updated_at = now()"}); err != nil {
			return err
		}
		go func() { answered <- e.CompleteStep(t.Context(), "asking", tid, "answer", "yes", nil) }()
		wait(t, "the answer waits", func() bool {
			return l.list(t, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != ""
		})
		_, err := l.d.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_run_step SET state = 'done' WHERE key = 'answer'"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-answered; fault.KindOf(err) != fault.NotAllowed {
		t.Error("it was taken", err)
	}
}
