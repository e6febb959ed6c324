package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"pgregory.net/rapid"
)

// A hearing is one process that hands out events, move by move.
type hearing struct{ *relay }

// An audience is two subscribers in two processes.
type audience struct {
	*outbox
	processes []*hearing
	born      int
	verdict   error                      // of the next handling
	handled   map[string]map[string]bool // by subscriber: the ids that it handled without an error
	told      map[string]map[string]bool // by subscriber: the ids that it was told of
	owner     map[string]*hearing        // by what can be claimed: who was the last to do it
	live      map[string]*hearing        // the same, as long as the lease lasts
}

func newAudience(t *rapid.T, b *Bus) *audience {
	a := &audience{outbox: reset(t, b), handled: map[string]map[string]bool{}, told: map[string]map[string]bool{}, owner: map[string]*hearing{}, live: map[string]*hearing{}}
	b.subs = nil
	for _, name := range []string{"one", "two"} {
		a.handled[name], a.told[name] = map[string]bool{}, map[string]bool{}
		b.Subscribe(OnAny(func(_ context.Context, m Message) error {
			a.told[name][m.ID] = true
			if m.Attempt > 3 {
				t.Fatalf("%s is told of %s for the %d. time", name, m.ID, m.Attempt)
			}
			if a.verdict == nil {
				a.handled[name][m.ID] = true
			}
			return a.verdict
		}, WithName(name), MaxAttempts(3)))
	}
	a.processes = []*hearing{a.process(), a.process()}
	return a
}

func (a *audience) process() *hearing {
	a.born++
	return newHearing(a.bus, fmt.Sprint("process ", a.born))
}

func newHearing(b *Bus, me string) *hearing {
	h := &hearing{&relay{Bus: b, me: me, held: map[*item]bool{}}}
	for range b.subs {
		h.queues = append(h.queues, make(chan *item, most+retries))
	}
	return h
}

func (a *audience) draw(t *rapid.T) *hearing {
	return a.processes[rapid.IntRange(0, len(a.processes)-1).Draw(t, "process")]
}

// turn lets a process look at the tables: note what is done, take what is there. What another one holds it must not take.
func (a *audience) turn(t *rapid.T) {
	h := a.draw(t)
	before := maps.Clone(h.held)
	check(t, h.flush(context.Background()))
	_, err := h.claim(context.Background())
	check(t, err)
	check(t, h.claimRetries(context.Background()))
	for it := range h.held {
		if before[it] {
			continue
		}
		if o := a.live[it.claimed()]; o != nil {
			t.Fatalf("%s takes %s, which %s holds", h.me, it.claimed(), o.me)
		}
		a.owner[it.claimed()], a.live[it.claimed()] = h, h
	}
}

// claimed names what is claimed: the event, or the letter of one subscriber.
func (it *item) claimed() string {
	if it.sub == nil {
		return it.ID
	}
	return it.ID + " for " + it.to
}

// beat keeps up the leases of what a process holds, unless another one has taken it.
func (a *audience) beat(t *rapid.T) {
	h := a.draw(t)
	check(t, h.heartbeat(context.Background()))
	for it := range h.held {
		if a.owner[it.claimed()] == h {
			a.live[it.claimed()] = h
		}
	}
}

// stop lets a process end in peace: what it has not handed out is free.
func (a *audience) stop(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "process")
	h := a.processes[i]
	before := maps.Clone(h.held)
	for _, q := range h.queues {
		for len(q) > 0 {
			it := <-q
			h.answered(it, context.Canceled)
			if it.sub == nil && a.owner[it.claimed()] == h {
				delete(a.owner, it.claimed())
				delete(a.live, it.claimed())
			}
		}
	}
	check(t, h.flush(context.Background()))
	for it := range before {
		var one int
		claimed, err := db.QueryRow(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT 1 FROM gorgon_event WHERE id = $1 AND claimed_by = $2 AND claimed_until IS NOT NULL AND done_at IS NULL", Args: []any{it.ID, h.me}}, &one)
		if check(t, err); claimed && it.sub == nil {
			t.Fatalf("%s has ended and still holds %s", h.me, it.ID)
		}
	}
	a.processes[i] = a.process()
}

// hand lets subscribers of a process handle events, well or badly.
func (a *audience) hand(t *rapid.T) {
	h := a.draw(t)
	for range rapid.IntRange(1, 5).Draw(t, "events") {
		i := rapid.IntRange(0, 1).Draw(t, "subscriber")
		a.verdict = rapid.SampledFrom([]error{nil, nil, errors.New("broken"), ErrPermanent}).Draw(t, "verdict")
		a.handTo(t, h, i)
	}
}

