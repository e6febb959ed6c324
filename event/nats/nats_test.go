package nats_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/nats"
	"github.com/gorgon-commerce/gorgon/event/transporttest"
	natsserver "github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	transporttest.Run(t, func(t testing.TB) *transporttest.Server {
		s := newServer(t)
		return &transporttest.Server{Addr: s.addr, Read: s.read, Stop: s.stop, Start: s.start,
			Dial: func(addr string) event.Transport { return nats.New("nats://" + addr) }}
	})
}

// A server is a NATS server in this process that keeps what it has over a restart.
type server struct {
	dir, addr string
	port      int
	running   *natsserver.Server
}

func newServer(t testing.TB) *server {
	s := &server{dir: t.TempDir(), port: natsserver.RANDOM_PORT}
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	return s
}

func (s *server) start(t testing.TB) {
	var err error
	s.running, err = natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: s.port, JetStream: true, StoreDir: s.dir, NoSigs: true, NoLog: true,
		MaxPayload: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	s.running.Start()
	if !s.running.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not answer")
	}
	s.addr = s.running.Addr().String()
	_, port, _ := strings.Cut(s.addr, ":")
	s.port, _ = strconv.Atoi(port)
}

func (s *server) stop(testing.TB) {
	s.running.Shutdown()
	s.running.WaitForShutdown()
}

func (s *server) read(t testing.TB) (list []event.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := client.Connect("nats://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, _ := jetstream.New(conn)
	stream, err := js.Stream(ctx, "GORGON")
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		raw, err := stream.GetMsg(ctx, seq)
		if err != nil {
			t.Fatal(err)
		}
		var m event.Message
		if err := json.Unmarshal(raw.Data, &m); err != nil || raw.Header.Get("Nats-Msg-Id") != m.ID {
			t.Errorf("%s %v: %v", raw.Data, raw.Header, err)
		}
		list = append(list, m)
	}
	return list
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tr := nats.New("nats://" + s.addr)
	t.Cleanup(func() { _ = tr.Close() })
	tr.Subject, tr.Stream = "shop", "SHOP"
	for _, name := range []string{"order.placed", "..", "a *>b"} {
		m, _ := event.Topic[int](name).Message(1)
		if err := tr.Publish(t.Context(), []event.Message{m}); err != nil {
			t.Fatal(name, err)
		}
	}
	conn, err := client.Connect("nats://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, _ := jetstream.New(conn)
	stream, err := js.Stream(t.Context(), "SHOP")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"shop.order.placed", "shop._._._", "shop.a___b"} {
		if raw, err := stream.GetMsg(t.Context(), uint64(i+1)); err != nil || raw.Subject != want {
			t.Errorf("%v %v", raw, err)
		}
	}
}

// What the server will never take is told apart from what it does not take now.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tr := nats.New("nats://" + s.addr)
	t.Cleanup(func() { _ = tr.Close() })
	m, _ := event.Topic[string]("big").Message(strings.Repeat("x", 1<<17))
	if err := tr.Publish(t.Context(), []event.Message{m}); !errors.Is(err, event.ErrPermanent) {
		t.Error(err)
	}
}

// An event that is refused in the middle of a batch is not overtaken by those after it: they come when it has come, or was given up.
func TestRefusedInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tr := nats.New("nats://" + s.addr)
	t.Cleanup(func() { _ = tr.Close() })
	stream := s.stream(t)
	cfg := stream.CachedInfo().Config
	cfg.MaxMsgSize = 1000
	js := s.client(t)
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	var batch []event.Message
	for i, size := range []int{1, 1, 2000, 1, 1} {
		m, _ := event.Topic[string]("middle").Message(strconv.Itoa(i) + strings.Repeat("x", size))
		batch = append(batch, m)
	}
	if err := tr.Publish(t.Context(), batch); !errors.Is(err, event.ErrPermanent) {
		t.Fatal(err)
	}
	if got := len(s.read(t)); got != 2 {
		t.Fatalf("%d events are in the stream before the large one was given up", got)
	}
	cfg.MaxMsgSize = -1
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := tr.Publish(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for i, m := range s.read(t) {
		if m.ID != batch[i].ID {
			t.Errorf("%s is at place %d", m.ID, i)
		}
	}
}

// Somebody else's messages in the stream do not hold events up.
func TestForeignMessages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	tr := nats.New("nats://" + s.addr)
	t.Cleanup(func() { _ = tr.Close() })
	s.stream(t)
	var batch []event.Message
	for i := range 6 {
		m, _ := event.Topic[int]("number").Message(i)
		batch = append(batch, m)
	}
	if err := tr.Publish(t.Context(), batch[:3]); err != nil {
		t.Fatal(err)
	}
	foreign, _ := event.Topic[int]("foreign").Message(1)
	if err := tr.Publish(t.Context(), []event.Message{foreign}); err != nil {
		t.Fatal(err)
	}
	if err := tr.Publish(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if got := s.read(t); len(got) != 7 || got[3].ID != foreign.ID || got[6].ID != batch[5].ID {
		t.Errorf("%d events: %v", len(got), got)
	}
}

func (s *server) client(t testing.TB) jetstream.JetStream {
	t.Helper()
	conn, err := client.Connect("nats://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// stream makes the stream that the transport would make.
func (s *server) stream(t testing.TB) jetstream.Stream {
	t.Helper()
	stream, err := s.client(t).CreateStream(t.Context(), jetstream.StreamConfig{Name: "GORGON", Subjects: []string{"gorgon.>"}, Duplicates: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// BenchmarkPublish publishes events to a server in this process, 100 at a time.
func BenchmarkPublish(b *testing.B) {
	s := newServer(b)
	tr := nats.New("nats://" + s.addr)
	defer tr.Close()
	for b.Loop() {
		batch := make([]event.Message, 100)
		for i := range batch {
			batch[i], _ = event.Topic[int]("number").Message(i)
		}
		if err := tr.Publish(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
