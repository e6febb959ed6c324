package graph

import (
	"context"
	"reflect"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// A Query says which records to read, and how much of each.
type Query struct {
	Node        *Node
	Where       Filter
	Order       []string // "title", "-created_at", "variants.title"
	Skip, Take  int      // Take 0 means all
	WithDeleted bool
	Count       bool // also count all records that match
	Lock        bool // FOR UPDATE, within a transaction
	Args        map[string]any
	Only        map[string]Filter // of related records, those of a table that may be seen, by table
	Hand        Preloaded         // what need not be read
}

// Read reads the records of q and all that its node asks for: one round trip for each level of relations.
func Read(ctx context.Context, q Query) (*Set, error) {
	d, err := q.Node.Entity.DB()
	if err != nil {
		return nil, err
	}
	set := newSet(q.Node)
	if own, ok := q.Hand[""]; ok {
		err = set.take(own, nil, -1)
	} else if q.Node.Entity.Source != nil {
		err = q.virtual(ctx, set)
	} else {
		err = q.roots(ctx, d, set)
	}
	if err != nil {
		return nil, err
	}
	level := []*Set{set}
	for len(level) > 0 {
		if level, err = q.children(ctx, d, level); err != nil {
			return nil, err
		}
	}
	return set, set.compute(ctx, q.Args)
}

// virtual asks the source of a virtual model. It does not sort.
func (q *Query) virtual(ctx context.Context, set *Set) error {
	if len(q.Order) > 0 {
		return fault.New(fault.Invalid, "Order field %s is not valid", q.Order[0])
	}
	list, err := q.Node.Entity.Source(ctx, q.Where)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(list)
	set.Count = v.Len()
	from := min(q.Skip, v.Len())
	to := v.Len()
	if q.Take > 0 {
		to = min(from+q.Take, to)
	}
	return set.take(v.Slice(from, to).Interface(), nil, -1)
}

func (q *Query) roots(ctx context.Context, d *db.DB, set *Set) error {
	list, err := q.list(d.Dialect())
	if err != nil {
		return err
	}
	statements := []db.Statement{list}
	if q.Count {
		count, err := q.count(d.Dialect())
		if err != nil {
			return err
		}
		statements = append(statements, count)
	}
	return run(ctx, d, statements, func(i int, rows db.Rows) error {
		if i == 0 {
			return set.load(rows, -1)
		}
		for rows.Next() {
			set.Count, err = strconv.Atoi(string(rows.Value(0)))
		}
		return err
	})
}

// run reads one statement directly and several in a batch.
func run(ctx context.Context, d *db.DB, statements []db.Statement, read func(int, db.Rows) error) error {
	if len(statements) > 1 {
		return d.Batch(ctx, statements, read)
	}
	rows, err := d.Query(ctx, statements[0])
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := read(0, rows); err != nil {
		return err
	}
	return rows.Err()
}

func (q *Query) list(d db.Dialect) (db.Statement, error) {
	b := newBuilder(d)
	b.put("SELECT ")
	b.columns(q.Node, "t0")
	if err := q.from(b); err != nil {
		return db.Statement{}, err
	}
	if err := q.order(b); err != nil {
		return db.Statement{}, err
	}
	switch {
	case q.Take > 0:
		b.put(" LIMIT ")
		b.limit(q.Take)
	case q.Skip > 0 && d == db.SQLite:
		b.put(" LIMIT -1")
	}
	if q.Skip > 0 {
		b.put(" OFFSET ")
		b.arg(int64(q.Skip))
	}
	if q.Lock && d == db.Postgres {
		b.put(" FOR UPDATE")
	}
	return b.statement(), nil
}

// limit writes the usual sizes of a page as they are, for PostgreSQL plans for a tenth of all rows where it does not know the size. Others, which come from
// outside, are arguments, so that they do not make a statement each.
func (b *builder) limit(n int) {
	switch n {
	case 1, 5, 10, 12, 15, 20, 24, 25, 30, 50, 100, 200, 250, 500, 1000:
		b.put(strconv.Itoa(n))
	default:
		b.arg(int64(n))
	}
}

func (q *Query) count(d db.Dialect) (db.Statement, error) {
	b := newBuilder(d)
	_, few := q.Where[q.Node.Entity.KeyName()]
	b.whole = d == db.SQLite && !few // PostgreSQL sees for itself
	b.put("SELECT count(*)")
	err := q.from(b)
	return b.statement(), err
}

func (q *Query) from(b *builder) error {
	b.put(" FROM ")
	b.ident(q.Node.Entity.Table)
	b.put(" t0 WHERE ")
	if err := b.where(q.Node.Entity, "t0", q.Where, 0); err != nil {
		return err
	}
	if _, asked := q.Where["deleted_at"]; !q.WithDeleted && !asked {
		b.live(q.Node.Entity, "t0")
	}
	return nil
}

// columns writes what n reads of alias. On SQLite a struct's decimals come from their exact raw form.
func (b *builder) columns(n *Node, alias string) {
	for i, ci := range n.cols {
		if i > 0 {
			b.put(", ")
		}
		c := n.Entity.Columns[ci]
		raw := n.Entity.Column("raw_" + c.Name)
		if c.Type == Numeric && n.typed && raw != nil && b.dialect == db.SQLite {
			b.put("coalesce(")
			b.col(alias, raw.Name)
			b.put(" ->> '$.value', ")
			b.col(alias, c.Name)
			b.put(")")
			continue
		}
		b.col(alias, c.Name)
	}
}

// children reads the next level of each set of a level, all in one batch, and returns that next level.
func (q *Query) children(ctx context.Context, d *db.DB, level []*Set) ([]*Set, error) {
	var next []*Set
	var wanted []*asked
	for len(level) > 0 {
		set := level[0]
		level = level[1:]
		for i, c := range set.node.children {
			sub := newSet(c.node)
			set.children[i].set = sub
			sub.path = strings.TrimPrefix(set.path+"."+c.rel.Name, ".")
			keys := set.keys(c.rel.LocalKey)
			if len(keys) == 0 {
				continue
			}
			sub.parent = &set.children[i]
			ok, err := q.elsewhere(ctx, sub, keys)
			if err != nil {
				return nil, err
			}
			if ok {
				level = append(level, sub)
				continue
			}
			next, wanted = append(next, sub), ask(wanted, sub, keys)
		}
	}
	if len(next) == 0 {
		return nil, nil
	}
	if err := q.answer(ctx, d, wanted); err != nil {
		return nil, err
	}
	for _, sub := range next {
		sub.parent.group()
		if d.Dialect() == db.Postgres {
			sub.parent.sortSequences()
		}
	}
	return next, nil
}

// elsewhere takes the records of a set that do not come from the database.
func (q *Query) elsewhere(ctx context.Context, sub *Set, keys []string) (bool, error) {
	c := sub.parent.def
	own, ok := q.Hand[sub.path]
	if source := c.rel.To.Source; source != nil {
		var err error
		if own, err = source(ctx, Filter{c.rel.ForeignKey: keys}); err != nil {
			return false, err
		}
		ok = true
	}
	if !ok {
		return false, nil
	}
	if err := sub.take(own, keys, c.key); err != nil {
		return false, err
	}
	sub.parent.group()
	return true, nil
}

func (c *child) statement(d db.Dialect, keys []string, q *Query) (db.Statement, error) {
	b := newBuilder(d)
	b.put("SELECT ")
	b.columns(c.node, "t0")
	to, missed := c.rel.To, c.missed(q)
	if p := c.rel.Pivot; p != nil {
		b.put(", ")
		b.col("p", p.Local)
		b.put(" FROM ")
		b.ident(p.Table)
		b.put(" p ", map[bool]string{true: "LEFT "}[missed], "JOIN ")
		b.ident(to.Table)
		b.put(" t0 ON ")
		b.col("t0", c.rel.ForeignKey)
		b.put(" = ")
		b.col("p", p.Foreign)
		b.put(" WHERE ")
		b.keyed("p", p.Entity, p.Local, keys)
		b.live(p.Entity, "p")
	} else {
		b.put(" FROM ")
		b.ident(to.Table)
		b.put(" t0 WHERE ")
		b.keyed("t0", to, c.rel.ForeignKey, keys)
	}
	if !q.WithDeleted || c.rel.Pivot != nil {
		b.live(to, "t0")
	}
	b.narrow(c.rel, "t0", "p")
	if only := q.Only[to.Table]; only != nil {
		b.put(" AND ")
		if err := b.where(to, "t0", only, 1); err != nil {
			return db.Statement{}, err
		}
	}
	if !c.rel.Belongs { // else there is one
		b.orderRelated(c.rel)
	}
	return b.statement(), nil
}

// missed reports whether records that a link leads to and that do not exist are shown as null, as Medusa does in lists of what is linked.
func (c *child) missed(q *Query) bool {
	r := c.rel
	return r.Pivot != nil && r.Path == nil && r.List && r.ForeignKey == r.To.KeyName() && c.shown && !c.node.typed && r.Where == "" && len(q.Only) == 0
}

// keyed writes that a key column is one of keys.
func (b *builder) keyed(alias string, e *Entity, column string, keys []string) {
	c := e.Column(column)
	if c == nil || c.Type == Text {
		b.col(alias, column)
		b.in(keys)
		return
	}
	list := make([]any, len(keys))
	for i, k := range keys {
		list[i], _ = argument(b.dialect, c, k)
	}
	b.listed(alias, c, list)
}

// narrow writes the relation's own condition.
func (b *builder) narrow(r *Relation, t, p string) {
	if r.Where != "" {
		b.put(" AND ", strings.NewReplacer("{t}", t, "{p}", p).Replace(r.Where))
	}
}
