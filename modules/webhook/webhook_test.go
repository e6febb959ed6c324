package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

// fresh is a module that may call this machine, and is in a hurry.
func fresh() (*Module, []module.Entity) {
	m := New(Config{AllowHTTP: true, AllowPrivate: true, Timeout: 5 * time.Second, Poll: 10 * time.Millisecond, Pause: time.Millisecond,
		Backoff: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}})
	return m, m.Tables()
}

// A target receives webhooks.
type target struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []event.Message
	header http.Header
	answer http.HandlerFunc // after the request was noted
}

func newTarget(t *testing.T, answer http.HandlerFunc) *target {
	g := &target{answer: answer}
	g.Server = httptest.NewServer(http.HandlerFunc(g.receive))
	t.Cleanup(g.Close)
	return g
}

func (g *target) receive(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var m event.Message
	if err := json.Unmarshal(body, &m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.heard = append(g.heard, m)
	g.header = r.Header.Clone()
	g.header.Set("Body", string(body))
	answer := g.answer
	g.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

func (g *target) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.heard)
}

func (g *target) set(answer http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = answer
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func add(t *testing.T, m *Module, url string, events ...string) Webhook {
	t.Helper()
	list, err := m.Create(t.Context(), []Webhook{{URL: url, Events: events, Enabled: true}})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func tell(t *testing.T, m *Module, topics ...string) (list []event.Message) {
	t.Helper()
	for _, name := range topics {
		e, err := event.Topic[event.ID](name).Message(event.ID{ID: "x"})
		if err == nil {
			err = m.Enqueue(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// run runs the module until the test ends or stop is called.
func run(t *testing.T, m *Module) (stop func()) {
	t.Helper()
	return proctest.Background(t, m.Run)
}

func wait(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(3 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

func deliveries(t *testing.T, m *Module, w Webhook, state string) []Delivery {
	t.Helper()
	list, err := m.Deliveries.With("attempts").List(t.Context(), module.Filter{"webhook_id": w.ID, "state": state}, module.FindOptions{Order: []string{"created_at", "id"}})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func settled(t *testing.T, m *Module, w Webhook, state string, n int) []Delivery {
	t.Helper()
	wait(t, func() bool { return len(deliveries(t, m, w, state)) == n })
	return deliveries(t, m, w, state)
}

func TestDelivered(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "thanks\x00\xff", strings.Repeat("!", 1<<20))
		})
		all, some := add(t, m, g.URL+"/all", "*"), add(t, m, g.URL+"/some", "order.*", "cart.created")
		off := add(t, m, g.URL+"/off", "*")
		if _, err := m.Update(t.Context(), off.ID, module.Set{"enabled": false}); err != nil {
			t.Fatal(err)
		}
		run(t, m)
		sent := tell(t, m, "order.placed", "cart.created", "cart.updated")
		if err := m.Enqueue(t.Context(), sent[0]); err != nil { // the bus tells at least once
			t.Fatal(err)
		}
		list := settled(t, m, all, DeliveryDelivered, 3)
		settled(t, m, some, DeliveryDelivered, 2)
		if n := g.count(); n != 5 {
			t.Errorf("%d requests", n)
		}
		d := list[0]
		if d.Tries != 1 || len(d.Attempts) != 1 || d.DeliveredAt == nil || d.NextAt != nil || *d.LastStatus != 200 || d.LastError != nil {
			t.Errorf("%+v", d)
		}
		if a := d.Attempts[0]; a.Number != 1 || *a.Status != 200 || !strings.HasPrefix(*a.Response, "thanks\uFFFD!!") || len(*a.Response) > excerpt+3 {
			t.Errorf("%+v", a)
		}
	})
}

func TestSigned(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, nil)
		w := add(t, m, g.URL, "*")
		run(t, m)
		check := func(n int, want error, secret string) {
			t.Helper()
			wait(t, func() bool { return g.count() == n })
			g.mu.Lock()
			defer g.mu.Unlock()
			if err := signature.Verify(g.header, []byte(g.header.Get("Body")), secret); !errors.Is(err, want) {
				t.Error(err)
			}
			if g.header.Get("Webhook-Id") != g.heard[n-1].ID || g.header.Get("Content-Type") != "application/json" || g.header.Get("User-Agent") != "Gorgon" {
				t.Error(g.header)
			}
		}
		tell(t, m, "a")
		check(1, nil, w.Secret)
		next, err := m.RotateSecret(t.Context(), w.ID, time.Hour)
		if err != nil || next.Secret == w.Secret {
			t.Fatal(next, err)
		}
		tell(t, m, "b")
		check(2, nil, w.Secret)
		check(2, nil, next.Secret)
		last, err := m.RotateSecret(t.Context(), w.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		tell(t, m, "c")
		check(3, nil, last.Secret)
		check(3, signature.ErrMismatch, next.Secret)
		check(3, signature.ErrMismatch, w.Secret)
	})
}

// A target that fails is asked again, and given up after the last attempt; then its deliveries can be made anew.
func TestFailing(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, status(500))
		w := add(t, m, g.URL, "*")
		run(t, m)
		tell(t, m, "a", "b")
		list := settled(t, m, w, DeliveryFailed, 2)
		if d := list[0]; d.Tries != 4 || len(d.Attempts) != 4 || *d.LastStatus != 500 || *d.LastError != "the target answered with status 500" {
			t.Errorf("%+v", d)
		}
		g.set(nil)
		if _, err := m.Retry(t.Context(), w.ID, list[0].ID); err != nil {
			t.Fatal(err)
		}
		one := settled(t, m, w, DeliveryDelivered, 1)
		if one[0].ID != list[0].ID || one[0].Tries != 1 || len(one[0].Attempts) != 5 {
			t.Errorf("%+v", one[0])
		}
		if n, err := m.Replay(t.Context(), w.ID, time.Time{}, false); err != nil || n != 1 {
			t.Error(n, err)
		}
		settled(t, m, w, DeliveryDelivered, 2)
		before := g.count()
		if n, err := m.Replay(t.Context(), w.ID, time.Time{}, true); err != nil || n != 2 {
			t.Error(n, err)
		}
		wait(t, func() bool { return g.count() == before+2 })
		if n, err := m.Replay(t.Context(), w.ID, time.Now().Add(time.Hour), true); err != nil || n != 0 {
			t.Error(n, err)
		}
		for _, unknown := range [][2]string{{w.ID, "whd_none"}, {"whk_none", list[0].ID}} {
			if _, err := m.Retry(t.Context(), unknown[0], unknown[1]); fault.KindOf(err) != fault.NotFound {
				t.Error(err)
			}
		}
	})
}

