package dbtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Pooled starts a PgBouncer in a mode, "transaction" or "session", before the server of a database that it returns another
// URL of. It ends with the test. Without the program, see scripts/pgbouncer, the test is skipped.
func Pooled(t testing.TB, mode, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	address := serve(t, mode, u)
	u.Host = address
	return u.String()
}

func serve(t testing.TB, mode string, server *url.URL) (address string) {
	t.Helper()
	program := pgbouncer(t)
	port := freePort(t)
	dir := t.TempDir()
	users := filepath.Join(dir, "users.txt")
	password, _ := server.User.Password()
	write(t, users, fmt.Sprintf("%q %q\n", server.User.Username(), password))
	config := filepath.Join(dir, "pgbouncer.ini")
	write(t, config, fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = %s
default_pool_size = 20
max_client_conn = 500
`, server.Hostname(), server.Port(), port, users, mode))
	start(t, program, config)
	address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	answers(t, address)
	return address
}

// pgbouncer is the program, which Debian keeps where only root looks.
func pgbouncer(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("there is no pgbouncer; scripts/pgbouncer installs one")
	}
	t.Skip("there is no pgbouncer; scripts/pgbouncer installs one")
	return ""
}

// start runs the program until the test ends. It refuses to run as root.
func start(t testing.TB, program, config string) {
	t.Helper()
	args := []string{"-q", config}
	if os.Getuid() == 0 {
		args = append([]string{"-u", "postgres"}, args...)
	}
	c := exec.Command(program, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
}

// answers waits until somebody listens at an address.
func answers(t testing.TB, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = c.Close()
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("pgbouncer does not answer at %s: %v", address, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
