// Package transporttest checks that a transport of events keeps its promises, with a real server at the other end.
package transporttest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
)

// A Server is a running server that a transport publishes to. Each case of the suite has one of its own.
type Server struct {
	// Addr is where it listens: host:port.
	Addr string
	// Dial returns a transport to the server at addr, which may be a proxy of the suite.
	Dial func(addr string) event.Transport
	// Read returns what is in the stream, in its order.
	Read func(t testing.TB) []event.Message
	// Stop ends the server, and Start brings it back at the same address with what it kept.
	Stop, Start func(t testing.TB)
}

// Run runs the suite. start returns a server that ends with the test.
func Run(t *testing.T, start func(t testing.TB) *Server) {
	for name, check := range map[string]func(*testing.T, *Server){
		"order": order, "twice": twice, "lost answer": lostAnswer, "fields": fields, "closed": closed, "unreachable": unreachable,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(t, start(t)) })
	}
	for name, check := range map[string]func(*testing.T, *Server, *db.DB){
		"forwarded": forwarded, "server away": away, "restart": restart, "killed": killed, "two forwarders": two,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) { check(t, start(t), d) })
		})
	}
}

// batch makes events with numbers, from one number up to another.
func batch(t testing.TB, from, to int) (list []event.Message) {
	t.Helper()
	for i := from; i < to; i++ {
		m, err := event.Topic[int]("number.said").Message(i)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

// count lists the numbers from 0.
func count(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

func numbers(list []event.Message) (out []string) {
	for _, m := range list {
		out = append(out, string(m.Data))
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the stream has %d events, not %d: %s", len(got), len(want), strings.Join(got, " "))
	}
}

func publish(t *testing.T, to event.Transport, list []event.Message) {
	t.Helper()
	if err := to.Publish(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func dial(t testing.TB, s *Server, addr string) event.Transport {
	to := s.Dial(addr)
	t.Cleanup(func() { _ = to.Close() })
	return to
}

func order(t *testing.T, s *Server) {
	to := dial(t, s, s.Addr)
	all := batch(t, 0, 250)
	for _, part := range [][]event.Message{all[:1], all[1:100], all[100:]} {
		publish(t, to, part)
	}
	same(t, numbers(s.Read(t)), count(250))
}

func twice(t *testing.T, s *Server) {
	to, other := dial(t, s, s.Addr), dial(t, s, s.Addr)
	all := batch(t, 0, 30)
	publish(t, to, all[:10])
	publish(t, to, all[:20])
	publish(t, other, all[5:])
	publish(t, to, all[7:9])
	same(t, numbers(s.Read(t)), count(30))
}

// A server that took events, and whose answer got lost, is asked again and has each event once.
func lostAnswer(t *testing.T, s *Server) {
	p := listen(t, s.Addr)
	to := dial(t, s, p.addr())
	all := batch(t, 0, 20)
	publish(t, to, all[:5])
	p.mute()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := to.Publish(ctx, all[5:15]); err == nil {
		t.Error("no error though there was no answer")
	}
	if got := s.Read(t); len(got) < 6 {
		t.Errorf("%d events arrived: nothing did whose answer could be lost", len(got))
	}
	p.speak()
	publishUntil(t, to, all[5:15])
	publish(t, to, all[15:])
	same(t, numbers(s.Read(t)), count(20))
}

// publishUntil publishes until there is no error, as a forwarder does.
func publishUntil(t *testing.T, to event.Transport, list []event.Message) {
	t.Helper()
	wait(t, func() bool { return to.Publish(t.Context(), list) == nil })
}

func fields(t *testing.T, s *Server) {
	want := event.Message{ID: "evt_1", Name: "odd name.with *>ünicode", Data: []byte(`{"a":[1,"x\u0000"]}`), Metadata: []byte(`{"m":null}`),
		RunID: "run_1", CreatedAt: time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC), Attempt: 3}
	publish(t, dial(t, s, s.Addr), []event.Message{want})
	want.Attempt = 0
	if got := s.Read(t); len(got) != 1 || fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", want) {
		t.Errorf("%+v\nis not %+v", got, want)
	}
}

func closed(t *testing.T, s *Server) {
	to := s.Dial(s.Addr)
	if err := to.Close(); err != nil {
		t.Error("closed before use:", err)
	}
	all := batch(t, 0, 4)
	for i := range 2 {
		publish(t, to, all[2*i:2*i+2])
		if err := to.Close(); err != nil {
			t.Error(err)
		}
	}
	same(t, numbers(s.Read(t)), count(4))
}

// A server that cannot be reached is an error that may pass, and one that a context can end.
func unreachable(t *testing.T, s *Server) {
	s.Stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	to := dial(t, s, s.Addr)
	if err := to.Publish(ctx, batch(t, 0, 1)); err == nil || errors.Is(err, event.ErrPermanent) || ctx.Err() != nil {
		t.Errorf("%v (%v)", err, ctx.Err())
	}
	s.Start(t)
	publishUntil(t, to, batch(t, 0, 1))
}

// bus returns a bus over d that forwards to transports.
func bus(t testing.TB, d *db.DB, to ...event.Transport) *event.Bus {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{event.Migrations()}); err != nil {
		t.Fatal(err)
	}
	b := event.NewBus(d, slog.New(slog.DiscardHandler))
	b.Backoff = func(int) time.Duration { return 20 * time.Millisecond }
	b.Poll, b.Lease = 20*time.Millisecond, time.Second
	for _, one := range to {
		b.AddTransport("stream", one)
	}
	return b
}

// run runs a bus until the test ends, or what it returns is called.
func run(t testing.TB, b *event.Bus) (stop func()) {
	t.Helper()
	return proctest.Background(t, b.Run)
}

func emit(t testing.TB, b *event.Bus, list []event.Message) {
	t.Helper()
	for _, m := range list {
		if err := b.Emit(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func wait(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

// arrives waits for n events and wants them to be the numbers in their order.
func arrives(t *testing.T, s *Server, n int) {
	t.Helper()
	var got []event.Message
	wait(t, func() bool { got = s.Read(t); return len(got) >= n })
	same(t, numbers(got), count(n))
}

func forwarded(t *testing.T, s *Server, d *db.DB) {
	b := bus(t, d, dial(t, s, s.Addr))
	emit(t, b, batch(t, 0, 5))
	run(t, b)
	if err := b.Emit(t.Context(), batch(t, 5, 300)...); err != nil {
		t.Fatal(err)
	}
	arrives(t, s, 300)
}

func away(t *testing.T, s *Server, d *db.DB) {
	b := bus(t, d, dial(t, s, s.Addr))
	run(t, b)
	emit(t, b, batch(t, 0, 5))
	arrives(t, s, 5)
	s.Stop(t)
	emit(t, b, batch(t, 5, 10))
	time.Sleep(100 * time.Millisecond)
	s.Start(t)
	emit(t, b, batch(t, 10, 15))
	arrives(t, s, 15)
}

func restart(t *testing.T, s *Server, d *db.DB) {
	for i := range 3 {
		b := bus(t, d, dial(t, s, s.Addr))
		emit(t, b, batch(t, 10*i, 10*i+5))
		stop := run(t, b)
		emit(t, b, batch(t, 10*i+5, 10*i+10))
		arrives(t, s, 10*i+10)
		stop()
	}
	arrives(t, s, 30)
}

// A mortal transport ends its process just after it has published, before that is noted.
type mortal struct {
	event.Transport
	die func()
}

func (m mortal) Publish(ctx context.Context, list []event.Message) error {
	if err := m.Transport.Publish(ctx, list); err != nil {
		return err
	}
	m.die()
	<-ctx.Done()
	return ctx.Err()
}

func killed(t *testing.T, s *Server, d *db.DB) {
	dying, die := context.WithCancel(t.Context())
	b := bus(t, d, mortal{dial(t, s, s.Addr), die})
	emit(t, b, batch(t, 0, 20))
	if err := b.Run(dying); err != nil {
		t.Fatal(err)
	}
	if len(s.Read(t)) == 0 {
		t.Fatal("nothing was published before the end")
	}
	next := bus(t, d, dial(t, s, s.Addr))
	run(t, next)
	emit(t, next, batch(t, 20, 30))
	arrives(t, s, 30)
}

// A counter notes who publishes.
type counter struct {
	event.Transport
	mu   *sync.Mutex
	who  *[]int
	this int
}

func (c counter) Publish(ctx context.Context, list []event.Message) error {
	c.mu.Lock()
	*c.who = append(*c.who, c.this)
	c.mu.Unlock()
	return c.Transport.Publish(ctx, list)
}

// Of two processes one forwards; when it goes, the other goes on where it was.
func two(t *testing.T, s *Server, d *db.DB) {
	var mu sync.Mutex
	var readers []int
	var stops []func()
	var buses []*event.Bus
	for i := range 2 {
		b := bus(t, d, counter{dial(t, s, s.Addr), &mu, &readers, i})
		buses, stops = append(buses, b), append(stops, run(t, b))
	}
	for i := range 10 {
		emit(t, buses[i%2], batch(t, 5*i, 5*i+5))
	}
	arrives(t, s, 50)
	mu.Lock()
	first := readers[0]
	if slices.Contains(readers, 1-first) {
		t.Error("both forwarded:", readers)
	}
	mu.Unlock()
	stops[first]()
	emit(t, buses[1-first], batch(t, 50, 60))
	arrives(t, s, 60)
}
