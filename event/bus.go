package event

import (
	"log/slog"

	"github.com/gorgon-commerce/gorgon/db"
)

// A Bus keeps the outbox of a database and hands its events to subscribers. Emit works without anything running.
type Bus struct {
	DB  *db.DB
	Log *slog.Logger

	subs []Subscription
	bell chan struct{}
}

// NewBus returns a bus over the outbox in d.
func NewBus(d *db.DB, log *slog.Logger) *Bus {
	return &Bus{DB: d, Log: log, bell: make(chan struct{}, 1)}
}

// Subscribe adds subscriptions. It must not be called once Run has begun.
func (b *Bus) Subscribe(list ...Subscription) { b.subs = append(b.subs, list...) }

// wake makes Run look for events at once.
func (b *Bus) wake() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}
