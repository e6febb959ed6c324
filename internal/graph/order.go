package graph

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// order writes the order that was asked for, and ends it by the key: pages of an order that is not total lose and repeat records.
func (q *Query) order(b *builder) error {
	e := q.Node.Entity
	if len(q.Order) == 0 && q.Take == 1 && q.Skip == 0 && !q.Count {
		return nil // one record, whichever it is
	}
	b.put(" ORDER BY ")
	last, total := "", false
	for i, o := range q.Order {
		b.comma(i)
		path, desc := strings.CutPrefix(o, "-")
		if err := b.orderBy(e, "t0", strings.Split(path, ".")); err != nil {
			return err
		}
		last = direction(desc)
		b.put(last)
		b.nulls(e.Column(path), desc)
		total = total || len(e.keys) == 1 && path == e.KeyName()
	}
	if !total {
		b.keys(e, len(q.Order) > 0, last)
	}
	return nil
}

func direction(desc bool) string {
	if desc {
		return " DESC"
	}
	return ""
}

// keys orders by the key columns of e, in the direction of what comes before them.
func (b *builder) keys(e *Entity, more bool, direction string) {
	for i, k := range e.keys {
		if i > 0 || more {
			b.put(", ")
		}
		b.col("t0", e.Columns[k].Name)
		b.put(direction)
	}
}

// orderRelated orders related records by their rank if they have one, and then as they were inserted: by created_at, and within a millisecond by the
// place in the table. In many-to-many relations and links the row between the two says when they were related.
func (b *builder) orderRelated(r *Relation) {
	b.put(" ORDER BY ")
	for _, c := range r.To.Columns {
		if c.Rank {
			b.col("t0", c.Name)
			b.nulls(c, false)
			b.put(", ")
		}
	}
	alias, table := "t0", r.To
	if r.Pivot != nil {
		alias, table = "p", r.Pivot.Entity
	}
	if table.Column("created_at") != nil {
		b.col(alias, "created_at")
		b.put(", ")
	}
	b.put(alias, map[db.Dialect]string{db.Postgres: ".ctid", db.SQLite: ".rowid"}[b.dialect])
}

// sequenceTail is how many characters at the end of ids differ where one process made them in the same millisecond.
const sequenceTail = 10

// sortSequences puts related records whose ids count up within a millisecond in the order of these. PostgreSQL moves a row that is updated, so that its place
// says less than such an id; ids that Medusa made in one millisecond are random, and keep their places.
func (c *kin) sortSequences() {
	id, ok := c.set.node.at["id"]
	if !ok || c.def.rel.Pivot != nil {
		return
	}
	ranks := c.set.node.ranks()
	precedes := func(a, b int32) bool {
		x, y := c.set.value(int(a), id), c.set.value(int(b), id)
		n := len(x) - sequenceTail
		if n < 0 || len(x) != len(y) || !bytes.Equal(x[:n], y[:n]) || bytes.Compare(x[n:], y[n:]) >= 0 {
			return false
		}
		return !slices.ContainsFunc(ranks, func(col int) bool {
			return !bytes.Equal(c.set.value(int(a), col), c.set.value(int(b), col))
		})
	}
	for _, rows := range c.byKey {
		for i := range rows {
			for j := i; j > 0 && precedes(rows[j], rows[j-1]); j-- {
				rows[j], rows[j-1] = rows[j-1], rows[j]
			}
		}
	}
}

// ranks are the positions of the columns that related records are ordered by.
func (n *Node) ranks() (out []int) {
	for at, i := range n.cols {
		if n.Entity.Columns[i].Rank {
			out = append(out, at)
		}
	}
	return out
}

// nulls makes SQLite order NULLs as PostgreSQL does: as if they were greater than all values.
func (b *builder) nulls(c *Column, desc bool) {
	switch {
	case b.dialect != db.SQLite || c == nil || !c.Nullable:
	case desc:
		b.put(" NULLS FIRST")
	default:
		b.put(" NULLS LAST")
	}
}

// orderBy writes a column, or a sub-select that reaches it over relations that lead to one record each.
func (b *builder) orderBy(e *Entity, alias string, path []string) error {
	if len(path) == 1 {
		c := e.Column(path[0])
		if c == nil {
			return fault.New(fault.Invalid, "Order field %s is not valid", path[0])
		}
		b.col(alias, c.Name)
		return nil
	}
	r := e.Relation(path[0])
	if r == nil || r.Pivot != nil || r.To.Source != nil {
		return fault.New(fault.Invalid, "Order field %s is not valid", strings.Join(path, "."))
	}
	t := b.alias()
	b.put("(SELECT ")
	if r.List {
		b.put("min(")
	}
	if err := b.orderBy(r.To, t, path[1:]); err != nil {
		return err
	}
	if r.List {
		b.put(")")
	}
	b.put(" FROM ")
	b.ident(r.To.Table)
	b.put(" ", t, " WHERE ")
	b.col(t, r.ForeignKey)
	b.put(" = ")
	b.col(alias, r.LocalKey)
	b.live(r.To, t)
	b.put(")")
	return nil
}
