package redis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/redis"
	"github.com/gorgon-commerce/gorgon/event/transporttest"
	client "github.com/redis/go-redis/v9"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server; scripts/redis installs one")
	}
	transporttest.Run(t, func(t testing.TB) *transporttest.Server {
		s := &server{path: path, dir: t.TempDir(), addr: freeAddr(t)}
		s.start(t)
		t.Cleanup(func() { s.stop(t) })
		return &transporttest.Server{Addr: s.addr, Dial: transport, Read: s.read, Stop: s.stop, Start: s.start}
	})
}

func transport(addr string) event.Transport {
	tr, err := redis.New("redis://" + addr)
	if err != nil {
		panic(err)
	}
	return tr
}

func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A server is a redis-server that keeps what it has over a restart.
type server struct {
	path, dir, addr string
	process         *exec.Cmd
	out             bytes.Buffer
}

func (s *server) start(t testing.TB) {
	_, port, _ := net.SplitHostPort(s.addr)
	s.process = exec.Command(s.path, "--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--appendonly", "yes", "--appendfsync", "no", "--save", "")
	s.process.Stdout, s.process.Stderr = &s.out, &s.out
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	c := client.NewClient(&client.Options{Addr: s.addr})
	defer c.Close()
	for end := time.Now().Add(20 * time.Second); c.Ping(context.Background()).Err() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("redis-server does not answer:\n%s", s.out.String())
		}
	}
}

func (s *server) stop(testing.TB) {
	if s.process != nil {
		_ = s.process.Process.Signal(os.Interrupt)
		_ = s.process.Wait()
		s.process = nil
	}
}

func (s *server) read(t testing.TB) (list []event.Message) {
	c := client.NewClient(&client.Options{Addr: s.addr})
	defer c.Close()
	entries, err := c.XRange(context.Background(), "gorgon.events", "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		var m event.Message
		if err := json.Unmarshal([]byte(fmt.Sprint(e.Values["event"])), &m); err != nil || e.Values["id"] != m.ID || e.Values["name"] != m.Name {
			t.Errorf("%v: %v", e.Values, err)
		}
		list = append(list, m)
	}
	return list
}

// The stream drops its oldest entries, and ids are forgotten after their window.
func TestBounds(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("there is no redis-server; scripts/redis installs one")
	}
	s := &server{path: path, dir: t.TempDir(), addr: freeAddr(t)}
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	tr, err := redis.New("redis://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	tr.Max, tr.Window = 100, time.Second
	for i := range 1000 {
		m, _ := event.Topic[int]("n").Message(i)
		if err := tr.Publish(t.Context(), []event.Message{m}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.read(t)); n < 100 || n > 300 {
		t.Errorf("the stream has %d entries", n)
	}
	time.Sleep(2100 * time.Millisecond)
	m, _ := event.Topic[int]("n").Message(0)
	if err := tr.Publish(t.Context(), []event.Message{m}); err != nil {
		t.Fatal(err)
	}
	c := client.NewClient(&client.Options{Addr: s.addr})
	defer c.Close()
	if n := c.ZCard(t.Context(), "{gorgon.events}:ids").Val(); n != 1 {
		t.Errorf("%d ids are kept", n)
	}
}

func TestBadURL(t *testing.T) {
	t.Parallel()
	if _, err := redis.New("http://x"); err == nil {
		t.Error("no error")
	}
}
