package db

import (
	"time"

	"zombiezen.com/go/sqlite"
)

// Now is SQL for the present moment by the database's clock, which all processes share.
func (d Dialect) Now() string {
	if d == Postgres {
		return "statement_timestamp()"
	}
	return "gorgon_time(0)"
}

// NowPlus is SQL for the moment that is as many seconds after Now as the placeholder's value, a float64 that may be negative.
func (d Dialect) NowPlus(placeholder string) string {
	if d == Postgres {
		return "(statement_timestamp() + make_interval(secs => " + placeholder + "::float8))"
	}
	return "gorgon_time(" + placeholder + ")"
}

// SkipLocked is SQL that makes a SELECT for an UPDATE pass over rows that other transactions hold.
func (d Dialect) SkipLocked() string {
	if d == Postgres {
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// InList is SQL for the condition that a text column is in the list of the placeholder's value, a []string.
func (d Dialect) InList(column, placeholder string) string {
	if d == Postgres {
		return column + " = ANY (" + placeholder + "::text[])"
	}
	return column + " IN (SELECT value FROM json_each(" + placeholder + "))"
}

// addClock gives a connection of SQLite the function that Now and NowPlus use. It asks Go for the time, so that whoever has a clock of their own, as in a
// bubble of testing/synctest, has it here too.
func addClock(conn *sqlite.Conn) error {
	return conn.CreateFunction("gorgon_time", &sqlite.FunctionImpl{NArgs: 1, Scalar: func(_ sqlite.Context, args []sqlite.Value) (sqlite.Value, error) {
		at := time.Now().Add(time.Duration(args[0].Float() * float64(time.Second)))
		return sqlite.TextValue(at.UTC().Format(TimeLayout)), nil
	}})
}
