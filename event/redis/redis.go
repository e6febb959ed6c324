// Package redis carries events to other systems over a Redis stream.
//
// An entry of the stream has three fields: id, the event's id, by which a listener tells what it has heard already; name, its topic; and event,
// the whole [event.Message] as JSON. What the server keeps over a crash is a matter of its own settings.
package redis

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/redis/go-redis/v9"
)

// A Transport appends events to a stream.
type Transport struct {
	// Stream is the stream's key, "gorgon.events" if it is left out.
	Stream string
	// Max is about how many entries the stream keeps, a million if it is left out. Older ones are dropped.
	Max int
	// Window is for how long an event that comes twice is recognised, an hour if it is left out.
	Window time.Duration

	options *redis.Options
	mu      sync.Mutex
	client  *redis.Client
}

// New returns a transport to the server of a URL such as "redis://user:password@host:6379/0", or "rediss://" with TLS. It connects with the first
// event.
func New(url string) (*Transport, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("event/redis: %w", err)
	}
	o.MaxRetries, o.ContextTimeoutEnabled = -1, true
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = 5*time.Second, 5*time.Second, 5*time.Second
	return &Transport{Stream: "gorgon.events", Max: 1_000_000, Window: time.Hour, options: o}, nil
}

// publish appends what was not appended before, in one go.
//
//go:embed publish.lua
var publish string

// Publish implements event.Transport.
func (t *Transport) Publish(ctx context.Context, batch []event.Message) error {
	args := []any{t.Max, int(t.Window.Seconds())}
	for _, m := range batch {
		body, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("event/redis: %s: %w: %w", m.ID, event.ErrPermanent, err)
		}
		args = append(args, m.ID, m.Name, body)
	}
	keys := []string{t.Stream, "{" + t.Stream + "}:ids"} // of one slot, should it be a cluster
	if err := redis.NewScript(publish).Run(ctx, t.open(), keys, args...).Err(); err != nil && err != redis.Nil {
		return fmt.Errorf("event/redis: %w", err)
	}
	return nil
}

func (t *Transport) open() *redis.Client {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client == nil {
		t.client = redis.NewClient(t.options)
	}
	return t.client
}

// Close implements event.Transport.
func (t *Transport) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client == nil {
		return nil
	}
	err := t.client.Close()
	t.client = nil
	return err
}
