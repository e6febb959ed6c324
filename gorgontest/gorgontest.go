// Package gorgontest gives a test a whole shop of its own: all of commerce and the plugins under test over a fresh database, with clients that are
// logged in, and the events that were told.
package gorgontest

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/customerflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// A Shop is a shop that lives as long as its test.
type Shop struct {
	*commerce.Shop
	App *gorgon.App

	Anonymous *routetest.Client // sends nothing along
	Admin     *routetest.Client // logged in as a user of the admin
	Store     *routetest.Client // has the publishable key of the default sales channel

	t    testing.TB
	seen *recorder
}

// New starts a shop over SQLite with more plugins than commerce. The first of a process costs what its migrations cost; others copy what that left.
func New(t testing.TB, plugins ...func(*commerce.Shop) gorgon.Plugin) *Shop {
	t.Helper()
	return start(t, sqliteTemplate(t, plugins).copy(t), plugins)
}

// NewPostgres starts a shop over PostgreSQL; see dbtest.ServerEnv for where that is.
func NewPostgres(t testing.TB, plugins ...func(*commerce.Shop) gorgon.Plugin) *Shop {
	t.Helper()
	return start(t, postgresTemplate(t, plugins).copy(t), plugins)
}

// EachDatabase runs a test as two subtests, with a shop over SQLite and one over PostgreSQL; see dbtest.ServerEnv for where that is.
func EachDatabase(t *testing.T, run func(*testing.T, *Shop), plugins ...func(*commerce.Shop) gorgon.Plugin) {
	t.Helper()
	each(t, func(t *testing.T, template func(testing.TB, []func(*commerce.Shop) gorgon.Plugin) template) {
		run(t, start(t, template(t, plugins).copy(t), plugins))
	})
}

func each(t *testing.T, run func(*testing.T, func(testing.TB, []func(*commerce.Shop) gorgon.Plugin) template)) {
	t.Helper()
	for name, template := range map[string]func(testing.TB, []func(*commerce.Shop) gorgon.Plugin) template{"sqlite": sqliteTemplate, "postgres": postgresTemplate} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, template)
		})
	}
}

// WithFakeClock runs a test with a shop over SQLite whose clock only goes on when the test sleeps, in a bubble of testing/synctest: time.Sleep(24 * time.Hour) returns once all
// that is due meanwhile, such as jobs and sleeping workflows, has been done. What waits in the database is looked for four times a minute.
func WithFakeClock(t *testing.T, run func(*testing.T, *Shop), plugins ...func(*commerce.Shop) gorgon.Plugin) {
	t.Helper()
	template := sqliteTemplate(t, plugins)
	synctest.Test(t, func(t *testing.T) { run(t, start(t, template.copy(t), append(plugins, slow))) })
}

// slow keeps the loops of a shop from turning each second of a long sleep.
func slow(shop *commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "gorgontest/slow", Loaders: []func(context.Context) error{func(context.Context) error {
		shop.App.Bus().Poll, shop.App.Engine().Poll = 15*time.Second, 15*time.Second
		return nil
	}}}
}

// A Pluggable is what a plugin is made of: its tables, links and whatever else it knows, as fields.
type Pluggable interface{ Plugin() gorgon.Plugin }

// With is New with one plugin whose parts the test wants at hand.
func With[P Pluggable](t testing.TB, plugin func(*commerce.Shop) P, more ...func(*commerce.Shop) gorgon.Plugin) (*Shop, P) {
	t.Helper()
	var p P
	shop := New(t, append([]func(*commerce.Shop) gorgon.Plugin{kept(&p, plugin)}, more...)...)
	return shop, p
}

// EachDatabaseWith is EachDatabase with one plugin whose parts the test wants at hand.
func EachDatabaseWith[P Pluggable](t *testing.T, plugin func(*commerce.Shop) P, run func(*testing.T, *Shop, P), more ...func(*commerce.Shop) gorgon.Plugin) {
	t.Helper()
	each(t, func(t *testing.T, template func(testing.TB, []func(*commerce.Shop) gorgon.Plugin) template) {
		var p P
		plugins := append([]func(*commerce.Shop) gorgon.Plugin{kept(&p, plugin)}, more...)
		shop := start(t, template(t, plugins).copy(t), plugins)
		run(t, shop, p)
	})
}

// kept makes a plugin and keeps what it is made of, of which the last belongs to the shop that is started.
func kept[P Pluggable](p *P, plugin func(*commerce.Shop) P) func(*commerce.Shop) gorgon.Plugin {
	return func(shop *commerce.Shop) gorgon.Plugin {
		*p = plugin(shop)
		return (*p).Plugin()
	}
}

// PostgresURL prepares a database as that of NewPostgres is, for shops of NewWithConfig, and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return postgresTemplate(t, nil).copy(t)
}

// NewWithConfig starts a shop with a configuration of the test's own, over a database of PostgresURL. Several may share it, as processes do.
func NewWithConfig(t testing.TB, cfg gorgon.Config, plugins ...func(*commerce.Shop) gorgon.Plugin) *Shop {
	t.Helper()
	return startWith(t, cfg, plugins)
}

// start starts a shop over a prepared database.
func start(t testing.TB, url string, plugins []func(*commerce.Shop) gorgon.Plugin) *Shop {
	t.Helper()
	return startWith(t, gorgon.Config{DatabaseURL: url}, plugins)
}

