package graph

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
)

type cell struct{ off, len int32 } // len -1: NULL

// A Set is the records read for one node, in text form as the database gave them.
type Set struct {
	Count    int // of all that match, where it was asked for
	node     *Node
	rows     int
	arena    []byte
	cells    []cell
	owners   []cell // of each row: the parent's key that it belongs to
	children []kin
	computed [][][]byte
	parent   *kin
	path     string // of the relations that lead here: "items.tax_lines"
	memos    map[string]any
}

type kin struct {
	def    *child
	set    *Set
	owner  *Set
	byKey  map[string][]int32
	keyCol int
}

func newSet(n *Node) *Set {
	s := &Set{node: n, children: make([]kin, len(n.children))}
	for i, c := range n.children {
		s.children[i] = kin{def: c, owner: s, keyCol: n.at[c.rel.LocalKey]}
	}
	return s
}

// load copies the rows. key is the position of the column that says whose child a row is; -1 means the one after the node's
// columns where there is one.
func (s *Set) load(rows db.Rows, key int) error {
	width := len(s.node.cols)
	for rows.Next() {
		for i := range width {
			s.cells = append(s.cells, s.keep(rows.Value(i)))
		}
		switch {
		case key >= 0:
			s.owners = append(s.owners, s.cells[s.rows*width+key])
		case rows.Columns() > width:
			s.owners = append(s.owners, s.keep(rows.Value(width)))
		}
		s.rows++
	}
	return rows.Err()
}

func (s *Set) keep(v []byte) cell {
	if v == nil {
		return cell{0, -1}
	}
	c := cell{int32(len(s.arena)), int32(len(v))}
	s.arena = append(s.arena, v...)
	return c
}

func (s *Set) text(c cell) []byte {
	if c.len < 0 {
		return nil
	}
	return s.arena[c.off : c.off+c.len : c.off+c.len]
}

// group notes which rows belong to which parent.
func (c *kin) group() {
	c.byKey = make(map[string][]int32, c.owner.rows)
	for i, o := range c.set.owners {
		k := c.set.text(o)
		if list, ok := c.byKey[string(k)]; ok {
			c.byKey[string(k)] = append(list, int32(i))
		} else {
			c.byKey[string(k)] = []int32{int32(i)}
		}
	}
}

func (c *kin) of(row int) []int32 {
	return c.byKey[string(c.owner.value(row, c.keyCol))]
}

func (s *Set) value(row, col int) []byte { return s.text(s.cells[row*len(s.node.cols)+col]) }

// keys are the distinct values of a column.
func (s *Set) keys(column string) []string {
	col := s.node.at[column]
	seen := make(map[string]bool, s.rows)
	out := make([]string, 0, s.rows)
	for r := range s.rows {
		v := s.value(r, col)
		if v != nil && !seen[string(v)] {
			k := string(v)
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// Len is the number of records.
func (s *Set) Len() int { return s.rows }

// Text returns a column of a record in the database's text form; nil for NULL, or when the column was not read.
func (s *Set) Text(row int, column string) []byte {
	if col, ok := s.node.at[column]; ok {
		return s.value(row, col)
	}
	return nil
}

// HasRelation reports whether a relation was read.
func (s *Set) HasRelation(relation string) bool {
	return slices.ContainsFunc(s.node.children, func(c *child) bool { return c.rel.Name == relation })
}

// HasComputed reports whether a computed field was asked for.
func (s *Set) HasComputed(field string) bool {
	return slices.ContainsFunc(s.node.computed, func(c *Computed) bool { return c.Name == field })
}

// Related returns the set that holds the related records of all rows, and which of them belong to row.
func (s *Set) Related(row int, relation string) (*Set, []int32) {
	for i := range s.children {
		if c := &s.children[i]; c.def.rel.Name == relation {
			return c.set, c.of(row)
		}
	}
	return nil, nil
}

// Owner is the set whose related records these are; nil for those that were asked for themselves.
func (s *Set) Owner() *Set {
	if s.parent == nil {
		return nil
	}
	return s.parent.owner
}

// Positions tells for each record which row of the owner it belongs to, and which of that row's related records it is. A record of several owners
// has the place of one.
func (s *Set) Positions() (rows, nth []int) {
	rows, nth = make([]int, s.rows), make([]int, s.rows)
	for r := range s.parent.owner.rows {
		for i, child := range s.parent.of(r) {
			rows[child], nth[child] = r, i
		}
	}
	return rows, nth
}

// Typed reports whether the records are read into structs.
func (s *Set) Typed() bool { return s.node.typed }

// Linked reports whether these are related records that a link or another module leads to.
func (s *Set) Linked() bool { return s.parent != nil && s.parent.def.rel.Path == nil }

// Memoize returns what is kept under key, and makes it the first time: for computed fields that share their work.
func (s *Set) Memoize(key string, make func() any) any {
	v, ok := s.memos[key]
	if !ok {
		v = make()
		if s.memos == nil {
			s.memos = map[string]any{}
		}
		s.memos[key] = v
	}
	return v
}

// compute runs the computed fields, deepest first.
func (s *Set) compute(ctx context.Context, args map[string]any) error {
	for i := range s.children {
		if c := &s.children[i]; c.set != nil {
			if err := c.set.compute(ctx, args); err != nil {
				return err
			}
		}
	}
	if s.rows == 0 {
		return nil
	}
	for _, c := range s.node.computed {
		out := make([][]byte, s.rows)
		if err := c.Value(ctx, s, args, out); err != nil {
			return err
		}
		s.computed = append(s.computed, out)
	}
	return nil
}
