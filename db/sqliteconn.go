package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unsafe"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/ext/refunc"
)

const (
	liteStatements = 256 // prepared statements that a connection keeps
	liteBusy       = 5 * time.Second
)

// A liteConn is one connection with its prepared statements. One goroutine at a time uses it.
type liteConn struct {
	conn     *sqlite.Conn
	prepared map[string]*liteStmt
	clock    uint64
	text     []byte // scratch for arguments
	epoch    int

	mu      sync.Mutex    // guards the rest
	stop    chan struct{} // closed to interrupt the running statement
	stopped bool
}

type liteStmt struct {
	*sqlite.Stmt
	params  int
	used    uint64
	busy    bool
	kept    bool
	changes bool // it is one whose changed rows SQLite counts
	reads   bool
}

func openLiteConn(path string) (*liteConn, error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	conn.SetBusyTimeout(liteBusy)
	if err := errors.Join(refunc.Register(conn), addClock(conn), addLower(conn)); err != nil {
		return nil, err
	}
	c := &liteConn{conn: conn, prepared: map[string]*liteStmt{}, stop: make(chan struct{})}
	conn.SetInterrupt(c.stop)
	return c, nil
}

func (c *liteConn) close() error {
	c.conn.SetInterrupt(nil)
	for _, s := range c.prepared {
		_ = s.Finalize()
	}
	return c.conn.Close()
}

// A watch interrupts a connection when a context ends.
type watch struct {
	conn *liteConn
	off  func() bool
	over bool
}

func (w *watch) start(ctx context.Context, c *liteConn) {
	if ctx.Done() == nil {
		return
	}
	w.conn = c
	w.off = context.AfterFunc(ctx, w.fire)
}

func (w *watch) fire() {
	c := w.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.over && !c.stopped {
		c.stopped = true
		close(c.stop)
	}
}

// end makes the connection usable again if the watch has fired, and a firing that comes too late harmless.
func (w *watch) end() {
	if w.off == nil || w.off() {
		return
	}
	c := w.conn
	c.mu.Lock()
	w.over = true
	restart := c.stopped
	if restart {
		c.stop, c.stopped = make(chan struct{}), false
	}
	c.mu.Unlock()
	if restart {
		c.conn.SetInterrupt(c.stop)
	}
}

// prepare returns a statement that is ready to run with args. Give it to release.
func (c *liteConn) prepare(s Statement) (*liteStmt, error) {
	p := c.prepared[s.SQL]
	if p == nil || p.busy {
		var err error
		if p, err = c.compile(s.SQL); err != nil {
			return nil, err
		}
	}
	p.busy = true
	c.clock++
	p.used = c.clock
	if len(s.Args) != p.params {
		c.release(p)
		return nil, fmt.Errorf("db: the statement has %d parameters, not %d: %s", p.params, len(s.Args), s.SQL)
	}
	for i, arg := range s.Args {
		if err := c.bind(p, i+1, arg); err != nil {
			c.release(p)
			return nil, err
		}
	}
	return p, nil
}

func (c *liteConn) compile(sql string) (*liteStmt, error) {
	stmt, rest, err := c.conn.PrepareTransient(sql)
	if err != nil {
		return nil, err
	}
	if tail := sql[len(sql)-rest:]; strings.Trim(tail, "; \t\r\n") != "" {
		_ = stmt.Finalize()
		return nil, fmt.Errorf("db: more than one statement; use Script: %s", sql)
	}
	word := strings.ToUpper(firstWord(sql))
	p := &liteStmt{Stmt: stmt, params: stmt.BindParamCount(), reads: reads(sql)}
	p.changes = word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "REPLACE" || word == "WITH"
	if c.prepared[sql] == nil {
		c.evict()
		p.kept = true
		c.prepared[strings.Clone(sql)] = p
	}
	return p, nil
}

// evict makes room for one statement by giving up the one that was unused for longest.
func (c *liteConn) evict() {
	if len(c.prepared) < liteStatements {
		return
	}
	var oldest string
	var found *liteStmt
	for sql, p := range c.prepared {
		if !p.busy && (found == nil || p.used < found.used) {
			oldest, found = sql, p
		}
	}
	if found != nil {
		delete(c.prepared, oldest)
		_ = found.Finalize()
	}
}

