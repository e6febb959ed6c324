package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
)

const happened = event.Topic[event.ID]("thing.happened")

// each runs fn with a bus over an empty outbox of each dialect.
func each(t *testing.T, fn func(t *testing.T, b *event.Bus)) {
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) { fn(t, newBus(t, d)) })
}

func newBus(t testing.TB, d *db.DB) *event.Bus {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{event.Migrations()}); err != nil {
		t.Fatal(err)
	}
	b := event.NewBus(d, slog.New(slog.DiscardHandler))
	b.Backoff = func(int) time.Duration { return 10 * time.Millisecond }
	b.Poll = 20 * time.Millisecond
	return b
}

// run runs the bus until the test ends or stop is called.
func run(t *testing.T, b *event.Bus) (stop func()) {
	t.Helper()
	return proctest.Background(t, b.Run)
}

// A log collects what handlers were told.
type log struct {
	mu   sync.Mutex
	list []string
}

func (l *log) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, s)
}

func (l *log) get() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// wait waits until ok.
func wait(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

func emit(t testing.TB, ctx context.Context, b *event.Bus, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := event.Emit(ctx, b, happened, event.ID{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		var typed, all, other log
		b.Subscribe(
			event.On(happened, func(_ context.Context, v event.ID) error { typed.add(v.ID); return nil }),
			event.OnAny(func(_ context.Context, m event.Message) error { all.add(m.Name + string(m.Data)); return nil }),
			event.On(event.Topic[event.ID]("other"), func(_ context.Context, v event.ID) error { other.add(v.ID); return nil }),
		)
		emit(t, t.Context(), b, "before")
		run(t, b)
		err := b.DB.InTx(t.Context(), func(ctx context.Context) error {
			emit(t, ctx, b, "undone")
			return errors.New("no")
		})
		if err == nil {
			t.Fatal("no error")
		}
		if err := b.DB.InTx(t.Context(), func(ctx context.Context) error { emit(t, ctx, b, "a", "b"); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := b.WaitIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(typed.get()); got != "[before a b]" {
			t.Error(got)
		}
		if got := all.get(); len(got) != 3 || got[2] != `thing.happened{"id":"b"}` || len(other.get()) != 0 {
			t.Error(got, other.get())
		}
	})
}

func TestRetriesAndDeadLetters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		var good, bad log
		broken := true
		b.Subscribe(
			event.On(happened, func(_ context.Context, v event.ID) error { good.add(v.ID); return nil }, event.WithName("good")),
			event.On(happened, func(ctx context.Context, v event.ID) error {
				m, _ := event.MessageFromContext(ctx)
				bad.add(fmt.Sprint(v.ID, m.Attempt))
				if v.ID == "panic" && m.Attempt == 1 {
					panic("oh")
				}
				if v.ID == "x" && broken {
					return errors.New("broken")
				}
				return nil
			}, event.WithName("bad"), event.MaxAttempts(3)),
		)
		run(t, b)
		emit(t, t.Context(), b, "x", "y", "panic")
		dead := func() []event.FailedDelivery {
			list, err := b.FailedDeliveries(t.Context(), true, 10)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		wait(t, func() bool { return len(dead()) == 1 && len(bad.get()) == 6 })
		l := dead()[0]
		if l.Subscriber != "bad" || l.Error != "broken" || l.Attempt != 3 || string(l.Data) != `{"id":"x"}` || l.DeadAt == nil || l.NextAt != nil {
			t.Errorf("%+v", l)
		}
		broken = false
		if err := b.Replay(t.Context(), l.ID, l.Subscriber); err != nil {
			t.Fatal(err)
		}
		wait(t, func() bool {
			list, err := b.FailedDeliveries(t.Context(), false, 10)
			return err == nil && len(list) == 0
		})
		if got := good.get(); fmt.Sprint(got) != "[x y panic]" {
			t.Error(got)
		}
		got := bad.get()
		slices.Sort(got)
		if fmt.Sprint(got) != "[panic1 panic2 x1 x1 x2 x3 y1]" {
			t.Error(got)
		}
		if err := b.Replay(t.Context(), "evt_none", "bad"); err == nil {
			t.Error("replayed an unknown letter")
		}
	})
}

// Several processes share the events: each subscriber hears each event once while nobody dies.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, first *event.Bus) {
		var received log
		for range 3 {
			b := newBus(t, first.DB)
			b.Subscribe(event.On(happened, func(_ context.Context, v event.ID) error { received.add(v.ID); return nil }, event.WithName("s")))
			run(t, b)
		}
		var ids []string
		for i := range 500 {
			ids = append(ids, fmt.Sprintf("%03d", i))
		}
		emit(t, t.Context(), first, ids...)
		if err := first.WaitIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := received.get()
		slices.Sort(got)
		if !slices.Equal(got, ids) {
			t.Error(len(got), "heard")
		}
	})
}

