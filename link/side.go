package link

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// A Side is a link seen from the records at one of its ends.
type Side struct {
	rows *rows
	back bool // seen from B
}

// Attach ties a record to others; those that it is tied to already stay.
func (s Side) Attach(ctx context.Context, id string, others []string) error {
	return s.rows.put(ctx, s.turn(pairs(Join(id, others...))))
}

// Detach takes a record apart from others, or from all when there are none.
func (s Side) Detach(ctx context.Context, id string, others []string) error {
	return s.rows.mark(ctx, s.where([]string{id}, others), true)
}

// Set makes the records that one is tied to exactly others.
func (s Side) Set(ctx context.Context, id string, others []string) error {
	d, err := s.rows.entity.DB()
	if err != nil {
		return err
	}
	own, far := s.columns()
	removed := module.Filter{own: id}
	if len(others) > 0 {
		removed[far] = module.Filter{"$nin": others}
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if err := s.rows.mark(ctx, removed, true); err != nil {
			return err
		}
		return s.Attach(ctx, id, others)
	})
}

// LinkedIDs lists what a record is tied to, oldest link first.
func (s Side) LinkedIDs(ctx context.Context, id string) ([]string, error) {
	list, err := s.Pairs(ctx, id)
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.To
	}
	return out, err
}

// Pairs lists the links of some records, oldest first, From being on this side.
func (s Side) Pairs(ctx context.Context, ids ...string) ([]Pair, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.rows.read(ctx, s.where(ids, nil))
	return s.turn(list), err
}

// MissingIDs returns those of others that do not exist.
func (s Side) MissingIDs(ctx context.Context, others []string) ([]string, error) {
	to := s.rows.to
	if s.back {
		to = s.rows.from
	}
	return to.Missing(ctx, others)
}

// turn exchanges the ends of pairs where the link is seen from B.
func (s Side) turn(list []Pair) []Pair {
	if s.back {
		for i, p := range list {
			list[i].From, list[i].To = p.To, p.From
		}
	}
	return list
}

func (s Side) columns() (own, far string) {
	if s.back {
		return s.rows.toColumn, s.rows.fromColumn
	}
	return s.rows.fromColumn, s.rows.toColumn
}

func (s Side) where(ids, others []string) module.Filter {
	own, far := s.columns()
	f := module.Filter{own: ids}
	if len(others) > 0 {
		f[far] = others
	}
	return f
}
