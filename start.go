package gorgon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/gorgon-commerce/gorgon/cache"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/idempotency"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/provider"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/telemetry"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Open connects the plugins with the database: after it tables can be read and workflows run. It starts nothing and changes nothing in the
// database. Close the app when it is no longer needed.
func (a *App) Open(ctx context.Context) error {
	if a.db != nil {
		return nil
	}
	if err := a.installProviders(); err != nil {
		return err
	}
	schema, err := graph.NewSchema(entities(a.plugins))
	if err != nil {
		return err
	}
	if err := schema.Check(); err != nil {
		return err
	}
	d, err := a.connect(ctx)
	if err != nil {
		return fmt.Errorf("cannot open the database: %w", err)
	}
	schema.Bind(d)
	a.db, a.schema = d, schema
	if a.telemetry, err = telemetry.New(a.cfg.TracerProvider, a.cfg.MeterProvider); err != nil {
		a.Close()
		return err
	}
	d.UseTelemetry(a.telemetry)
	if err := a.wire(); err != nil {
		a.Close()
		return err
	}
	return nil
}

// connect opens the database as it is configured.
func (a *App) connect(ctx context.Context) (*db.DB, error) {
	pooler, err := db.ParsePooler(a.cfg.DatabasePooler)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_POOLER: %w", err)
	}
	return db.Open(ctx, a.cfg.DatabaseURL, db.Options{Pooler: pooler, DirectURL: a.cfg.DatabaseDirectURL})
}

// installProviders hands the providers of all plugins to the modules, once for each app.
func (a *App) installProviders() error {
	if a.installed {
		return nil
	}
	a.installed = true
	var registries []provider.Registry
	var providers []Provider
	for _, p := range a.plugins {
		registries = append(registries, p.Registries...)
		providers = append(providers, p.Providers...)
	}
	return provider.Install(registries, providers)
}

// wire binds what the plugins bring to the open database.
func (a *App) wire() error {
	a.bus = event.NewBus(a.db, a.cfg.Log)
	a.jobs = job.NewScheduler(a.db, a.cfg.Log)
	a.engine = workflow.NewEngine(a.db, a.bus, a.cfg.Log)
	a.bus.Telemetry, a.jobs.Telemetry, a.engine.Telemetry = a.telemetry, a.telemetry, a.telemetry
	for _, p := range a.plugins {
		if err := a.engine.Bind(p.Workflows...); err != nil {
			return fmt.Errorf("plugin %s: %w", p.Name, err)
		}
		if err := a.jobs.Add(p.Jobs...); err != nil {
			return fmt.Errorf("plugin %s: %w", p.Name, err)
		}
		a.bus.Subscribe(p.Subscriptions...)
		for name, t := range p.Transports {
			a.bus.AddTransport(name, t)
		}
	}
	a.cache = a.newCache()
	var err error
	a.router, err = a.newRouter()
	return err
}

func (a *App) newRouter() (*route.Router, error) {
	cfg := route.Config{StoreCORS: a.cfg.StoreCORS, AdminCORS: a.cfg.AdminCORS, AuthCORS: a.cfg.AuthCORS, Log: a.cfg.Log, Telemetry: a.telemetry}
	routes := append(a.documentation(), a.dashboardRoutes()...)
	repeats := &idempotency.Middleware{DB: a.db, Log: a.cfg.Log}
	middleware := []route.Middleware{{Matcher: "*", Handler: a.inContext}, {Matcher: "*", Handler: repeats.Handler}}
	for _, p := range a.plugins {
		routes = append(routes, p.Routes...)
		middleware = append(middleware, p.Middleware...)
		cfg.AdditionalData = append(cfg.AdditionalData, p.AdditionalData...)
		if p.ErrorHandler != nil {
			cfg.Errors = p.ErrorHandler
		}
		if p.Authenticator != nil {
			cfg.Auth = p.Authenticator
		}
		if p.PublishableKeys != nil {
			cfg.Keys = p.PublishableKeys
		}
	}
	if a.cache != nil {
		cfg.Cache = a.cache.Handler
	}
	return route.NewRouter(cfg, routes, middleware...)
}

// newCache is nil for a shop that wants none, or has nothing to keep.
func (a *App) newCache() *cache.Cache {
	tables := map[string]time.Duration{}
	for _, p := range a.plugins {
		maps.Copy(tables, p.CachedTables)
	}
	if a.cfg.CacheMB <= 0 || len(tables) == 0 {
		return nil
	}
	return &cache.Cache{DB: a.db, Tables: slices.Sorted(maps.Keys(tables)), MaxBytes: a.cfg.CacheMB << 20, MaxAge: tables}
}

