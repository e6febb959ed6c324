package payment

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// moves are the captures or the refunds. While it is not known whether a provider has made one, its metadata say that it is in doubt.
type moves[T any] struct {
	module   *Module
	rows     *module.Table[T]
	metadata func(T) module.Map
}

const inDoubt = "in_doubt"

func (m *Module) captures() moves[Capture] {
	return moves[Capture]{m, m.Captures, func(c Capture) module.Map { return c.Metadata }}
}

func (m *Module) refunds() moves[Refund] {
	return moves[Refund]{m, m.Refunds, func(r Refund) module.Map { return r.Metadata }}
}

// heard keeps in mind whether the provider's answer leaves a move in doubt, and returns what that answer was.
func heard[T any](ctx context.Context, m moves[T], id string, answer error) error {
	doubt := answer != nil && !IsDeclined(answer)
	row, err := m.rows.Retrieve(ctx, id)
	if err != nil || (m.metadata(row)[inDoubt] == true) == doubt {
		return answer
	}
	set := module.Set{"metadata": nil}
	if doubt {
		set["metadata"] = module.Map{inDoubt: true}
	}
	if _, err := m.rows.Update(ctx, module.Filter{"id": id}, set); answer == nil {
		return err
	}
	return answer
}

// takeBack deletes a move that its provider has not made.
func takeBack[T any](ctx context.Context, m moves[T], id, collection string) error {
	_, err := module.InTx(ctx, m.module.Collections, func(ctx context.Context) (bool, error) {
		row, err := m.rows.Retrieve(ctx, id)
		if err != nil || m.metadata(row)[inDoubt] == true {
			return false, err
		}
		if err := m.rows.Delete(ctx, id); err != nil {
			return false, err
		}
		return true, m.module.settle(ctx, collection)
	})
	return err
}
