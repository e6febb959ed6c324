package db

import (
	"context"
	"io"
	"strconv"

	"zombiezen.com/go/sqlite"
)

// liteRows reads an answer row by row from its statement.
type liteRows struct {
	ctx     context.Context
	conn    *liteConn
	stmt    *liteStmt
	pool    *litePool // takes conn back, unless nil
	watch   watch
	err     error
	digits  []byte // text of the current row's numbers
	found   borrowed
	columns int
	closed  bool
}

// Next implements Rows.
func (r *liteRows) Next() bool {
	if r.closed {
		return false
	}
	r.digits = r.digits[:0]
	more, err := r.stmt.Step()
	if err != nil {
		r.err = liteError(r.ctx, err)
	}
	if !more {
		r.Close()
	}
	return more
}

// Value implements Rows.
func (r *liteRows) Value(i int) []byte {
	switch r.stmt.ColumnType(i) {
	case sqlite.TypeNull:
		return nil
	case sqlite.TypeInteger:
		start := len(r.digits)
		r.digits = strconv.AppendInt(r.digits, r.stmt.ColumnInt64(i), 10)
		return r.digits[start:len(r.digits):len(r.digits)]
	case sqlite.TypeFloat:
		start := len(r.digits)
		r.digits = appendFloat(r.digits, r.stmt.ColumnFloat(i))
		return r.digits[start:len(r.digits):len(r.digits)]
	}
	return r.text(i)
}

func (r *liteRows) text(i int) []byte {
	r.found = borrowed{}
	_, _ = r.stmt.ColumnReader(i).WriteTo(&r.found)
	if r.found.bytes == nil {
		return []byte{}
	}
	return r.found.bytes
}

// borrowed is a writer that keeps what it is given instead of a copy: a way to SQLite's own memory, which stays as it is
// until the next step.
type borrowed struct{ bytes []byte }

var _ io.Writer = (*borrowed)(nil)

// Write implements io.Writer.
func (b *borrowed) Write(p []byte) (int, error) {
	b.bytes = p
	return len(p), nil
}

// Columns implements Rows.
func (r *liteRows) Columns() int {
	if !r.closed {
		r.columns = r.stmt.ColumnCount()
	}
	return r.columns
}

// Err implements Rows.
func (r *liteRows) Err() error { return r.err }

// finish runs the rest of a statement that may write.
func (r *liteRows) finish() {
	for !r.stmt.reads && r.Next() {
	}
	r.Close()
}

// Close implements Rows.
func (r *liteRows) Close() {
	if r.closed {
		return
	}
	r.Columns()
	r.closed = true
	r.watch.end()
	r.conn.release(r.stmt)
	if r.pool != nil {
		r.pool.free(r.conn)
	}
}
