package module

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
)

// InTx runs fn in a transaction of a table's database, which it joins if ctx is in one, and returns what fn does. See db.DB.InTx.
func InTx[T any](ctx context.Context, table Entity, fn func(context.Context) (T, error)) (out T, err error) {
	d, err := table.Entity().DB()
	if err != nil {
		return out, err
	}
	err = d.InTx(ctx, func(ctx context.Context) error {
		out, err = fn(ctx)
		return err
	})
	return out, err
}

// DB is the database of a table, for SQL of the module's own; see [db.QueryRow], and db.DB for the rest. A table that is not bound to a database yet has none.
func DB(table Entity) (*db.DB, error) { return table.Entity().DB() }
