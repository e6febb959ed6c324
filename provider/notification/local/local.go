// Package local is a notification provider that writes to the log. It serves the channel "feed", the bell of the admin, whose notifications are shown from the
// database and need no sending.
package local

import (
	"context"
	"log/slog"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/notification"
)

// A Provider is the provider "local".
type Provider struct {
	Channels []string // "feed" when empty
	Log      *slog.Logger
}

// Record implements notification.Sender.
func (p Provider) Record() notification.Provider {
	channels := p.Channels
	if len(channels) == 0 {
		channels = []string{"feed"}
	}
	return notification.Provider{Model: module.Model{ID: "local"}, Handle: "local", Name: "local", Channels: channels}
}

// Send implements notification.Sender.
func (p Provider) Send(ctx context.Context, n notification.Notification) (string, error) {
	log := p.Log
	if log == nil {
		log = slog.Default()
	}
	template := ""
	if n.Template != nil {
		template = *n.Template
	}
	log.InfoContext(ctx, "notification", "to", n.To, "channel", n.Channel, "template", template)
	return "", nil
}
