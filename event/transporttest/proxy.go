package transporttest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// A proxy stands between a transport and its server, and can swallow what the server says.
type proxy struct {
	net.Listener
	to     string
	mu     sync.Mutex
	silent bool
	conns  []net.Conn
}

func listen(t testing.TB, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: to}
	go p.serve()
	t.Cleanup(func() { _ = l.Close(); p.cut() })
	return p
}

func (p *proxy) addr() string { return p.Addr().String() }

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
		go func() { _, _ = io.Copy(answers{p, in}, out); _ = in.Close() }()
	}
}

// answers passes on what the server says, unless the proxy is silent.
type answers struct {
	p  *proxy
	to net.Conn
}

func (a answers) Write(b []byte) (int, error) {
	a.p.mu.Lock()
	silent := a.p.silent
	a.p.mu.Unlock()
	if silent {
		return len(b), nil
	}
	return a.to.Write(b)
}

// mute swallows all answers from now on.
func (p *proxy) mute() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
}

// speak lets answers through again, on new connections.
func (p *proxy) speak() {
	p.mu.Lock()
	p.silent = false
	p.mu.Unlock()
	p.cut()
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}