// Whichever processes take a run's events, each subscriber hears them in their order.
func TestOrderOverProcesses(t *testing.T) {
	t.Parallel()
	for dialect, url := range map[string]func() string{"sqlite": func() string { return "sqlite:" + filepath.Join(t.TempDir(), "order.db") }, "postgres": func() string { return dbtest.PostgresURL(t) }} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			const runs, parts, each = 24, 3, 20
			url := url()
			first := newBus(t, dbtest.OpenURL(t, url))
			var received [2]log
			for range 4 {
				b := newBus(t, dbtest.OpenURL(t, url))
				for i := range received {
					b.Subscribe(event.OnAny(func(_ context.Context, m event.Message) error {
						received[i].add(m.RunID + " " + m.ID)
						time.Sleep(time.Duration(rand.Int64N(int64(200 * time.Microsecond))))
						return nil
					}, event.WithName(fmt.Sprint("s", i))))
				}
				run(t, b)
			}
			var writers sync.WaitGroup
			for n := range runs {
				writers.Go(func() { emitRun(t, first, fmt.Sprintf("run%02d", n), parts, each) })
			}
			writers.Wait()
			if err := first.WaitIdle(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i := range received {
				inOrder(t, received[i].get(), runs*parts*each)
			}
		})
	}
}

// emitRun emits the events of a run in several transactions.
func emitRun(t *testing.T, b *event.Bus, run string, parts, each int) {
	for n := range parts {
		list := make([]event.Message, each)
		for i := range list {
			list[i] = event.Message{ID: fmt.Sprintf("%s-%03d", run, n*each+i), Name: string(happened), Data: []byte(`{}`), RunID: run, CreatedAt: db.Now()}
		}
		if err := b.Emit(t.Context(), list...); err != nil {
			t.Error(err)
		}
	}
}

// inOrder checks that each of so many events was heard, after those of its run that have a lower id.
func inOrder(t *testing.T, received []string, want int) {
	t.Helper()
	last := map[string]string{}
	for _, s := range received {
		run, id, _ := strings.Cut(s, " ")
		if id < last[run] {
			t.Fatalf("%s is heard after %s", id, last[run])
		}
		last[run] = id
	}
	slices.Sort(received)
	if n := len(slices.Compact(received)); n != want {
		t.Errorf("%d events were heard, not %d", n, want)
	}
}

// What a process held when it fell silent is handed out by another.
func TestLostProcess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		emit(t, t.Context(), b, "a", "b")
		later := b.DB.Dialect().NowPlus("$1")
		if _, err := b.DB.Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_event SET claims = 1, claimed_by = 'lost', claimed_until = " + later, Args: []any{0.3}}); err != nil {
			t.Fatal(err)
		}
		var received log
		b.Subscribe(event.On(happened, func(_ context.Context, v event.ID) error { received.add(v.ID); return nil }))
		run(t, b)
		time.Sleep(100 * time.Millisecond)
		if got := received.get(); len(got) > 0 {
			t.Error("taken too early", got)
		}
		if err := b.WaitIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(received.get()); got != "[a b]" {
			t.Error(got)
		}
	})
}

