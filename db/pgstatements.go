package db

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const pgPrepared = 512 // statements that a connection keeps

// pgStatements are the prepared statements of one connection, and its scratch memory for arguments.
type pgStatements struct {
	off    bool // every statement is sent whole, for pools that cannot keep them
	known  map[string]*pgKnown
	clock  uint64
	serial int
	text   []byte
	ends   []int
	values [][]byte
}

type pgKnown struct {
	*pgconn.StatementDescription
	used uint64
}

func (c *pgStatements) prepare(ctx context.Context, conn *pgconn.PgConn, sql string) (*pgconn.StatementDescription, error) {
	c.clock++
	if k := c.known[sql]; k != nil {
		k.used = c.clock
		return k.StatementDescription, nil
	}
	if c.known == nil {
		c.known = map[string]*pgKnown{}
	}
	if err := c.evict(ctx, conn); err != nil {
		return nil, err
	}
	c.serial++
	d, err := conn.Prepare(ctx, "gorgon_"+strconv.Itoa(c.serial), sql, nil)
	if err != nil {
		return nil, err
	}
	c.known[strings.Clone(sql)] = &pgKnown{d, c.clock}
	return d, nil
}

// evict makes room for one statement by giving up the one that was unused for longest.
func (c *pgStatements) evict(ctx context.Context, conn *pgconn.PgConn) error {
	if len(c.known) < pgPrepared {
		return nil
	}
	var oldest string
	used := c.clock
	for sql, k := range c.known {
		if k.used < used {
			oldest, used = sql, k.used
		}
	}
	name := c.known[oldest].Name
	delete(c.known, oldest)
	return conn.Deallocate(ctx, name)
}

// judge forgets a statement that failed because the schema it was prepared for has changed.
func (c *pgStatements) judge(err error, sql string) {
	if err == nil {
		return
	}
	if p, ok := err.(*pgconn.PgError); ok && (p.Code == "0A000" || p.Code == "26000") {
		delete(c.known, sql)
	}
}

// args writes the arguments as text. The memory is used again for the next statement, after this one is sent.
func (c *pgStatements) args(s Statement) (_ [][]byte, err error) {
	c.text, c.ends, c.values = c.text[:0], c.ends[:0], c.values[:0]
	for _, arg := range s.Args {
		var null bool
		if c.text, null, err = appendArg(c.text, arg); err != nil {
			return nil, err
		}
		end := len(c.text)
		if null {
			end = -1
		}
		c.ends = append(c.ends, end)
	}
	start := 0
	for _, end := range c.ends {
		if end < 0 {
			c.values = append(c.values, nil)
			continue
		}
		c.values = append(c.values, c.text[start:end:end])
		start = end
	}
	return c.values, nil
}

func appendArg(dst []byte, arg any) (_ []byte, null bool, err error) {
	switch v := arg.(type) {
	case nil:
		return dst, true, nil
	case string:
		return append(dst, v...), false, nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), false, nil
	case int64:
		return strconv.AppendInt(dst, v, 10), false, nil
	case float64:
		return appendFloat(dst, v), false, nil
	case bool:
		return strconv.AppendBool(dst, v), false, nil
	case []byte:
		return append(dst, v...), v == nil, nil
	case time.Time:
		return appendTime(dst, v), false, nil
	case []string:
		return appendArray(dst, v), false, nil
	}
	if arg, err = plain(arg); err != nil {
		return dst, false, err
	}
	return appendArg(dst, arg)
}
