package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// three adds three words, the third of which may be "boom", and tells of them.
func (l *lab) three(ctx workflow.Context, last string) (string, error) {
	for _, s := range []string{"a", "b"} {
		if err := l.put(ctx, s); err != nil {
			return "", err
		}
	}
	do := l.add
	if last == "boom" {
		do = boom
	}
	if _, err := workflow.Step(ctx, "last", do, last, workflow.Undo(l.remove)); err != nil {
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: "a"}, event.ID{ID: last})
}

// modes are the ways to run a body.
func (l *lab) modes() map[string]*workflow.Workflow[string, string] {
	return map[string]*workflow.Workflow[string, string]{
		"inline":  workflow.New("three", l.three),
		"atomic":  workflow.New("three", l.three, workflow.Atomic()),
		"durable": workflow.New("three", l.three, workflow.Durable()),
	}
}

// TestAcceptance has the cases that the engine was designed for under their numbers. Case 38 is in package job, and 39, which is about HTTP, in api/adminapi.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"01 all steps succeed":                      inLab(accept01),
		"02 a failing step":                         inLab(accept02),
		"03 a failing undo":                         inLab(accept03),
		"04 an undo value":                          inLab(accept04),
		"05 a failing arm":                          inLab(accept05),
		"06 kill between steps":                     atSite(killed("begin", "step 0", "step 1", "step 2", "step 3")),
		"07 kill in a step":                         atSite(killed("in a", "in b")),
		"08 kill around an effect":                  atSite(killed("before pay", "after pay")),
		"09 kill while undoing":                     atSite(crash09),
		"10 kill around the end":                    atSite(killed("end", "after")),
		"11 random kills":                           atSite(crash11),
		"12 a paused worker":                        atSite(crash12),
		"13 many processes":                         atSite(crash13),
		"14 a worker that died":                     atSite(crash14),
		"15 the database goes away":                 crash15,
		"16 atomic leaves nothing":                  inLab(accept16),
		"17 external steps of atomic ones":          inLab(accept17),
		"18 many callers":                           inLab(accept18),
		"19 the last unit":                          inLab(accept19),
		"20 one idempotency key, many callers":      inLab(accept20),
		"21 failures free the key":                  inLab(accept21),
		"22 the stored result":                      inLab(accept22),
		"23 an early signal":                        inLab(accept23),
		"24 signals race the park":                  inLab(accept24),
		"25 a second answer":                        inLab(accept25),
		"26 nobody answers":                         inLab(accept26),
		"27 cancel while waiting":                   inLab(accept27),
		"28 cancel during a step":                   inLab(accept28),
		"29 retries":                                inLab(accept29),
		"30 sleep":                                  inLab(accept30),
		"31 promotion":                              inLab(accept31),
		"32 changed code":                           inLab(accept32),
		"33 patched code":                           inLab(accept33),
		"34 workers without the workflow":           inLab(accept34),
		"35 a failing child":                        inLab(accept35),
		"36 hooks":                                  inLab(accept36),
		"37 panics and steps that do not end":       inLab(accept37),
		"40 retention":                              inLab(accept40),
		"intents":                                   inLab(acceptIntent),
		"locks":                                     inLab(acceptLock),
		"a segment that gets in the way of another": inLab(acceptReopen),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

func inLab(test func(*testing.T, *lab)) func(*testing.T) {
	return func(t *testing.T) { labs(t, test) }
}

func atSite(test func(*testing.T, *site)) func(*testing.T) {
	return func(t *testing.T) { sites(t, test) }
}

func accept01(t *testing.T, l *lab) {
	for mode, w := range l.modes() {
		l.engine(t, w)
		out, err := w.Run(t.Context(), "c")
		if out != "ok" || err != nil {
			t.Fatal(mode, out, err)
		}
		want(t, l.did(), "add a, add b, add c")
		want(t, l.words(t), "a b c")
		want(t, l.events(t), `word.added{"id":"a"} word.added{"id":"c"}`)
		want(t, l.states(t), "")
		l.exec(t, "DELETE FROM word")
		l.exec(t, "DELETE FROM gorgon_event")
	}
}

