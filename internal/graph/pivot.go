package graph

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// Count counts the records that match.
func Count(ctx context.Context, e *Entity, where Filter) (int, error) {
	d, err := e.DB()
	if err != nil {
		return 0, err
	}
	q := Query{Node: &Node{Entity: e}, Where: where}
	s, err := q.count(d.Dialect())
	if err != nil {
		return 0, err
	}
	var n int
	_, err = db.QueryRow(ctx, d, s, &n)
	return n, err
}

// otherEnds is the relation of a name whose other end holds the tie: in a pivot, or as its foreign key.
func (e *Entity) otherEnds(relation string) (*Relation, error) {
	r := e.Relation(relation)
	if r == nil || r.Pivot == nil && r.Belongs {
		return nil, fault.New(fault.Unknown, "%s has no relation %q to other records", e.Table, relation)
	}
	return r, nil
}

// Attach relates the record with key to others, too: by pivot rows, or by their foreign key.
func (e *Entity) Attach(ctx context.Context, relation, key string, others []string) error {
	r, err := e.otherEnds(relation)
	if err != nil || len(others) == 0 {
		return err
	}
	if r.Pivot == nil {
		return r.take(ctx, key, others)
	}
	d, err := e.DB()
	if err != nil {
		return err
	}
	b := newBuilder(d.Dialect())
	b.put("INSERT INTO ")
	b.ident(r.Pivot.Table)
	b.put(" (")
	b.ident(r.Pivot.Local)
	b.put(", ")
	b.ident(r.Pivot.Foreign)
	b.put(") VALUES ")
	for i, o := range others {
		if i > 0 {
			b.put(", ")
		}
		b.put("(")
		b.arg(key)
		b.put(", ")
		b.arg(o)
		b.put(")")
	}
	b.put(" ON CONFLICT DO NOTHING")
	_, err = d.Exec(ctx, b.statement())
	return r.pivotWords(ctx, err, key, others)
}

// Detach ends the relation of the record with key to others.
func (e *Entity) Detach(ctx context.Context, relation, key string, others []string) error {
	r, err := e.otherEnds(relation)
	if err != nil || len(others) == 0 {
		return err
	}
	if r.Pivot == nil {
		_, err = r.To.Update(ctx, Filter{r.ForeignKey: key, r.To.KeyName(): others}, map[string]any{r.ForeignKey: nil})
		return err
	}
	_, err = r.Pivot.Entity.within(e).Delete(ctx, Filter{r.Pivot.Local: key, r.Pivot.Foreign: others})
	return err
}

// within lends an entity the database of another: pivots without a model are bound with the schema, ones in tests may not be.
func (e *Entity) within(other *Entity) *Entity {
	if e.db == nil {
		e.db = other.db
	}
	return e
}

// exactly makes the pivot rows of key exactly others.
func (r *Relation) exactly(ctx context.Context, key string, others []string) error {
	e := r.From
	d, err := e.DB()
	if err != nil {
		return err
	}
	where := Filter{r.Pivot.Local: key}
	if len(others) > 0 {
		where[r.Pivot.Foreign] = Filter{"$nin": slices.Clone(others)}
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if _, err := r.Pivot.Entity.Delete(ctx, where); err != nil {
			return err
		}
		return e.Attach(ctx, r.Name, key, others)
	})
}
