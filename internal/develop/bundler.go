package develop

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// A bundler keeps the server of the dashboard running, and starts it anew when plugins come or go.
type bundler struct {
	session *Session
	serving string // for which plugins and packages
	cancel  context.CancelFunc
	ended   chan struct{}
}

// follow has the program that was just built write its extensions, and connects them with their sources.
func (b *bundler) follow(ctx context.Context) {
	s := b.session
	if s.Dashboard == nil {
		return
	}
	if out, err := exec.CommandContext(ctx, s.binary(), s.Dashboard.Args...).CombinedOutput(); err != nil {
		s.Log.Error("the extensions of the dashboard could not be written", "error", err, "said", string(out))
		return
	}
	s.watch.extensions = find(s.Dashboard.Dir, s.watch.found.embedded)
	for root := range s.watch.extensions {
		s.watch.follow(root)
	}
	if now := b.needs(); now != b.serving {
		b.stop()
		b.serving = now
		b.start(ctx)
	}
}

// needs names what the server cannot take in while it runs: the plugins and their packages.
func (b *bundler) needs() string {
	dir := b.session.Dashboard.Dir
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	sort.Strings(names)
	packages, _ := os.ReadFile(filepath.Join(filepath.Dir(dir), "package.json"))
	return strings.Join(names, " ") + "\n" + string(packages)
}

func (b *bundler) start(ctx context.Context) {
	ctx, b.cancel = context.WithCancel(ctx)
	b.ended = make(chan struct{})
	s := b.session
	go func() {
		defer close(b.ended)
		err := s.Dashboard.Serve(ctx, func(address string) { s.front.bundle(proxy(address)) })
		if err != nil && ctx.Err() == nil {
			s.front.bundle(waiting("The dashboard does not run", err.Error()))
			s.Log.Error("the dashboard does not run", "error", err)
		}
	}()
}

func (b *bundler) stop() {
	if b.cancel != nil {
		b.cancel()
		<-b.ended
	}
}
