package event

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A Bus keeps the outbox of a database and hands its events to subscribers. Emit works in processes where Run does not.
//
// All processes that call Run share the work: each event is handled in one of them. A subscriber hears the events of one workflow run one after the
// other, in the order of their emission, whichever processes they come to; what it fails at it hears again later, and the rest does not wait for that.
// Different runs, and different subscribers, do not wait for each other.
type Bus struct {
	DB  *db.DB
	Log *slog.Logger
	// Telemetry is told of deliveries, and lets subscribers belong to the trace of what they are told of. It may be nil.
	Telemetry *telemetry.Telemetry

	// Lease is how long events are kept from other processes when this one falls silent, 15 seconds.
	Lease time.Duration
	// Poll is how often the outbox is looked at when nothing calls for it, 1 second.
	Poll time.Duration
	// Backoff is the pause after a failed attempt, which is counted from 1: a second, doubled each time, an hour at most.
	Backoff func(attempt int) time.Duration
	// Retention is how long events that everybody has heard are kept, 3 days.
	Retention time.Duration

	subs       []Subscription
	forwarders []*forwarder
	bell       chan struct{}
	calling    atomic.Bool
}

// NewBus returns a bus over the outbox in d.
func NewBus(d *db.DB, log *slog.Logger) *Bus {
	return &Bus{DB: d, Log: log, bell: make(chan struct{}, 1), Lease: 15 * time.Second, Poll: time.Second,
		Backoff: double, Retention: 72 * time.Hour}
}

func double(attempt int) time.Duration { return min(time.Second<<min(attempt-1, 20), time.Hour) }

// Subscribe adds subscriptions, before Run. A name that is taken already gets a number behind it.
func (b *Bus) Subscribe(list ...Subscription) {
	for _, s := range list {
		name := s.Name
		for n := 2; b.subscriber(s.Name) != nil; n++ {
			s.Name = fmt.Sprintf("%s#%d", name, n)
		}
		b.subs = append(b.subs, s)
	}
}

// Subscriptions lists who has subscribed.
func (b *Bus) Subscriptions() []Subscription { return b.subs }

func (b *Bus) subscriber(name string) *Subscription {
	for i := range b.subs {
		if b.subs[i].Name == name {
			return &b.subs[i]
		}
	}
	return nil
}

// WaitIdle returns when all events that have been committed were handled once by all subscribers in some process.
func (b *Bus) WaitIdle(ctx context.Context) error {
	for {
		var one int
		pending, err := db.QueryRow(ctx, b.DB, db.Statement{SQL: "SELECT 1 FROM gorgon_event WHERE done_at IS NULL LIMIT 1"}, &one)
		if err != nil || !pending {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// ring makes Run look for events at once.
func (b *Bus) ring() { ring(b.bell) }

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// ringAll wakes the forwarders too.
func (b *Bus) ringAll() {
	b.ring()
	for _, f := range b.forwarders {
		ring(f.bell)
	}
}

// wake makes the Run of this process and of others look for events. Others are told outside of the transaction, and once for
// many, because PostgreSQL lets transactions that notify commit only one by one.
func (b *Bus) wake() {
	b.ringAll()
	if b.DB.Dialect() != db.Postgres || !b.calling.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(5*time.Millisecond, func() {
		b.calling.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = b.DB.Notify(ctx, channel, "") // a lost call is made up for by polling
	})
}
