package listening

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/gorgontest"
)

// A tape is a stream in memory.
type tape struct {
	mu    sync.Mutex
	names []string
}

func (s *tape) Publish(_ context.Context, list []event.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range list {
		s.names = append(s.names, m.Name)
	}
	return nil
}

func (s *tape) Close() error { return nil }

func (s *tape) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.names, " "), name)
}

func TestBoard(t *testing.T) {
	t.Parallel()
	board, stream := &Board{}, &tape{}
	s := gorgontest.New(t, func(shop *commerce.Shop) gorgon.Plugin {
		return board.Plugin(shop, map[string]event.Transport{"tape": stream})
	})
	wait := func(ok func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("waited in vain")
			}
		}
	}
	shown := func(sku string, n int) func() bool {
		return func() bool { board.mu.Lock(); defer board.mu.Unlock(); return board.counts[sku] == n }
	}
	if a := s.Admin.Post("/admin/counts", Count{"mug", 3}); a.Status != 200 {
		t.Fatal(string(a.Body))
	}
	wait(shown("mug", 3))
	wait(func() bool { return stream.has("stock.counted") })
	if err := event.Emit(s.Context(), s.App.Bus(), event.Topic[event.ID]("order.noticed"), event.ID{ID: "1"}); err != nil {
		t.Fatal(err)
	}
	wait(func() bool { board.mu.Lock(); defer board.mu.Unlock(); return board.orders == 1 })

	s.Admin.Post("/admin/counts", Count{"cup", -1})
	dead := func() []event.FailedDelivery {
		list, err := s.App.Bus().FailedDeliveries(s.Context(), true, 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	wait(func() bool { return len(dead()) == 1 })
	if l := dead()[0]; l.Subscriber != "board" || l.Attempt != 1 {
		t.Errorf("%+v", l)
	}
	if err := Replay(s.Context(), s.App.Bus()); err != nil {
		t.Fatal(err)
	}
	wait(func() bool { return len(dead()) == 1 }) // it is as wrong as before
}

func TestReceive(t *testing.T) {
	t.Parallel()
	var got string
	secret := signature.NewSecret()
	receive := Receive(secret, func(id string, body []byte) { got += id + string(body) })
	for _, by := range []string{secret, signature.NewSecret()} {
		body, _ := json.Marshal(Count{"mug", 1})
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
		if err := signature.Sign(r.Header, "evt_1", time.Now(), body, by); err != nil {
			t.Fatal(err)
		}
		receive(httptest.NewRecorder(), r)
	}
	if got != `evt_1{"sku":"mug","quantity":1}` {
		t.Error(got)
	}
}
