package commerce

import (
	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/flow/settings"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// SettingsFlows are the workflows of the small records that a shop is set up with.
type SettingsFlows struct {
	Preferences   *settings.Preferences
	RefundReasons *settings.RefundReasons
}

func newSettingsFlows(m *Modules) SettingsFlows {
	return SettingsFlows{settings.NewPreferences(m.Pricing), settings.NewRefundReasons(m.Payment)}
}

func (f *SettingsFlows) workflows() []workflow.Any {
	return append(f.Preferences.Workflows(), f.RefundReasons.Workflows()...)
}

func (f *SettingsFlows) routes() []route.Route {
	return append(admin.PricePreferences(f.Preferences), admin.RefundReasons(f.RefundReasons)...)
}
