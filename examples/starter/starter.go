// Package starter is the command new, which begins a shop of one's own: the program in the folder shop, which is compiled and tested here, under another name.
package starter

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gorgon-commerce/gorgon"
)

//go:embed all:shop
var program embed.FS

// What the program is called here, and the module that it uses.
const (
	here   = "github.com/gorgon-commerce/gorgon/examples/starter/shop"
	module = "github.com/gorgon-commerce/gorgon"
)

// Command is the command new.
func Command() gorgon.Command {
	return gorgon.Command{Name: "new", Help: "Begin a shop of your own in a new folder.", Run: &newCmd{}}
}

type newCmd struct {
	Name   string `arg:"" help:"The folder to make; its last part is what the shop is called."`
	Module string `short:"m" help:"Path of the shop's Go module; its name, if it is left out."`
	Gorgon string `env:"GORGON_SOURCE" type:"existingdir" help:"A checkout of Gorgon to build against. Without it a checkout that is the working directory is taken, else the published module."`
}

// Help implements kong's help of a command.
func (*newCmd) Help() string {
	return `The shop has a plugin with one of each: a data model with its migrations, a link, a workflow, routes, a subscriber, a job, a widget, and a test.

Examples:
  gorgon new shop
  gorgon new ~/code/shop -m example.com/shop --gorgon ~/code/gorgon`
}

// Run implements kong's command.
func (c *newCmd) Run(ctx context.Context, out io.Writer) error {
	s := Shop{Dir: c.Name, Module: c.Module, Gorgon: c.Gorgon}
	if s.Gorgon == "" && isGorgon(".") {
		s.Gorgon = "."
	}
	if err := s.Write(ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, `%[1]s is begun. Now:

  cd %[1]s
  go run . develop                                 http://localhost:9000, the dashboard on /app
  go run . user -e you@example.com -p secret       in another terminal, lets you in
  go test ./...
`, c.Name)
	return err
}

// A Shop is a shop to begin.
type Shop struct {
	Dir    string // must not exist yet, or be empty
	Module string // path of the Go module; the last part of Dir, if it is empty
	Gorgon string // a checkout to build against; the published module, if it is empty
}

// moduleWord is what the parts of a module's path may look like.
var moduleWord = regexp.MustCompile(`^[a-z0-9][a-z0-9._~-]*$`)

// Write writes the program. Nothing is written if something is wrong.
func (s Shop) Write(ctx context.Context) error {
	if s.Module == "" {
		dir, err := filepath.Abs(s.Dir)
		if err != nil {
			return err
		}
		s.Module = strings.ToLower(filepath.Base(dir))
	}
	for _, part := range strings.Split(s.Module, "/") {
		if !moduleWord.MatchString(part) {
			return fmt.Errorf("%q cannot be the path of a Go module; choose one with -m", s.Module)
		}
	}
	if list, err := os.ReadDir(s.Dir); err == nil && len(list) > 0 {
		return fmt.Errorf("%s is there already, and not empty", s.Dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	for name, data := range files {
		file := filepath.Join(s.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
	}
	if s.Gorgon != "" {
		return nil
	}
	return s.fetch(ctx)
}

// files are the files of the shop.
func (s Shop) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(program, "shop", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := program.ReadFile(name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".go" {
			if data, err = format.Source(bytes.ReplaceAll(data, []byte(here), []byte(s.Module))); err != nil {
				return err
			}
		}
		out[strings.TrimPrefix(name, "shop/")] = data
		return nil
	})
	if err != nil {
		return nil, err
	}
	out["README.md"] = bytes.Replace(out["README.md"], []byte("# A shop"), []byte("# "+path.Base(s.Module)), 1)
	if s.Gorgon == "" {
		out["go.mod"] = fmt.Appendf(nil, "module %s\n\ngo 1.26\n", s.Module)
		return out, nil
	}
	return out, s.require(out)
}

// require makes the module use a checkout, with the versions of others that the checkout has: nothing has to be asked for them.
func (s Shop) require(out map[string][]byte) error {
	if !isGorgon(s.Gorgon) {
		return fmt.Errorf("%s is no checkout of %s", s.Gorgon, module)
	}
	dir, err := filepath.Abs(s.Gorgon)
	if err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	if out["go.sum"], err = os.ReadFile(filepath.Join(dir, "go.sum")); err != nil {
		return err
	}
	rest := regexp.MustCompile(`(?m)^module .*\n`).ReplaceAllString(string(mod), "")
	rest = regexp.MustCompile(`(?m)^(require )?(\s*)(\S+\.\S+/\S+ v[^\s/]+)$`).ReplaceAllString(rest, "$1$2$3 // indirect")
	out["go.mod"] = fmt.Appendf(nil, "module %s\n%s\nrequire %s v0.0.0\n\nreplace %[3]s => %s\n", s.Module, rest, module, dir)
	return nil
}

// isGorgon reports whether a folder is a checkout of Gorgon.
func isGorgon(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && bytes.HasPrefix(mod, []byte("module "+module+"\n"))
}

// fetch adds the published module.
func (s Shop) fetch(ctx context.Context) error {
	for _, args := range [][]string{{"get", module + "@latest"}, {"mod", "tidy"}} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = s.Dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("the shop is written, but go %s failed, --gorgon takes a checkout: %w\n%s", args[0], err, out)
		}
	}
	return nil
}
