package commerce

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
)

// Links tie records of different modules together.
type Links struct {
	CartLinks
	StockLinks
	APIKeyChannels channelsOfKeys
}

func newLinks(m *Modules) Links {
	return Links{
		CartLinks:      newCartLinks(m),
		StockLinks:     newStockLinks(m),
		APIKeyChannels: channelsOfKeys{module.NewTable[keyChannel]("publishable_api_key_sales_channel"), m.SalesChannel},
	}
}

func (l *Links) tables() []module.Entity {
	return slices.Concat([]module.Entity{l.APIKeyChannels.rows}, l.CartLinks.tables(), l.StockLinks.tables())
}

// A keyChannel ties a publishable key to a sales channel.
type keyChannel struct {
	KeyID     string `json:"publishable_key_id" model:"key"`
	ChannelID string `json:"sales_channel_id" model:"key"`
	module.Model
}

// channelsOfKeys ties publishable keys to sales channels.
type channelsOfKeys struct {
	rows     *module.Table[keyChannel]
	channels *saleschannel.Module
}

// Attach ties a key to channels.
func (l channelsOfKeys) Attach(ctx context.Context, key string, channels []string) error {
	list := make([]keyChannel, len(channels))
	for i, c := range channels {
		list[i] = keyChannel{KeyID: key, ChannelID: c}
	}
	_, err := l.rows.Upsert(ctx, list)
	return err
}

// Detach unties a key from channels.
func (l channelsOfKeys) Detach(ctx context.Context, key string, channels []string) error {
	_, err := l.rows.DeleteWhere(ctx, module.Filter{"publishable_key_id": key, "sales_channel_id": channels})
	return err
}

// Others lists the channels that a key is tied to.
func (l channelsOfKeys) Others(ctx context.Context, key string) ([]string, error) {
	list, err := l.rows.List(ctx, module.Filter{"publishable_key_id": key})
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.ChannelID
	}
	return out, err
}

// Missing returns those of the channels that do not exist.
func (l channelsOfKeys) Missing(ctx context.Context, ids []string) (missing []string, err error) {
	list, err := l.channels.Channels.List(ctx, module.Filter{"id": ids}, module.Find{Select: []string{"id"}})
	known := map[string]bool{}
	for _, c := range list {
		known[c.ID] = true
	}
	for _, id := range ids {
		if !known[id] {
			missing = append(missing, id)
		}
	}
	return missing, err
}