func accept02(t *testing.T, l *lab) {
	for mode, w := range l.modes() {
		l.engine(t, w)
		_, err := w.Run(t.Context(), "boom")
		if err != error(errBoom) {
			t.Error(mode, err)
		}
		want(t, l.words(t), "")
		want(t, l.events(t), "")
		if mode != "atomic" {
			want(t, l.did(), "add a, add b, remove b, remove a")
		}
		l.did()
	}
	w := workflow.New("kept", l.three, workflow.Durable(), workflow.Retention(time.Hour))
	l.engine(t, w)
	if _, err := w.Run(t.Context(), "boom"); err != error(errBoom) {
		t.Error(err)
	}
	want(t, l.states(t), "reverted")
}

func accept03(t *testing.T, l *lab) {
	stuck := errors.New("stuck")
	body := func(ctx workflow.Context, _ string) (string, error) {
		if err := l.put(ctx, "a"); err != nil {
			return "", err
		}
		if _, err := workflow.Step(ctx, "b", l.add, "b", workflow.Undo(func(context.Context, string) error { return stuck })); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "boom", boom, "")
	}
	for _, w := range []*workflow.Workflow[string, string]{workflow.New("w", body), workflow.New("w", body, workflow.Durable())} {
		e := l.engine(t, w)
		_, err := w.Run(t.Context(), "")
		var c *workflow.CompensationError
		if !errors.As(err, &c) || !errors.Is(err, errBoom) || !strings.Contains(err.Error(), "stuck") || fault.Message(err) != "boom" {
			t.Error(err)
		}
		want(t, l.words(t), "b")
		l.exec(t, "DELETE FROM word")
		if l.states(t) == "" {
			continue
		}
		want(t, l.states(t), "failed")
		id := l.list(t, "SELECT id FROM gorgon_run")
		_, err = w.Wait(t.Context(), id)
		if !errors.As(err, &c) || fault.Message(err) != "boom" || fault.KindOf(err) != fault.Conflict || len(c.Undo) != 1 {
			t.Errorf("%v", err)
		}
		stuck = nil
		work(t, e)
		if err := e.Retry(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		wait(t, "the rest is undone", func() bool { return l.states(t) == "reverted" })
		want(t, strings.Count(l.did(), "remove a"), 2) // of the inline run and of this one
	}
}

func accept04(t *testing.T, l *lab) {
	type note struct {
		Was string `json:"was"`
	}
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		out, err := workflow.StepWithUndo(ctx, "rename", func(ctx context.Context, in string) (string, note, error) {
			_, err := l.add(ctx, in)
			return "new", note{in}, err
		}, func(ctx context.Context, n note) error { return l.remove(ctx, n.Was) }, in)
		if err != nil {
			return "", err
		}
		if _, err := workflow.Await[string](ctx, "go", 0); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "boom", boom, out)
	})
	first := l.engine(t, w)
	_, err := w.Run(t.Context(), "old")
	s, ok := errors.AsType[*workflow.SuspendedError](err)
	if !ok {
		t.Fatal(err)
	}
	if err := first.Signal(t.Context(), s.RunID, "go", ""); err != nil {
		t.Fatal(err)
	}
	work(t, l.engine(t, w)) // an engine that knows the run from the database only
	if _, err := w.Wait(t.Context(), s.RunID); fault.Message(err) != "boom" {
		t.Error(err)
	}
	want(t, l.did(), "add old, remove old")
	want(t, l.words(t), "")
}

