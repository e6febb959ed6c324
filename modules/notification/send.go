package notification

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// sender finds the provider that serves a channel, and its id; nil if none does.
func (m *Module) sender(channel string) (string, Provider) {
	for id, p := range m.ProviderRecords.All() {
		if slices.Contains(p.(channelProvider).channels, channel) {
			return id, p
		}
	}
	return "", nil
}

// Create saves notifications that are to be sent, and returns them; of those whose idempotency key is known already nothing is saved, and they are returned only if
// their sending failed, to be tried again.
func (m *Module) Create(ctx context.Context, list []Notification) ([]Notification, error) {
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
	var fresh, resend []Notification
	for _, n := range list {
		i := slices.IndexFunc(known, func(k Notification) bool { return n.IdempotencyKey != nil && *k.IdempotencyKey == *n.IdempotencyKey })
		switch {
		case i < 0:
			if id, p := m.sender(n.Channel); p != nil {
				n.ProviderID = &id
			}
			n.Status = "pending"
			fresh = append(fresh, n)
		case known[i].Status == "failure":
			resend = append(resend, known[i])
		}
	}
	fresh, err = m.Notifications.CreateMany(ctx, fresh)
	return append(fresh, resend...), err
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
	_, p := m.sender(n.Channel)
	if p == nil {
		return fault.New(fault.NotFound, "Could not find a notification provider for channel: %s for notification id %s", n.Channel, n.ID)
	}
	id, err := p.Send(ctx, *n)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "Failed to send notification with id %s", n.ID)
	}
	n.Status = "success"
	if id != "" {
		n.ExternalID = &id
	}
	return nil
}

// SaveResults keeps what came of sending.
func (m *Module) SaveResults(ctx context.Context, list []Notification) error {
	for _, n := range list {
		if _, err := m.Notifications.Patch(ctx, n.ID, module.Set{"status": n.Status, "external_id": n.ExternalID}); err != nil {
			return err
		}
	}
	return nil
}

// CreateAndSend keeps, sends and notes. It is for callers that are in no transaction.
func (m *Module) CreateAndSend(ctx context.Context, list []Notification) ([]Notification, error) {
	created, err := m.Create(ctx, list)
	if err != nil {
		return nil, err
	}
	sent, failed := m.Send(ctx, created)
	if err := m.SaveResults(ctx, sent); err != nil {
		return sent, err
	}
	return sent, failed
}
