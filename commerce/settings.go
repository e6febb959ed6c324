package commerce

import (
	"net/http"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/store"
	"github.com/gorgon-commerce/gorgon/flow/file"
	"github.com/gorgon-commerce/gorgon/flow/settings"
	static "github.com/gorgon-commerce/gorgon/provider/file/local"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// SettingsFlows are the workflows of the small records that a shop is set up with, and of its files.
type SettingsFlows struct {
	FileFlows     *file.Flows
	Layouts       *settings.Layouts
	Preferences   *settings.Preferences
	RefundReasons *settings.RefundReasons
	ReturnReasons *settings.ReturnReasons
}

func newSettingsFlows(m *Modules) SettingsFlows {
	return SettingsFlows{file.New(m.File), settings.NewLayouts(m.Settings), settings.NewPreferences(m.Pricing), settings.NewRefundReasons(m.Payment),
		settings.NewReturnReasons(m.Order)}
}

func (f *SettingsFlows) workflows() []workflow.Any {
	return slices.Concat(f.FileFlows.Workflows(), f.Layouts.Workflows(), f.Preferences.Workflows(), f.RefundReasons.Workflows(), f.ReturnReasons.Workflows())
}

func (f *SettingsFlows) routes() []route.Route {
	return slices.Concat(admin.Layouts(f.Layouts), admin.PricePreferences(f.Preferences), admin.RefundReasons(f.RefundReasons),
		admin.ReturnReasons(f.ReturnReasons), store.ReturnReasons().Routes(), admin.Uploads(f.FileFlows))
}

// systemRoutes are about the shop itself.
func (s *Shop) systemRoutes() []route.Route {
	return append(append(admin.System(s.pluginNames), admin.Searches()...), s.staticRoutes()...)
}

// pluginNames are the plugins besides this one that have a name.
func (s *Shop) pluginNames() (out []string) {
	for _, p := range s.App.Plugins() {
		if p.Name != "commerce" && p.Name != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// staticRoutes serve the files that are in a folder of this machine.
func (s *Shop) staticRoutes() []route.Route {
	p, ok := s.File.Provider.(*static.Provider)
	if !ok {
		return nil
	}
	return []route.Route{route.Handle(http.MethodGet, static.Path+"{path...}", p.Handler())}
}