func accept05(t *testing.T, l *lab) {
	body := func(ctx workflow.Context, _ string) (string, error) {
		if err := l.put(ctx, "first"); err != nil {
			return "", err
		}
		failed := make(chan bool)
		return "", workflow.Parallel(ctx,
			func(ctx workflow.Context) error { return l.put(ctx, "quick") },
			func(ctx workflow.Context) error {
				defer close(failed)
				_, err := workflow.Step(ctx, "boom", boom, "")
				return err
			},
			func(ctx workflow.Context) error {
				<-failed
				return l.put(ctx, "slow")
			})
	}
	for _, w := range []*workflow.Workflow[string, string]{workflow.New("w", body), workflow.New("w", body, workflow.Durable())} {
		l.engine(t, w)
		if _, err := w.Run(t.Context(), ""); !errors.Is(err, errBoom) {
			t.Error(err)
		}
		got := l.did()
		want(t, sorted(got), "add first, add quick, add slow, remove first, remove quick, remove slow")
		want(t, strings.HasSuffix(got, ", remove first"), true)
		want(t, l.words(t), "")
	}
}

func accept16(t *testing.T, l *lab) {
	w := workflow.New("three", l.three, workflow.Atomic(), workflow.Retention(time.Hour), workflow.IdempotencyKey(func(s string) string { return s }))
	l.engine(t, w)
	if _, err := w.Run(t.Context(), "boom"); err != error(errBoom) {
		t.Error(err)
	}
	want(t, l.words(t)+l.events(t)+l.states(t)+l.list(t, "SELECT key FROM gorgon_run_step"), "")
}

// mixed is what a checkout is like: some words, an effect outside, more words.
func (l *lab) mixed(ctx workflow.Context, last string) (string, error) {
	if err := l.put(ctx, "order"); err != nil {
		return "", err
	}
	if err := l.effect(ctx, "payment"); err != nil {
		return "", err
	}
	if err := l.put(ctx, "captured"); err != nil {
		return "", err
	}
	if last == "boom" {
		_, err := workflow.Step(ctx, "boom", boom, "")
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: "order"})
}

func accept17(t *testing.T, l *lab) {
	w := workflow.New("mixed", l.mixed, workflow.Atomic())
	l.engine(t, w)
	if _, err := w.Run(t.Context(), "boom"); err != error(errBoom) {
		t.Error(err)
	}
	want(t, l.did(), "add order, outside payment tx=false, add captured, take back payment tx=false, remove order")
	want(t, l.words(t)+l.events(t)+l.states(t), "")
	if out, err := w.Run(t.Context(), ""); out != "ok" || err != nil {
		t.Fatal(out, err)
	}
	want(t, l.words(t), "captured order")
	want(t, l.events(t), `word.added{"id":"order"}`)
	want(t, l.states(t), "")
}