func (c *liteConn) release(p *liteStmt) {
	p.busy = false
	if !p.kept {
		_ = p.Finalize()
		return
	}
	_ = p.Reset() // its error is that of the last step again
}

func (c *liteConn) bind(p *liteStmt, i int, arg any) error {
	switch v := arg.(type) {
	case nil:
		p.BindNull(i)
	case string:
		p.BindText(i, v)
	case int:
		p.BindInt64(i, int64(v))
	case int64:
		p.BindInt64(i, v)
	case float64:
		p.BindFloat(i, v)
	case bool:
		p.BindBool(i, v)
	case []byte:
		bindBytes(p, i, v)
	case time.Time:
		c.text = appendTime(c.text[:0], v)
		bindBytes(p, i, c.text)
	case []string:
		c.text = appendJSONList(c.text[:0], v)
		bindBytes(p, i, c.text)
	default:
		v, err := plain(arg)
		if err != nil {
			return err
		}
		return c.bind(p, i, v)
	}
	return nil
}

// bindBytes binds v as text; SQLite gets a copy.
func bindBytes(p *liteStmt, i int, v []byte) {
	if v == nil {
		p.BindNull(i)
		return
	}
	p.BindText(i, unsafe.String(unsafe.SliceData(v), len(v)))
}

func (c *liteConn) exec(ctx context.Context, s Statement) (int64, error) {
	p, err := c.prepare(s)
	if err != nil {
		return 0, liteError(ctx, err)
	}
	defer c.release(p)
	var w watch
	w.start(ctx, c)
	defer w.end()
	for more := true; more && err == nil; {
		more, err = p.Step()
	}
	if err != nil || !p.changes {
		return 0, liteError(ctx, err)
	}
	return int64(c.conn.Changes()), nil
}

// query runs a statement whose rows come as they are asked for.
func (c *liteConn) query(ctx context.Context, s Statement) (*liteRows, error) {
	p, err := c.prepare(s)
	if err != nil {
		return nil, liteError(ctx, err)
	}
	r := &liteRows{ctx: ctx, conn: c, stmt: p}
	r.watch.start(ctx, c)
	return r, nil
}

// Query runs a statement and reads its answer at once.
func (c *liteConn) Query(ctx context.Context, s Statement) (Rows, error) {
	rows, err := c.query(ctx, s)
	if err != nil {
		return nil, err
	}
	k, err := keep(rows)
	if err != nil {
		return nil, err
	}
	return k, nil
}

// Exec implements Runner.
func (c *liteConn) Exec(ctx context.Context, s Statement) (int64, error) { return c.exec(ctx, s) }

// Batch implements Runner.
func (c *liteConn) Batch(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	for i, s := range list {
		if err := c.readOne(ctx, s, func(rows Rows) error { return read(i, rows) }); err != nil {
			return err
		}
	}
	return nil
}

func (c *liteConn) readOne(ctx context.Context, s Statement, read func(Rows) error) error {
	rows, err := c.query(ctx, s)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := read(rows); err != nil {
		return err
	}
	rows.finish()
	return rows.Err()
}

// snapshot runs reads in one transaction, which takes and gives back SQLite's locks once instead of for each of them.
func (c *liteConn) snapshot(ctx context.Context, fn func() error) (err error) {
	if _, err := c.exec(ctx, Statement{SQL: "BEGIN"}); err != nil {
		return err
	}
	defer func() {
		if _, end := c.exec(context.WithoutCancel(ctx), Statement{SQL: "COMMIT"}); err == nil {
			err = end
		}
	}()
	return fn()
}

func (c *liteConn) script(ctx context.Context, sql string) error {
	for s := range statements(sql) {
		if err := c.once(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// once runs a statement without keeping it prepared.
func (c *liteConn) once(ctx context.Context, sql string) error {
	stmt, _, err := c.conn.PrepareTransient(sql)
	if err != nil {
		return fmt.Errorf("%w in: %s", liteError(ctx, err), sql)
	}
	defer stmt.Finalize()
	for more := true; more && err == nil; {
		more, err = stmt.Step()
	}
	if err != nil {
		return fmt.Errorf("%w in: %s", liteError(ctx, err), sql)
	}
	return ctx.Err()
}
