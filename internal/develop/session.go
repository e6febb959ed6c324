// Package develop runs a shop while its code is written: it builds and starts the program, does so again when Go code changes, and keeps one address in
// front of it, at which requests wait for the new program instead of failing. Extensions of the dashboard go to the bundler, which shows them at once.
package develop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A Session is one stretch of work on a shop.
type Session struct {
	Package   string    // the shop's main package, for the go command: "."
	Module    string    // the path of the module that it is in
	Dir       string    // what the session keeps is there: .gorgon/develop
	Address   string    // host and port that browsers come to
	Env       []string  // of the program, on top of this process's
	Out       io.Writer // hears the program
	Log       *slog.Logger
	Dashboard *Dashboard // nil without Node.js: the program answers for the dashboard

	front *front
	watch *watcher
}

// A Dashboard is the bundler's server of the dashboard.
type Dashboard struct {
	Path string   // that it answers for: /app
	Dir  string   // in which there is a folder for the extensions of each plugin
	Args []string // of the program, which make it write its extensions there
	// Serve runs the server until ctx ends, and tells its address once it can be asked.
	Serve func(ctx context.Context, ready func(address string)) error
}

// Run works until ctx ends.
func (s *Session) Run(ctx context.Context) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Address)
	if err != nil {
		return err
	}
	if s.watch, err = newWatcher(); err != nil {
		ln.Close()
		return err
	}
	defer s.watch.Close()
	s.front = newFront(s.Dashboard)
	server := &http.Server{Handler: s.front, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)}
	go server.Serve(ln)
	defer server.Close()
	return s.rounds(ctx)
}

// rounds builds and runs the program again and again, as its code changes.
func (s *Session) rounds(ctx context.Context) error {
	var running *program
	defer func() { running.stop() }()
	bundler := &bundler{session: s}
	defer bundler.stop()
	for {
		running = s.round(ctx, running)
		if running != nil && ctx.Err() == nil {
			bundler.follow(ctx)
		}
		if ctx.Err() != nil || !s.watch.next(ctx) {
			return nil
		}
	}
}

// round builds the program and starts it in place of the one that runs; nil is returned if it does not run.
func (s *Session) round(ctx context.Context, running *program) *program {
	started := time.Now()
	s.front.busy()
	looked := make(chan struct{})
	go func() { // from here on no change is missed
		defer close(looked)
		s.look(ctx)
	}()
	err := s.build(ctx)
	built := time.Since(started)
	running.stop()
	if err == nil {
		running, err = s.start(ctx)
	}
	<-looked
	if err != nil {
		s.front.fail(err)
		if ctx.Err() == nil {
			s.Log.Error("the shop does not run; it is tried again when its code changes", "error", "\n"+err.Error())
		}
		return nil
	}
	s.front.serve(running.address)
	s.Log.Info("ready", "in", time.Since(started).Round(time.Millisecond), "built in", built.Round(time.Millisecond), "at", "http://localhost"+port(s.Address))
	return running
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return ":" + p
}

// look finds out what the program is made of, and watches it.
func (s *Session) look(ctx context.Context) {
	found, err := list(ctx, s.Package)
	if err != nil {
		s.Log.Warn("what to watch is not known; the code of the last build is watched", "error", err)
		return
	}
	s.watch.see(found)
}

// binary is the program that is built.
func (s *Session) binary() string {
	name := "shop"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(s.Dir, name)
}

// build builds the program; the error is what the compiler says. Without what debuggers need, and without inlining in the module itself, it takes half the time.
func (s *Session) build(ctx context.Context) error {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-gcflags="+s.Module+"/...=-l -dwarf=false", "-o", s.binary(), s.Package)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output.Bytes())
	}
	return nil
}

// FindMainPackage returns the main package that a shop's program is built from: the one in the working directory, or the one that the running program was built
// from if its code is there; and the path of its module. It is false where there is no code, or no go command.
func FindMainPackage(ctx context.Context, running string) (pkg, module string, ok bool) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", "", false
	}
	for _, p := range []string{".", running} {
		out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Name}} {{with .Module}}{{.Main}} {{.Path}}{{end}}", p).Output()
		if module, ok := strings.CutPrefix(string(bytes.TrimSpace(out)), "main true "); ok && err == nil {
			return p, module, true
		}
	}
	return "", "", false
}

// ParentContext returns a context that ends when the session that started this process is gone: it holds the other end of the input.
func ParentContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return ctx, cancel
}

// errGone is the error of a program that ended before it answered.
var errGone = errors.New("the program ended")
