package module_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
)

type parcel struct {
	module.Model `model:"prefix=parcel"`
	Name         *string       `json:"name"`
	Weight       money.Decimal `json:"weight"`
	Metadata     module.Map    `json:"metadata"`
}

func TestPatch(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		parcels := module.NewTable[parcel]("parcel")
		moduletest.Open(t, d, []module.Entity{parcels})
		name := "box"
		p, err := parcels.Create(t.Context(), parcel{Name: &name, Weight: money.MustParse("1.50"), Metadata: module.Map{"a": 1.0, "b": "x"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(t.Context(), db.Statement{SQL: `UPDATE parcel SET updated_at = $1`, Args: []any{p.CreatedAt.AddDate(-1, 0, 0)}}); err != nil {
			t.Fatal(err)
		}
		same, err := parcels.Patch(t.Context(), p.ID, module.Set{"name": "box", "weight": money.MustParse("1.5"), "metadata": module.Map{"a": 1.0}})
		if err != nil || !same.UpdatedAt.Before(p.CreatedAt) {
			t.Errorf("what changes nothing was written: %+v %v", same, err)
		}
		now, err := parcels.Patch(t.Context(), p.ID, module.Set{"name": nil, "metadata": module.Map{"b": "", "c": true}})
		if err != nil || now.Name != nil || now.UpdatedAt.Before(p.CreatedAt) || len(now.Metadata) != 2 || now.Metadata["c"] != true {
			t.Errorf("got %+v %v", now, err)
		}
		if now, err = parcels.Patch(t.Context(), p.ID, module.Set{"metadata": nil}); err != nil || now.Metadata != nil {
			t.Errorf("got %+v %v", now, err)
		}
		if _, err := parcels.Patch(t.Context(), "none", module.Set{}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}
