package graph

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
)

// asked is what one statement reads: the records of a set, or of several that are children of other records alone, such as the two addresses of an order.
type asked struct {
	sets []*Set
	keys [][]string // of each set
}

// ask adds a set to what is asked.
func ask(list []*asked, sub *Set, keys []string) []*asked {
	for _, a := range list {
		if a.sets[0].parent.def.like(sub.parent.def) {
			a.sets, a.keys = append(a.sets, sub), append(a.keys, keys)
			return list
		}
	}
	return append(list, &asked{[]*Set{sub}, [][]string{keys}})
}

// like reports whether other reads the same of the same table.
func (c *child) like(other *child) bool {
	leaf := len(c.node.children)+len(other.node.children) == 0
	return leaf && c.rel.To == other.rel.To && c.rel.ForeignKey == other.rel.ForeignKey && c.rel.Where == other.rel.Where && c.rel.Pivot == nil && other.rel.Pivot == nil &&
		c.key == other.key && c.node.typed == other.node.typed && slices.Equal(c.node.cols, other.node.cols)
}

// answer reads all that is asked in one batch.
func (q *Query) answer(ctx context.Context, d *db.DB, list []*asked) error {
	statements := make([]db.Statement, len(list))
	for i, a := range list {
		var err error
		if statements[i], err = a.sets[0].parent.def.statement(d.Dialect(), a.distinct(), q); err != nil {
			return err
		}
	}
	return run(ctx, d, statements, func(i int, rows db.Rows) error { return list[i].load(rows) })
}

func (a *asked) distinct() []string {
	if len(a.keys) == 1 {
		return a.keys[0]
	}
	all := slices.Concat(a.keys...)
	slices.Sort(all)
	return slices.Compact(all)
}

func (a *asked) load(rows db.Rows) error {
	first := a.sets[0]
	if len(a.sets) == 1 {
		return first.load(rows, first.parent.def.key)
	}
	all := newSet(first.node)
	if err := all.load(rows, first.parent.def.key); err != nil {
		return err
	}
	for i, s := range a.sets {
		s.pick(all, a.keys[i])
	}
	return nil
}

// pick takes over the rows that belong to some keys.
func (s *Set) pick(all *Set, keys []string) {
	mine := make(map[string]bool, len(keys))
	for _, k := range keys {
		mine[k] = true
	}
	s.arena = all.arena
	width := len(all.node.cols)
	for r, owner := range all.owners {
		if mine[string(all.text(owner))] {
			s.cells, s.owners = append(s.cells, all.cells[r*width:(r+1)*width]...), append(s.owners, owner)
			s.rows++
		}
	}
}