// inContext puts the app into the context of each request.
func (a *App) inContext(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(a.Context(r.Context()))) })
}

func entities(plugins []Plugin) (out []*graph.Entity) {
	for _, p := range plugins {
		for _, list := range [][]module.Entity{p.Tables, p.Links} {
			for _, t := range list {
				out = append(out, t.Entity())
			}
		}
	}
	return out
}

// ErrPending is the error of a start on a database that has not seen all migrations.
var ErrPending = errors.New("the database is not up to date")

// Start opens the app, checks that no migration is pending, runs the loaders of the plugins, and begins to handle events and jobs. Close ends all.
func (a *App) Start(ctx context.Context) error {
	if err := a.Open(ctx); err != nil {
		return err
	}
	pending, err := db.PendingMigrations(ctx, a.db, a.migrations())
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("%w: %d migrations are pending (%s); run db:migrate", ErrPending, len(pending), names(pending))
	}
	if err := a.RunLoaders(ctx); err != nil {
		return err
	}
	ctx, a.stop = context.WithCancel(context.WithoutCancel(a.Context(ctx)))
	if a.cache != nil {
		if err := a.cache.Start(ctx); err != nil {
			a.cfg.Log.WarnContext(ctx, "answers are not kept in memory", "error", err)
		}
	}
	if err := a.engine.ListenForChanges(ctx); err != nil {
		return err
	}
	if a.telemetry != nil {
		if a.ungauge, err = a.telemetry.RegisterGauges(slices.Concat(a.db.Gauges(), a.bus.Gauges(), a.engine.Gauges())...); err != nil {
			return err
		}
	}
	if a.cfg.WorkerMode != "server" {
		a.work(ctx)
	}
	return nil
}

// RunLoaders runs what the plugins want to happen at each start, in an open and migrated app.
func (a *App) RunLoaders(ctx context.Context) error {
	ctx = a.Context(ctx)
	for _, p := range a.plugins {
		for _, start := range p.Loaders {
			if err := start(ctx); err != nil {
				return fmt.Errorf("plugin %s: %w", p.Name, err)
			}
		}
	}
	return nil
}

// work handles events, jobs and workflows that wait until the app is closed.
func (a *App) work(ctx context.Context) {
	workers := []Worker{{"events", a.bus.Run}, {"jobs", a.jobs.Run}, {"workflows", a.engine.Run}}
	for _, p := range a.plugins {
		workers = append(workers, p.Workers...)
	}
	for _, w := range workers {
		a.running.Go(func() {
			if err := w.Run(ctx); err != nil && ctx.Err() == nil {
				a.cfg.Log.Error("stopped working", "on", w.Name, "error", err)
			}
		})
	}
}

// Serve starts the app and serves HTTP until ctx ends. Requests under way are then finished.
func (a *App) Serve(ctx context.Context) error {
	started := time.Now()
	if err := a.Start(ctx); err != nil {
		return err
	}
	if a.cfg.WorkerMode == "worker" {
		<-ctx.Done()
		return nil
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(a.cfg.Host, a.cfg.Port))
	if err != nil {
		return err
	}
	a.cfg.Log.InfoContext(ctx, "ready", "in", time.Since(started).Round(time.Millisecond), "database", a.db.Dialect(), "pooler", a.db.Pooler(), "routes", len(a.router.Routes()))
	a.tellDashboard()
	return (&route.Server{Handler: a.compressed(a.router), Log: a.cfg.Log}).Serve(ctx, ln)
}

var compressible = []string{"application/json", "text/html", "text/css", "text/plain", "text/csv", "text/javascript", "application/javascript", "image/svg+xml"}

// compressed compresses larger answers, if the shop wants that. Streams of events pass as they are.
func (a *App) compressed(h http.Handler) http.Handler {
	if !a.cfg.Compression {
		return h
	}
	wrap, _ := gzhttp.NewWrapper(gzhttp.ContentTypes(compressible)) // the options are valid
	return wrap(h)
}

// Close stops what Loaders began and closes the database. The app can be opened again.
func (a *App) Close() {
	if a.ungauge != nil {
		a.ungauge()
		a.ungauge = nil
	}
	if a.stop != nil {
		a.stop()
		a.running.Wait()
		a.stop = nil
	}
	if a.db != nil {
		a.db.Close()
		a.db = nil
	}
}

func names(list []db.Migration) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Plugin+"/"+m.Name)
	}
	return strings.Join(out, ", ")
}
