package develop

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pause is how long after a change more of them are waited for: editors write files in several steps.
const pause = 25 * time.Millisecond

// A watcher says when the code of a program has changed, and brings what has changed of the dashboard's extensions to the bundler.
type watcher struct {
	*fsnotify.Watcher
	found      *sources
	embedding  map[string]bool // folders with embedded files
	extensions extensions
}

func newWatcher() (*watcher, error) {
	w, err := fsnotify.NewWatcher()
	return &watcher{Watcher: w, found: &sources{}}, err
}

// see watches the folders of sources, on top of those that it watches.
func (w *watcher) see(found *sources) {
	w.found, w.embedding = found, map[string]bool{}
	for dir := range found.code {
		w.Add(dir)
	}
	for f := range found.embedded {
		w.embedding[filepath.Dir(f)] = true
		w.Add(filepath.Dir(f))
	}
}

// next waits for changes of the code, and returns once there are no more for a moment. It is false when ctx has ended.
func (w *watcher) next(ctx context.Context) bool {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return false
		case <-w.Errors: // an overflow, at worst: then a change was among what is lost
			quiet = time.After(pause)
		case e := <-w.Events:
			if w.changes(e) {
				quiet = time.After(pause)
			}
		case <-quiet:
			return true
		}
	}
}

// changes reports whether an event changes the program. Extensions do not: they are brought to the bundler.
func (w *watcher) changes(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	if e.Op == fsnotify.Chmod || strings.HasSuffix(name, "~") || name[0] == '.' && name != ".env" {
		return false
	}
	if root, ok := w.extensions.owner(e.Name); ok {
		w.follow(root)
		return false
	}
	switch dir := filepath.Dir(e.Name); {
	case w.embedding[dir]:
		return true
	case w.found.code[dir]:
		return name == ".env" || name == "go.mod" || name == "go.sum" || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
	}
	return false
}

// follow brings extensions to the bundler, and watches the folders that they have by now.
func (w *watcher) follow(root string) {
	for _, dir := range w.extensions.bring(root) {
		w.Add(dir)
	}
}