func accept18(t *testing.T, l *lab) {
	w := workflow.New("w", func(ctx workflow.Context, in string) (string, error) {
		for _, s := range []string{"1", "2", "3"} {
			if err := l.put(ctx, in+s); err != nil {
				return "", err
			}
		}
		return "", nil
	}, workflow.Atomic())
	l.engine(t, w)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := w.Run(t.Context(), fmt.Sprintf("%02d-", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(t, len(strings.Fields(l.words(t))), 150)
}

func accept19(t *testing.T, l *lab) {
	l.exec(t, "CREATE TABLE stock (item text PRIMARY KEY, n integer NOT NULL CHECK (n >= 0))")
	l.exec(t, "INSERT INTO stock VALUES ('shirt', 1)")
	none := fault.New(fault.NotAllowed, "sold out")
	w := workflow.New("checkout", func(ctx workflow.Context, order string) (string, error) {
		if err := l.put(ctx, order); err != nil {
			return "", err
		}
		err := workflow.Parallel(ctx, func(ctx workflow.Context) error {
			return l.put(ctx, order+"-lines")
		}, func(ctx workflow.Context) error {
			_, err := workflow.Step(ctx, "reserve", func(ctx context.Context, item string) (string, error) {
				n, err := l.d.Exec(ctx, db.Statement{SQL: "UPDATE stock SET n = n - 1 WHERE item = $1 AND n > 0", Args: []any{item}})
				if err == nil && n == 0 {
					err = none
				}
				return item, err
			}, "shirt")
			return err
		})
		if err != nil {
			return "", err
		}
		return order, l.effect(ctx, "payment-"+order)
	}, workflow.Atomic())
	l.engine(t, w)
	var wg sync.WaitGroup
	var sold, refused atomic.Int64
	for i := range 50 {
		wg.Go(func() {
			switch _, err := w.Run(t.Context(), fmt.Sprintf("order%02d", i)); err {
			case nil:
				sold.Add(1)
			case error(none):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(t, sold.Load(), 1)
	want(t, refused.Load(), 49)
	want(t, len(strings.Fields(l.words(t))), 2)
	want(t, l.list(t, "SELECT n FROM stock"), "0")
	want(t, l.states(t), "")
}

func itself(s string) string { return s }

func accept20(t *testing.T, l *lab) {
	for mode, opt := range map[string]workflow.Option{"atomic": workflow.Atomic(), "durable": workflow.Durable()} {
		w := workflow.New("w"+mode, func(ctx workflow.Context, in string) (string, error) {
			if err := l.put(ctx, in+mode); err != nil {
				return "", err
			}
			if err := l.effect(ctx, "slow"); err != nil {
				return "", err
			}
			id := workflow.NewID(ctx, "out")
			_, err := workflow.Step(ctx, "slow", func(context.Context, string) (string, error) { time.Sleep(50 * time.Millisecond); return "", nil }, "", workflow.External())
			return id, err
		}, opt, workflow.IdempotencyKey(itself))
		one, two := l.engine(t, w), l.engine(t)
		_ = one
		_ = two
		outs := make(chan string, 50)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				out, err := w.Run(t.Context(), "k")
				if err != nil {
					t.Error(err)
				}
				outs <- out
			})
		}
		wg.Wait()
		close(outs)
		first := <-outs
		for out := range outs {
			if out != first || out == "" {
				t.Errorf("%s: %q and %q", mode, first, out)
			}
		}
		want(t, sorted(l.did()), "add k"+mode+", outside slow tx=false")
	}
}

func accept21(t *testing.T, l *lab) {
	for keep, times := range map[bool]int{false: 2, true: 1} {
		opts := []workflow.Option{workflow.Durable(), workflow.IdempotencyKey(itself)}
		if keep {
			opts = append(opts, workflow.KeepKeyOnFailure())
		}
		w := workflow.New(fmt.Sprint("w", keep), func(ctx workflow.Context, in string) (string, error) {
			l.note("run")
			return workflow.Step(ctx, "boom", boom, in)
		}, opts...)
		l.engine(t, w)
		for range 2 {
			if _, err := w.Run(t.Context(), "k"); fault.Message(err) != "boom" || fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		}
		want(t, strings.Count(l.did(), "run"), times)
	}
}

func accept22(t *testing.T, l *lab) {
	type in struct{ Key, Word string }
	body := func(ctx workflow.Context, v in) (string, error) { return v.Word, l.put(ctx, v.Word) }
	key := workflow.IdempotencyKey(func(v in) string { return v.Key })
	loose, strict := workflow.New("loose", body, workflow.Atomic(), key), workflow.New("strict", body, workflow.Atomic(), key, workflow.RequireSameInput())
	l.engine(t, loose, strict)
	for _, w := range []*workflow.Workflow[in, string]{loose, strict} {
		if out, err := w.Run(t.Context(), in{"k", w.Name()}); out != w.Name() || err != nil {
			t.Fatal(out, err)
		}
		if out, err := w.Run(t.Context(), in{"k", w.Name()}); out != w.Name() || err != nil {
			t.Error(out, err)
		}
	}
	if out, err := loose.Run(t.Context(), in{"k", "other"}); out != "loose" || err != nil {
		t.Error(out, err)
	}
	if _, err := strict.Run(t.Context(), in{"k", "other"}); fault.KindOf(err) != fault.Conflict {
		t.Error(err)
	}
	if out, err := loose.Run(t.Context(), in{"", "free"}); out != "free" || err != nil {
		t.Error(out, err)
	}
	want(t, l.words(t), "free loose strict")
}
