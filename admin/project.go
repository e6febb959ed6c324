// Package admin builds Medusa's dashboard, with the extensions that plugins bring, and serves it. The dashboard comes from npm and is built by its own
// bundler; Node.js is needed for that, and for nothing else. What is built is one zip file, which stands alone or at the end of a program.
package admin

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
)

// ErrNoNode is the error of everything that needs Node.js where there is none.
var ErrNoNode = errors.New("the dashboard is built with Node.js 20 or newer and npm, which are not installed here; all else works without")

//go:embed project
var project embed.FS

// An Extension is what a plugin adds to the dashboard: folders widgets and routes of TSX, by Medusa's conventions, and a package.json if they need
// packages that the dashboard does not have.
type Extension struct {
	Plugin string
	Files  fs.FS
}

// root is the folder that widgets and routes are in: the one that was given, or a folder admin in it, as go:embed has it.
func (e Extension) root() fs.FS {
	if i, err := fs.Stat(e.Files, "admin"); err == nil && i.IsDir() {
		return sub(e.Files, "admin")
	}
	return e.Files
}

// A Project is the folder in which the dashboard is built. It belongs to no repository: all that is in it can be made again.
type Project struct {
	Dir        string // .gorgon/admin, below the working directory, if it is empty
	Extensions []Extension
	Out        io.Writer // hears what npm and the bundler have to say; nil drops it
}

// BundleFile is the file that Build leaves.
func (p *Project) BundleFile() string { return filepath.Join(p.dir(), "dashboard.zip") }

func (p *Project) dir() string { return cmp.Or(p.Dir, filepath.Join(".gorgon", "admin")) }

// files are all files of the project by their slashed path, without what npm installs.
func (p *Project) files() (map[string][]byte, error) {
	files := map[string][]byte{}
	if err := collect(files, "", sub(project, "project")); err != nil {
		return nil, err
	}
	dependencies := map[string]string{}
	for _, e := range p.Extensions {
		if err := collect(files, extensionDir(e.Plugin), e.root()); err != nil {
			return nil, fmt.Errorf("the extensions of plugin %s: %w", e.Plugin, err)
		}
		if err := depend(dependencies, e); err != nil {
			return nil, err
		}
	}
	if len(dependencies) > 0 {
		return files, addDependencies(files, dependencies)
	}
	return files, nil
}

// sub is a folder of an embedded file system that is known to be there.
func sub(f fs.FS, dir string) fs.FS {
	s, _ := fs.Sub(f, dir)
	return s
}

// extensionDir is where the bundler finds, and watches, what a plugin brings: it looks for src/admin in a path.
func extensionDir(plugin string) string {
	return path.Join("extensions", plugin, "src", "admin")
}

func collect(into map[string][]byte, dir string, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		into[path.Join(dir, name)] = data
		return err
	})
}

type manifest struct {
	Dependencies map[string]string `json:"dependencies"`
}

// depend adds the packages that an extension needs. Two versions of one package cannot be in the dashboard.
func depend(all map[string]string, e Extension) error {
	data, err := fs.ReadFile(e.root(), "package.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m manifest
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return fmt.Errorf("package.json of plugin %s: %w", e.Plugin, err)
	}
	for name, version := range m.Dependencies {
		if other, ok := all[name]; ok && other != version {
			return fmt.Errorf("plugin %s wants %s in version %s, another plugin in version %s", e.Plugin, name, version, other)
		}
		all[name] = version
	}
	return nil
}

// addDependencies adds packages to the project's own, which win.
func addDependencies(files map[string][]byte, more map[string]string) error {
	var pkg map[string]any
	if err := json.Unmarshal(files["package.json"], &pkg); err != nil {
		return err
	}
	own := pkg["dependencies"].(map[string]any)
	for name, version := range more {
		if _, ok := own[name]; !ok {
			own[name] = version
		}
	}
	out, err := json.MarshalIndent(pkg, "", "  ")
	files["package.json"] = out
	return err
}

// Fingerprint names what the dashboard is built from: it changes when an extension, or the version of the dashboard, does.
func (p *Project) Fingerprint() (string, error) {
	files, err := p.files()
	return stamp(files), err
}

func stamp(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%q %d\n", name, len(files[name]))
		sum.Write(files[name])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Write makes the folder hold the project and the extensions as they are now. What has not changed is not touched, so that a bundler which
// watches sees only what has.
func (p *Project) Write() error {
	files, err := p.files()
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := write(filepath.Join(p.dir(), filepath.FromSlash(name)), data); err != nil {
			return err
		}
	}
	return p.prune(files)
}

func write(file string, data []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// prune removes the files of extensions that are no more.
func (p *Project) prune(files map[string][]byte) error {
	wanted := map[string]bool{}
	for name := range files {
		for ; name != "."; name = path.Dir(name) {
			wanted[name] = true
		}
	}
	return fs.WalkDir(os.DirFS(p.dir()), "extensions", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && wanted[name]:
			return nil
		case err != nil:
			return err
		}
		if err := os.RemoveAll(filepath.Join(p.dir(), filepath.FromSlash(name))); err != nil || !d.IsDir() {
			return err
		}
		return fs.SkipDir
	})
}

// Install has npm install the dashboard and its bundler, unless they are there.
func (p *Project) Install(ctx context.Context) error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return ErrNoNode
		}
	}
	pkg, err := os.ReadFile(filepath.Join(p.dir(), "package.json"))
	if err != nil {
		return err
	}
	want := stamp(map[string][]byte{"package.json": pkg})
	mark := filepath.Join(p.dir(), "node_modules", ".gorgon")
	if have, err := os.ReadFile(mark); err == nil && string(have) == want {
		return nil
	}
	verb := "ci" // exactly what the lock file says
	if own, _ := project.ReadFile("project/package.json"); !bytes.Equal(own, pkg) {
		verb = "install" // and what the extensions need besides
	}
	if err := p.run(ctx, "npm", verb, "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte(want), 0o644)
}

// Build makes the dashboard, unless the one that is there was made from the same, and returns the file that holds it.
func (p *Project) Build(ctx context.Context) (bundle string, err error) {
	want, err := p.Fingerprint()
	if err != nil {
		return "", err
	}
	if b, err := OpenBundle(p.BundleFile()); err == nil {
		b.Close()
		if b.Fingerprint == want {
			return p.BundleFile(), nil
		}
	}
	if err := p.Write(); err != nil {
		return "", err
	}
	if err := p.Install(ctx); err != nil {
		return "", err
	}
	if err := p.run(ctx, "node", "admin.mjs", "build", "dist"); err != nil {
		return "", err
	}
	return p.BundleFile(), pack(os.DirFS(filepath.Join(p.dir(), "dist")), want, p.BundleFile())
}

// run runs a program in the project's folder.
func (p *Project) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = p.dir(), append(os.Environ(), "NODE_ENV=production")
	var output bytes.Buffer
	cmd.Stdout = &output
	if p.Out != nil {
		cmd.Stdout = io.MultiWriter(&output, p.Out)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s in %s: %w\n%s", name, args[0], p.dir(), err, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}
