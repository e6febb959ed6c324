package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
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
}

func newAudience(t *rapid.T, b *Bus) *audience {
	a := &audience{outbox: reset(t, b), handled: map[string]map[string]bool{}, told: map[string]map[string]bool{}}
	b.subs = nil
	for _, name := range []string{"one", "two"} {
		a.handled[name], a.told[name] = map[string]bool{}, map[string]bool{}
		b.Subscribe(OnAny(func(_ context.Context, m Message) error {
			a.told[name][m.ID] = true
			if a.verdict == nil {
				a.handled[name][m.ID] = true
			}
			return a.verdict
		}, Named(name), Tries(3)))
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

// turn lets a process look at the tables: note what is done, take what is there.
func (a *audience) turn(t *rapid.T) {
	h := a.draw(t)
	check(t, h.flush(context.Background()))
	_, err := h.claim(context.Background())
	check(t, err)
	check(t, h.claimRetries(context.Background()))
}

// hand lets subscribers of a process handle events, well or badly.
func (a *audience) hand(t *rapid.T) {
	h := a.draw(t)
	for range rapid.IntRange(1, 5).Draw(t, "events") {
		i := rapid.IntRange(0, 1).Draw(t, "subscriber")
		a.verdict = rapid.SampledFrom([]error{nil, nil, errors.New("broken"), ErrDead}).Draw(t, "verdict")
		a.handTo(t, h, i)
	}
}

// handTo gives a subscriber the next event of its queue, and reports whether there was one.
func (a *audience) handTo(t *rapid.T, h *hearing, i int) bool {
	select {
	case it := <-h.queues[i]:
		a.inTurn(t, a.bus.subs[i].Name, it)
		h.answered(it, h.deliver(context.Background(), &a.bus.subs[i], it))
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
		buried, err := db.One(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT 1 FROM gorgon_event_retry WHERE event_id = $1 AND subscriber = $2", Args: []any{earlier.id(), subscriber}}, &one)
		check(t, err)
		if !buried {
			t.Fatalf("%s is told of event %d of run %s, and not yet of %d", subscriber, s.N, s.Run, earlier.N)
		}
	}
}

// sleep lets the leases of a process end; it goes on all the same, or is gone.
func (a *audience) sleep(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "process")
	me, past := a.processes[i].me, a.bus.DB.Dialect().After("$1")
	exec(t, a.bus.DB, "UPDATE gorgon_event SET claimed_until = "+past+" WHERE claimed_by = $2", -1.0, me)
	exec(t, a.bus.DB, "UPDATE gorgon_event_retry SET next_at = "+past+" WHERE next_at IS NOT NULL AND claimed_by = $2", -1.0, me)
	if rapid.Bool().Draw(t, "crash") {
		a.processes[i] = a.process()
	}
}

// replay hands dead letters over again.
func (a *audience) replay(t *rapid.T) {
	list, err := a.bus.Letters(context.Background(), true, 1000)
	check(t, err)
	for _, l := range list {
		check(t, a.bus.Replay(context.Background(), l.ID, l.Subscriber))
	}
}

// drain lets a process that nothing happens to hand out all there is, when all others are gone.
func (a *audience) drain(t *rapid.T) {
	past := a.bus.DB.Dialect().After("$1")
	exec(t, a.bus.DB, "UPDATE gorgon_event SET claimed_until = "+past, -1.0)
	exec(t, a.bus.DB, "UPDATE gorgon_event_retry SET next_at = "+past+" WHERE next_at IS NOT NULL", -1.0)
	a.processes, a.verdict = []*hearing{a.process()}, nil
	for range 100 {
		a.replay(t)
		a.turn(t)
		for i := range a.bus.subs {
			for a.handTo(t, a.processes[0], i) {
			}
		}
		var left int
		_, err := db.One(context.Background(), a.bus.DB, db.Statement{SQL: "SELECT (SELECT count(*) FROM gorgon_event WHERE done_at IS NULL) + (SELECT count(*) FROM gorgon_event_retry)"}, &left)
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
				"sleep": a.alone(a.sleep), "replay": a.alone(a.replay)})
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
		b.Subscribe(OnAny(func(context.Context, Message) error { return nil }, Named("one")))
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
