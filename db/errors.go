package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"zombiezen.com/go/sqlite"
)

// ErrLocked is the error of a statement that waited in vain for a lock that another transaction, maybe of another
// process, holds.
var ErrLocked = errors.New("db: locked by another transaction")

// ErrConnectionLost marks what failed because the connection to the server was lost or could not be made, and not because of what was asked.
var ErrConnectionLost = errors.New("db: the server is gone")

// errRetry marks what PostgreSQL asks to try again: serialization failures and deadlocks.
var errRetry = errors.New("db: transactions got in each other's way")

// IsRetryable reports whether the whole transaction that failed with err may succeed when it is run again.
func IsRetryable(err error) bool { return errors.Is(err, ErrLocked) || errors.Is(err, errRetry) }

// A ConstraintKind says which kind of rule of the schema a statement broke.
type ConstraintKind uint8

// The kinds of rules.
const (
	UniqueViolation ConstraintKind = iota + 1
	ForeignKeyViolation
	CheckViolation
	NotNullViolation
)

// String is the kind in words.
func (k ConstraintKind) String() string {
	return [...]string{"constraint", "unique", "foreign key", "check", "not null"}[k]
}

// A ConstraintError says which rule of the schema a statement broke, as far as the database tells: PostgreSQL names the
// constraint (or index) always and the columns of unique and foreign keys, SQLite names table and columns of unique keys, the
// name of a check, and nothing of a foreign key.
type ConstraintError struct {
	Kind       ConstraintKind
	Constraint string
	Table      string
	Columns    []string
	Detail     string // the database's own words
	cause      error
}

// Error describes the broken rule, for logs.
func (e *ConstraintError) Error() string {
	return fmt.Sprintf("db: %s constraint %s %v of %s: %s", e.Kind, e.Constraint, e.Columns, e.Table, e.Detail)
}

// Unwrap returns the driver's error.
func (e *ConstraintError) Unwrap() error { return e.cause }

// liteError translates an error of SQLite; ctx is that of the statement.
func liteError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code := sqlite.ErrCode(err)
	switch code.ToPrimary() {
	case sqlite.ResultInterrupt:
		if ctx.Err() != nil {
			return ctx.Err()
		}
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case sqlite.ResultConstraint:
		return liteConstraint(code, err)
	}
	return err
}

func liteConstraint(code sqlite.ResultCode, err error) error {
	e := &ConstraintError{Detail: err.Error(), cause: err}
	const mark = "constraint failed: "
	target := e.Detail[strings.LastIndex(e.Detail, mark)+len(mark):]
	switch code {
	case sqlite.ResultConstraintUnique, sqlite.ResultConstraintPrimaryKey, sqlite.ResultConstraintRowID:
		e.Kind = UniqueViolation
	case sqlite.ResultConstraintForeignKey:
		e.Kind = ForeignKeyViolation
		return e
	case sqlite.ResultConstraintCheck:
		e.Kind, e.Constraint = CheckViolation, target
		return e
	case sqlite.ResultConstraintNotNull:
		e.Kind = NotNullViolation
	default:
		return err
	}
	e.locate(target)
	return e
}

// locate reads "table.a, table.b", or "index 'name'" of an index on expressions.
func (e *ConstraintError) locate(target string) {
	if name, ok := strings.CutPrefix(target, "index '"); ok {
		e.Constraint = strings.TrimSuffix(name, "'")
		return
	}
	for part := range strings.SplitSeq(target, ", ") {
		table, column, ok := strings.Cut(part, ".")
		if ok {
			e.Table, e.Columns = table, append(e.Columns, column)
		}
	}
}

// pgError translates an error of PostgreSQL.
func pgError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		if broken(err) {
			return fmt.Errorf("%w: %w", ErrConnectionLost, err)
		}
		return err
	}
	switch p.Code {
	case "57P01", "57P02", "57P03", "08000", "08003", "08006":
		return fmt.Errorf("%w: %w", ErrConnectionLost, p)
	case "23505", "23P01":
		return pgConstraint(UniqueViolation, p)
	case "23503":
		return pgConstraint(ForeignKeyViolation, p)
	case "23514":
		return pgConstraint(CheckViolation, p)
	case "23502":
		return pgConstraint(NotNullViolation, p)
	case "40001", "40P01":
		return fmt.Errorf("%w: %w", errRetry, err)
	case "55P03":
		return fmt.Errorf("%w: %w", ErrLocked, err)
	}
	return pgDetail(p)
}

// broken reports whether an error is one of the connection.
func broken(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// pgDetail keeps the position and hint of an error, which the driver's text leaves out.
func pgDetail(p *pgconn.PgError) error {
	if p.Detail == "" && p.Hint == "" && p.Where == "" {
		return p
	}
	return fmt.Errorf("%w (%s %s %s)", p, p.Detail, p.Hint, p.Where)
}

func pgConstraint(kind ConstraintKind, p *pgconn.PgError) error {
	e := &ConstraintError{Kind: kind, Constraint: p.ConstraintName, Table: p.TableName, Detail: p.Detail, cause: p}
	if e.Detail == "" {
		e.Detail = p.Message
	}
	if p.ColumnName != "" {
		e.Columns = []string{p.ColumnName}
		return e
	}
	if list, ok := strings.CutPrefix(p.Detail, "Key ("); ok { // Key (a, b)=(x, y) already exists.
		list, _, _ = strings.Cut(list, ")=(")
		for column := range strings.SplitSeq(list, ", ") {
			e.Columns = append(e.Columns, strings.Trim(column, `"`))
		}
	}
	return e
}
