// Package commerce is the plugin that makes a shop of an application: Medusa's modules, the workflows over them, and the API.
package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/executionflow"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Shop has the commerce modules and workflows as fields, for those who build on them.
type Shop struct {
	Modules
	Flows
	Links

	App *gorgon.App // its configuration and log, and, once it is open, its database, events, jobs and workflows
}

// New returns the shop of an application. Nothing of it works before the application is open.
func New(app *gorgon.App) *Shop {
	s := &Shop{Modules: newModules(app.Config(), app.BackendURL), App: app}
	s.Links = newLinks(&s.Modules)
	s.Flows = newFlows(&s.Modules, &s.Links)
	s.Flows.joinCatalogue(&s.Modules)
	return s
}

// Plugin lists all that a shop consists of.
func (s *Shop) Plugin() gorgon.Plugin {
	access := &authflow.Authenticator{Auth: s.Auth, Keys: s.APIKey, Channels: s.APIKeySalesChannels.LinkedIDs}
	return gorgon.Plugin{
		Name:            "commerce",
		Registries:      []provider.Registry{s.Auth.Providers, s.File, s.Fulfillment.Providers, s.Notification.ProviderRecords, s.Payment.Providers, s.Tax.Providers},
		Tables:          s.Modules.tables(),
		Links:           s.Links.tables(),
		Workflows:       s.Flows.workflows(),
		Subscriptions:   s.WebhookFlows.Subscriptions(),
		Workers:         []gorgon.Worker{{Name: "webhooks", Run: s.Webhook.Run}},
		Routes:          s.routes(),
		Authenticator:   access,
		PublishableKeys: access,
		CachedTables:    catalogue(),
		Migrations:      []db.MigrationSet{medusaJournal()},
		CanMigrate:      s.checkMedusa,
		Repairs:         s.repairs(),
		Loaders:         []func(context.Context) error{s.mirror, s.seed},
		Commands: []gorgon.Command{
			{Name: "user", Help: "Add somebody to the admin, or invite them.", Run: &userCmd{shop: s}},
			{Name: "webhooks", Help: "Look after the URLs that are told of events.", Run: &webhooksCmd{shop: s}},
		},
	}
}

// mirror lets the admin see the workflows that are under way.
func (s *Shop) mirror(context.Context) error {
	(&executionflow.RunMirror{Executions: s.Execution}).Attach(s.App.Engine())
	return nil
}
