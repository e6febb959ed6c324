package gorgon

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"

	"github.com/gorgon-commerce/gorgon/admin"
	"github.com/gorgon-commerce/gorgon/internal/develop"
)

type developCmd struct {
	server
	Watch    bool `negatable:"" default:"true" help:"Build and restart when code changes. Without code, or without the go command, there is nothing to watch."`
	Attached bool `hidden:"" help:"Stop when the input ends."`
}

// Help implements kong's help of a command.
func (*developCmd) Help() string {
	return `Run in the folder of a shop's code, it builds the shop, serves it, and builds and restarts it whenever Go code, a migration or .env changes. Requests
wait meanwhile. Widgets and pages of the dashboard are shown as they are saved, if there is Node.js.

Examples:
  go run . develop
  go run . develop -p 8000 --no-watch`
}

// Run implements kong's command.
func (c *developCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	c.apply(a)
	if c.Attached {
		a.attached = true
		attached, stop := develop.ParentContext(ctx)
		defer stop()
		ctx = attached
	} else if pkg, module, ok := develop.FindMainPackage(ctx, built()); ok && c.Watch {
		return a.watch(ctx, pkg, module, out)
	}
	if _, err := a.Migrate(ctx); err != nil {
		return err
	}
	return a.Serve(ctx)
}

// built is the package that the running program was built from.
func built() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "."
	}
	return info.Path
}

// watch develops the shop whose main package is pkg.
func (a *App) watch(ctx context.Context, pkg, module string, out io.Writer) error {
	s := develop.Session{
		Package: pkg, Module: module, Dir: filepath.Join(".gorgon", "develop"), Address: net.JoinHostPort(a.cfg.Host, a.cfg.Port),
		Env: []string{"MEDUSA_BACKEND_URL=" + a.BackendURL()}, Out: os.Stderr, Log: a.cfg.Log,
	}
	if _, err := exec.LookPath("npm"); err == nil && !a.cfg.DisableAdmin {
		p := &admin.Project{Out: out} // the program that is built writes the extensions
		s.Dashboard = &develop.Dashboard{
			Path: admin.Path, Dir: p.ExtensionsDir(), Args: []string{"build", "--extensions-only"},
			Serve: func(ctx context.Context, ready func(string)) error {
				return p.ServeDev(ctx, a.cfg.Port, func(address string) {
					a.cfg.Log.Info("dashboard", "at", a.BackendURL()+admin.Path)
					ready(address)
				})
			},
		}
	} else if !a.cfg.DisableAdmin {
		fmt.Fprintln(out, admin.ErrNoNode)
	}
	return s.Run(ctx)
}
