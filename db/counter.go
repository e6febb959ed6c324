package db

import (
	"context"
	"slices"
	"sync"
)

type counterKey struct{}

// A StatementCounter counts statements, for tests that hold requests to a budget.
type StatementCounter struct {
	mu  sync.Mutex
	sql []string
}

// WithStatementCounter returns a context whose statements, on any database, are counted. BEGIN and COMMIT are not.
func WithStatementCounter(ctx context.Context) (context.Context, *StatementCounter) {
	c := &StatementCounter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// Count returns how many statements have run.
func (c *StatementCounter) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sql)
}

// Statements returns the SQL of the statements, in order.
func (c *StatementCounter) Statements() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sql)
}

func count(ctx context.Context, statements []Statement) {
	c, _ := ctx.Value(counterKey{}).(*StatementCounter)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range statements {
		c.sql = append(c.sql, s.SQL)
	}
}