// A target that goes on failing is left alone for a while, and tried with one delivery then.
func TestBreaker(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		m.Config.Pause, m.Config.Failures, m.Config.Backoff = time.Hour, 3, []time.Duration{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		g := newTarget(t, status(503))
		w, healthy := add(t, m, g.URL, "*"), newTarget(t, nil)
		good := add(t, m, healthy.URL, "*")
		run(t, m)
		tell(t, m, strings.Fields(strings.Repeat("a ", 20))...)
		paused := func() bool {
			w, err := m.Webhooks.Retrieve(t.Context(), w.ID)
			return err == nil && w.PausedUntil != nil
		}
		wait(t, paused)
		settled(t, m, good, DeliveryDelivered, 20)
		time.Sleep(100 * time.Millisecond)
		if n := g.count(); n < 3 || n > 3+2*perTarget { // what was under way when the pause began
			t.Errorf("%d requests to a target that fails", n)
		}
		expire := func() { // the pause is over
			if _, err := m.Webhooks.Update(t.Context(), module.Filter{"id": w.ID}, module.Set{"paused_until": db.Now().Add(-time.Second)}); err != nil {
				t.Fatal(err)
			}
		}
		before := g.count()
		expire()
		wait(t, func() bool { return g.count() == before+1 })
		wait(t, paused)
		time.Sleep(100 * time.Millisecond)
		if n := g.count(); n != before+1 {
			t.Errorf("%d requests instead of one", n-before)
		}
		g.set(nil)
		expire()
		settled(t, m, w, DeliveryDelivered, 20)
	})
}

