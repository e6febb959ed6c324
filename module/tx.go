package module

import "context"

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
