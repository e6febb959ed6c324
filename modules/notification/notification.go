// Package notification keeps what was sent to people: mails, messages, the admin's feed.
package notification

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Notification is one message to one receiver.
type Notification struct {
	module.Model           `model:"prefix=noti"`
	To                     string          `json:"to" model:"searchable"`
	From                   *string         `json:"from" model:"searchable"`
	Channel                string          `json:"channel"`
	Template               *string         `json:"template"`
	Data                   module.Map      `json:"data"`
	ProviderData           module.Map      `json:"provider_data"`
	TriggerType            *string         `json:"trigger_type"`
	ResourceID             *string         `json:"resource_id" model:"searchable"`
	ResourceType           *string         `json:"resource_type"`
	ReceiverID             *string         `json:"receiver_id"`
	OriginalNotificationID *string         `json:"original_notification_id"`
	IdempotencyKey         *string         `json:"idempotency_key" model:"unique"`
	ExternalID             *string         `json:"external_id"`
	Status                 string          `json:"status" model:"enum=pending|success|failure,default=pending"`
	ProviderID             *string         `json:"provider_id"`
	Provider               *ProviderRecord `json:"provider,omitempty" rel:"belongs=provider_id,ondelete=set null"`
}

// Indexes serve look-ups by provider and receiver.
func (Notification) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_notification_provider_id", Columns: []string{"provider_id"}},
		{Name: "IDX_notification_receiver_id", Columns: []string{"receiver_id"}},
	}
}

// A ProviderRecord says which channels an installed provider serves.
type ProviderRecord struct {
	module.Model  `model:"prefix=notpro"`
	Handle        string         `json:"handle"`
	Name          string         `json:"name"`
	IsEnabled     bool           `json:"is_enabled" model:"default=true"`
	Channels      []string       `json:"channels" model:"default={},notnull"`
	Notifications []Notification `json:"notifications,omitempty" rel:"has=provider_id"`
}

// A Module keeps notifications.
type Module struct {
	Notifications *module.Table[Notification]
	Records       *module.Table[ProviderRecord]

	ProviderRecords *provider.Set[Provider]
}

// New returns a module whose notifications the providers send.
func New(providers ...provider.Registration) *Module {
	return &Module{
		Notifications:   module.NewTable[Notification]("notification", "notifications"),
		Records:         module.NewTable[ProviderRecord]("notification_provider", "notification_providers"),
		ProviderRecords: provider.NewSet[Provider](Kind, providers...),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity { return []module.Entity{m.Notifications, m.Records} }
