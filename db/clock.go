package db

// Now is SQL for the present moment by the database's clock, which all processes share.
func (d Dialect) Now() string {
	if d == Postgres {
		return "statement_timestamp()"
	}
	return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
}

// After is SQL for the moment that is as many seconds after Now as the placeholder's value, a float64 that may be negative.
func (d Dialect) After(placeholder string) string {
	if d == Postgres {
		return "(statement_timestamp() + make_interval(secs => " + placeholder + "::float8))"
	}
	return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', printf('%.3f seconds', " + placeholder + "))"
}

// Skip is SQL that makes a SELECT for an UPDATE pass over rows that other transactions hold.
func (d Dialect) Skip() string {
	if d == Postgres {
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// In is SQL for the condition that a text column is in the list of the placeholder's value, a []string.
func (d Dialect) In(column, placeholder string) string {
	if d == Postgres {
		return column + " = ANY (" + placeholder + "::text[])"
	}
	return column + " IN (SELECT value FROM json_each(" + placeholder + "))"
}
