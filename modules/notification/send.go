package notification

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Sender is a provider of notifications: mail, messages, the admin's feed.
type Sender interface {
	// Record says who it is and which channels it serves.
	Record() Provider
	// Send sends one and returns the id that it has there, if any. It may be called again for one whose sending failed.
	Send(ctx context.Context, n Notification) (id string, err error)
}

// Add installs a provider. It must not be called once the shop has started.
func (m *Module) Add(s Sender) { m.senders = append(m.senders, s) }

// Register notes in the database which providers are installed, and which are no longer. The application calls it when it starts.
func (m *Module) Register(ctx context.Context) error {
	have, err := m.Providers.List(ctx, nil)
	if err != nil {
		return err
	}
	installed := map[string]bool{}
	var rows []Provider
	for _, s := range m.senders {
		r := s.Record()
		r.IsEnabled, installed[r.ID] = true, true
		rows = append(rows, r)
	}
	for _, p := range have {
		if p.IsEnabled && !installed[p.ID] {
			if _, err := m.Providers.Update(ctx, module.Filter{"id": p.ID}, module.Set{"is_enabled": false}); err != nil {
				return err
			}
		}
	}
	_, err = m.Providers.Upsert(ctx, rows)
	return err
}

// sender finds who serves a channel.
func (m *Module) sender(channel string) Sender {
	for _, s := range m.senders {
		if slices.Contains(s.Record().Channels, channel) {
			return s
		}
	}
	return nil
}

// Keep saves notifications that are to be sent, and returns them; of those whose idempotency key is known already nothing is saved, and they are returned only if
// their sending failed, to be tried again.
func (m *Module) Keep(ctx context.Context, list []Notification) ([]Notification, error) {
	var keys []string
	for _, n := range list {
		if n.IdempotencyKey != nil {
			keys = append(keys, *n.IdempotencyKey)
		}
	}
	var known []Notification
	var err error
	if len(keys) > 0 {
		if known, err = m.Notifications.List(ctx, module.Filter{"idempotency_key": keys}); err != nil {
			return nil, err
		}
	}
	var fresh, again []Notification
	for _, n := range list {
		i := slices.IndexFunc(known, func(k Notification) bool { return n.IdempotencyKey != nil && *k.IdempotencyKey == *n.IdempotencyKey })
		switch {
		case i < 0:
			if s := m.sender(n.Channel); s != nil {
				id := s.Record().ID
				n.ProviderID = &id
			}
			n.Status = "pending"
			fresh = append(fresh, n)
		case known[i].Status == "failure":
			again = append(again, known[i])
		}
	}
	fresh, err = m.Notifications.CreateMany(ctx, fresh)
	return append(fresh, again...), err
}

// Send hands notifications to the providers of their channels, outside of the database. What comes of each is in its status; the first failure is returned.
func (m *Module) Send(ctx context.Context, list []Notification) ([]Notification, error) {
	out := slices.Clone(list)
	var failed error
	for i := range out {
		err := m.sendOne(ctx, &out[i])
		if failed == nil {
			failed = err
		}
	}
	return out, failed
}

func (m *Module) sendOne(ctx context.Context, n *Notification) error {
	n.Status = "failure"
	s := m.sender(n.Channel)
	if s == nil {
		return fault.New(fault.NotFound, "Could not find a notification provider for channel: %s for notification id %s", n.Channel, n.ID)
	}
	id, err := s.Send(ctx, *n)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "Failed to send notification with id %s", n.ID)
	}
	n.Status = "success"
	if id != "" {
		n.ExternalID = &id
	}
	return nil
}

// Note keeps what came of sending.
func (m *Module) Note(ctx context.Context, list []Notification) error {
	for _, n := range list {
		if _, err := m.Notifications.Patch(ctx, n.ID, module.Set{"status": n.Status, "external_id": n.ExternalID}); err != nil {
			return err
		}
	}
	return nil
}

// Deliver keeps, sends and notes. It is for callers that are in no transaction.
func (m *Module) Deliver(ctx context.Context, list []Notification) ([]Notification, error) {
	kept, err := m.Keep(ctx, list)
	if err != nil {
		return nil, err
	}
	sent, failed := m.Send(ctx, kept)
	if err := m.Note(ctx, sent); err != nil {
		return sent, err
	}
	return sent, failed
}
