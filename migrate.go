package gorgon

import (
	"context"
	"strings"
	"testing/fstest"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Migrate brings the database of the app up to date and returns what it did.
func (a *App) Migrate(ctx context.Context) ([]db.Migration, error) {
	if err := a.Open(ctx); err != nil {
		return nil, err
	}
	return db.Migrate(ctx, a.db, a.migrations())
}

// migrations are those of the framework, of the plugins, and one for the tables of plugins without any.
func (a *App) migrations() []db.Set {
	sets := []db.Set{event.Migrations(), job.Migrations(), workflow.Migrations()}
	kept := map[*graph.Entity]bool{}
	for _, p := range a.plugins {
		sets = append(sets, p.Migrations...)
		if len(p.Migrations) > 0 {
			for _, e := range entities([]Plugin{p}) {
				kept[e] = true
			}
		}
	}
	var rest []*graph.Entity
	for _, e := range a.schema.Entities() {
		if !kept[e] {
			rest = append(rest, e)
		}
	}
	if len(rest) > 0 {
		sets = append(sets, declared(rest, a.db.Dialect()))
	}
	return sets
}

// declared is a migration that makes tables as they are declared.
func declared(list []*graph.Entity, dialect db.Dialect) db.Set {
	sql := strings.Join(graph.DDL(dialect, list), ";\n") + ";\n"
	return db.Set{Plugin: "declared", FS: fstest.MapFS{dialect.String() + "/0001_tables.up.sql": {Data: []byte(sql)}}}
}