// A slow target is not waited for longer than the timeout, and keeps nobody else waiting.
func TestSlow(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		m.Config.Timeout, m.Config.Failures = 300*time.Millisecond, 1000
		free := make(chan struct{})
		slow := newTarget(t, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-free:
			case <-r.Context().Done():
			}
		})
		quick := newTarget(t, nil)
		s, q := add(t, m, slow.URL, "*"), add(t, m, quick.URL, "*")
		run(t, m)
		tell(t, m, strings.Fields(strings.Repeat("a ", 10))...)
		settled(t, m, q, DeliveryDelivered, 10)
		list := settled(t, m, s, DeliveryFailed, 10)
		close(free)
		if d := list[0]; d.Attempts[0].Milliseconds < 290 || *d.LastError != "the target did not answer in time" || d.LastStatus != nil {
			t.Errorf("%+v", d)
		}
	})
}

// Nobody is followed elsewhere.
func TestRedirect(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		m.Config.Backoff = []time.Duration{}
		inside := newTarget(t, nil)
		g := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
		})
		w := add(t, m, g.URL, "*")
		run(t, m)
		tell(t, m, "a")
		list := settled(t, m, w, DeliveryFailed, 1)
		if *list[0].LastStatus != 307 || inside.count() != 0 {
			t.Errorf("%+v", list[0])
		}
	})
}

// A name that leads to a private address is refused when the connection is made, and for good.
func TestPrivate(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, nil)
		w := add(t, m, strings.Replace(g.URL, "127.0.0.1", "localhost", 1), "*")
		m.Config.AllowPrivate = false
		run(t, m)
		tell(t, m, "a")
		list := settled(t, m, w, DeliveryFailed, 1)
		if d := list[0]; *d.LastError != ErrPrivateAddress.Error() || d.Tries != 1 || g.count() != 0 {
			t.Errorf("%+v", d)
		}
	})
}

// TLS is spoken with targets that prove who they are, and with no others.
func TestTLS(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := &target{}
		g.Server = httptest.NewUnstartedServer(http.HandlerFunc(g.receive))
		g.Server.Config.ErrorLog = log.New(io.Discard, "", 0)
		g.StartTLS()
		t.Cleanup(g.Close)
		m.Config.AllowHTTP, m.Config.Backoff = false, []time.Duration{}
		w := add(t, m, g.URL, "*")
		stop := run(t, m)
		tell(t, m, "a")
		if d := settled(t, m, w, DeliveryFailed, 1)[0]; !strings.Contains(*d.LastError, "certificate") {
			t.Error(*d.LastError)
		}
		stop()
		pool := x509.NewCertPool()
		pool.AddCert(g.Certificate())
		m.Config.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		run(t, m)
		tell(t, m, "b")
		settled(t, m, w, DeliveryDelivered, 1)
	})
}

// A webhook that is removed while something is on its way to it is sent nothing more.
func TestRemoved(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		m.Config.Failures = 1000
		started, end := make(chan bool, 100), make(chan struct{})
		g := newTarget(t, func(w http.ResponseWriter, _ *http.Request) {
			started <- true
			<-end
			w.WriteHeader(500)
		})
		w := add(t, m, g.URL, "*")
		run(t, m)
		tell(t, m, strings.Fields(strings.Repeat("a ", 10))...)
		for range perTarget {
			<-started
		}
		if err := m.Delete(t.Context(), []string{w.ID}); err != nil {
			t.Fatal(err)
		}
		close(end)
		settled(t, m, w, DeliveryCanceled, 10)
		tell(t, m, "b")
		time.Sleep(100 * time.Millisecond)
		if n := g.count(); n != perTarget {
			t.Errorf("%d requests", n)
		}
		settled(t, m, w, DeliveryCanceled, 10)
	})
}

// Several processes share the work, and what one of them held when it ended is sent by another.
func TestProcesses(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, nil)
		w := add(t, m, g.URL, "*")
		tell(t, m, strings.Fields(strings.Repeat("a ", 100))...)
		lost := deliveries(t, m, w, DeliveryPending)[0]
		if _, err := m.Deliveries.Update(t.Context(), module.Filter{"id": lost.ID}, module.Set{"claimed_by": "claim_lost", "tries": 1, "next_at": db.Now().Add(300 * time.Millisecond)}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			run(t, m)
		}
		settled(t, m, w, DeliveryDelivered, 100)
		if n := g.count(); n != 100 {
			t.Errorf("%d requests", n)
		}
	})
}

