package query_test

import (
	"fmt"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/query"
)

// By its key, one record; an unknown key is a fault.
func ExampleGet() {
	ctx, end := sky()
	defer end()
	moons, _ := query.Find[Moon](ctx, module.Filter{"name": "Luna"})
	moon, _ := query.Get[Moon](ctx, moons[0].ID)
	_, err := query.Get[Moon](ctx, "none")
	fmt.Println(moon.Name, fault.KindOf(err))
	// Output: Luna not_found
}

// All that match. The struct says what is read of them.
func ExampleFind() {
	ctx, end := sky()
	defer end()
	type MoonOf struct {
		Name   string
		Planet struct{ Name string }
	}
	list, _ := query.List[MoonOf](ctx, query.From("moon"), query.Where(module.Filter{"miles": module.Filter{"$gte": 5000}}), query.Order("name"))
	for _, m := range list {
		fmt.Println(m.Name, "of", m.Planet.Name)
	}
	// Output:
	// Deimos of Mars
	// Luna of Earth
}

// Filters have operators, reach over relations and links, and are combined.
func ExampleWhere() {
	ctx, end := sky()
	defer end()
	for _, f := range []module.Filter{
		{"name": []string{"Luna", "Phobos"}},
		{"miles": module.Filter{"$gt": 4000, "$lt": 20000}},
		{"name": module.Filter{"$ilike": "%MO%"}},
		{"planet": module.Filter{"name": "Mars"}},
		{"$or": []module.Filter{{"name": "Luna"}, {"miles": 3700}}},
		{"$not": module.Filter{"name": "Luna"}},
	} {
		list, _ := query.List[Moon](ctx, query.Where(f), query.Order("name"))
		names := []string{}
		for _, m := range list {
			names = append(names, m.Name)
		}
		fmt.Println(names)
	}
	// Output:
	// [Luna Phobos]
	// [Deimos]
	// [Deimos]
	// [Deimos Phobos]
	// [Luna Phobos]
	// [Deimos Phobos]
}

// A struct that cannot hold what it asks for is told so, before anything is read.
func ExampleFrom() {
	ctx, end := sky()
	defer end()
	type Row struct {
		Name  string
		Miles string
	}
	_, err := query.List[Row](ctx, query.From("moon"))
	fmt.Println(err)
	// Output: query: query_test.Row.Miles: moon.miles is an integer, which string cannot hold
}
