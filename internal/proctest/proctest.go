// Package proctest runs things beside a test: what works until it is told to stop, and the test's own binary as further processes, which die as in
// a power cut. The test's TestMain does what such a process is for when [Child] says so, and never returns from it.
package proctest

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

const child = "GORGON_TEST_PROCESS"

// Background runs work until the test ends or stop is called. It is an error if that fails.
func Background(t testing.TB, work func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- work(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// Child reports whether this process was started by [Start].
func Child() bool { return os.Getenv(child) != "" }

// A Process is one that was started.
type Process struct {
	*exec.Cmd
	once sync.Once
}

// Start runs the test's binary as a process of its own, with more in its environment. It dies with the test.
func Start(t testing.TB, env ...string) *Process {
	t.Helper()
	p := &Process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), append(env, child+"=1")...)
	p.Stderr = os.Stderr
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// Kill ends a process as a power cut would.
func (p *Process) Kill() {
	p.once.Do(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
	})
}

// KillRandomly keeps n processes at work, and every 50 to 500 ms kills one and starts another, until it is stopped, which tells how many have died. The
// last ones go on.
func KillRandomly(t testing.TB, n int, env ...string) (stop func() int) {
	t.Helper()
	list := make([]*Process, n)
	for i := range list {
		list[i] = Start(t, env...)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended, kills := make(chan struct{}), 0
	go func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(50*time.Millisecond + time.Duration(rand.Int64N(int64(450*time.Millisecond)))):
			}
			i := rand.IntN(n)
			list[i].Kill()
			list[i] = Start(t, env...)
			kills++
		}
	}()
	return func() int {
		cancel()
		<-ended
		return kills
	}
}
