// Package db is the floor under everything: one small face over SQLite and PostgreSQL, with transactions that travel in the context.
package db

import (
	"context"
	"time"
)

// A Dialect is the kind of SQL that a database speaks.
type Dialect uint8

// The dialects.
const (
	SQLite Dialect = iota
	Postgres
)

// Rows iterates over an answer. Values are in text form whatever the database: integers and floats in decimal (floats in
// the shortest form that reads back the same), booleans as "true"/"false" on PostgreSQL and "1"/"0" on SQLite, JSON as its text,
// times as "2006-01-02T15:04:05.000Z" on SQLite and PostgreSQL's own text in UTC ("2006-01-02 15:04:05.123+00") there.
type Rows interface {
	Next() bool
	// Value returns column i of the current row: nil for NULL. It is valid until the next call of Next or Close.
	Value(i int) []byte
	Columns() int
	Err() error
	Close()
}

// A Statement is SQL with $1, $2 … and their values: nil, string, int, int64, float64, bool, []byte, time.Time, []string.
// The numbers must first appear in ascending order. A []string is PostgreSQL's text[], and a JSON array in SQLite.
type Statement struct {
	SQL  string
	Args []any
}

// A Runner runs SQL: a pool outside of transactions, or one transaction.
type Runner interface {
	Query(ctx context.Context, s Statement) (Rows, error)
	Exec(ctx context.Context, s Statement) (affected int64, err error)
	// Batch runs reads together, in one round trip where the database can, and hands each answer to read in order.
	Batch(ctx context.Context, s []Statement, read func(i int, rows Rows) error) error
}

// TimeLayout is how SQLite keeps times, and how JSON shows them: UTC with milliseconds.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Now returns the present moment as records keep it: UTC, whole milliseconds.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
