package module_test

import (
	"context"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
)

// A seat goes by its id, and there is one of each number in a hall.
type seat struct {
	ID     string        `json:"id" model:"key,type=character varying"`
	HallID string        `json:"hall_id" model:"primary"`
	Number int           `json:"number" model:"primary"`
	Price  money.Decimal `json:"price" model:"rawdefault=7"`
	Hall   *hall         `json:"-" rel:"belongs=hall_id,ondelete=cascade"`
	Sold   *time.Time    `json:"sold" model:"type=timestamp"`
}

type hall struct {
	module.Model
	Name string `json:"name"`
}

type theatre struct {
	halls *module.Table[hall]
	seats *module.Table[seat]
}

func newTheatre() (theatre, []module.Entity) {
	m := theatre{module.NewTable[hall]("hall"), module.NewTable[seat]("seat")}
	return m, []module.Entity{m.halls, m.seats}
}

func TestPrimary(t *testing.T) {
	moduletest.EachDatabase(t, newTheatre, func(t *testing.T, m theatre) {
		ctx := t.Context()
		great, err := m.halls.Create(ctx, hall{Name: "Great hall"})
		if err != nil {
			t.Fatal(err)
		}
		sold := time.Date(2026, 5, 1, 20, 15, 0, 0, time.FixedZone("", 7200))
		for _, s := range []seat{{ID: "a", HallID: great.ID, Number: 1}, {ID: "b", HallID: great.ID, Number: 1, Price: money.Int(9), Sold: &sold}} {
			if _, err := m.seats.Upsert(ctx, []seat{s}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := m.seats.Retrieve(ctx, "a")
		if n, _ := m.seats.Count(ctx, nil); err != nil || n != 1 || got.Price.String() != "9" || got.Sold == nil || !got.Sold.Equal(sold) {
			t.Errorf("got %+v %v, %d seats", got, err, n)
		}
		if _, err := m.seats.Create(ctx, seat{ID: "c", HallID: "none", Number: 1}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a seat of no hall: %v", err)
		}
		if raw := rawPrice(ctx, t, m.seats.Entity().DB, great.ID); raw != `{"value": "7", "precision": 20}` {
			t.Errorf("the default of the raw price is %s", raw)
		}
		if err := m.halls.Delete(ctx, great.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := m.seats.Count(ctx, nil); n != 0 || err != nil {
			t.Errorf("%d seats are left of a hall that is gone, %v", n, err)
		}
	})
}

// rawPrice makes a seat without a word on its raw price.
func rawPrice(ctx context.Context, t *testing.T, open func() (*db.DB, error), hall string) (raw string) {
	t.Helper()
	d, err := open()
	if err == nil {
		_, err = db.QueryRow(ctx, d, db.Statement{SQL: `INSERT INTO seat (id, hall_id, number, price) VALUES ('d', $1, 2, 7) RETURNING raw_price`, Args: []any{hall}}, &raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
