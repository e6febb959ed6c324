package gorgon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/gorgon-commerce/gorgon/db"
)

// What a program ends with.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main runs the command that the program was started with, and ends the process: with 0 for success, 1 for failure and 2 for a command line that
// cannot be understood.
func (a *App) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := a.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// exit is how kong's wish to end the program travels up to Run.
type exit int

// Run runs one command and returns what a process should end with. It closes the app.
func (a *App) Run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if e, ok := recover().(exit); ok {
			code = int(e)
		}
	}()
	name := filepath.Base(os.Args[0])
	parser, err := kong.New(&commands{}, a.options(name, stdout, stderr)...)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\nRun %q for what can be done.\n", name, err, name+" --help")
		return exitUsage
	}
	defer a.Close()
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.BindTo(stdout, (*io.Writer)(nil))
	if err := parsed.Run(a); err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitFailed
	}
	return exitOK
}

func (a *App) options(name string, stdout, stderr io.Writer) []kong.Option {
	out := []kong.Option{
		kong.Name(name), kong.Description(description(name)), kong.Writers(stdout, stderr),
		kong.UsageOnError(), kong.Exit(func(code int) { panic(exit(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	}
	for _, p := range a.plugins {
		for _, c := range p.Commands {
			out = append(out, kong.DynamicCommand(c.Name, c.Help, p.Name, c.Run))
		}
	}
	return out
}

func description(name string) string {
	return fmt.Sprintf(`A commerce server that Medusa's clients understand.

Examples:
  %[1]s develop                                    migrate, then serve on port 9000
  %[1]s user -e you@example.com -p s3cret          add somebody to the admin
  DATABASE_URL=postgres://localhost/shop %[1]s db:migrate
  PORT=8080 %[1]s start                            serve a database that is up to date`, name)
}

// commands are the commands that every program has.
type commands struct {
	Start    startCmd    `cmd:"" help:"Serve the shop. The database has to be up to date."`
	Develop  developCmd  `cmd:"" help:"Serve the shop while its code is written: migrate, build and restart on change."`
	Build    buildCmd    `cmd:"" help:"Build the shop as one program, its dashboard in it."`
	Exec     execCmd     `cmd:"" help:"Run a script of the shop."`
	Migrate  migrateCmd  `cmd:"" name:"db:migrate" help:"Apply all pending migrations."`
	Generate generateCmd `cmd:"" name:"db:generate" help:"Write the migrations that a plugin's models need since the last ones were written."`
	Rollback rollbackCmd `cmd:"" name:"db:rollback" help:"Undo the last batch of migrations."`
	Repair   repairCmd   `cmd:"" name:"db:repair" help:"Correct rows that break constraints, such as those of a database that Medusa has filled. The command doctor lists them."`
	Setup    setupCmd    `cmd:"" name:"db:setup" help:"Create the database, apply all migrations, and make the first records."`
	Create   createCmd   `cmd:"" name:"db:create" help:"Create the database that DATABASE_URL names."`
	Drop     dropCmd     `cmd:"" name:"db:drop" help:"Drop the database that DATABASE_URL names, with all that is in it." hidden:""`
	Sync     syncCmd     `cmd:"" name:"db:sync-links" help:"Make the tables of links that are missing."`
	Runs     runsCmd     `cmd:"" help:"Look after runs of workflows: list, show, retry, cancel, signal."`
	Jobs     jobsCmd     `cmd:"" help:"Look after jobs: list, history, run."`
	Events   eventsCmd   `cmd:"" help:"Look after events: list, dead letters, retry, drop."`
	Routes   routesCmd   `cmd:"" help:"List all routes."`
	OpenAPI  openapiCmd  `cmd:"" name:"openapi" help:"Print the description of all routes, as OpenAPI 3.1."`
	Doctor   doctorCmd   `cmd:"" help:"Look for what is wrong with configuration and database."`
	Shells   shellsCmd   `cmd:"" name:"completion" help:"Print what makes a shell complete commands and flags."`
	Complete completeCmd `cmd:"" hidden:""`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// A server has the flags of commands that serve.
type server struct {
	Host string `short:"H" help:"Address to listen on. Environment: HOST."`
	Port string `short:"p" help:"Port to listen on. Environment: PORT; else 9000."`
}

func (s server) apply(a *App) {
	if s.Host != "" {
		a.cfg.Host = s.Host
	}
	if s.Port != "" {
		a.cfg.Port = s.Port
	}
}

type startCmd struct {
	server
	Migrate bool `help:"Apply pending migrations first. A database without tables gets them without being asked."`
}

// Run implements kong's command.
func (c *startCmd) Run(ctx context.Context, a *App) error {
	if a.cfg.Production && a.defaulted {
		return errors.New("in production JWT_SECRET and COOKIE_SECRET have to be set")
	}
	c.apply(a)
	if err := a.Open(ctx); err != nil {
		return err
	}
	empty, err := db.IsEmpty(ctx, a.db)
	if err == nil && (empty || c.Migrate) {
		_, err = a.Migrate(ctx)
	}
	if err != nil {
		return err
	}
	return a.Serve(ctx)
}

type execCmd struct {
	Name string   `arg:"" optional:"" help:"The script; without it, all are listed."`
	Args []string `arg:"" optional:"" passthrough:"" help:"What the script is given."`
}

// Run implements kong's command.
func (c *execCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	for _, p := range a.plugins {
		for _, s := range p.Scripts {
			if c.Name == "" {
				fmt.Fprintf(out, "%-24s %s\n", s.Name, s.Help)
			}
			if s.Name == c.Name {
				if err := a.Open(ctx); err != nil {
					return err
				}
				return s.Run(a.Context(ctx), c.Args)
			}
		}
	}
	if c.Name != "" {
		return fmt.Errorf("there is no script %q; exec without a name lists all", c.Name)
	}
	return nil
}

type routesCmd struct {
	Match string `arg:"" optional:"" help:"Only routes whose pattern contains this."`
}

type versionCmd struct{}

// Run implements kong's command.
func (versionCmd) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "gorgon", Version)
	return err
}
