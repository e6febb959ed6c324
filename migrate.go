package gorgon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/idempotency"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// Migrate brings the database of the app up to date and returns what it did.
func (a *App) Migrate(ctx context.Context) ([]db.Migration, error) {
	if err := a.Open(ctx); err != nil {
		return nil, err
	}
	if err := a.canMigrate(ctx); err != nil {
		return nil, err
	}
	done, err := db.Migrate(ctx, a.db, a.migrations())
	if err != nil || a.cache == nil {
		return done, err
	}
	return done, a.cache.Install(ctx)
}

// migrations are those of the framework and of the plugins; for a plugin that has none, what the database lacks of its tables is added.
func (a *App) migrations() []db.MigrationSet {
	sets := []db.MigrationSet{event.Migrations(), job.Migrations(), workflow.Migrations(), idempotency.Migrations()}
	of := a.owners()
	for _, p := range a.plugins {
		own := slices.ContainsFunc(p.Migrations, func(s db.MigrationSet) bool { return s.Plugin == p.Name })
		if !own && len(of[p.Name]) > 0 {
			sets = append(sets, declared(p.Name, ddl.Tables(a.db.Dialect(), of[p.Name])))
		}
		for _, s := range p.Migrations {
			sets = append(sets, a.overtaking(s))
		}
	}
	return sets
}

// overtaking tells what tables the files of a set lead to, so that they can take over from those that were made before there were files.
func (a *App) overtaking(s db.MigrationSet) db.MigrationSet {
	if s.FS == nil {
		return s
	}
	dialect := a.db.Dialect()
	if snapshot, err := ddl.ReadSnapshot(s.FS); err == nil && snapshot[dialect.String()] != nil {
		s.Declared = declared(s.Plugin, snapshot[dialect.String()]).Declared
	}
	return s
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

// declared is a migration that adds to a database what it lacks of tables.
func declared(plugin string, tables []ddl.Table) db.MigrationSet {
	b, _ := json.Marshal(tables) // strings
	sum := sha256.Sum256(b)
	return db.MigrationSet{Plugin: plugin, Declared: &db.DeclaredSchema{Name: "tables_" + hex.EncodeToString(sum[:4]), SQL: func(ctx context.Context, d *db.DB) (string, error) {
		list, err := ddl.Missing(ctx, d, tables)
		return ddl.Script(list), err
	}}}
}

// GenerateMigrations writes the migration files that lead from what a plugin's last ones declare to its models as they are now: for each dialect one that does it and one that
// undoes it. dir holds the plugin's migrations, and schema.json, which remembers the models. It returns the files; none if nothing has changed.
func (a *App) GenerateMigrations(plugin, dir, name string) (files []string, err error) {
	list, err := a.tablesOf(plugin)
	if err != nil {
		return nil, err
	}
	old, err := ddl.ReadSnapshot(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	return old.Write(dir, name, ddl.NewSnapshot(list))
}

// tablesOf are the tables of a plugin, with those of the relations.
func (a *App) tablesOf(plugin string) ([]*graph.Entity, error) {
	if _, err := graph.NewSchema(entities(a.plugins)); err != nil {
		return nil, err
	}
	if list := a.owners()[plugin]; len(list) > 0 {
		return list, nil
	}
	var names []string
	for _, p := range a.plugins {
		names = append(names, p.Name)
	}
	return nil, fmt.Errorf("there is no plugin %q with tables; there are %s", plugin, strings.Join(names, ", "))
}
