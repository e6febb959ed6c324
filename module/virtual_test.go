package module_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/query"
)

type weather struct {
	City string `json:"city" model:"key"`
	Rain bool   `json:"rain"`
}

// A virtual model has no table, and is asked with the filter of a query.
func TestVirtual(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		forecast := module.NewVirtualTable("weather", func(_ context.Context, where module.Filter) ([]weather, error) {
			if where["city"] == "Atlantis" {
				return nil, errors.New("sunk")
			}
			return []weather{{where["city"].(string), true}}, nil
		})
		ctx := moduletest.Open(t, d, []module.Entity{forecast})
		if w, err := query.Get[weather](ctx, "Rome"); err != nil || w.City != "Rome" || !w.Rain {
			t.Errorf("got %+v %v", w, err)
		}
		if _, err := query.Get[weather](ctx, "Atlantis"); err == nil {
			t.Error("an error of the source is lost")
		}
		if list, err := forecast.List(ctx, module.Filter{"city": "Oslo"}); err != nil || list[0].City != "Oslo" {
			t.Errorf("got %+v %v", list, err)
		}
	})
}

// A computed field gets what it needs of the records and the query's context, and is there only where it is asked for.
func TestCompute(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		houses, rooms := module.NewTable[house]("house"), module.NewTable[room]("room")
		chairs, keys, alleys := module.NewTable[chair]("chair"), module.NewTable[key]("key"), module.NewTable[alley]("alley")
		calls := 0
		module.Compute(houses, "size", []string{"name", "rooms.name"}, func(_ context.Context, list []house, args module.Map) ([]map[string]any, error) {
			calls++
			out := make([]map[string]any, len(list))
			for i, h := range list {
				out[i] = map[string]any{"rooms": len(h.Rooms), "unit": args["unit"], "of": h.Name}
			}
			if args["unit"] == "none" {
				out = nil
			}
			return out, nil
		})
		ctx := moduletest.Open(t, d, []module.Entity{houses, rooms, chairs, keys, alleys})
		list, err := houses.With("rooms").CreateMany(ctx, []house{{Name: "a", Rooms: []room{{}, {}}}, {Name: "b"}})
		if err != nil {
			t.Fatal(err)
		}
		r := query.GraphRequest{Entity: "house", Fields: []string{"size"}, Order: []string{"name"}, Filters: module.Filter{"name": "a"}, Context: map[string]any{"unit": "m"}}
		rows, err := query.Graph(ctx, r)
		if want := `[{"id":"` + list[0].ID + `","size":{"of":"a","rooms":2,"unit":"m"}}]`; err != nil || string(rows.AppendList(nil)) != want {
			t.Fatalf("got %s %v, want %s", rows.AppendList(nil), err, want)
		}
		type sized struct {
			house
			Size struct {
				Rooms    int
				Unit, Of string
			}
		}
		got, err := query.List[sized](ctx, query.Order("name"), query.Context(map[string]any{"unit": "m"}))
		if err != nil || len(got) != 2 || got[0].Size.Rooms != 2 || got[0].Size.Unit != "m" || got[1].Size.Of != "b" || got[1].Size.Rooms != 0 {
			t.Errorf("got %+v %v", got, err)
		}
		if calls != 2 {
			t.Errorf("worked out %d times, want once for each read", calls)
		}
		if _, err := query.List[sized](ctx, query.Context(map[string]any{"unit": "none"})); err == nil {
			t.Error("a field that was not worked out for all records is taken")
		}
		if _, err := query.List[house](ctx); err != nil || calls != 3 {
			t.Errorf("it was worked out though nobody asked: %v", err)
		}
	})
}
