// Package local is a notification provider that writes to the log. It serves the channel "feed", the bell of the admin, whose notifications are shown from the
// database and need no sending.
package local

import (
	"context"
	"log/slog"

	"github.com/gorgon-commerce/gorgon/modules/notification"
)

// A Provider writes notifications to Log, or to the default logger if that is nil.
type Provider struct{ Log *slog.Logger }

// Send implements notification.Provider.
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
