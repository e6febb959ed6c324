package develop

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// extensions tells where the extensions of the dashboard are written: the folder of the source that the program has embedded, by the folder that the bundler
// reads. Plugins whose source is not at hand have none.
type extensions map[string]string

// find finds the sources of the extensions in dir, one folder for each plugin, among the files that the program has embedded: a folder which has the same
// files with the same content.
func find(dir string, embedded map[string]bool) extensions {
	out := extensions{}
	plugins, _ := filepath.Glob(filepath.Join(dir, "*", "src", "admin"))
	for _, plugin := range plugins {
		names := files(plugin)
		if len(names) == 0 {
			continue
		}
		for f := range embedded {
			root, ok := strings.CutSuffix(f, string(filepath.Separator)+names[0])
			if ok && same(root, plugin, names) {
				out[root] = plugin
				break
			}
		}
	}
	return out
}

// files lists the files below a folder, relative to it.
func files(dir string) (out []string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, rel)
		}
		return nil
	})
	return out
}

func same(a, b string, names []string) bool {
	for _, n := range names {
		x, err := os.ReadFile(filepath.Join(a, n))
		y, err2 := os.ReadFile(filepath.Join(b, n))
		if err != nil || err2 != nil || !bytes.Equal(x, y) {
			return false
		}
	}
	return true
}

// owner is the source folder that a file is in.
func (e extensions) owner(file string) (root string, ok bool) {
	for root := range e {
		if strings.HasPrefix(file, root+string(filepath.Separator)) {
			return root, true
		}
	}
	return "", false
}

// bring makes the bundler's folder have the files of a source folder, and returns the folders that these are in. What cannot be read now will be when it
// changes next.
func (e extensions) bring(root string) (dirs []string) {
	to, want := e[root], map[string]bool{}
	for _, n := range files(root) {
		want[n] = true
		if data, err := os.ReadFile(filepath.Join(root, n)); err == nil {
			put(filepath.Join(to, n), data)
		}
	}
	for _, n := range files(to) {
		if !want[n] {
			os.Remove(filepath.Join(to, n))
		}
	}
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs
}

// put writes a file unless it has that content.
func put(file string, data []byte) {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, data) {
		return
	}
	if os.MkdirAll(filepath.Dir(file), 0o755) == nil {
		os.WriteFile(file, data, 0o644)
	}
}
