package query_test

import (
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Planet has moons.
type Planet struct {
	module.Model
	Name  string `json:"name"`
	Moons []Moon `json:"moons" rel:"has=planet_id"`
}

// A Moon belongs to its planet.
type Moon struct {
	module.Model
	Name     string  `json:"name"`
	Miles    int     `json:"miles"`
	PlanetID string  `json:"planet_id"`
	Planet   *Planet `json:"planet" rel:"belongs=planet_id"`
}

// sky is a database with a few of them, and a field that is worked out.
func sky() (ctx context.Context, end func()) {
	planets, moons := module.NewTable[Planet]("planet", "planets"), module.NewTable[Moon]("moon", "moons")
	module.Compute(moons, "distance", []string{"miles"}, func(_ context.Context, list []Moon, args module.Map) ([]string, error) {
		out := make([]string, len(list))
		for i, m := range list {
			out[i] = fmt.Sprint(m.Miles, args["unit"])
		}
		return out, nil
	})
	ctx, d := moduletest.OpenInMemory(planets, moons)
	_, _ = planets.With("moons").CreateMany(ctx, []Planet{
		{Name: "Mars", Moons: []Moon{{Name: "Phobos", Miles: 3700}, {Name: "Deimos", Miles: 14600}}},
		{Name: "Earth", Moons: []Moon{{Name: "Luna", Miles: 238900}}},
	})
	return ctx, func() { d.Close() }
}

// By names, records come as JSON, ready for the wire.
func ExampleGraph() {
	ctx, end := sky()
	defer end()
	rows, _ := query.Graph(ctx, query.GraphRequest{
		Entity:  "moon",
		Fields:  []string{"name", "planet.name"},
		Filters: module.Filter{"planet": module.Filter{"name": "Mars"}},
		Order:   []string{"-name"},
		Take:    1,
		Count:   true,
	})
	fmt.Println(rows.Len(), "of", rows.Total(), rows.Text(0, "name") != nil)
	// Output: 1 of 2 true
}

// The fields of a struct are what is read: columns, related records, and fields that are worked out.
func ExampleOne() {
	ctx, end := sky()
	defer end()
	type Page struct {
		Moon
		Distance string
		Planet   struct{ Name string }
	}
	page, _ := query.One[Page](ctx, query.Where(module.Filter{"name": "Luna"}), query.Context(map[string]any{"unit": " miles"}))
	fmt.Println(page.Name, page.Planet.Name, page.Distance)
	// Output: Luna Earth 238900 miles
}

// A page, and the count of all that match.
func ExampleListAndCount() {
	ctx, end := sky()
	defer end()
	list, count, _ := query.ListAndCount[Moon](ctx, query.Order("planet.name", "-miles"), query.Page(1, 2))
	for _, m := range list {
		fmt.Println(m.Name)
	}
	fmt.Println(count)
	// Output:
	// Deimos
	// Phobos
	// 3
}
