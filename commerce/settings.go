package commerce

import (
	"net/http"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/adminapi"
	"github.com/gorgon-commerce/gorgon/api/storeapi"
	"github.com/gorgon-commerce/gorgon/flow/fileflow"
	"github.com/gorgon-commerce/gorgon/flow/settingsflow"
	"github.com/gorgon-commerce/gorgon/provider/file/local"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// AdminFlows are the workflows of the small records that a shop is set up with, and of its files.
type AdminFlows struct {
	FileFlows            *fileflow.Flows
	LayoutFlows          *settingsflow.LayoutFlows
	PricePreferenceFlows *settingsflow.PricePreferenceFlows
	RefundReasonFlows    *settingsflow.RefundReasonFlows
	ReturnReasonFlows    *settingsflow.ReturnReasonFlows
}

func newSettingsFlows(m *Modules) AdminFlows {
	return AdminFlows{fileflow.New(m.File), settingsflow.NewLayoutFlows(m.Settings), settingsflow.NewPricePreferenceFlows(m.Pricing), settingsflow.NewRefundReasonFlows(m.Payment),
		settingsflow.NewReturnReasonFlows(m.Order)}
}

func (f *AdminFlows) workflows() []workflow.AnyWorkflow {
	return slices.Concat(f.FileFlows.Workflows(), f.LayoutFlows.Workflows(), f.PricePreferenceFlows.Workflows(), f.RefundReasonFlows.Workflows(), f.ReturnReasonFlows.Workflows())
}

func (f *AdminFlows) routes() []route.Route {
	return slices.Concat(adminapi.Layouts(f.LayoutFlows), adminapi.PricePreferences(f.PricePreferenceFlows), adminapi.RefundReasons(f.RefundReasonFlows),
		adminapi.ReturnReasons(f.ReturnReasonFlows), storeapi.ReturnReasons().Routes(), adminapi.Uploads(f.FileFlows))
}

// systemRoutes are about the shop itself.
func (s *Shop) systemRoutes() []route.Route {
	return append(append(adminapi.SystemRoutes(s.pluginNames), adminapi.SearchRoutes()...), s.staticRoutes()...)
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
	p, ok := s.File.Provider.(*local.Provider)
	if !ok {
		return nil
	}
	return []route.Route{route.Handle(http.MethodGet, local.Path+"{path...}", p.Handler())}
}
