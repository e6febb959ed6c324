package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// litePool is one connection that writes and several that read, on one SQLite file in WAL mode: readers never wait for
// the writer, nor the writer for them.
type litePool struct {
	path   string
	temp   string         // directory of a database in memory, removed at the end
	writer chan *liteConn // holds the writer while it is free
	places chan struct{}  // as many as readers may be busy

	commits, review int // how many there were, and after which the database is optimized again; the writer's

	mu    sync.Mutex
	idle  []*liteConn // last in, first out, so that the busiest statements stay prepared
	epoch int         // connections of an earlier one are closed instead of kept

	waits  atomic.Int64
	waited atomic.Int64 // nanoseconds
}

// wait counts somebody who began to wait then.
func (p *litePool) wait(started time.Time) {
	p.waits.Add(1)
	p.waited.Add(int64(time.Since(started)))
}

func (p *litePool) usage() usage {
	p.mu.Lock()
	idle := len(p.idle) + len(p.writer)
	p.mu.Unlock()
	return usage{cap(p.places) + 1, len(p.places) + 1 - len(p.writer), idle, p.waits.Load(), time.Duration(p.waited.Load())}
}

func openLite(ctx context.Context, path string) (*litePool, error) {
	p := &litePool{path: path, review: 200, writer: make(chan *liteConn, 1), places: make(chan struct{}, max(8, 4*runtime.NumCPU()))}
	if err := p.place(); err != nil {
		return nil, err
	}
	w, err := p.open(true)
	if err == nil {
		_, err = w.exec(ctx, Statement{SQL: "PRAGMA journal_mode = WAL"})
	}
	if err != nil {
		return nil, errors.Join(err, p.remove())
	}
	p.writer <- w
	return p, nil
}

// place makes the directory of the file. A database in memory is a file too, on a file system in memory if there is one,
// because SQLite's own shared memory databases let readers and the writer wait for each other.
func (p *litePool) place() (err error) {
	if p.path != ":memory:" {
		return os.MkdirAll(filepath.Dir(p.path), 0o755)
	}
	p.temp, err = os.MkdirTemp("/dev/shm", "gorgon-")
	if err != nil {
		p.temp, err = os.MkdirTemp("", "gorgon-")
	}
	p.path = filepath.Join(p.temp, "memory.db")
	return err
}

