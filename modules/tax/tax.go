// Package tax keeps rates of tax and decides which of them apply to what is sold.
package tax

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Module keeps tax regions and rates.
type Module struct {
	Regions         *module.Table[Region]
	Rates           *module.Table[Rate]
	Rules           *module.Table[Rule]
	ProviderRecords *module.Table[ProviderRecord]

	Providers *provider.Set[Provider]
}

// New returns a module with its tables, which the application binds to its database. The built-in
// provider, "tp_system", is always there.
func New(providers ...provider.Registration) *Module {
	return &Module{
		Providers:       provider.NewSet[Provider](Kind, append([]provider.Registration{Provide("", systemProvider{})}, providers...)...),
		Regions:         module.NewTable[Region]("tax_region", "tax_regions"),
		Rates:           module.NewTable[Rate]("tax_rate", "tax_rates"),
		Rules:           module.NewTable[Rule]("tax_rate_rule", "tax_rate_rules"),
		ProviderRecords: module.NewTable[ProviderRecord]("tax_provider", "tax_providers"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{
		m.Regions, m.Rates, m.Rules, m.ProviderRecords,
	}
}

// Register records in the database which providers are installed. The application calls it when it
// starts.
func (m *Module) Register(ctx context.Context) error {
	return provider.SyncRecords(ctx, m.ProviderRecords, m.Providers.IDs(), func(id string) ProviderRecord {
		return ProviderRecord{Model: module.Model{ID: id}, IsEnabled: true}
	})
}
