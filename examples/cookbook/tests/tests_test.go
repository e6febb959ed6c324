package tests_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/tests"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/gorgon-commerce/gorgon/workflow/workflowtest"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("TST-01", testRoute)
	t.Run("TST-02", testWorkflow)
	t.Run("TST-03", testModule)
}

// testRoute asks a whole shop, once over each database.
func testRoute(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		shop.Anonymous.Get("/custom").Want(200, `{"message":"Hello, World!"}`)
	}, tests.Plugin)
}

// testWorkflow runs a workflow alone over its module, and twice more against what its steps have returned.
func testWorkflow(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		notes := tests.NewNotes()
		ctx := moduletest.Open(t, d, []module.Entity{notes})
		remember := notes.Remember()
		workflowtest.Bind(t, d, remember)
		if n, err := workflow.ReplayTest(ctx, remember, "milk"); err != nil || n != 1 {
			t.Errorf("got %d %v", n, err)
		}
	})
}

// testModule has the tables of a module and nothing else.
func testModule(t *testing.T) {
	moduletest.EachDatabase(t, func() (tests.Notes, []module.Entity) {
		notes := tests.NewNotes()
		return notes, []module.Entity{notes}
	}, func(t *testing.T, notes tests.Notes) {
		if got, err := notes.Message(t.Context()); err != nil || got != "Hello, World!" {
			t.Errorf("got %q %v", got, err)
		}
	})
}
