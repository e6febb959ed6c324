// Package workflowtest helps to test workflows.
package workflowtest

import (
	"log/slog"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Bind binds workflows to a new engine over a test's database, and makes the tables that it needs. Events stay in the outbox: see EmittedTopics.
func Bind(t testing.TB, d *db.DB, list ...workflow.AnyWorkflow) *workflow.Engine {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{event.Migrations(), workflow.Migrations()}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	e := workflow.NewEngine(d, event.NewBus(d, log), log)
	if err := e.Bind(list...); err != nil {
		t.Fatal(err)
	}
	return e
}

// EmittedTopics lists the events in the outbox, in the form "name data", oldest first.
func EmittedTopics(t testing.TB, d *db.DB) []string {
	t.Helper()
	rows, err := d.Query(t.Context(), db.Statement{SQL: "SELECT name, data FROM gorgon_event ORDER BY seq"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		list = append(list, string(rows.Value(0))+" "+string(rows.Value(1)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