func startWith(t testing.TB, cfg gorgon.Config, plugins []func(*commerce.Shop) gorgon.Plugin) *Shop {
	t.Helper()
	seen := &recorder{}
	cfg.Log = slog.New(slog.NewTextHandler(seen, nil))
	app, shop := buildWith(cfg, plugins)
	s := &Shop{Shop: shop, App: app, t: t, seen: seen}
	app.Use(gorgon.Plugin{Name: "gorgontest", Subscriptions: []event.Subscription{event.OnAny(s.seen.hear, event.WithName("gorgontest"))}})
	t.Cleanup(app.Close)
	if err := launch(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	s.Anonymous = routetest.NewForHandler(t, app.Router())
	s.Admin = s.login("user", s.only(s.Auth.Identities.List(s.Context(), nil)))
	keys, err := s.APIKey.Keys.List(s.Context(), module.Filter{"type": apikey.TypePublishable})
	if err != nil || len(keys) == 0 {
		t.Fatal("no publishable key", err)
	}
	s.Store = s.Anonymous.WithHeader("X-Publishable-Api-Key", keys[0].Token)
	return s
}

// launch starts an app over a copy of a template, which may have been made for other plugins of the same names.
func launch(ctx context.Context, app *gorgon.App) error {
	err := app.Start(ctx)
	if errors.Is(err, gorgon.ErrPending) {
		if _, err = app.Migrate(ctx); err == nil {
			err = app.Start(ctx)
		}
	}
	return err
}

// build makes the app of a shop over a database, with nothing from the environment.
func build(url string, log *slog.Logger, plugins []func(*commerce.Shop) gorgon.Plugin) (*gorgon.App, *commerce.Shop) {
	return buildWith(gorgon.Config{DatabaseURL: url, Log: log}, plugins)
}

func buildWith(cfg gorgon.Config, plugins []func(*commerce.Shop) gorgon.Plugin) (*gorgon.App, *commerce.Shop) {
	cfg.JWTSecret, cfg.CookieSecret, cfg.Getenv = "test", "test", func(string) string { return "" }
	app := gorgon.New(cfg)
	shop := commerce.New(app)
	app.Use(shop.Plugin())
	for _, p := range plugins {
		app.Use(p(shop))
	}
	app.Use(gorgon.Plugin{Name: "gorgontest", Providers: []gorgon.Provider{
		notification.Provide("gorgontest", mailbox{}, "email", "sms", "push")}})
	return app, shop
}

// Context is what the shop's flows and tables are called with.
func (s *Shop) Context() context.Context { return s.App.Context(s.t.Context()) }

// Customer makes a customer with an account and returns a client that is logged in as they are, with the publishable key.
func (s *Shop) Customer(email string) *routetest.Client {
	s.t.Helper()
	identity, err := s.Auth.Identities.Create(s.Context(), auth.AuthIdentity{})
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.CustomerFlows.CreateAccount.Run(s.Context(), customerflow.CreateAccountInput{AuthIdentityID: identity.ID, Customer: customer.Customer{Email: &email}})
	if err != nil {
		s.t.Fatal(err)
	}
	identity, err = s.Auth.Retrieve(s.Context(), identity.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Store.WithHeader("Authorization", "Bearer "+s.token("customer", identity))
}

func (s *Shop) only(list []auth.AuthIdentity, err error) auth.AuthIdentity {
	s.t.Helper()
	if err != nil || len(list) == 0 {
		s.t.Fatal("no identity", err)
	}
	return list[0]
}

func (s *Shop) login(actorType string, identity auth.AuthIdentity) *routetest.Client {
	s.t.Helper()
	return s.Anonymous.WithHeader("Authorization", "Bearer "+s.token(actorType, identity))
}

func (s *Shop) token(actorType string, identity auth.AuthIdentity) string {
	s.t.Helper()
	g, err := s.Auth.GrantToken(s.Context(), auth.LoginResult{Identity: identity}, actorType)
	if err != nil {
		s.t.Fatal(err)
	}
	return g.Token
}

// Events waits until all that was committed has been handed to everybody, and returns what the shop has told since it started, oldest first.
func (s *Shop) Events() []event.Message {
	s.t.Helper()
	if err := s.App.Bus().WaitIdle(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return s.seen.all()
}

// CountEvents counts the events of a topic among Events.
func (s *Shop) CountEvents(topic string) (n int) {
	s.t.Helper()
	for _, m := range s.Events() {
		if m.Name == topic {
			n++
		}
	}
	return n
}

// SentNotifications returns the notifications that were sent, the oldest first, once all events have been handled.
func (s *Shop) SentNotifications() []notification.Notification {
	s.t.Helper()
	s.Events()
	list, err := s.Notification.Notifications.List(s.Context(), module.Filter{"status": "success"}, module.FindOptions{Order: []string{"created_at", "id"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// A mailbox takes notifications of the usual channels, unless a plugin has a provider for them, and brings them nowhere.
type mailbox struct{}

func (mailbox) Send(context.Context, notification.Notification) (string, error) { return "", nil }

// URL serves the shop over a real connection until the test ends, for what needs one, and returns the address.
func (s *Shop) URL() string {
	server := httptest.NewServer(s.App.Router())
	s.t.Cleanup(server.Close)
	return server.URL
}

// LogOutput returns what the shop has written to its log so far, as text.
func (s *Shop) LogOutput() string {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return string(s.seen.log)
}

// A recorder keeps events, and the log.
type recorder struct {
	mu   sync.Mutex
	list []event.Message
	log  []byte
}

// Write implements io.Writer, for the log.
func (r *recorder) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, line...)
	return len(line), nil
}

func (r *recorder) hear(_ context.Context, m event.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, m)
	return nil
}

func (r *recorder) all() []event.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]event.Message(nil), r.list...)
}
