package gorgontest_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

type hen struct {
	module.Model
	EggID string `json:"egg_id"`
	Egg   *egg   `json:"egg" rel:"belongs=egg_id"`
}

type egg struct {
	module.Model
	HenID string `json:"hen_id"`
	Hen   *hen   `json:"hen" rel:"belongs=hen_id"`
}

func idle(context.Context) error { return nil }

func nothing(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }

func noWork(workflow.Context, int) (int, error) { return 0, nil }

// A program that contradicts itself does not start, and says where: with each place in the code that is part of the mistake.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, mistake := range map[string]struct {
		plugin func(*commerce.Shop) gorgon.Plugin
		want   string
		places int
	}{
		"two routes": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Routes: []route.Route{route.Get("/x/{id}", nothing), route.Get("/x/:name", nothing)}}
		}, "is routed already", 2},
		"a route of the core": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Routes: []route.Route{route.Get("/admin/products", nothing)}}
		}, "api/adminapi/products.go:", 1},
		"an unknown table": {func(s *commerce.Shop) gorgon.Plugin {
			things := module.NewTable[thing]("thing")
			return gorgon.Plugin{Links: []link.Definition{link.ManyToMany(things, s.Product.Products)}}
		}, `the table "thing", declared at`, 2},
		"a link that is not listed": {func(s *commerce.Shop) gorgon.Plugin {
			things := module.NewTable[thing]("thing")
			link.ManyToMany(things, s.Product.Products)
			return gorgon.Plugin{Tables: []module.Entity{things}}
		}, `the table "thing_product", declared at`, 1},
		"two models": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Tables: []module.Entity{module.NewTable[thing]("thing"), module.NewTable[thing]("thing")}}
		}, `two models have the table "thing"`, 2},
		"a cycle": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Tables: []module.Entity{module.NewTable[hen]("hen"), module.NewTable[egg]("egg")}}
		}, "models that need each other: ", 3},
		"two workflows": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Workflows: []workflow.AnyWorkflow{workflow.New("w", noWork), workflow.New("w", noWork)}}
		}, `"w" is defined twice`, 2},
		"two jobs": {func(*commerce.Shop) gorgon.Plugin {
			return gorgon.Plugin{Jobs: []job.Job{job.Cron("j", "@daily", idle), job.Cron("j", "@daily", idle)}}
		}, "two jobs with the name j", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := gorgon.New(gorgon.Config{DatabaseURL: "sqlite::memory:", Log: slog.New(slog.DiscardHandler)})
			t.Cleanup(app.Close)
			shop := commerce.New(app)
			p := mistake.plugin(shop)
			p.Name = "mistake"
			app.Use(shop.Plugin(), p)
			err := app.Open(t.Context())
			if err == nil {
				t.Fatal("it starts")
			}
			if n := strings.Count(err.Error(), "mistakes_test.go:"); n != mistake.places || !strings.Contains(err.Error(), mistake.want) {
				t.Errorf("it says, with %d of %d places, %v", n, mistake.places, err)
			}
		})
	}
	t.Run("a hook with two answers", func(t *testing.T) {
		t.Parallel()
		defer func() {
			if text, _ := recover().(string); strings.Count(text, "mistakes_test.go:") != 2 {
				t.Errorf("it says %q", text)
			}
		}()
		var hook workflow.HookWithResult[int, int]
		hook.Handle(noWork)
		hook.Handle(noWork)
	})
}
