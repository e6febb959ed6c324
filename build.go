package gorgon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gorgon-commerce/gorgon/admin"
	"github.com/gorgon-commerce/gorgon/internal/develop"
)

type buildCmd struct {
	Output         string `short:"o" help:"The program to write; the name of the folder, in bin, if it is left out."`
	AdminOnly      bool   `help:"Build the dashboard alone, for programs that are started in this folder."`
	Admin          bool   `negatable:"" default:"true" help:"Put the dashboard into the program."`
	ExtensionsOnly bool   `hidden:"" help:"Write the extensions of the dashboard, and build nothing."`
}

// Help implements kong's help of a command.
func (*buildCmd) Help() string {
	return `Run in the folder of a shop's code, it makes one program that has all of the shop in it, the dashboard and its extensions included. The dashboard
needs Node.js 20 or newer and npm while it is built. --no-admin builds without them.

Examples:
  go run . build                       bin/NAME, NAME being the folder's
  go run . build -o /usr/local/bin/shop
  GOOS=linux GOARCH=arm64 go run . build --no-admin
  go run . build --admin-only          the dashboard of a shop that runs by go run`
}

// Run implements kong's command.
func (c *buildCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if c.ExtensionsOnly {
		return a.Dashboard().Write()
	}
	if c.AdminOnly {
		p := a.Dashboard()
		p.Out = out
		file, err := p.Build(ctx)
		if err == nil {
			_, err = fmt.Fprintln(out, "The dashboard is in", file)
		}
		return err
	}
	pkg, _, ok := develop.FindMainPackage(ctx, built())
	if !ok {
		return errors.New("there is no shop to build here: no package main with a go.mod, or no go command; --admin-only builds the dashboard")
	}
	if err := c.build(ctx, pkg, out); err != nil {
		return err
	}
	i, err := os.Stat(c.Output)
	if err == nil {
		_, err = fmt.Fprintf(out, "%s is built, %d MB\n", c.Output, i.Size()>>20)
	}
	return err
}

// build builds the program of a package, and puts into it the dashboard with its extensions, which only the program itself knows. So it is built for
// this machine first.
func (c *buildCmd) build(ctx context.Context, pkg string, out io.Writer) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	if pkg != "." {
		dir = pkg
	}
	target := cmp.Or(os.Getenv("GOOS"), runtime.GOOS)
	c.Output = cmp.Or(c.Output, executable(filepath.Join("bin", strings.ToLower(filepath.Base(dir))), target))
	if !c.Admin {
		return run(ctx, out, nil, "go", compile(c.Output, pkg)...)
	}
	here := executable(filepath.Join(".gorgon", "build", "shop"), runtime.GOOS)
	if err := run(ctx, out, []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH}, "go", compile(here, pkg)...); err != nil {
		return err
	}
	if err := run(ctx, out, nil, here, "build", "--admin-only"); err != nil {
		return fmt.Errorf("%w; --no-admin builds without the dashboard", err)
	}
	if err := run(ctx, out, nil, "go", compile(c.Output, pkg)...); err != nil {
		return err
	}
	return admin.AppendBundle(c.Output, (&admin.Project{}).BundleFile())
}

func compile(to, pkg string) []string {
	return []string{"build", "-ldflags=-s -w", "-o", to, pkg}
}

// executable is the name of a program on an operating system.
func executable(name, system string) string {
	if system == "windows" {
		return name + ".exe"
	}
	return name
}

// run runs a program; what it says is passed on.
func run(ctx context.Context, out io.Writer, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, append(os.Environ(), env...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(name), args[0], err)
	}
	return nil
}
