package saleschannel

import "github.com/gorgon-commerce/gorgon/module"

// A Channel is where goods are offered: a web shop, an app, a marketplace.
type Channel struct {
	module.Model `model:"prefix=sc,deleted=all"`
	Name         string     `json:"name" model:"searchable"`
	Description  *string    `json:"description" model:"searchable"`
	IsDisabled   bool       `json:"is_disabled" model:"default=false"`
	Metadata     module.Map `json:"metadata"`
}
