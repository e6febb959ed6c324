package gorgon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// violations are what rows of the database break of the constraints of all tables.
func (a *App) violations(ctx context.Context) ([]ddl.Violation, error) {
	var tables []*graph.Entity
	for _, list := range a.owners() {
		tables = append(tables, list...)
	}
	slices.SortFunc(tables, func(x, y *graph.Entity) int { return strings.Compare(x.Table, y.Table) })
	return ddl.Violations(ctx, a.db, tables)
}

// checkData is an error if rows break constraints.
func (a *App) checkData(ctx context.Context) error {
	list, err := a.violations(ctx)
	if err != nil {
		return err
	}
	return a.explain(list)
}

// canMigrate is an error if rows break constraints that a pending migration has to add. Those that it adds for new rows alone it only warns of.
func (a *App) canMigrate(ctx context.Context) error {
	pending, err := db.PendingMigrations(ctx, a.db, a.migrations())
	if err != nil || len(pending) == 0 {
		return err
	}
	if err := a.checkOrigin(ctx); err != nil {
		return err
	}
	list, err := a.violations(ctx)
	if err != nil {
		return err
	}
	var blocking []ddl.Violation
	for _, v := range list {
		if v.Blocks {
			blocking = append(blocking, v)
			continue
		}
		a.cfg.Log.WarnContext(ctx, "rows cannot be changed until they are corrected", "error", a.explain([]ddl.Violation{v}))
	}
	return a.explain(blocking)
}

// checkOrigin asks the plugins whether the database can be migrated.
func (a *App) checkOrigin(ctx context.Context) error {
	for _, p := range a.plugins {
		if p.CanMigrate == nil {
			continue
		}
		if err := p.CanMigrate(a.Context(ctx)); err != nil {
			return fmt.Errorf("plugin %s: %w", p.Name, err)
		}
	}
	return nil
}

// explain says what is wrong and what to do.
func (a *App) explain(list []ddl.Violation) error {
	var all []error
	for _, v := range list {
		advice := "correct them, or delete what is not needed"
		if r := a.repair(v.Constraint); r != nil {
			advice = "run db:repair, which " + r.Help
		}
		all = append(all, fmt.Errorf("%w: %s", v, advice))
	}
	return errors.Join(all...)
}

// repair is what corrects rows that break a constraint; nil if nobody knows how.
func (a *App) repair(constraint string) *Repair {
	for _, p := range a.plugins {
		for i := range p.Repairs {
			if p.Repairs[i].Constraint == constraint {
				return &p.Repairs[i]
			}
		}
	}
	return nil
}

type repairCmd struct {
	DryRun bool `help:"Only tell what would be corrected."`
}

// Run implements kong's command.
func (c *repairCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.Open(ctx); err != nil {
		return err
	}
	list, err := a.violations(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(out, "No rows break a constraint.")
		return nil
	}
	var left []ddl.Violation
	for _, v := range list {
		r := a.repair(v.Constraint)
		if r == nil || c.DryRun {
			left = append(left, v)
			continue
		}
		n, err := a.correct(ctx, v, r)
		if err != nil {
			return fmt.Errorf("%s: %w", v.Constraint, err)
		}
		fmt.Fprintf(out, "corrected %d rows of %s against %s\n", n, v.Table, v.Constraint)
	}
	return a.explain(left)
}

// correct runs a repair, and makes sure that no row breaks the constraint then.
func (a *App) correct(ctx context.Context, v ddl.Violation, r *Repair) (n int, err error) {
	return n, a.db.InTx(a.Context(ctx), func(ctx context.Context) error {
		if n, err = r.Run(ctx); err != nil {
			return err
		}
		if err := ddl.Validate(ctx, a.db, v.Table, v.Constraint); err != nil {
			return err
		}
		list, err := a.violations(ctx)
		if err != nil {
			return err
		}
		for _, still := range list {
			if still.Constraint == v.Constraint {
				return still
			}
		}
		return nil
	})
}
