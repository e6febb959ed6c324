package notification

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// Kind is the kind of notification providers.
const Kind = "notification"

// A Provider sends notifications: mails, text messages, entries of the admin's feed. It stands for
// Medusa's INotificationProvider.
type Provider interface {
	// Send sends one notification and returns the id that the service gives it, if any. It may be
	// called again for a notification whose sending failed, with the same ID: a service that
	// supports idempotency keys gets the ID as one.
	Send(ctx context.Context, n Notification) (externalID string, err error)
}

// Provide registers a provider under its id, with the channels that it serves, such as "email".
// Of several providers of one channel the first one sends.
func Provide(id string, p Provider, channels ...string) provider.Registration {
	return provider.New[Provider](Kind, id, channelProvider{p, channels})
}

// A channelProvider is a provider with the channels that it is registered for.
type channelProvider struct {
	Provider
	channels []string
}

// SyncProviders records in the database which providers are installed and which channels they serve.
// The application calls it when it starts.
func (m *Module) SyncProviders(ctx context.Context) error {
	ids := m.ProviderRecords.IDs()
	if err := provider.SyncRecords(ctx, m.Records, ids, m.record); err != nil {
		return err
	}
	rows, err := m.Records.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return err
	}
	for _, row := range rows {
		want := m.record(row.ID)
		if slices.Equal(row.Channels, want.Channels) {
			continue
		}
		if _, err := m.Records.UpdateOne(ctx, row.ID, module.Set{"channels": want.Channels}); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) record(id string) ProviderRecord {
	p, _ := m.ProviderRecords.Get(id) // the id is one of the set
	return ProviderRecord{Model: module.Model{ID: id}, Handle: id, Name: id, IsEnabled: true, Channels: p.(channelProvider).channels}
}
