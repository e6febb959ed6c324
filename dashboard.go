package gorgon

import (
	"net/http"
	"os"
	"path/filepath"

	"github.com/gorgon-commerce/gorgon/admin"
	"github.com/gorgon-commerce/gorgon/route"
)

// Dashboard is the folder in which the dashboard of the shop is built, with what its plugins add to it.
func (a *App) Dashboard() *admin.Project {
	p := &admin.Project{}
	for _, plugin := range a.plugins {
		if plugin.Admin != nil {
			p.Extensions = append(p.Extensions, admin.Extension{Plugin: plugin.Name, Files: plugin.Admin})
		}
	}
	return p
}

// dashboardRoutes serve the dashboard, if the shop wants one.
func (a *App) dashboardRoutes() []route.Route {
	if a.cfg.DisableAdmin {
		return nil
	}
	site := &admin.Site{Files: admin.BundleLocations(), Command: program() + " build --admin-only"}
	return []route.Route{route.Handle(http.MethodGet, admin.Path, site), route.Handle(http.MethodGet, admin.Path+"/{path...}", site)}
}

// program is what the running program is called.
func program() string { return filepath.Base(os.Args[0]) }

// tellDashboard says where the dashboard is, or why there is none, or that it is not what the plugins say.
func (a *App) tellDashboard() {
	if a.cfg.DisableAdmin || a.attached {
		return
	}
	site := &admin.Site{Files: admin.BundleLocations()}
	b := site.Bundle()
	if b == nil {
		a.cfg.Log.Warn("no dashboard: it is not built yet, all else works", "build", program()+" build --admin-only", "needs", "Node.js 20")
		return
	}
	defer b.Close()
	stamp, err := a.Dashboard().Fingerprint()
	if err == nil && stamp != b.Fingerprint {
		a.cfg.Log.Warn("the dashboard is older than its extensions", "build", program()+" build --admin-only")
	}
	a.cfg.Log.Info("dashboard", "at", a.BackendURL()+admin.Path)
}