// A handler that runs while the process is asked to stop may end its work, and what was not handled waits.
func TestStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		var received log
		started, ending := make(chan bool, 9), make(chan bool)
		b.Subscribe(event.On(happened, func(ctx context.Context, v event.ID) error {
			started <- true
			<-ending
			received.add(v.ID)
			return ctx.Err()
		}, event.WithName("s")))
		stop := run(t, b)
		emit(t, t.Context(), b, "a", "b")
		<-started
		go func() { time.Sleep(50 * time.Millisecond); close(ending) }()
		stop()
		if got := fmt.Sprint(received.get()); got != "[a]" {
			t.Error(got)
		}
		next := newBus(t, b.DB)
		next.Subscribe(event.On(happened, func(_ context.Context, v event.ID) error { received.add(v.ID); return nil }, event.WithName("s")))
		run(t, next)
		if err := next.WaitIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(received.get()); got != "[a b]" {
			t.Error(got)
		}
	})
}

// A stream takes events in memory; what it refuses, it refuses for good.
type stream struct {
	log
	refuse func(event.Message) error
	closed bool
}

func (s *stream) Publish(_ context.Context, batch []event.Message) error {
	for _, m := range batch {
		if err := s.refuse(m); err != nil {
			return err
		}
	}
	for _, m := range batch {
		s.add(string(m.Data))
	}
	return nil
}

func (s *stream) Close() error { s.closed = true; return nil }

// What a transport never takes becomes a dead letter and holds nothing up; it can be replayed.
func TestRefusedByTransport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		var broken atomic.Bool
		broken.Store(true)
		s := &stream{refuse: func(m event.Message) error {
			if broken.Load() && string(m.Data) == `{"id":"c"}` {
				return fmt.Errorf("too big: %w", event.ErrPermanent)
			}
			return nil
		}}
		b.AddTransport("s", s)
		emit(t, t.Context(), b, "a", "b", "c", "d")
		stop := run(t, b)
		wait(t, func() bool { return len(s.get()) == 3 })
		list, err := b.FailedDeliveries(t.Context(), true, 10)
		if err != nil || len(list) != 1 || list[0].Subscriber != "s" || string(list[0].Data) != `{"id":"c"}` {
			t.Fatal(list, err)
		}
		broken.Store(false)
		if err := b.Replay(t.Context(), list[0].ID, "s"); err != nil {
			t.Fatal(err)
		}
		wait(t, func() bool { return len(s.get()) == 4 })
		if got := fmt.Sprint(s.get()); got != `[{"id":"a"} {"id":"b"} {"id":"d"} {"id":"c"}]` {
			t.Error(got)
		}
		stop()
		if !s.closed {
			t.Error("not closed")
		}
	})
}

// A transaction that is slow to commit is waited for, so that the order of the stream is that of the outbox.
func TestForwardingOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		s := &stream{refuse: func(event.Message) error { return nil }}
		b.AddTransport("s", s)
		run(t, b)
		err := b.DB.InTx(t.Context(), func(ctx context.Context) error {
			emit(t, ctx, b, "slow")
			if b.DB.Dialect() == db.Postgres {
				emit(t, t.Context(), b, "quick")
				time.Sleep(100 * time.Millisecond)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		emit(t, t.Context(), b, "last")
		want := `[{"id":"slow"} {"id":"quick"} {"id":"last"}]`
		if b.DB.Dialect() == db.SQLite {
			want = `[{"id":"slow"} {"id":"last"}]`
		}
		wait(t, func() bool { return slices.Contains(s.get(), `{"id":"last"}`) })
		if got := fmt.Sprint(s.get()); got != want {
			t.Error(got)
		}
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, topic string
		want           bool
	}{
		{"order.placed", "order.placed", true}, {"order.placed", "order.placed.late", false}, {"*", "anything", true},
		{"order.*", "order.placed", true}, {"order.*", "order", false}, {"order.*", "orders.placed", false}, {"", "x", false}, {"*.placed", "order.placed", false},
	} {
		if got := event.MatchTopic(c.pattern, c.topic); got != c.want {
			t.Error(c, got)
		}
	}
}
