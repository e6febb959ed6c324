package db

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgPool runs statements on PostgreSQL. It speaks the protocol one level below pgx's own queries: arguments and answers
// are text, so nothing is converted, and what type an argument has is the server's decision.
type pgPool struct {
	pool   *pgxpool.Pool
	aside  *pgxpool.Pool // connects when it is first used
	pooler Pooler
}

func openPG(ctx context.Context, dsn string, pooler Pooler) (*pgPool, error) {
	config, err := pgConfig(dsn)
	if err != nil {
		return nil, err
	}
	if pooler == "" || pooler == PoolerAuto {
		if pooler, err = detectPooler(ctx, config.ConnConfig); err != nil {
			return nil, fmt.Errorf("db: %w", err)
		}
	}
	whole := sentWhole(dsn, config.ConnConfig.DefaultQueryExecMode, pooler)
	config.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		c.PgConn().CustomData()["gorgon"] = &pgStatements{text: make([]byte, 0, 256), off: whole}
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("db: %w", err)
	}
	few := config.Copy()
	few.MaxConns, few.MinConns, few.MinIdleConns = 2, 0, 0
	aside, err := pgxpool.NewWithConfig(ctx, few)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("db: %w", err)
	}
	return &pgPool{pool, aside, pooler}, nil
}

// pgConfig reads a URL and adds what is ours. Poolers track both parameters, so each transaction has them.
func pgConfig(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if u, err := url.Parse(dsn); err != nil || !u.Query().Has("pool_max_conns") {
		config.MaxConns = int32(max(8, 4*runtime.NumCPU()))
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "gorgon"
	}
	return config, nil
}

// sentWhole reports whether statements are sent with their text each time, instead of being prepared under a name. The mode of the URL decides if it
// has one: poolers of a later kind follow names.
func sentWhole(dsn string, mode pgx.QueryExecMode, pooler Pooler) bool {
	if !strings.Contains(dsn, "default_query_exec_mode") {
		return pooler == PoolerTransaction
	}
	return mode == pgx.QueryExecModeExec || mode == pgx.QueryExecModeSimpleProtocol
}

func (p *pgPool) close()         { p.pool.Close(); p.aside.Close() }
func (p *pgPool) urgent() Runner { return &pgPool{pool: p.aside} }
func (p *pgPool) forget()        { p.pool.Reset() }

func (p *pgPool) usage() usage {
	s := p.pool.Stat()
	return usage{int(s.MaxConns()), int(s.AcquiredConns()), int(s.IdleConns()), s.EmptyAcquireCount(), s.EmptyAcquireWaitTime()}
}

func (p *pgPool) acquire(ctx context.Context) (*pgxpool.Conn, *pgSession, error) {
	c, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, nil, pgError(ctx, err)
	}
	pc := c.Conn().PgConn()
	return c, &pgSession{pool: c, conn: pc, cache: pc.CustomData()["gorgon"].(*pgStatements)}, nil
}

// Query implements Runner.
func (p *pgPool) Query(ctx context.Context, s Statement) (Rows, error) {
	c, session, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	a, err := session.start(ctx, s)
	if err != nil {
		c.Release()
		return nil, pgError(ctx, err)
	}
	return &pgRows{ctx: ctx, answer: a, session: session, pool: c, sql: s.SQL}, nil
}

// Exec implements Runner.
func (p *pgPool) Exec(ctx context.Context, s Statement) (int64, error) {
	c, session, err := p.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Release()
	return session.Exec(ctx, s)
}

// Batch implements Runner.
func (p *pgPool) Batch(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	c, session, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return session.Batch(ctx, list, read)
}

func (p *pgPool) begin(ctx context.Context) (session, error) {
	_, session, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	session.waiting = true
	return session, nil
}

// A pgSession is one connection, in a transaction when it came from begin.
type pgSession struct {
	pool    *pgxpool.Conn
	conn    *pgconn.PgConn
	cache   *pgStatements
	waiting bool // the transaction begins together with its first statement, which saves a round trip
}

// An answer is what the server is about to send.
type answer struct {
	*pgconn.ResultReader
	batch *pgconn.MultiResultReader // which the answer is the last part of, or nil
}

func (a answer) close() (int64, error) {
	tag, err := a.ResultReader.Close()
	if a.batch != nil {
		if end := a.batch.Close(); err == nil {
			err = end
		}
	}
	return tag.RowsAffected(), err
}

// start sends a statement.
func (s *pgSession) start(ctx context.Context, st Statement) (answer, error) {
	if s.waiting {
		return s.startFirst(ctx, st)
	}
	args, err := s.cache.args(st)
	if err != nil {
		return answer{}, err
	}
	if s.cache.off {
		return answer{ResultReader: s.conn.ExecParams(ctx, st.SQL, args, nil, nil, nil)}, nil
	}
	d, err := s.cache.prepare(ctx, s.conn, st.SQL)
	if err == nil {
		err = counted(d, args)
	}
	if err != nil {
		return answer{}, err
	}
	return answer{ResultReader: s.conn.ExecStatement(ctx, d, args, nil, nil)}, nil
}

// counted refuses a statement with too few or too many arguments before it is sent.
func counted(d *pgconn.StatementDescription, args [][]byte) error {
	if len(d.ParamOIDs) != len(args) {
		return fmt.Errorf("db: the statement takes %d arguments, not %d", len(d.ParamOIDs), len(args))
	}
	return nil
}

func (s *pgSession) startFirst(ctx context.Context, st Statement) (answer, error) {
	results, err := s.send(ctx, []Statement{st})
	if err != nil {
		return answer{}, err
	}
	if !results.NextResult() {
		return answer{}, results.Close()
	}
	return answer{results.ResultReader(), results}, nil
}

