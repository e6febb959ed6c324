package db

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// A Pooler is what stands between the program and PostgreSQL, and so what a connection can keep from one transaction to the next.
type Pooler string

const (
	// PoolerAuto asks the server, with one or three connections when the database is opened.
	PoolerAuto Pooler = "auto"
	// PoolerNone is for a direct connection. Statements are prepared once per connection.
	PoolerNone Pooler = "none"
	// PoolerSession is for a pooler that lends a server connection for as long as a client stays. It is used like a direct one.
	PoolerSession Pooler = "session"
	// PoolerTransaction is for a pooler, such as PgBouncer in transaction mode, that lends a server connection for one
	// transaction. Statements are unnamed, nothing is set beyond a transaction, and Listen needs a direct URL.
	PoolerTransaction Pooler = "transaction"
)

// ParsePooler returns the Pooler of that name; the empty name is PoolerAuto.
func ParsePooler(name string) (Pooler, error) {
	switch p := Pooler(name); p {
	case "":
		return PoolerAuto, nil
	case PoolerAuto, PoolerNone, PoolerSession, PoolerTransaction:
		return p, nil
	}
	return "", fmt.Errorf("db: the pooler is auto, none, session or transaction, not %q", name)
}

// Options are what Open can be told beside the URL. They concern PostgreSQL.
type Options struct {
	Pooler    Pooler // PoolerAuto if empty
	DirectURL string // reaches the same database without a pooler; for Listen
}

// Pooler says what stands between the program and the server: PoolerNone, PoolerSession or PoolerTransaction.
func (d *DB) Pooler() Pooler { return d.pooler }

// CanListen reports whether Listen receives what other processes send. It does not on SQLite, nor behind a pooler in
// transaction mode without a direct URL.
func (d *DB) CanListen() bool { return d.hub.config != nil }

// detectPooler finds out what a connection leads to. A pooler shows by the process id that it announces, which is not the
// server's. If it lends connections per transaction, then two idle clients meet at one server process, or one client
// meets two.
func detectPooler(ctx context.Context, config *pgx.ConnConfig) (Pooler, error) {
	first, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return "", err
	}
	defer first.Close(context.WithoutCancel(ctx))
	pid, err := serverPID(ctx, first)
	if err != nil || pid == first.PgConn().PID() {
		return PoolerNone, err
	}
	second, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return "", err
	}
	defer second.Close(context.WithoutCancel(ctx))
	for range 3 {
		other, err := serverPID(ctx, second)
		if err != nil {
			return "", err
		}
		again, err := serverPID(ctx, first)
		if err != nil {
			return "", err
		}
		if other == pid || again != pid {
			return PoolerTransaction, nil
		}
	}
	return PoolerSession, nil
}

// serverPID is the process id of the server process that runs a statement of the connection.
func serverPID(ctx context.Context, c *pgx.Conn) (uint32, error) {
	r := c.PgConn().ExecParams(ctx, "SELECT pg_backend_pid()", nil, nil, nil, nil).Read()
	if r.Err != nil || len(r.Rows) == 0 {
		return 0, r.Err
	}
	pid, err := strconv.ParseUint(string(r.Rows[0][0]), 10, 32)
	return uint32(pid), err
}
