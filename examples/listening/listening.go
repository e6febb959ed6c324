// Package listening shows events: it tells of its own, hears those of others, hands all of them to a stream, and receives the webhooks of another shop.
package listening

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Counted is told when somebody has counted what is on a shelf.
const Counted = event.Topic[Count]("stock.counted")

// A Count is how many there are of an article.
type Count struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// A Board shows the last count of each article, and how often the shop did anything to orders.
type Board struct {
	mu     sync.Mutex
	counts map[string]int
	orders int
}

// Plugin lists what the board adds to its shop. A stream, if there is one, is told of everything.
func (b *Board) Plugin(shop *commerce.Shop, streams map[string]event.Transport) gorgon.Plugin {
	count := workflow.New("count-stock", b.count, workflow.Atomic())
	return gorgon.Plugin{
		Name:      "board",
		Workflows: []workflow.AnyWorkflow{count},
		Routes:    []route.Route{route.Post("/admin/counts", count.Run)},
		Subscriptions: []event.Subscription{
			event.On(Counted, b.show, event.WithName("board"), event.MaxAttempts(3)),
			event.OnName("order.*", b.ordered, event.WithName("board-orders")),
		},
		Transports: streams,
	}
}

// count tells of a count. The event exists if the workflow succeeds, and not otherwise.
func (b *Board) count(ctx workflow.Context, in Count) (Count, error) {
	return in, workflow.Emit(ctx, Counted, in)
}

// show is called at least once for each count: it may be told twice of one, and does no harm then.
func (b *Board) show(ctx context.Context, c Count) error {
	if c.Quantity < 0 {
		return fmt.Errorf("%d of %s cannot be: %w", c.Quantity, c.SKU, event.ErrPermanent) // trying again is of no use
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.counts == nil {
		b.counts = map[string]int{}
	}
	b.counts[c.SKU] = c.Quantity
	return nil
}

// ordered hears of events whose data it need not know.
func (b *Board) ordered(_ context.Context, m event.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orders++
	return nil
}

// Replay hands over again what the board could not handle, once its mistake has been mended.
func Replay(ctx context.Context, bus *event.Bus) error {
	letters, err := bus.FailedDeliveries(ctx, true, 100)
	for _, l := range letters {
		if err == nil && l.Subscriber == "board" {
			err = bus.Replay(ctx, l.ID, l.Subscriber)
		}
	}
	return err
}

// Receive is the program at the other end of a webhook. It answers quickly; what takes long, it does later.
func Receive(secret string, do func(id string, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = signature.Verify(r.Header, body, secret)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		do(r.Header.Get(signature.IDHeader), body) // the id is the same when an event is sent again
	}
}
