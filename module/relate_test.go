package module_test

import (
	"context"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

type house struct {
	module.Model
	Name  string  `json:"name"`
	Rooms []room  `json:"rooms" rel:"has=house_id,cascade"`
	Alley []alley `json:"alleys" rel:"many"`
	Key   *key    `json:"key" rel:"has=house_id"`
}

type room struct {
	module.Model
	Name    string  `json:"name"`
	HouseID *string `json:"house_id"`
	House   *house  `json:"house" rel:"belongs=house_id"`
	Chairs  []chair `json:"chairs" rel:"has=room_id"`
}

type chair struct {
	module.Model
	RoomID string `json:"room_id"`
}

type key struct {
	module.Model
	HouseID *string `json:"house_id" model:"unique"`
}

type alley struct {
	module.Model
	Houses []house `json:"houses" rel:"many"`
}

type town struct {
	houses *module.Table[house]
	rooms  *module.Table[room]
	chairs *module.Table[chair]
	keys   *module.Table[key]
	alleys *module.Table[alley]
}

func eachTown(t *testing.T, run func(*testing.T, context.Context, town)) {
	t.Helper()
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		w := town{module.NewTable[house]("house"), module.NewTable[room]("room"), module.NewTable[chair]("chair"), module.NewTable[key]("key"), module.NewTable[alley]("alley")}
		run(t, moduletest.Open(t, d, []module.Entity{w.houses, w.rooms, w.chairs, w.keys, w.alleys}), w)
	})
}

func count[T any](t *testing.T, ctx context.Context, table *module.Table[T], where module.Filter, want int) {
	t.Helper()
	if n, err := table.Count(ctx, where); err != nil || n != want {
		t.Errorf("%s: %d records match %v, want %d %v", table.Entity().Table, n, where, want, err)
	}
}

// Records are created with what they hold, at any depth, and the caller's structs stay as they were.
func TestCreateWith(t *testing.T) {
	eachTown(t, func(t *testing.T, ctx context.Context, w town) {
		rooms := []room{{Name: "hall", Chairs: []chair{{}, {}}}, {Name: "attic"}}
		in := house{Name: "old", Rooms: rooms, Alley: []alley{{}}, Key: &key{}}
		h, err := w.houses.With("rooms.chairs", "alleys", "key").Create(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		if rooms[0].ID != "" || rooms[0].Chairs[0].ID != "" || in.Key.ID != "" {
			t.Errorf("the caller's structs were changed: %+v", in)
		}
		got, err := w.houses.With("rooms.chairs", "alleys.houses", "key").Retrieve(ctx, h.ID)
		if err != nil || len(got.Rooms) != 2 || len(got.Rooms[0].Chairs)+len(got.Rooms[1].Chairs) != 2 || got.Alley[0].Houses[0].ID != h.ID || got.Key.ID != h.Key.ID {
			t.Errorf("got %+v %v", got, err)
		}
		r, err := w.rooms.With("house").Create(ctx, room{Name: "cellar", House: &house{Name: "new"}})
		if err != nil || r.HouseID == nil || *r.HouseID != r.House.ID {
			t.Errorf("got %+v %v", r, err)
		}
		plain, err := w.houses.Create(ctx, house{Rooms: []room{{}}})
		if err != nil || plain.Rooms[0].ID != "" {
			t.Errorf("relations that were not named are saved: %+v %v", plain, err)
		}
	})
}

// What cannot be related leaves nothing behind.
func TestCreateWithFails(t *testing.T) {
	eachTown(t, func(t *testing.T, ctx context.Context, w town) {
		for name, in := range map[string]house{"a room": {Rooms: module.Refs[room]("none")}, "an alley": {Alley: module.Refs[alley]("none")}, "a key": {Key: module.Ref[key]("none")}} {
			if _, err := w.houses.With("rooms", "alleys", "key").CreateMany(ctx, []house{{}, in}); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s that does not exist: %v", name, err)
			}
		}
		count(t, ctx, w.houses, nil, 0)
		if _, err := w.houses.With("doors").Create(ctx, house{}); err == nil {
			t.Error("a relation that there is not is taken")
		}
	})
}

