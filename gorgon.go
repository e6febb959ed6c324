// Package gorgon puts a shop together: plugins with their tables, workflows, routes and jobs, over one database.
//
//	app := gorgon.New(gorgon.Config{})
//	app.Use(commerce.New(app).Plugin())
//	app.Main()
package gorgon

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"

	"github.com/gorgon-commerce/gorgon/cache"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/telemetry"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Version is the version of Gorgon. Releases set it when they are linked.
var Version = "0.1.0-dev"

// An App is one shop: its configuration, what its plugins bring, and, once opened, its database. Any number of them live side by side in a
// process.
type App struct {
	cfg       Config
	attached  bool // to a session of development, which serves the dashboard
	defaulted bool // the secrets are those that everybody knows
	plugins   []Plugin
	installed bool     // the providers of the plugins are in the modules
	provided  sync.Map // reflect.Type → value

	db     *db.DB
	schema *graph.Schema
	bus    *event.Bus
	jobs   *job.Scheduler
	engine *workflow.Engine
	router *route.Router

	telemetry *telemetry.Telemetry // nil unless there are providers
	ungauge   func()               // ends what is measured when metrics are collected
	cache     *cache.Cache

	stop    context.CancelFunc
	running sync.WaitGroup
}

// New returns an app without plugins. It reads the environment, and the file .env, for what cfg leaves out, and nothing else.
func New(cfg Config) *App {
	full := cfg.withDefaults()
	chosen := func(secret, name string) bool { return secret != "" || full.Getenv(name) != "" }
	return &App{cfg: full, defaulted: !chosen(cfg.JWTSecret, "JWT_SECRET") || !chosen(cfg.CookieSecret, "COOKIE_SECRET")}
}

// Config is the configuration with nothing left out.
func (a *App) Config() Config { return a.cfg }

// BackendURL is the address that the shop is reached at, without a slash at the end.
func (a *App) BackendURL() string {
	if a.cfg.BackendURL != "" {
		return strings.TrimSuffix(a.cfg.BackendURL, "/")
	}
	return "http://localhost:" + a.cfg.Port
}

// Use adds plugins, before the app is opened. Later plugins may replace routes of earlier ones: see [route.Override].
func (a *App) Use(plugins ...Plugin) { a.plugins = append(a.plugins, plugins...) }

// Plugins lists what the app was given.
func (a *App) Plugins() []Plugin { return a.plugins }

// DB is the database of an open app, nil before.
func (a *App) DB() *db.DB { return a.db }

// Bus hands out the events of an open app.
func (a *App) Bus() *event.Bus { return a.bus }

// Cache keeps answers of an open app; nil if it keeps none.
func (a *App) Cache() *cache.Cache { return a.cache }

// Jobs runs the jobs of an open app.
func (a *App) Jobs() *job.Scheduler { return a.jobs }

// Engine runs the workflows of an open app.
func (a *App) Engine() *workflow.Engine { return a.engine }

// Router is the HTTP side of an open app.
func (a *App) Router() *route.Router { return a.router }

// Log is where the app tells what it does.
func (a *App) Log() *slog.Logger { return a.cfg.Log }

type appKey struct{}

// Context returns ctx with the app in it, for code that no request, job or event started.
func (a *App) Context(ctx context.Context) context.Context {
	return graph.WithSchema(context.WithValue(ctx, appKey{}, a), a.schema)
}

// FromContext returns the app that ctx belongs to, nil outside of one.
func FromContext(ctx context.Context) *App {
	a, _ := ctx.Value(appKey{}).(*App)
	return a
}

// Provide registers a value under its type T for Resolve: what is only known at run time, such as a provider that configuration chooses. A later
// value replaces an earlier one.
func Provide[T any](a *App, v T) { a.provided.Store(reflect.TypeFor[T](), v) }

// Resolve returns what was provided under the type T to the app of ctx.
func Resolve[T any](ctx context.Context) (v T, err error) {
	a := FromContext(ctx)
	if a == nil {
		return v, fmt.Errorf("gorgon: no app in the context to resolve %v", reflect.TypeFor[T]())
	}
	if got, ok := a.provided.Load(reflect.TypeFor[T]()); ok {
		return got.(T), nil
	}
	return v, fmt.Errorf("gorgon: nothing of type %v was provided", reflect.TypeFor[T]())
}