func (p *litePool) open(write bool) (*liteConn, error) {
	c, err := openLiteConn(p.path)
	if err != nil {
		return nil, err
	}
	settings := "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000"
	if p.temp != "" {
		settings += "; PRAGMA synchronous = OFF"
	}
	if !write {
		settings += "; PRAGMA query_only = ON"
	}
	if err := c.script(context.Background(), settings); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// write lends the writer.
func (p *litePool) write(ctx context.Context) (*liteConn, error) {
	select {
	case c := <-p.writer:
		return c, nil
	default:
	}
	defer p.wait(time.Now())
	select {
	case c := <-p.writer:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// set changes a setting of the writer.
func (p *litePool) set(ctx context.Context, pragma string) error {
	c, err := p.write(ctx)
	if err != nil {
		return err
	}
	defer func() { p.writer <- c }()
	return c.script(ctx, pragma)
}

// read lends a reader, and opens one if none is idle.
func (p *litePool) read(ctx context.Context) (*liteConn, error) {
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	if c := p.pop(); c != nil {
		return c, nil
	}
	p.mu.Lock()
	epoch := p.epoch
	p.mu.Unlock()
	c, err := p.open(false)
	if err != nil {
		<-p.places
		return nil, err
	}
	c.epoch = epoch
	return c, nil
}

// enter waits until there are not too many readers.
func (p *litePool) enter(ctx context.Context) error {
	select {
	case p.places <- struct{}{}:
		return nil
	default:
	}
	defer p.wait(time.Now())
	select {
	case p.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *litePool) pop() *liteConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c
}

// free takes a reader back.
func (p *litePool) free(c *liteConn) {
	p.mu.Lock()
	if c.epoch == p.epoch {
		p.idle = append(p.idle, c)
		c = nil
	}
	p.mu.Unlock()
	if c != nil {
		c.close()
	}
	<-p.places
}

// Query implements Runner. Answers of statements that write are read at once, to end their transaction.
func (p *litePool) Query(ctx context.Context, s Statement) (Rows, error) {
	if !reads(s.SQL) {
		return p.queryWriter(ctx, s)
	}
	c, err := p.read(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.query(ctx, s)
	if err != nil {
		p.free(c)
		return nil, err
	}
	rows.pool = p
	return rows, nil
}

func (p *litePool) queryWriter(ctx context.Context, s Statement) (Rows, error) {
	c, err := p.write(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { p.writer <- c }()
	return c.Query(ctx, s)
}

// Exec implements Runner.
func (p *litePool) Exec(ctx context.Context, s Statement) (int64, error) {
	c, err := p.write(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { p.writer <- c }()
	return c.exec(ctx, s)
}

// Batch implements Runner.
func (p *litePool) Batch(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	for _, s := range list {
		if !reads(s.SQL) {
			return p.batchWriter(ctx, list, read)
		}
	}
	c, err := p.read(ctx)
	if err != nil {
		return err
	}
	defer p.free(c)
	return c.snapshot(ctx, func() error { return c.Batch(ctx, list, read) })
}

func (p *litePool) batchWriter(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	s, err := p.begin(ctx)
	if err != nil {
		return err
	}
	if err := s.Batch(ctx, list, read); err != nil {
		return errors.Join(err, s.finish(context.WithoutCancel(ctx), false))
	}
	return s.finish(context.WithoutCancel(ctx), true)
}

func (p *litePool) begin(ctx context.Context) (session, error) {
	c, err := p.write(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.exec(ctx, Statement{SQL: "BEGIN IMMEDIATE"}); err != nil {
		p.writer <- c
		return nil, err
	}
	return &liteSession{liteConn: c, pool: p}, nil
}

// A liteSession is a transaction on the writer.
type liteSession struct {
	*liteConn
	pool *litePool
}

func (s *liteSession) lock(context.Context, string) error { return nil } // a transaction locks the whole database

func (s *liteSession) finish(ctx context.Context, commit bool) (err error) {
	defer func() { s.pool.writer <- s.liteConn }()
	if commit {
		if _, err = s.exec(ctx, Statement{SQL: "COMMIT"}); err == nil {
			s.pool.committed(s.liteConn)
			return nil
		}
	}
	if !s.conn.AutocommitEnabled() { // some errors end the transaction by themselves
		_, undo := s.exec(ctx, Statement{SQL: "ROLLBACK"})
		err = errors.Join(err, undo)
	}
	return err
}

// optimize lets SQLite look at a sample of those tables that have grown much: what it believes of a database that was empty makes it choose bad plans.
const optimize = "PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002"

// committed counts commits, which only the one writer does, and optimizes after the 200th, the 400th, the 800th …
func (p *litePool) committed(w *liteConn) {
	if p.commits++; p.commits == p.review {
		p.review *= 2
		p.optimize(w)
		p.renew()
	}
}

// renew replaces the readers, which have learnt what they know when they were opened.
func (p *litePool) renew() {
	p.mu.Lock()
	p.epoch++
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}

func (p *litePool) optimize(w *liteConn) {
	_ = w.script(context.Background(), optimize) // it is not needed for anything but speed
}

func (p *litePool) urgent() Runner { return p }

func (p *litePool) forget() {} // SQLite prepares statements anew by itself when the schema changes

func (p *litePool) close() {
	if w, open := <-p.writer; open {
		p.optimize(w)
		defer w.close() // the last to close removes the WAL
		close(p.writer)
	}
	p.renew()
	for range cap(p.places) {
		p.places <- struct{}{}
	}
	p.remove()
}

func (p *litePool) remove() error {
	if p.temp == "" {
		return nil
	}
	return os.RemoveAll(p.temp)
}

// reads reports whether a statement can go to a reader.
func reads(sql string) bool {
	switch word := firstWord(sql); {
	case strings.EqualFold(word, "SELECT"), strings.EqualFold(word, "VALUES"), strings.EqualFold(word, "EXPLAIN"):
		return true
	case strings.EqualFold(word, "WITH"):
		return !writes(sql)
	}
	return false
}

// writes reports whether a statement that begins with WITH may write. It looks for the words anywhere, so it can say yes
// where they are names or text; such a statement just runs on the writer.
func writes(sql string) bool {
	upper := strings.ToUpper(sql)
	for _, word := range []string{"INSERT", "UPDATE", "DELETE", "REPLACE"} {
		if strings.Contains(upper, word) {
			return true
		}
	}
	return false
}

func firstWord(sql string) string {
	sql = strings.TrimLeft(sql, " \t\r\n(")
	end := strings.IndexFunc(sql, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
	if end < 0 {
		return sql
	}
	return sql[:end]
}
