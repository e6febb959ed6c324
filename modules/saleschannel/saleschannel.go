// Package saleschannel keeps the channels that goods are offered in.
package saleschannel

import "github.com/gorgon-commerce/gorgon/module"

// A Module keeps sales channels.
type Module struct {
	Channels *module.Table[Channel]
}

// New returns a module with its tables, which the application binds to its database.
func New() *Module {
	return &Module{
		Channels: module.NewTable[Channel]("sales_channel", "sales_channels"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Channels,
	}
}
