package admin

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ExtensionsDir is where the extensions are, in a folder for each plugin.
func (p *Project) ExtensionsDir() string { return filepath.Join(p.dir(), "extensions") }

// ServeDev serves the dashboard under Path, and shows what changes in the project at once, until ctx ends. Browsers come in at publicPort, through a proxy;
// ready is told the address that it has to pass them on to. What the bundler says goes to p.Out.
func (p *Project) ServeDev(ctx context.Context, publicPort string, ready func(address string)) error {
	if err := p.Install(ctx); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := ln.Addr().String()
	ln.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, "node", "admin.mjs", "develop", port, publicPort)
	cmd.Dir, cmd.Env = p.dir(), append(os.Environ(), "NODE_ENV=development")
	if _, err := cmd.StdinPipe(); err != nil { // the bundler ends when it closes, however this process ends
		return err
	}
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	go p.listen(out, func() { ready(address) })
	err = cmd.Run()
	in.Close()
	return fmt.Errorf("the bundler ended: %w", err)
}

// listen passes on what the bundler says, and hears that it is ready.
func (p *Project) listen(out io.Reader, ready func()) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.TrimSpace(lines.Text()) == "ready" {
			ready()
		} else if p.Out != nil {
			fmt.Fprintln(p.Out, lines.Text())
		}
	}
	io.Copy(io.Discard, out)
}
