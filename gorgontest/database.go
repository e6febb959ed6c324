package gorgontest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
)

// A template is a database that is migrated, has the first records, and an admin.
type template interface {
	// copy makes a copy that lives as long as a test, and returns its URL.
	copy(t testing.TB) string
}

var discard = slog.New(slog.DiscardHandler)

// templates are what this process has made so far, by database and the names of plugins.
var templates sync.Map

type made struct {
	once     sync.Once
	template template
	err      error
}

// templateOf returns the template for some plugins, and makes it if it is the first one who asks.
func templateOf(t testing.TB, database string, plugins []func(*commerce.Shop) gorgon.Plugin, make func() (template, error)) template {
	t.Helper()
	app, _ := build("", discard, plugins)
	names := []string{database}
	for _, p := range app.Plugins() {
		names = append(names, p.Name)
	}
	v, _ := templates.LoadOrStore(strings.Join(names, " "), &made{})
	m := v.(*made)
	m.once.Do(func() {
		m.err = errors.New("gorgontest: the first test that needed the database could not make it")
		m.template, m.err = make()
	})
	if m.err != nil {
		t.Fatal(m.err)
	}
	return m.template
}

// A file is the content of an SQLite database.
type file []byte

func sqliteTemplate(t testing.TB, plugins []func(*commerce.Shop) gorgon.Plugin) template {
	t.Helper()
	return templateOf(t, "sqlite", plugins, func() (template, error) {
		path := filepath.Join(t.TempDir(), "template.db")
		if err := prepare("sqlite:"+path, plugins); err != nil {
			return nil, err
		}
		b, err := os.ReadFile(path)
		return file(b), err
	})
}

func (f file) copy(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.db")
	if err := os.WriteFile(path, f, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// A server is the URL of a PostgreSQL database.
type server string

func postgresTemplate(t testing.TB, plugins []func(*commerce.Shop) gorgon.Plugin) template {
	t.Helper()
	dbtest.ServerURL(t)
	return templateOf(t, "postgres", plugins, func() (template, error) {
		url := dbtest.PostgresTemplate(t)
		return server(url), prepare(url, plugins)
	})
}

func (s server) copy(t testing.TB) string {
	t.Helper()
	return dbtest.PostgresCopy(t, string(s))
}

// prepare makes a database what shops begin with.
func prepare(url string, plugins []func(*commerce.Shop) gorgon.Plugin) error {
	app, shop := build(url, discard, plugins)
	ctx := context.Background()
	defer app.Close()
	if _, err := app.Migrate(ctx); err != nil {
		return err
	}
	if err := app.RunLoaders(ctx); err != nil {
		return err
	}
	ctx = app.Context(ctx)
	identity, err := shop.Auth.Identities.Create(ctx, auth.AuthIdentity{})
	if err != nil {
		return err
	}
	_, err = shop.UserFlows.CreateAccount.Run(ctx, userflow.CreateAccountInput{AuthIdentityID: identity.ID, User: user.User{Email: "admin@example.com"}})
	return err
}