// Relations of each kind are set by keys, and what else is in the set is changed with them or not at all.
func TestSetRelations(t *testing.T) {
	eachTown(t, func(t *testing.T, ctx context.Context, w town) {
		h, _ := w.houses.Create(ctx, house{Name: "a"})
		other, _ := w.houses.Create(ctx, house{Name: "b"})
		rooms, _ := w.rooms.CreateMany(ctx, []room{{Name: "1"}, {Name: "2"}, {Name: "3"}})
		ids := module.IDs(rooms)
		lane, _ := w.alleys.Create(ctx, alley{})
		k, _ := w.keys.Create(ctx, key{})
		got, err := w.houses.With("rooms", "alleys", "key").UpdateOne(ctx, h.ID, module.Set{"name": "c", "rooms": ids[:2], "alleys": []string{lane.ID}, "key": k.ID})
		if err != nil || got.Name != "c" || len(got.Rooms) != 2 || len(got.Alley) != 1 || got.Key == nil {
			t.Fatalf("got %+v %v", got, err)
		}
		if got, err = w.houses.With("rooms").Patch(ctx, h.ID, module.Set{"rooms": ids[1:]}); err != nil || len(got.Rooms) != 2 {
			t.Errorf("got %+v %v", got, err)
		}
		count(t, ctx, w.rooms, module.Filter{"house_id": nil}, 1)
		for name, err := range map[string]error{
			"attach": w.houses.Attach(ctx, "rooms", other.ID, ids[0]), "detach": w.houses.Detach(ctx, "rooms", h.ID, ids[1], ids[0]), "belongs": w.rooms.SetRelation(ctx, "house", ids[2], other.ID),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		count(t, ctx, w.rooms, module.Filter{"house_id": other.ID}, 2)
		count(t, ctx, w.rooms, module.Filter{"house_id": h.ID}, 0)
	})
}

func TestSetRelationsFails(t *testing.T) {
	eachTown(t, func(t *testing.T, ctx context.Context, w town) {
		h, _ := w.houses.Create(ctx, house{Name: "a"})
		r, _ := w.rooms.With("chairs").Create(ctx, room{HouseID: &h.ID, Chairs: []chair{{}}})
		for name, c := range map[string]struct {
			set  module.Set
			want fault.Kind
		}{
			"an unknown room":  {module.Set{"name": "b", "rooms": []string{"none"}}, fault.NotFound},
			"an unknown alley": {module.Set{"name": "b", "alleys": []string{"none"}}, fault.NotFound},
			"two keys":         {module.Set{"name": "b", "key": []string{"x", "y"}}, fault.Invalid},
			"no such relation": {module.Set{"name": "b", "doors": "x"}, fault.Invalid},
		} {
			if _, err := w.houses.UpdateOne(ctx, h.ID, c.set); fault.KindOf(err) != c.want {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := w.rooms.UpdateOne(ctx, r.ID, module.Set{"chairs": nil}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a chair without its room: %v", err)
		}
		if _, err := w.houses.UpdateOne(ctx, "none", module.Set{"rooms": []string{r.ID}}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown house: %v", err)
		}
		count(t, ctx, w.houses, module.Filter{"name": "a"}, 1)
		count(t, ctx, w.rooms, module.Filter{"house_id": h.ID}, 1)
	})
}

type self struct {
	module.Model
	Friends []self `json:"friends" rel:"many"`
}

// A model that is related to itself has to say which column is whose.
func TestManyOfItself(t *testing.T) {
	t.Parallel()
	if err := moduletest.Check(module.NewTable[self]("self")); err == nil {
		t.Error("both ends of a relation have the same column")
	}
}
