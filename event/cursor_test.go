package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"pgregory.net/rapid"
)

// said is an event of the models below: the n-th of a run.
type said struct {
	Run string
	N   int
}

func (s said) id() string { return fmt.Sprintf("%s-%03d", s.Run, s.N) }

func (s said) message(t *rapid.T) Message {
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return Message{ID: s.id(), Name: "said", Data: data, RunID: s.Run, CreatedAt: db.Now()}
}

var errBack = errors.New("rolled back")

// An author is a transaction that emits events of one run.
type author struct {
	run    string
	events []said
	work   chan func(context.Context) error
	done   chan error
}

func begin(ctx context.Context, d *db.DB, run string) *author {
	a := &author{run: run, work: make(chan func(context.Context) error), done: make(chan error)}
	go func() {
		a.done <- d.InTx(ctx, func(ctx context.Context) error {
			for do := range a.work {
				if err := do(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	return a
}

// An outbox is what transactions write to, in any interleaving that the database allows, and what is known about it.
type outbox struct {
	bus     *Bus
	open    []*author
	next    map[string]int // by run
	written []said         // committed
}

// reset empties the tables for another try.
func reset(t *rapid.T, b *Bus) *outbox {
	for _, table := range []string{"gorgon_event", "gorgon_event_retry", "gorgon_event_cursor"} {
		exec(t, b.DB, "DELETE FROM "+table)
	}
	return &outbox{bus: b, next: map[string]int{}}
}

func exec(t *rapid.T, d *db.DB, sql string, args ...any) {
	if _, err := d.Exec(context.Background(), db.Statement{SQL: sql, Args: args}); err != nil {
		t.Fatal(err)
	}
}

func check(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// write emits events of a run, in its transaction, which is begun if it has none. SQLite has one writer at a time.
func (o *outbox) write(t *rapid.T) {
	run := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "run")
	i := slices.IndexFunc(o.open, func(a *author) bool { return a.run == run })
	if i < 0 && len(o.open) > 0 && o.bus.DB.Dialect() == db.SQLite {
		t.Skip("busy")
	}
	if i < 0 {
		i = len(o.open)
		o.open = append(o.open, begin(context.Background(), o.bus.DB, run))
	}
	a := o.open[i]
	var list []Message
	for range rapid.IntRange(1, 3).Draw(t, "events") {
		o.next[run]++
		s := said{run, o.next[run]}
		a.events, list = append(a.events, s), append(list, s.message(t))
	}
	emitted := make(chan error)
	a.work <- func(ctx context.Context) error { emitted <- o.bus.Emit(ctx, list...); return nil }
	check(t, <-emitted)
}

// end commits or rolls back any of the open transactions.
func (o *outbox) end(t *rapid.T) {
	if len(o.open) == 0 {
		t.Skip("no transaction is open")
	}
	i := rapid.IntRange(0, len(o.open)-1).Draw(t, "transaction")
	a, fate := o.open[i], rapid.IntRange(0, 3).Draw(t, "fate") // to draw may panic, so nothing is taken before that
	o.open = slices.Delete(o.open, i, i+1)
	if fate > 0 {
		o.commit(t, a)
		return
	}
	a.work <- func(context.Context) error { return errBack }
	if err := <-a.done; !errors.Is(err, errBack) {
		t.Fatal(err)
	}
}

func (o *outbox) commit(t *rapid.T, a *author) {
	close(a.work)
	check(t, <-a.done)
	o.written = append(o.written, a.events...)
}

// alone is a move that writes, which SQLite lets wait while a transaction is open.
func (o *outbox) alone(move func(*rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) {
		if len(o.open) > 0 && o.bus.DB.Dialect() == db.SQLite {
			t.Skip("busy")
		}
		move(t)
	}
}

func (o *outbox) commitAll(t *rapid.T) {
	for len(o.open) > 0 {
		a := o.open[0]
		o.open = o.open[1:]
		o.commit(t, a)
	}
}

// abandon ends what is open after a failure.
func (o *outbox) abandon() {
	for _, a := range o.open {
		a.work <- func(context.Context) error { return errBack }
		<-a.done
	}
}

// hearing checks that what was heard is what was committed, each run in its order, however often.
func (o *outbox) hearing(t *rapid.T, received []Message) {
	seen := map[string]bool{}
	last := map[string]int{}
	for _, m := range received {
		var s said
		check(t, json.Unmarshal(m.Data, &s))
		if seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		if s.N < last[s.Run] {
			t.Fatalf("event %d of run %s is heard after %d", s.N, s.Run, last[s.Run])
		}
		last[s.Run] = s.N
	}
	for _, s := range o.written {
		if !seen[s.id()] {
			t.Fatalf("event %s is lost", s.id())
		}
		delete(seen, s.id())
	}
	if len(seen) > 0 {
		t.Fatalf("heard of what did not happen: %v", seen)
	}
}

func eachBus(t *testing.T, fn func(t *testing.T, b *Bus)) {
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{Migrations()}); err != nil {
			t.Fatal(err)
		}
		b := NewBus(d, slog.New(slog.DiscardHandler))
		b.Lease = time.Hour // leases end when the model says so
		fn(t, b)
	})
}

// A reader is one process that forwards. It reads, publishes and notes in separate moves, so that anything may happen between them.
type reader struct {
	*forwarder
	mine  bool
	seq   int64
	batch []Message
	last  int64
}

// A stream is what forwarders publish to.
type stream struct {
	*outbox
	readers []*reader
	holder  *reader // whose lease has not ended
	owner   *reader // who was the last to take the cursor
	born    int
	heard   []Message
}

func (s *stream) draw(t *rapid.T) *reader {
	return s.readers[rapid.IntRange(0, len(s.readers)-1).Draw(t, "process")]
}

func newReader(b *Bus, n int) *reader {
	return &reader{forwarder: &forwarder{Bus: b, name: "stream", me: fmt.Sprint("process ", n), bell: make(chan struct{}, 1)}}
}

// turn lets a process do the next thing: become the one that forwards, read, publish.
func (s *stream) turn(t *rapid.T) {
	r := s.draw(t)
	for range rapid.IntRange(1, 4).Draw(t, "moves") {
		switch {
		case !slices.Contains(s.readers, r): // it has lost its place, and ended
		case !r.mine:
			s.take(t, r)
		case r.batch == nil:
			s.readOf(t, r)
		default:
			s.heard = append(s.heard, r.batch...)
			s.note(t, r)
		}
	}
}

// take lets a process try to become the one that forwards. While another one's lease lasts it must not.
func (s *stream) take(t *rapid.T, r *reader) {
	seq, acquired, err := r.forwarder.take(context.Background())
	check(t, err)
	if acquired == (s.holder != nil) {
		t.Fatalf("a process takes the cursor: %v, while another one has it: %v", acquired, s.holder != nil)
	}
	r.mine, r.seq, r.gap = acquired, seq, gap{}
	if acquired {
		s.holder, s.owner = r, r
	}
}

// stutter lets a process publish what it will not have noted when it goes on.
func (s *stream) stutter(t *rapid.T) {
	s.heard = append(s.heard, s.draw(t).batch...)
}

func (s *stream) readOf(t *rapid.T, r *reader) {
	var err error
	r.batch, r.last, err = r.next(context.Background(), r.seq)
	check(t, err)
	if r.last < r.seq {
		t.Fatalf("the cursor went back from %d to %d", r.seq, r.last)
	}
}

func (s *stream) note(t *rapid.T, r *reader) {
	err := r.forwarder.note(context.Background(), "seq = $1", r.last)
	if lost := errors.Is(err, errLost); lost == (s.owner == r) {
		t.Fatalf("a process moves the cursor: %v, and is the one to do it: %v", !lost, s.owner == r)
	} else if lost {
		s.replace(r)
		return
	}
	check(t, err)
	r.seq, r.batch, s.holder = r.last, nil, r
}

// replace lets a process end and another one start.
func (s *stream) replace(r *reader) {
	s.born++
	s.readers[slices.Index(s.readers, r)] = newReader(s.bus, s.born)
}

// leaves lets a process end in peace, and give its place up if it still has it.
func (s *stream) leaves(t *rapid.T, r *reader) {
	check(t, r.forwarder.leave(context.Background()))
	if s.holder == r {
		s.holder = nil
	}
	s.replace(r)
}

// sleep lets the lease of a process end, which may not notice; or the process ends too.
func (s *stream) sleep(t *rapid.T) {
	r := s.draw(t)
	crash := rapid.Bool().Draw(t, "crash")
	exec(t, s.bus.DB, "UPDATE gorgon_event_cursor SET owned_until = "+s.bus.DB.Dialect().NowPlus("$1")+" WHERE owner = $2", -1.0, r.me)
	if s.holder == r {
		s.holder = nil
	}
	if crash {
		s.replace(r)
	}
}

// tidy removes what subscribers have heard, some of which is still to be forwarded.
func (s *stream) tidy(t *rapid.T) {
	exec(t, s.bus.DB, "UPDATE gorgon_event SET done_at = "+s.bus.DB.Dialect().NowPlus("$1"), -1e6)
	check(t, (&relay{Bus: s.bus}).tidy(context.Background()))
}

// drain lets one process publish all there is.
func (s *stream) drain(t *rapid.T) {
	exec(t, s.bus.DB, "UPDATE gorgon_event_cursor SET owned_until = NULL")
	s.holder = nil
	s.replace(s.readers[0])
	r := s.readers[0]
	for s.take(t, r); ; {
		s.readOf(t, r)
		if len(r.batch) == 0 {
			s.leaves(t, r)
			return
		}
		s.heard = append(s.heard, r.batch...)
		s.note(t, r)
	}
}

// However transactions that write events, and processes that forward them, take turns and die: what is committed is published, and each run in its order.
func TestForwardingModel(t *testing.T) {
	t.Parallel()
	eachBus(t, func(t *testing.T, b *Bus) {
		rapid.Check(t, func(t *rapid.T) {
			s := &stream{outbox: reset(t, b), readers: []*reader{newReader(b, 1), newReader(b, 2)}, born: 2}
			defer s.abandon()
			s.drain(t) // from now on the outbox knows that somebody forwards
			t.Repeat(map[string]func(*rapid.T){"write": s.write, "end": s.end, "turn": s.alone(s.turn), "stutter": s.stutter, "sleep": s.alone(s.sleep), "leave": s.alone(func(t *rapid.T) { s.leaves(t, s.draw(t)) }), "tidy": s.alone(s.tidy)})
			s.commitAll(t)
			s.drain(t)
			s.hearing(t, s.heard)
		})
	})
}

// A gap is passed when those who wrote as it was seen have ended, whoever has begun since; and what these may leave is a gap of its own.
func TestGap(t *testing.T) {
	t.Parallel()
	d := dbtest.OpenPostgres(t)
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{Migrations()}); err != nil {
		t.Fatal(err)
	}
	b := NewBus(d, slog.New(slog.DiscardHandler))
	r := newReader(b, 1)
	emit := func(ctx context.Context, id string) {
		if err := b.Emit(ctx, Message{ID: id, Name: "said", Data: []byte(`{}`), CreatedAt: db.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	read := func(want ...string) {
		t.Helper()
		batch, last, err := r.next(t.Context(), r.seq)
		var got []string
		for _, m := range batch {
			got = append(got, m.ID)
		}
		if r.seq = last; err != nil || !slices.Equal(got, want) {
			t.Fatalf("read %v, want %v: %v", got, want, err)
		}
	}
	open := func(id string) (end func(error)) {
		a := begin(t.Context(), d, id)
		ready := make(chan bool)
		a.work <- func(ctx context.Context) error { emit(ctx, id); close(ready); return nil }
		<-ready
		var once sync.Once
		end = func(fate error) {
			once.Do(func() {
				a.work <- func(context.Context) error { return fate }
				close(a.work)
				<-a.done
			})
		}
		t.Cleanup(func() { end(errBack) })
		return end
	}
	undo := open("undone")
	emit(t.Context(), "second")
	read()
	commit := open("late")
	emit(t.Context(), "fourth")
	undo(errBack)
	read("second")
	read()
	commit(nil)
	read("late", "fourth")
}