// send sends statements together, after a BEGIN if one is due, whose answer it takes.
func (s *pgSession) send(ctx context.Context, list []Statement) (*pgconn.MultiResultReader, error) {
	batch := &pgconn.Batch{}
	if s.waiting {
		for _, sql := range s.opening() {
			batch.ExecParams(sql, nil, nil, nil, nil)
		}
	}
	for _, st := range list {
		if err := s.enqueue(ctx, batch, st); err != nil {
			return nil, err
		}
	}
	results := s.conn.ExecBatch(ctx, batch)
	if !s.waiting {
		return results, nil
	}
	for range s.opening() {
		if !results.NextResult() {
			break // its end says why
		}
		s.waiting = false
		if _, err := results.ResultReader().Close(); err != nil {
			_ = results.Close()
			return nil, err
		}
	}
	return results, nil
}

// opening begins a transaction. What workflows do reaches records by their keys, so PostgreSQL need not plan it anew each time, which costs it more than to do it:
// a cart takes 1.7 times as many goods. Outside of transactions, where lists are read by filters of all kinds, it looks at the values as it sees fit.
// Statements that are sent whole are planned each time anyway. The setting ends with the transaction.
func (s *pgSession) opening() []string {
	if s.cache.off {
		return []string{"begin"}
	}
	return []string{"begin", "set local plan_cache_mode = force_generic_plan"}
}

func (s *pgSession) enqueue(ctx context.Context, batch *pgconn.Batch, st Statement) error {
	args, err := s.cache.args(st)
	if err != nil {
		return err
	}
	if s.cache.off {
		batch.ExecParams(st.SQL, args, nil, nil, nil)
		return nil
	}
	d, err := s.cache.prepare(ctx, s.conn, st.SQL)
	if err == nil {
		err = counted(d, args)
	}
	if err == nil {
		batch.ExecStatement(d, args, nil, nil)
	}
	return err
}

// Query runs a statement and reads its answer at once.
func (s *pgSession) Query(ctx context.Context, st Statement) (Rows, error) {
	a, err := s.start(ctx, st)
	if err != nil {
		return nil, pgError(ctx, err)
	}
	k, err := keep(&pgRows{ctx: ctx, answer: a, session: s, sql: st.SQL})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// Exec implements Runner.
func (s *pgSession) Exec(ctx context.Context, st Statement) (int64, error) {
	a, err := s.start(ctx, st)
	if err != nil {
		return 0, pgError(ctx, err)
	}
	affected, err := a.close()
	s.cache.judge(err, st.SQL)
	return affected, pgError(ctx, err)
}

// Batch implements Runner.
func (s *pgSession) Batch(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	results, err := s.send(ctx, list)
	if err != nil {
		return pgError(ctx, err)
	}
	err = s.readAll(ctx, results, list, read)
	if end := results.Close(); err == nil {
		err = pgError(ctx, end)
	}
	return err
}

func (s *pgSession) readAll(ctx context.Context, results *pgconn.MultiResultReader, list []Statement, read func(int, Rows) error) error {
	for i := 0; i < len(list) && results.NextResult(); i++ {
		rows := &pgRows{ctx: ctx, answer: answer{ResultReader: results.ResultReader()}, session: s, sql: list[i].SQL}
		err := read(i, rows)
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *pgSession) script(ctx context.Context, sql string) error {
	if s.waiting {
		s.waiting = false
		if _, err := s.conn.Exec(ctx, strings.Join(s.opening(), "; ")).ReadAll(); err != nil {
			return pgError(ctx, err)
		}
	}
	_, err := s.conn.Exec(ctx, sql).ReadAll()
	return pgError(ctx, err)
}

func (s *pgSession) lock(ctx context.Context, name string) error {
	_, err := s.Exec(ctx, Statement{SQL: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", Args: []any{name}})
	return err
}

func (s *pgSession) finish(ctx context.Context, commit bool) error {
	defer s.pool.Release() // which closes a connection that is still in a transaction
	if s.waiting {
		return nil
	}
	if !commit {
		return s.script(ctx, "rollback")
	}
	results, err := s.conn.Exec(ctx, "commit").ReadAll()
	if err != nil {
		return pgError(ctx, err)
	}
	if len(results) > 0 && results[0].CommandTag.String() == "ROLLBACK" {
		return ErrTxFailed
	}
	return nil
}

// pgRows reads an answer row by row from the connection.
type pgRows struct {
	ctx     context.Context
	answer  answer
	session *pgSession
	pool    *pgxpool.Conn // is released at the end, unless nil
	sql     string
	values  [][]byte
	columns int
	err     error
	closed  bool
}

// Next implements Rows.
func (r *pgRows) Next() bool {
	if r.closed {
		return false
	}
	if r.answer.NextRow() {
		r.values = r.answer.Values()
		return true
	}
	r.Close()
	return false
}

// Value implements Rows.
func (r *pgRows) Value(i int) []byte { return r.values[i] }

// Columns implements Rows.
func (r *pgRows) Columns() int {
	if !r.closed {
		r.columns = len(r.answer.FieldDescriptions())
	}
	return r.columns
}

// Err implements Rows.
func (r *pgRows) Err() error { return r.err }

// Close implements Rows.
func (r *pgRows) Close() {
	if r.closed {
		return
	}
	r.Columns()
	r.closed = true
	_, err := r.answer.close()
	r.session.cache.judge(err, r.sql)
	r.err = pgError(r.ctx, err)
	if r.pool != nil {
		r.pool.Release()
	}
}