// handTo gives a subscriber the next event of its queue, and reports whether there was one.
func (a *audience) handTo(t *rapid.T, h *hearing, i int) bool {
	select {
	case it := <-h.queues[i]:
		a.inTurn(t, a.bus.subs[i].Name, it)
		h.answered(it, h.deliver(context.Background(), &a.bus.subs[i], it))
		letter := item{Message: it.Message, sub: &a.bus.subs[i], to: a.bus.subs[i].Name}
		delete(a.owner, letter.claimed()) // whoever had it: it is gone, or was put off
		delete(a.live, letter.claimed())
		return true
	default:
		return false
	}
}

// inTurn checks that a subscriber has been told, by whatever process, of all that the run of an event has told before it. What seemed to end every process
// is not told but made a letter.
func (a *audience) inTurn(t *rapid.T, subscriber string, it *item) {
	var s said
	check(t, json.Unmarshal(it.Data, &s))
	for _, earlier := range a.written {
		if earlier.Run != s.Run || earlier.N >= s.N || a.told[subscriber][earlier.id()] {
			continue
		}
		var one int
		buried, err := db.QueryRow(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT 1 FROM gorgon_event_retry WHERE event_id = $1 AND subscriber = $2", Args: []any{earlier.id(), subscriber}}, &one)
		check(t, err)
		if !buried {
			t.Fatalf("%s is told of event %d of run %s, and not yet of %d", subscriber, s.N, s.Run, earlier.N)
		}
	}
}

// sleep lets the leases of a process end, or only that of its oldest event; it goes on all the same, or is gone.
func (a *audience) sleep(t *rapid.T) {
	i, crash, oldest := rapid.IntRange(0, 1).Draw(t, "process"), rapid.Bool().Draw(t, "crash"), rapid.Bool().Draw(t, "only the oldest")
	h, past := a.processes[i], a.bus.DB.Dialect().NowPlus("$1")
	if oldest {
		a.expire(t, h)
	} else {
		maps.DeleteFunc(a.live, func(_ string, o *hearing) bool { return h == o })
		exec(t, a.bus.DB, "UPDATE gorgon_event SET claimed_until = "+past+" WHERE claimed_by = $2", -1.0, h.me)
		exec(t, a.bus.DB, "UPDATE gorgon_event_retry SET next_at = "+past+" WHERE next_at IS NOT NULL AND claimed_by = $2", -1.0, h.me)
	}
	if crash {
		a.processes[i] = a.process()
	}
}

// expire ends the lease of the oldest event that a process has claimed.
func (a *audience) expire(t *rapid.T, h *hearing) {
	var id string
	found, err := db.QueryRow(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT id FROM gorgon_event WHERE claimed_by = $1 AND claimed_until IS NOT NULL AND done_at IS NULL ORDER BY seq LIMIT 1", Args: []any{h.me}}, &id)
	check(t, err)
	if found {
		delete(a.live, id)
		exec(t, a.bus.DB, "UPDATE gorgon_event SET claimed_until = "+a.bus.DB.Dialect().NowPlus("$1")+" WHERE id = $2", -1.0, id)
	}
}

// replay hands dead letters over again.
func (a *audience) replay(t *rapid.T) {
	list, err := a.bus.FailedDeliveries(context.Background(), true, 1000)
	check(t, err)
	for _, l := range list {
		check(t, a.bus.Replay(context.Background(), l.ID, l.Subscriber))
	}
}

// drain lets a process that nothing happens to hand out all there is, when all others are gone.
func (a *audience) drain(t *rapid.T) {
	past := a.bus.DB.Dialect().NowPlus("$1")
	exec(t, a.bus.DB, "UPDATE gorgon_event SET claimed_until = "+past, -1.0)
	exec(t, a.bus.DB, "UPDATE gorgon_event_retry SET next_at = "+past+" WHERE next_at IS NOT NULL", -1.0)
	a.processes, a.verdict = []*hearing{a.process()}, nil
	clear(a.live)
	for range 100 {
		a.replay(t)
		a.turn(t)
		for i := range a.bus.subs {
			for a.handTo(t, a.processes[0], i) {
			}
		}
		var left int
		_, err := db.QueryRow(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT (SELECT count(*) FROM gorgon_event WHERE done_at IS NULL) + (SELECT count(*) FROM gorgon_event_retry)"}, &left)
		check(t, err)
		if left == 0 {
			return
		}
	}
	t.Fatal("the outbox is never empty")
}

// However transactions, subscribers and processes take turns, fail and die: each subscriber has handled all that is committed in the end, and nothing else.
func TestSubscribersModel(t *testing.T) {
	t.Parallel()
	eachBus(t, func(t *testing.T, b *Bus) {
		b.Backoff = func(int) time.Duration { return 0 }
		rapid.Check(t, func(t *rapid.T) {
			a := newAudience(t, b)
			defer a.abandon()
			t.Repeat(map[string]func(*rapid.T){"write": a.write, "end": a.end, "turn": a.alone(a.turn), "turn again": a.alone(a.turn), "hand": a.alone(a.hand),
				"sleep": a.alone(a.sleep), "beat": a.alone(a.beat), "stop": a.alone(a.stop), "replay": a.alone(a.replay)})
			a.commitAll(t)
			a.drain(t)
			committed := map[string]bool{}
			for _, s := range a.written {
				committed[s.id()] = true
			}
			for name, ids := range a.handled {
				for id := range committed {
					if !ids[id] {
						t.Fatalf("%s never handled %s", name, id)
					}
				}
				if len(ids) != len(committed) {
					t.Fatalf("%s handled what did not happen: %v", name, ids)
				}
			}
		})
	})
}

// While one process has a long run, another finds what is behind it.
func TestLongRun(t *testing.T) {
	t.Parallel()
	eachBus(t, func(t *testing.T, b *Bus) {
		b.Subscribe(OnAny(func(context.Context, Message) error { return nil }, WithName("one")))
		var list []Message
		for i := range 2 * most {
			list = append(list, Message{ID: fmt.Sprint("long-", i), Name: "said", Data: []byte(`{}`), RunID: "long", CreatedAt: db.Now()})
		}
		list = append(list, Message{ID: "short-0", Name: "said", Data: []byte(`{}`), RunID: "short", CreatedAt: db.Now()})
		if err := b.Emit(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		busy, idle := newHearing(b, "busy"), newHearing(b, "idle")
		for _, h := range []*hearing{busy, idle} {
			if _, err := h.claim(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if len(busy.queues[0]) != 100 || len(idle.queues[0]) != 1 {
			t.Fatalf("one process has %d events, the other %d", len(busy.queues[0]), len(idle.queues[0]))
		}
		if it := <-idle.queues[0]; it.ID != "short-0" {
			t.Errorf("the second process has %s", it.ID)
		}
	})
}

// What another process is taking at this moment is locked: what follows it in its run is not free, however the row was left.
func TestLocked(t *testing.T) {
	t.Parallel()
	for left, set := range map[string]string{
		"fresh": "claims = 0", "mine once": "claimed_by = 'me', claimed_until = now() - interval '1 hour'", "given back": "claimed_by = 'me', claimed_until = NULL",
		"another's": "claimed_by = 'other', claimed_until = now() - interval '1 hour'",
	} {
		t.Run(left, func(t *testing.T) {
			t.Parallel()
			d := dbtest.OpenPostgres(t)
			if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{Migrations()}); err != nil {
				t.Fatal(err)
			}
			b := NewBus(d, slog.New(slog.DiscardHandler))
			b.Subscribe(OnAny(func(context.Context, Message) error { return nil }, WithName("one")))
			first := Message{ID: "first", Name: "said", Data: []byte(`{}`), RunID: "run", CreatedAt: db.Now()}
			second, alone := first, first
			second.ID, alone.ID, alone.RunID = "second", "alone", "other run"
			if err := b.Emit(t.Context(), first, second, alone); err != nil {
				t.Fatal(err)
			}
			if err := d.ExecScript(t.Context(), "UPDATE gorgon_event SET "+set+" WHERE id = 'first'"); err != nil {
				t.Fatal(err)
			}
			h := newHearing(b, "me")
			err := d.InTx(t.Context(), func(ctx context.Context) error {
				if _, err := d.Exec(ctx, db.Statement{SQL: "SELECT 1 FROM gorgon_event WHERE id = 'first' FOR UPDATE"}); err != nil {
					return err
				}
				_, err := h.claim(d.WithoutTx(ctx))
				return err
			})
			if err != nil || len(h.queues[0]) != 1 {
				t.Fatalf("%d events are claimed: %v", len(h.queues[0]), err)
			}
			if it := <-h.queues[0]; it.ID != "alone" {
				t.Errorf("%s is claimed", it.ID)
			}
		})
	}
}
