package db

import "context"

// A Tx is a transaction that the program ends itself. Whoever can, uses InTx instead.
type Tx struct{ tx *tx }

// Begin starts a transaction, which the returned context carries. Exactly one of Commit and Rollback must follow. A ctx that
// is in a transaction already is ErrNestedTx, because that transaction is not this caller's to end.
func (d *DB) Begin(ctx context.Context) (context.Context, *Tx, error) {
	if d.tx(ctx) != nil {
		return ctx, nil, ErrNestedTx
	}
	ctx, span := d.transaction(ctx)
	s, err := d.pool.begin(ctx)
	if err != nil {
		span.End(err)
		return ctx, nil, err
	}
	t := &tx{session: s, span: span, mark: markOf(ctx)}
	return context.WithValue(ctx, txKey{d}, t), &Tx{t}, nil
}

// Commit keeps what the transaction did, and then runs what AfterCommit was given. ctx is that of Begin or its parent: if
// it is cancelled the transaction is rolled back and the error says so.
func (t *Tx) Commit(ctx context.Context) error {
	after, err := t.tx.commit(ctx)
	for _, f := range after {
		f()
	}
	return err
}

// Rollback undoes what the transaction did. After Commit or another Rollback it does nothing.
func (t *Tx) Rollback(ctx context.Context) { t.tx.rollback(ctx) }
