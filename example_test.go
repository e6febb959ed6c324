package gorgon_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// quiet is the configuration of an app in memory, with nothing from the environment.
func quiet() gorgon.Config {
	return gorgon.Config{DatabaseURL: "sqlite::memory:", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }}
}

// A Visit is a data model.
type Visit struct {
	module.Model
	Name string `json:"name"`
}

// A guestbook is what a plugin is made of.
type guestbook struct{ visits *module.Table[Visit] }

func (g guestbook) add(ctx context.Context, in struct {
	Name string `json:"name" valid:"min=1"`
}) (Visit, error) {
	return g.visits.Create(ctx, Visit{Name: in.Name})
}

func (g guestbook) count(ctx context.Context, _ struct{}) (int, error) {
	return g.visits.Count(ctx, nil)
}

// Plugin lists all that a guestbook adds to its app.
func (g guestbook) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:   "guestbook",
		Tables: []module.Entity{g.visits},
		Routes: []route.Route{route.Post("/visits", g.add), route.Get("/visits", g.count)},
	}
}

// An app is made of plugins. A program calls its Main; here it is opened, migrated and started by hand.
func ExampleApp() {
	ctx := context.Background()
	book := guestbook{module.NewTable[Visit]("visit")}
	app := gorgon.New(quiet())
	app.Use(book.Plugin())
	defer app.Close()
	if _, err := app.Migrate(ctx); err != nil {
		panic(err)
	}
	if err := app.Start(ctx); err != nil {
		panic(err)
	}

	_, _ = book.visits.Create(app.Context(ctx), Visit{Name: "Ada"})
	w := httptest.NewRecorder()
	app.Router().ServeHTTP(w, httptest.NewRequest("GET", "/visits", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 1
}

// A plugin may bring scripts, and commands with flags of their own. Run is what Main calls with the program's arguments.
func ExampleApp_Run() {
	app := gorgon.New(quiet())
	app.Use(gorgon.Plugin{Name: "greeter", Scripts: []gorgon.Script{{
		Name: "greet", Help: "Greet somebody.",
		Run: func(_ context.Context, args []string) error {
			fmt.Println("Hello", args[0])
			return nil
		},
	}}})
	code := app.Run(context.Background(), []string{"exec", "greet", "Ada"}, os.Stdout, os.Stdout)
	fmt.Println(code)
	// Output:
	// Hello Ada
	// 0
}

// A plugin lists what it brings along; here, work that is done at each start.
func ExamplePlugin() {
	ctx := context.Background()
	book := guestbook{module.NewTable[Visit]("visit")}
	plugin := book.Plugin()
	plugin.Loaders = append(plugin.Loaders, func(ctx context.Context) error {
		if n, err := book.visits.Count(ctx, nil); err != nil || n > 0 {
			return err
		}
		_, err := book.visits.Create(ctx, Visit{Name: "the host"})
		return err
	})
	app := gorgon.New(quiet())
	app.Use(plugin)
	defer app.Close()
	if _, err := app.Migrate(ctx); err != nil {
		panic(err)
	}
	if err := app.Start(ctx); err != nil {
		panic(err)
	}
	list, _ := book.visits.List(app.Context(ctx), nil)
	fmt.Println(list[0].Name)
	// Output: the host
}

// A Mailer is what plugins of one shop share.
type Mailer interface{ Send(to string) string }

type printer struct{}

func (printer) Send(to string) string { return "a letter to " + to }

// What only the program knows is provided by its type, and resolved where it is needed.
func ExampleProvide() {
	app := gorgon.New(quiet())
	gorgon.Provide[Mailer](app, printer{})

	ctx := app.Context(context.Background()) // as handlers, steps and jobs have it
	mailer, err := gorgon.Resolve[Mailer](ctx)
	fmt.Println(mailer.Send("Ada"), err)
	// Output: a letter to Ada <nil>
}
