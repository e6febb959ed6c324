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

// migrations are those of the framework and of the plugins; a plugin that has none gets one that makes its tables.
func (a *App) migrations() []db.Set {
	sets := []db.Set{event.Migrations(), job.Migrations(), workflow.Migrations()}
	of := a.owners()
	for _, p := range a.plugins {
		sets = append(sets, p.Migrations...)
		if len(p.Migrations) == 0 && len(of[p.Name]) > 0 {
			sets = append(sets, declared(p.Name, of[p.Name], a.db.Dialect()))
		}
	}
	return sets
}

// owners are the tables by plugin, those between two ends of a relation included.
func (a *App) owners() map[string][]*graph.Entity {
	out, taken := map[string][]*graph.Entity{}, map[*graph.Entity]bool{}
	for _, p := range a.plugins {
		for _, e := range entities([]Plugin{p}) {
			taken[e] = true
		}
	}
	for _, p := range a.plugins {
		for _, e := range entities([]Plugin{p}) {
			out[p.Name] = append(out[p.Name], e)
			for _, r := range e.Relations {
				if r.Pivot != nil && !taken[r.Pivot.Entity] {
					taken[r.Pivot.Entity] = true
					out[p.Name] = append(out[p.Name], r.Pivot.Entity)
				}
			}
		}
	}
	return out
}

// declared is a migration that makes a plugin's tables as they are declared.
func declared(plugin string, list []*graph.Entity, dialect db.Dialect) db.Set {
	sql := strings.Join(graph.DDL(dialect, list), ";\n") + ";\n"
	return db.Set{Plugin: plugin, FS: fstest.MapFS{dialect.String() + "/0001_tables.up.sql": {Data: []byte(sql)}}}
}
