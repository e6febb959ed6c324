package develop

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A program is the shop as it runs.
type program struct {
	address string
	cmd     *exec.Cmd
	input   io.Closer // its end asks the program to stop
	ended   chan struct{}
	said    *tail
}

// start starts the program and returns once it can be asked.
func (s *Session) start(ctx context.Context) (*program, error) {
	address, err := free()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(address)
	p := &program{address: address, ended: make(chan struct{}), said: &tail{to: s.Out}}
	p.cmd = exec.Command(s.binary(), "develop", "--attached", "--host", host, "--port", port)
	p.cmd.Env = append(os.Environ(), s.Env...)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	if err := p.answers(ctx); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// free is an address that nobody listens on.
func free() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// answers waits until the program listens.
func (p *program) answers(ctx context.Context) error {
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		if c, err := new(net.Dialer).DialContext(ctx, "tcp", p.address); err == nil {
			return c.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%w: %v\n%s", errGone, p.cmd.ProcessState, p.said)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// stop asks the program to end, and ends it if it takes too long.
func (p *program) stop() {
	if p == nil {
		return
	}
	p.input.Close()
	select {
	case <-p.ended:
	case <-time.After(2 * time.Second):
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// A tail passes on what is written and remembers the end of it.
type tail struct {
	mu   sync.Mutex
	to   io.Writer
	last []byte
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if n := len(t.last) - tailSize; n > 0 {
		t.last = append(t.last[:0], t.last[n:]...)
	}
	return t.to.Write(b)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