// A process that is asked to stop gives back what it has not delivered.
func TestStop(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		started := make(chan bool, 100)
		g := newTarget(t, func(_ http.ResponseWriter, r *http.Request) { started <- true; <-r.Context().Done() })
		w := add(t, m, g.URL, "*")
		stop := run(t, m)
		tell(t, m, "a")
		<-started
		stop()
		d := deliveries(t, m, w, DeliveryPending)
		if len(d) != 1 || d[0].Tries != 0 || d[0].ClaimedBy != nil || len(d[0].Attempts) != 0 {
			t.Fatalf("%+v", d)
		}
		g.set(nil)
		run(t, m)
		settled(t, m, w, DeliveryDelivered, 1)
	})
}

func TestPing(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		g := newTarget(t, nil)
		w := add(t, m, g.URL, "order.placed")
		run(t, m)
		if d, err := m.Ping(t.Context(), w.ID); err != nil || d.EventName != "webhook.ping" {
			t.Error(d, err)
		}
		settled(t, m, w, DeliveryDelivered, 1)
		if _, err := m.Ping(t.Context(), "whk_none"); fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
	})
}

func TestTidy(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		w, gone := add(t, m, "http://a.example", "*"), add(t, m, "http://b.example", "*")
		tell(t, m, "old", "new", "forgotten")
		set := func(topic string, set module.Set) {
			t.Helper()
			if n, err := m.Deliveries.Update(t.Context(), module.Filter{"webhook_id": w.ID, "event_name": topic}, set); err != nil || n != 1 {
				t.Fatal(n, err)
			}
		}
		set("old", module.Set{"expires_at": db.Now().Add(-time.Second)})
		set("forgotten", module.Set{"state": DeliveryDelivered, "updated_at": db.Now().Add(-31 * 24 * time.Hour)})
		if err := m.Webhooks.SoftDelete(t.Context(), gone.ID); err != nil {
			t.Fatal(err)
		}
		if err := m.tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for state, want := range map[string]int{DeliveryFailed: 1, DeliveryPending: 1, DeliveryDelivered: 0} {
			if n := len(deliveries(t, m, w, state)); n != want {
				t.Errorf("%d are %s", n, state)
			}
		}
		if n := len(deliveries(t, m, gone, DeliveryCanceled)); n != 3 {
			t.Error(n)
		}
	})
}

func TestChecks(t *testing.T) {
	t.Parallel()
	strict, lax := New(Config{}), New(Config{AllowHTTP: true, AllowPrivate: true})
	for url, ok := range map[string][2]bool{
		"https://example.com/a?b=c": {true, true}, "https://93.184.216.34:8443": {true, true}, "http://example.com": {false, true},
		"https://localhost": {false, true}, "https://LOCALHOST.": {false, true}, "https://a.localhost": {false, true}, "https://127.0.0.1": {false, true},
		"https://10.1.2.3": {false, true}, "https://[::1]": {false, true}, "https://[::ffff:192.168.0.1]:1": {false, true}, "https://169.254.169.254/latest": {false, true},
		"https://u:p@example.com": {}, "https://example.com/#x": {}, "ftp://example.com": {}, "example.com": {}, "https://": {}, "": {}, "https://a b": {},
		"https://example.com/" + strings.Repeat("x", 2000): {},
	} {
		for i, m := range []*Module{strict, lax} {
			if err := m.check(url, []string{"*"}); (err == nil) != ok[i] || err != nil && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%d %.40s: %v", i, url, err)
			}
		}
	}
	for _, events := range [][]string{nil, {""}, {"a", ""}} {
		if err := lax.check("https://example.com", events); fault.KindOf(err) != fault.Invalid {
			t.Error(events, err)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for a, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "172.15.0.1": true,
		"0.0.0.0": false, "10.0.0.1": false, "100.64.0.1": false, "127.1.2.3": false, "169.254.169.254": false, "172.16.0.1": false, "192.168.1.1": false,
		"198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "::": false, "::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false, "fe80::1": false,
		"fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "fec0::1": false,
	} {
		if got := public(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}
