package gorgon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gorgon-commerce/gorgon/db"
)

type migrateCmd struct {
	Status bool `help:"Only tell which migrations there are, and whether they were applied."`
}

// Run implements kong's command.
func (c *migrateCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if c.Status {
		return a.status(ctx, out)
	}
	done, err := a.Migrate(ctx)
	if err != nil {
		return err
	}
	return tell(out, "applied", done, "The database is up to date.")
}

func (a *App) status(ctx context.Context, out io.Writer) error {
	if err := a.Open(ctx); err != nil {
		return err
	}
	list, err := db.MigrationStatus(ctx, a.db, a.migrations())
	for _, m := range list {
		state := "pending"
		if m.Batch > 0 {
			state = "applied " + m.AppliedAt.Format(db.TimeLayout)
		}
		fmt.Fprintf(out, "%-40s %s\n", m.Plugin+"/"+m.Name, state)
	}
	return err
}

func tell(out io.Writer, verb string, list []db.Migration, none string) error {
	for _, m := range list {
		fmt.Fprintln(out, verb, m.Plugin+"/"+m.Name)
	}
	if len(list) == 0 {
		fmt.Fprintln(out, none)
	}
	return nil
}

type generateCmd struct {
	Plugin string `arg:"" help:"The plugin whose models have changed."`
	Dir    string `short:"d" help:"Folder of its migrations: the one that it embeds." default:"migrations"`
	Name   string `short:"n" help:"What the migrations are called." default:"change"`
}

// Run implements kong's command.
func (c *generateCmd) Run(_ context.Context, a *App, out io.Writer) error {
	files, err := a.GenerateMigrations(c.Plugin, c.Dir, c.Name)
	for _, f := range files {
		fmt.Fprintln(out, "wrote", f)
	}
	if err == nil && len(files) == 0 {
		fmt.Fprintln(out, "The models are as the last migration left them.")
	}
	return err
}

type rollbackCmd struct{}

// Run implements kong's command.
func (rollbackCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.Open(ctx); err != nil {
		return err
	}
	undone, err := db.Rollback(ctx, a.db, a.migrations())
	if err != nil {
		return err
	}
	return tell(out, "undone", undone, "There is nothing to undo.")
}

type createCmd struct {
	Template string `help:"PostgreSQL: the database to make it a copy of."`
}

// Run implements kong's command.
func (c *createCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	name, err := createDatabase(ctx, cmp.Or(a.cfg.DatabaseDirectURL, a.cfg.DatabaseURL), c.Template)
	if err == nil && name != "" {
		fmt.Fprintln(out, "created", name)
	}
	return err
}

// createDatabase creates the PostgreSQL database of a URL unless it exists, and returns its name. SQLite's make themselves.
func createDatabase(ctx context.Context, address, template string) (string, error) {
	name, c, err := maintenance(ctx, address)
	if c == nil || err != nil {
		return "", err
	}
	defer c.Close(context.WithoutCancel(ctx))
	var exists bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return "", err
	}
	sql := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		sql += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	_, err = c.Exec(ctx, sql)
	return name, err
}

// maintenance connects to the server of a PostgreSQL URL, beside the database that it names; of other URLs the connection is nil.
func maintenance(ctx context.Context, address string) (name string, c *pgx.Conn, err error) {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "", nil, nil
	}
	name = strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return "", nil, fmt.Errorf("cannot reach the server: %w", err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // poolers need not know prepared statements
	if c, err = pgx.ConnectConfig(ctx, config); err != nil {
		return "", nil, fmt.Errorf("cannot reach the server: %w", err)
	}
	return name, c, nil
}

type setupCmd struct{}

// Run implements kong's command.
func (setupCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := (&createCmd{}).Run(ctx, a, out); err != nil {
		return err
	}
	if err := (&migrateCmd{}).Run(ctx, a, out); err != nil {
		return err
	}
	return a.RunLoaders(ctx)
}

type syncCmd struct{}

// Run implements kong's command. Links are tables like others, and migrated with them.
func (syncCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	return (&migrateCmd{}).Run(ctx, a, out)
}

// Run implements kong's command.
func (c *routesCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	router, err := a.newRouter()
	if err != nil {
		return err
	}
	for _, r := range router.Routes() {
		if strings.Contains(r.Pattern, c.Match) {
			fmt.Fprintf(out, "%-7s %s\n", r.Method, r.Pattern)
		}
	}
	return nil
}

type doctorCmd struct{}

// Run implements kong's command.
func (doctorCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	bad := 0
	check := func(subject string, err error) {
		verdict := "ok"
		if err != nil {
			verdict, bad = err.Error(), bad+1
		}
		fmt.Fprintf(out, "%-12s %s\n", subject, verdict)
	}
	check("secrets", a.secrets())
	err := a.Open(ctx)
	check("database", err)
	if err == nil {
		pending, err := db.PendingMigrations(ctx, a.db, a.migrations())
		if err == nil && len(pending) > 0 {
			err = fmt.Errorf("pending: %s; run db:migrate", names(pending))
		}
		check("migrations", errors.Join(err, a.checkOrigin(ctx)))
		check("data", a.checkData(ctx))
	}
	if bad > 0 {
		return fmt.Errorf("%d of the checks failed", bad)
	}
	return nil
}

// secrets complains about secrets that everybody knows.
func (a *App) secrets() error {
	if a.cfg.JWTSecret == insecure || a.cfg.CookieSecret == insecure {
		return fmt.Errorf("JWT_SECRET or COOKIE_SECRET is %q, which everybody knows", insecure)
	}
	return nil
}

type dropCmd struct{}

// Run implements kong's command.
func (dropCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	name, c, err := maintenance(ctx, cmp.Or(a.cfg.DatabaseDirectURL, a.cfg.DatabaseURL))
	if c == nil || err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err = c.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err == nil {
		fmt.Fprintln(out, "dropped", name)
	}
	return err
}
