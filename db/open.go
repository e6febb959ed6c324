package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A DB is an open database. All its methods may be used from many goroutines, and use the transaction in ctx if there is one.
//
// Rows that were asked for outside of a transaction hold a connection until they are read to their end or closed. Inside
// of a transaction an answer is read at once, so other statements may run while its rows are looked at.
type DB struct {
	dialect Dialect
	pooler  Pooler
	pool    backend
	hub     *hub
	known   glossary
	memory  ResultCache

	telemetry *telemetry.Telemetry // nil: nobody wants to know
}

// A backend is one kind of database: statements on any connection, and transactions on one of their own.
type backend interface {
	Runner
	begin(ctx context.Context) (session, error)
	// urgent is for statements that must not wait until others give their connections back.
	urgent() Runner
	upkeep
}

// upkeep is what a pool of connections needs besides being used.
type upkeep interface {
	// forget drops what connections remember of the schema.
	forget()
	usage() usage
	close()
}

// A session is one connection inside a transaction. Its rows are in memory when Query returns.
type session interface {
	Runner
	script(ctx context.Context, sql string) error
	// lock waits for the lock of that name, and keeps it until the transaction ends.
	lock(ctx context.Context, name string) error
	finish(ctx context.Context, commit bool) error
}

// Open opens the database at url and checks that it answers. The forms are "sqlite:path/to/file.db" (made if it does not
// exist), "sqlite::memory:" (private, and gone after Close), and "postgres://user:password@host:port/name" with the
// parameters of pgx, among them pool_max_conns. Of several Options the last counts.
func Open(ctx context.Context, url string, options ...Options) (*DB, error) {
	var o Options
	if len(options) > 0 {
		o = options[len(options)-1]
	}
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		return openSQLite(ctx, strings.TrimPrefix(rest, "//"))
	case "postgres", "postgresql":
		return openPostgres(ctx, url, o)
	}
	return nil, fmt.Errorf("db: the url must start with sqlite: or postgres:, not %q", scheme)
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	pool, err := openLite(ctx, path)
	if err != nil {
		return nil, err
	}
	d := &DB{dialect: SQLite, pool: pool}
	d.hub = newHub(nil)
	return d, nil
}

func openPostgres(ctx context.Context, url string, o Options) (*DB, error) {
	pool, err := openPG(ctx, url, o.Pooler)
	if err != nil {
		return nil, err
	}
	listen, err := listenConfig(pool, o.DirectURL)
	if err != nil {
		pool.close()
		return nil, err
	}
	d := &DB{dialect: Postgres, pooler: pool.pooler, pool: pool}
	d.hub = newHub(listen)
	return d, nil
}

// listenConfig is where to listen: nil if that is nowhere.
func listenConfig(pool *pgPool, direct string) (*pgx.ConnConfig, error) {
	switch {
	case direct != "":
		config, err := pgx.ParseConfig(direct)
		if err != nil {
			return nil, fmt.Errorf("db: the direct URL: %w", err)
		}
		return config, nil
	case pool.pooler == PoolerTransaction:
		return nil, nil
	}
	return pool.pool.Config().ConnConfig, nil
}

// Close waits for the connections in use and closes all of them.
func (d *DB) Close() {
	d.hub.close()
	d.pool.close()
}

// Dialect says which SQL the database speaks.
func (d *DB) Dialect() Dialect { return d.dialect }

func (d *DB) runner(ctx context.Context, statements ...Statement) (Runner, error) {
	count(ctx, statements)
	var r Runner = d.pool
	err := ctx.Err()
	if t := d.tx(ctx); t != nil {
		r, err = t, nil
	}
	if d.telemetry != nil {
		r = observed{d, r}
	}
	return r, err
}

// Query runs a statement that answers with rows. Close them. An error may also come from the rows' Err.
func (d *DB) Query(ctx context.Context, s Statement) (Rows, error) {
	if d.unmarked(ctx, s) {
		if err := d.InTx(ctx, func(ctx context.Context) error { d.dirty(ctx, s); return nil }); err != nil {
			return nil, err
		}
	}
	d.note(ctx, s)
	rows, keep := d.recall(ctx, s)
	if rows != nil {
		return rows, nil
	}
	r, err := d.runner(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err = r.Query(ctx, s)
	switch {
	case err != nil || d.tx(ctx) != nil && keep == nil:
		d.wrote(ctx, err, s)
		return rows, err
	case keep != nil:
		return remember(rows, keep)
	case d.memory != nil && !d.known.of(s.SQL).reads:
		return &telling{rows, sync.OnceFunc(func() { d.wrote(ctx, nil, s) })}, nil
	}
	return rows, nil
}

// QueryUrgent is Query for the few statements that must not wait because all connections are in use, such as signs of life. It is never part of a
// transaction. SQLite's writes wait for the transaction before them all the same.
func (d *DB) QueryUrgent(ctx context.Context, s Statement) (Rows, error) {
	count(ctx, []Statement{s})
	return d.pool.urgent().Query(ctx, s)
}

// Exec runs a statement and returns how many rows it changed.
func (d *DB) Exec(ctx context.Context, s Statement) (affected int64, err error) {
	if d.unmarked(ctx, s) {
		err = d.InTx(ctx, func(ctx context.Context) error {
			affected, err = d.Exec(ctx, s)
			return err
		})
		return affected, err
	}
	r, err := d.runner(ctx, s)
	if err != nil {
		return 0, err
	}
	n, err := r.Exec(ctx, s)
	d.wrote(ctx, err, s)
	return n, err
}

// Batch runs statements in order and hands the answer of each to read, whose error ends the batch. PostgreSQL gets them
// in one round trip. When some of them write, they do so together or not at all.
func (d *DB) Batch(ctx context.Context, s []Statement, read func(i int, rows Rows) error) error {
	if len(s) == 0 {
		return nil
	}
	if d.unmarked(ctx, s...) {
		return d.InTx(ctx, func(ctx context.Context) error { return d.Batch(ctx, s, read) })
	}
	d.note(ctx, s...)
	b := batch{read: read}
	for i, st := range s {
		rows, keep := d.recall(ctx, st)
		b.add(i, st, rows, keep)
	}
	if len(b.send) > 0 {
		r, err := d.runner(ctx, b.send...)
		if err != nil {
			return err
		}
		err = r.Batch(ctx, b.send, b.hand)
		d.wrote(ctx, err, b.send...)
		if err != nil {
			return err
		}
	}
	return b.rest(len(s))
}

// ExecScript runs statements without arguments that are separated by semicolons, such as a schema, in one transaction.
func (d *DB) ExecScript(ctx context.Context, sql string) error {
	err := d.InTx(ctx, func(ctx context.Context) error { return d.tx(ctx).script(ctx, sql) })
	d.wrote(ctx, err, Statement{SQL: sql})
	d.pool.forget()
	return err
}

// QueryRow runs a statement and scans its first row into dest as Scan does. It reports whether there was a row.
func QueryRow(ctx context.Context, r Runner, s Statement, dest ...any) (found bool, err error) {
	rows, err := r.Query(ctx, s)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	err = Scan(rows, dest...)
	rows.Close()
	return err == nil, errors.Join(err, rows.Err())
}
