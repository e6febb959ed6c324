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
	if err := tr.Publish(t.Context(), []event.Message{m}); !errors.Is(err, event.ErrDead) {
		t.Error(err)
	}
}
